// SPDX-License-Identifier: EUPL-1.2

//! The push sandbox: Apple, Google and a browser's push service on this machine.
//!
//! Three listeners speak the gateways' protocols over TLS and check every request as strictly as the
//! vendors do; what they let in is written into a [`Journal`] and shown on simulated lock screens by the
//! console. Demo, tests and benchmarks push to it; production differs by base URLs and
//! credentials only.
//!
//! The cast:
//!
//! - a `Dialect` judges a push: APNs, FCM with its OAuth endpoint,
//!   Web Push;
//! - a [`Phone`] has an address that only this sandbox can have issued, and the keys to read what was
//!   encrypted for it, on another implementation than the one that encrypts;
//! - a [`Fault`] makes a gateway refuse, throttle, stall, cut, freeze or say goodbye;
//! - the [`Journal`] keeps what went over the wire.
//!
//! The flow of a request (`server`): read → judged → struck by a fault, perhaps → written down →
//! answered after the latency. It holds no state on disk: keys, addresses and journal end with the process.

mod apns;
mod connection;
mod console;
mod credentials;
mod decrypt;
mod dialect;
mod faults;
mod fcm;
mod journal;
mod jwt;
mod narrow;
mod phones;
mod screen;
mod server;
mod settings;
mod tls;
mod webpush;

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use self::{
    apns::Apns,
    dialect::Dialect,
    faults::Faults,
    fcm::Fcm,
    phones::Phones,
    server::{Common, bind, open},
    tls::Tls,
    webpush::WebPush,
};
pub use self::{
    credentials::{ApnsCredentials, Credentials, FcmCredentials, VapidCredentials},
    decrypt::DecryptError,
    faults::{Fault, Misbehaviour, Which},
    journal::{Count, Entry, Filter, Journal},
    phones::Phone,
    screen::{Notification, Seen},
    settings::{Settings, SettingsError},
};
use crate::{
    clock::{At, Clock},
    id::Ids,
    push::Gateway,
    tasks::Tasks,
};

/// Where the sandbox listens, and how it is disposed.
#[derive(Clone, Debug)]
pub struct SandboxConfig {
    pub bind: IpAddr,
    /// 0 takes any free port; the same for the other three.
    pub apns_port: u16,
    pub fcm_port: u16,
    pub web_push_port: u16,
    pub console_port: u16,
    /// Between a push and its answer, as real networks have it.
    pub latency: Duration,
    /// How many of the newest pushes are kept whole. Counts and accepted addresses are always kept.
    pub keep_journal: usize,
}

impl Default for SandboxConfig {
    /// Any ports of the loopback interface, no latency, a thousand pushes kept.
    fn default() -> Self {
        Self {
            bind: Ipv4Addr::LOCALHOST.into(),
            apns_port: 0,
            fcm_port: 0,
            web_push_port: 0,
            console_port: 0,
            latency: Duration::ZERO,
            keep_journal: 1_000,
        }
    }
}

/// A running sandbox. Cheap to clone; it ends with the tasks that it was started with.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    clock: Clock,
    urls: Urls,
    ca_pem: String,
    credentials: Credentials,
    phones: Arc<Phones>,
    faults: Arc<Faults>,
    journal: Journal,
}

struct Urls {
    apns: String,
    fcm: String,
    web_push: String,
    console: String,
}

impl Sandbox {
    /// Makes keys and certificates, and listens. Every port is bound when this returns.
    pub async fn start(
        config: SandboxConfig,
        clock: Clock,
        ids: Ids,
        tasks: &Tasks,
    ) -> io::Result<Self> {
        let (apns_door, apns) = bind(config.bind, config.apns_port).await?;
        let (fcm_door, fcm) = bind(config.bind, config.fcm_port).await?;
        let (web_push_door, web_push) = bind(config.bind, config.web_push_port).await?;
        let (console_door, console) = bind(config.bind, config.console_port).await?;
        let urls = Urls {
            apns: format!("https://{apns}"),
            fcm: format!("https://{fcm}"),
            web_push: format!("https://{web_push}"),
            console: format!("http://{console}"),
        };

        let tls = Tls::new(config.bind).map_err(io::Error::other)?;
        let sandbox = Self(Arc::new(Inner {
            clock: clock.clone(),
            ca_pem: tls.ca_pem.clone(),
            credentials: Credentials::new(&urls.fcm).map_err(io::Error::other)?,
            phones: Arc::new(Phones::new(ids.clone(), &urls.web_push)),
            faults: Arc::default(),
            journal: Journal::new(config.keep_journal),
            urls,
        }));
        let common = sandbox.common(tasks, config.latency);
        let apns = sandbox.apns(&ids);
        open(
            apns_door,
            tls.server(apns.protocols())?,
            apns,
            common.clone(),
        );
        let fcm = sandbox.fcm(&ids);
        open(fcm_door, tls.server(fcm.protocols())?, fcm, common.clone());
        let web_push = sandbox.web_push();
        open(
            web_push_door,
            tls.server(web_push.protocols())?,
            web_push,
            common,
        );
        console::open(console_door, sandbox.clone(), tasks);
        Ok(sandbox)
    }

