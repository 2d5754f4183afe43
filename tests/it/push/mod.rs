// SPDX-License-Identifier: EUPL-1.2

//! Push over real sockets, TLS and HTTP/2: the gateways' clients and the sandbox, each against the other.

mod answers;
mod counted;
mod duty;
pub(crate) mod faults;
mod gateways;
mod handed_over;
mod held;
mod housekeeping;
mod last_second;
mod late;
mod metrics;
#[cfg(feature = "oracles")]
mod oracles;
mod probe;
mod quiet;
mod recalled;
mod receipts;
mod sandbox;
mod unified_push;
mod vectors;
mod whole_claims;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use stadtfunk::{
    clock::Clock,
    config::push::{
        ApnsConfig, Classes, FcmConfig, Link, PushConfig, ServiceAccount, WebPushConfig,
    },
    id::Ids,
    push::{
        ApnsEnvironment, Gateway, Language, MessageClass, Verdict,
        envelope::{DeviceKeys, Envelope, Manner, Message, Target, Text},
        gateways::Gateways,
        sandbox::{Entry, Filter, Phone, Sandbox, SandboxConfig},
    },
    tasks::Tasks,
};
use tokio_util::sync::CancellationToken;

/// A sandbox, and gateways that know nothing but it.
struct Counter {
    sandbox: Sandbox,
    gateways: Arc<Gateways>,
    ids: Ids,
    clock: Clock,
    tasks: Tasks,
}

impl Counter {
    async fn open() -> Self {
        let clock = Clock::wall();
        let ids = Ids::new(clock.clone());
        let tasks = Tasks::new();
        let settings = SandboxConfig::default();
        let sandbox = Sandbox::start(settings, clock.clone(), ids.clone(), &tasks)
            .await
            .unwrap();
        let config = config(&sandbox);
        let gateways = Gateways::new(&config, clock.clone(), ids.clone(), &tasks).unwrap();
        Self {
            sandbox,
            gateways: Arc::new(gateways),
            ids,
            clock,
            tasks,
        }
    }

    fn message(&self, class: impl Into<MessageClass>, title: &str, body: &str) -> Message {
        let text = Text {
            title: title.to_owned(),
            body: body.to_owned(),
        };
        Message {
            id: self.ids.id(),
            class: class.into(),
            envelope: Envelope {
                texts: BTreeMap::from([(Language::German, text)]),
                link: "/announcements/019a8f6e-7c00-7000-8000-000000000001".to_owned(),
                collapse_id: "AZqPbnwAcACAAAAAAAAAAQ".to_owned(),
                manner: Manner::Show,
            },
            expires_at: self.clock.now() + Duration::from_hours(1),
        }
    }

    fn target(&self, phone: &Phone, keys: Option<DeviceKeys>) -> Target {
        Target {
            device: self.ids.id(),
            gateway: phone.gateway,
            address: phone.address.clone(),
            apns_environment: (phone.gateway == Gateway::Apns)
                .then_some(ApnsEnvironment::Production),
            keys,
            language: Language::German,
            is_silent: false,
        }
    }

    async fn push(&self, message: &Message, target: &Target) -> Verdict {
        self.gateways
            .send(
                &self.gateways.prepare(message, target),
                &CancellationToken::new(),
            )
            .await
            .verdict
    }

    /// What came over the wire for an address last.
    fn arrived(&self, target: &Target) -> Arc<Entry> {
        let filter = Filter {
            address: Some(target.address.clone()),
            ..Filter::default()
        };
        self.sandbox
            .journal()
            .entries(&filter)
            .pop()
            .expect("something arrived")
    }
}

fn config(sandbox: &Sandbox) -> PushConfig {
    let credentials = sandbox.credentials();
    let link = Link {
        extra_ca: Some(sandbox.ca_pem().to_owned()),
        ..Link::default()
    };
    let key = credentials.apns.key_p8_pem.as_str().into();
    let (key_id, team_id) = (&credentials.apns.key_id, &credentials.apns.team_id);
    let mut apns = ApnsConfig::new(key, key_id, team_id, &credentials.apns.topic);
    sandbox.apns_url().clone_into(&mut apns.production);
    apns.link = link.clone();
    let json = credentials.fcm.service_account_json.as_str().into();
    let mut fcm = FcmConfig::new(ServiceAccount::from_json(&json).unwrap());
    sandbox.fcm_url().clone_into(&mut fcm.base_url);
    fcm.link = link.clone();
    let key = credentials.vapid.private_key_pem.as_str().into();
    let subject = &credentials.vapid.subject;
    let mut web_push = WebPushConfig::new(key, subject, "https://app.stadt.de");
    web_push.allowed_hosts = vec![sandbox.web_push_url().replace("https://", "")];
    web_push.link = link;
    PushConfig {
        apns: Some(apns),
        fcm: Some(fcm),
        web_push: Some(web_push),
        classes: Classes::default(),
    }
}
