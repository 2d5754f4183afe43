// SPDX-License-Identifier: EUPL-1.2

//! The push sandbox on a stage: gateways of Apple, Google and browsers on this machine, and phones.

use std::fs;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::json;
use stadtfunk::{
    clock::Clock,
    id::Ids,
    push::{
        Gateway,
        sandbox::{Phone, Sandbox, SandboxConfig},
    },
};

use super::{Person, Stage};

/// How a server reaches the gateways. The usual: few pushes under way at once, so that a test can step in
/// between.
#[derive(Clone, Debug)]
pub(crate) struct Wiring {
    pub(crate) connections: usize,
    pub(crate) in_flight: usize,
    pub(crate) answer_timeout_ms: u64,
    pub(crate) ping_after_ms: u64,
    /// Where Apple is said to be, if not at the sandbox.
    pub(crate) apns_url: Option<String>,
    /// Where Google is said to be, if not at the sandbox.
    pub(crate) fcm_url: Option<String>,
    /// The gateway whose certificates are to be signed by this authority (PEM), and not by the sandbox's.
    pub(crate) other_ca: Option<(Gateway, String)>,
    /// A push service besides the sandbox's: its host and port, and the authority behind its certificate (PEM).
    pub(crate) push_service: Option<(String, String)>,
}

impl Default for Wiring {
    fn default() -> Self {
        Self {
            connections: 1,
            in_flight: 10,
            answer_timeout_ms: 20_000,
            ping_after_ms: 5_000,
            apns_url: None,
            fcm_url: None,
            other_ca: None,
            push_service: None,
        }
    }
}

impl Wiring {
    /// The keys that every gateway's file has.
    fn link(&self, gateway: Gateway) -> String {
        let ca = match &self.other_ca {
            Some((of, _)) if *of == gateway => "other-ca.pem",
            _ => "ca.pem",
        };
        format!(
            "connections = {}\nin_flight = {}\nanswer_timeout_ms = {}\nping_after_ms = {}\n\
             extra_ca_file = '{ca}'\n",
            self.connections, self.in_flight, self.answer_timeout_ms, self.ping_after_ms
        )
    }
}

impl Stage {
    /// Starts a sandbox and writes `push-config/` so that every server that is started on this stage from now
    /// on pushes to it. It ends with the stage.
    pub(crate) async fn sandbox(&self, config: SandboxConfig, clock: Clock) -> Sandbox {
        let ids = Ids::new(clock.clone());
        let sandbox = Sandbox::start(config, clock, ids, &self.tasks).await;
        let sandbox = sandbox.expect("the sandbox starts");
        self.configure_push(&sandbox, &Wiring::default());
        sandbox
    }

    /// Writes `push-config/` as an administrator would: a file per gateway, and the keys beside them.
    pub(crate) fn configure_push(&self, sandbox: &Sandbox, wiring: &Wiring) {
        let keys = sandbox.credentials();
        let host = sandbox.web_push_url().trim_start_matches("https://");
        let other = wiring.push_service.as_ref();
        let hosts = [Some(host), other.map(|(host, _)| host.as_str())];
        let hosts = hosts.into_iter().flatten().map(|host| format!("'{host}'"));
        let hosts = hosts.collect::<Vec<_>>().join(", ");
        let other_pem = other.map_or("", |(_, pem)| pem);
        let apns_url = wiring.apns_url.as_deref().unwrap_or(sandbox.apns_url());
        let fcm_url = wiring.fcm_url.as_deref().unwrap_or(sandbox.fcm_url());
        let [apns, fcm, web_push] =
            [Gateway::Apns, Gateway::Fcm, Gateway::WebPush].map(|gateway| wiring.link(gateway));
        let other_ca = wiring.other_ca.as_ref().map(|(_, pem)| pem.clone());
        let files = [
            ("ca.pem", sandbox.ca_pem().to_owned() + other_pem),
            ("other-ca.pem", other_ca.unwrap_or_default()),
            ("apns.p8", keys.apns.key_p8_pem.clone()),
            ("fcm.json", keys.fcm.service_account_json.clone()),
            ("vapid.pem", keys.vapid.private_key_pem.clone()),
            (
                "apns.toml",
                format!(
                    "enabled = true\nkey_file = 'apns.p8'\nkey_id = '{}'\nteam_id = '{}'\n\
                     topic = '{}'\nproduction_url = '{apns_url}'\n{apns}",
                    keys.apns.key_id, keys.apns.team_id, keys.apns.topic,
                ),
            ),
            (
                "fcm.toml",
                format!(
                    "enabled = true\nservice_account_file = 'fcm.json'\nbase_url = '{fcm_url}'\n{fcm}",
                ),
            ),
            (
                "webpush.toml",
                format!(
                    "enabled = true\nkey_file = 'vapid.pem'\nsubject = '{}'\n\
                     app_url = 'https://app.example.org'\nallowed_hosts = [{hosts}]\n{web_push}",
                    keys.vapid.subject,
                ),
            ),
        ];
        let folder = self.folder().join("push-config");
        fs::create_dir_all(&folder).expect("a folder");
        for (name, text) in files {
            fs::write(folder.join(name), text).expect("a file");
        }
    }
}

impl Person {
    /// Registers a phone for the session, as the app on it would.
    pub(crate) async fn registers(&self, phone: &Phone) {
        self.registers_in(phone, "de").await;
    }

    /// The same for somebody whose phone is set to this language.
    pub(crate) async fn registers_in(&self, phone: &Phone, language: &str) {
        let keys = phone.keys();
        let base64 = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let mut device = json!({
            "gateway": phone.gateway,
            "keys": {"p256dh": base64(&keys.p256dh), "auth": base64(&keys.auth)},
            "language": language,
            "app_version": "1.0",
        });
        match phone.gateway {
            Gateway::Apns => {
                device["token"] = json!(phone.address);
                device["environment"] = json!("production");
            }
            Gateway::Fcm => device["token"] = json!(phone.address),
            Gateway::WebPush => device["endpoint"] = json!(phone.address),
        }
        self.put("/api/v1/devices/current", device).await.ok();
    }
}
