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

impl Stage {
    /// Starts a sandbox and writes `push-config/` so that every server that is started on this stage from now
    /// on pushes to it. It ends with the stage.
    pub(crate) async fn sandbox(&self, config: SandboxConfig, clock: Clock) -> Sandbox {
        let ids = Ids::new(clock.clone());
        let sandbox = Sandbox::start(config, clock, ids, &self.tasks).await;
        let sandbox = sandbox.expect("the sandbox starts");
        self.write_push_config(&sandbox);
        sandbox
    }

    /// As an administrator would: a file per gateway, and the keys beside them. Few pushes are under way at
    /// once, so that a test can step in between.
    fn write_push_config(&self, sandbox: &Sandbox) {
        let keys = sandbox.credentials();
        let link = "connections = 1\nin_flight = 10\nextra_ca_file = 'ca.pem'\n";
        let host = sandbox.web_push_url().trim_start_matches("https://");
        let files = [
            ("ca.pem", sandbox.ca_pem().to_owned()),
            ("apns.p8", keys.apns.key_p8_pem.clone()),
            ("fcm.json", keys.fcm.service_account_json.clone()),
            ("vapid.pem", keys.vapid.private_key_pem.clone()),
            (
                "apns.toml",
                format!(
                    "enabled = true\nkey_file = 'apns.p8'\nkey_id = '{}'\nteam_id = '{}'\n\
                     topic = '{}'\nproduction_url = '{}'\n{link}",
                    keys.apns.key_id,
                    keys.apns.team_id,
                    keys.apns.topic,
                    sandbox.apns_url(),
                ),
            ),
            (
                "fcm.toml",
                format!(
                    "enabled = true\nservice_account_file = 'fcm.json'\nbase_url = '{}'\n{link}",
                    sandbox.fcm_url(),
                ),
            ),
            (
                "webpush.toml",
                format!(
                    "enabled = true\nkey_file = 'vapid.pem'\nsubject = '{}'\n\
                     app_url = 'https://app.example.org'\nallowed_hosts = ['{host}']\n{link}",
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
        let keys = phone.keys();
        let base64 = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let mut device = json!({
            "gateway": phone.gateway,
            "keys": {"p256dh": base64(&keys.p256dh), "auth": base64(&keys.auth)},
            "language": "de",
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