    /// The authority that a client must trust, beside or instead of the public ones.
    pub fn ca_pem(&self) -> &str {
        &self.0.ca_pem
    }

    /// In production `https://api.push.apple.com`.
    pub fn apns_url(&self) -> &str {
        &self.0.urls.apns
    }

    /// In production `https://fcm.googleapis.com`.
    pub fn fcm_url(&self) -> &str {
        &self.0.urls.fcm
    }

    /// The origin of all Web Push endpoints, which stand in the phones' addresses.
    pub fn web_push_url(&self) -> &str {
        &self.0.urls.web_push
    }

    /// The page with the lock screens.
    pub fn console_url(&self) -> &str {
        &self.0.urls.console
    }

    pub fn credentials(&self) -> &Credentials {
        &self.0.credentials
    }

    /// A new simulated phone.
    pub fn phone(&self, gateway: Gateway) -> Phone {
        self.0.phones.issue(gateway)
    }

    /// The phone with this address, if this sandbox has issued it.
    pub fn phone_at(&self, gateway: Gateway, address: &str) -> Option<Phone> {
        self.0.phones.find(gateway, address)
    }

    /// What an entry's phone makes of it.
    pub fn seen(&self, entry: &Entry) -> Seen {
        screen::seen(&self.0.phones, entry)
    }

    /// What stands on the lock screen of the phone with this address, the oldest first.
    pub fn lock_screen(&self, gateway: Gateway, address: &str) -> Vec<Notification> {
        let entries = self.journal().entries(&Filter {
            gateway: Some(gateway),
            address: Some(address.to_owned()),
            accepted: Some(true),
            ..Filter::default()
        });
        screen::standing(entries.iter().map(|entry| self.seen(entry)))
    }

    pub fn journal(&self) -> &Journal {
        &self.0.journal
    }

    /// Makes a gateway misbehave until it is told to [behave](Sandbox::behave). Of several faults the one
    /// that was ordered first strikes.
    pub fn misbehave(&self, gateway: Gateway, fault: Fault, which: Which) {
        self.0.faults.add(gateway, fault, which);
    }

    /// Ends all faults; frozen connections go on.
    pub fn behave(&self) {
        self.0.faults.clear();
    }

    /// The faults in force, in the order in which they were ordered.
    pub fn misbehaviours(&self) -> Vec<Misbehaviour> {
        self.0.faults.list()
    }

    fn url(&self, gateway: Gateway) -> &str {
        match gateway {
            Gateway::Apns => self.apns_url(),
            Gateway::Fcm => self.fcm_url(),
            Gateway::WebPush => self.web_push_url(),
        }
    }

    fn now(&self) -> At {
        self.0.clock.now()
    }

    fn common(&self, tasks: &Tasks, latency: Duration) -> Common {
        Common {
            clock: self.0.clock.clone(),
            tasks: tasks.clone(),
            faults: Arc::clone(&self.0.faults),
            journal: self.0.journal.clone(),
            latency,
        }
    }

    fn apns(&self, ids: &Ids) -> Apns {
        let Inner {
            credentials,
            phones,
            clock,
            ..
        } = &*self.0;
        Apns::new(
            &credentials.apns,
            Arc::clone(phones),
            clock.clone(),
            ids.clone(),
        )
    }

    fn fcm(&self, ids: &Ids) -> Fcm {
        let Inner {
            credentials,
            phones,
            faults,
            clock,
            urls,
            ..
        } = &*self.0;
        let (phones, faults) = (Arc::clone(phones), Arc::clone(faults));
        Fcm::new(
            &credentials.fcm,
            &urls.fcm,
            phones,
            faults,
            clock.clone(),
            ids.clone(),
        )
    }

    fn web_push(&self) -> WebPush {
        let Inner {
            credentials,
            phones,
            clock,
            urls,
            ..
        } = &*self.0;
        WebPush::new(
            &credentials.vapid,
            &urls.web_push,
            Arc::clone(phones),
            clock.clone(),
        )
    }
}
