// SPDX-License-Identifier: EUPL-1.2

//! What a server needs to be told to push to this sandbox instead of Apple, Google and the browsers.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::Sandbox;
use crate::config::push::{ApnsConfig, FcmConfig, Link, PushConfig, ServiceAccount, WebPushConfig};

/// The sandbox's addresses and credentials; they can be handed to another process. Worth nothing outside
/// this machine.
#[derive(Clone, Serialize, Deserialize)]
pub struct Settings {
    pub ca_pem: String,
    pub apns_url: String,
    pub fcm_url: String,
    pub web_push_url: String,
    pub apns_key_p8_pem: String,
    pub apns_key_id: String,
    pub apns_team_id: String,
    pub apns_topic: String,
    pub service_account_json: String,
    pub vapid_private_key_pem: String,
    pub vapid_subject: String,
}

/// What the sandbox gave out can't be read back: a mistake in the sandbox.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox's service account: {0}")]
pub struct SettingsError(String);

impl Sandbox {
    pub fn settings(&self) -> Settings {
        let credentials = self.credentials();
        Settings {
            ca_pem: self.ca_pem().to_owned(),
            apns_url: self.apns_url().to_owned(),
            fcm_url: self.fcm_url().to_owned(),
            web_push_url: self.web_push_url().to_owned(),
            apns_key_p8_pem: credentials.apns.key_p8_pem.clone(),
            apns_key_id: credentials.apns.key_id.clone(),
            apns_team_id: credentials.apns.team_id.clone(),
            apns_topic: credentials.apns.topic.clone(),
            service_account_json: credentials.fcm.service_account_json.clone(),
            vapid_private_key_pem: credentials.vapid.private_key_pem.clone(),
            vapid_subject: credentials.vapid.subject.clone(),
        }
    }
}

impl Settings {
    /// The configuration of a server that pushes here; all else as in production.
    pub fn push_config(&self) -> Result<PushConfig, SettingsError> {
        let link = || Link {
            extra_ca: Some(self.ca_pem.clone()),
            ..Link::default()
        };
        let secret = |text: &String| SecretString::from(text.clone());
        let apns = ApnsConfig {
            production: self.apns_url.clone(),
            development: self.apns_url.clone(),
            link: link(),
            ..ApnsConfig::new(
                secret(&self.apns_key_p8_pem),
                &self.apns_key_id,
                &self.apns_team_id,
                &self.apns_topic,
            )
        };
        let account = ServiceAccount::from_json(&secret(&self.service_account_json));
        let fcm = FcmConfig {
            base_url: self.fcm_url.clone(),
            link: link(),
            ..FcmConfig::new(account.map_err(SettingsError)?)
        };
        let host = self.web_push_url.trim_start_matches("https://");
        let web_push = WebPushConfig {
            allowed_hosts: vec![host.to_owned()],
            link: link(),
            ..WebPushConfig::new(
                secret(&self.vapid_private_key_pem),
                &self.vapid_subject,
                "https://app.example.org",
            )
        };
        Ok(PushConfig {
            apns: Some(apns),
            fcm: Some(fcm),
            web_push: Some(web_push),
            ..PushConfig::default()
        })
    }
}
