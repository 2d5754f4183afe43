// SPDX-License-Identifier: EUPL-1.2

//! `apns.toml`: the city's own key at Apple.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::Deserialize;

use super::{
    Link,
    file::{File, LinkKeys, ORIGIN, is_origin},
};
use crate::config::ConfigError;

/// What Apple's push service needs (developer.apple.com: "Establishing a token-based connection to APNs").
#[derive(Clone, Debug)]
pub struct ApnsConfig {
    /// The provider authentication key, PKCS#8 in PEM, as Apple gives it out (`AuthKey_….p8`).
    pub key: SecretString,
    /// 10 characters.
    pub key_id: String,
    /// 10 characters.
    pub team_id: String,
    /// The app's bundle id.
    pub topic: String,
    /// Origin of the service for apps from the App Store or TestFlight.
    pub production: String,
    /// Origin of the service for apps that Xcode installed.
    pub development: String,
    pub link: Link,
}

impl ApnsConfig {
    /// Apple's own hosts and the usual [`Link`].
    pub fn new(key: SecretString, key_id: &str, team_id: &str, topic: &str) -> Self {
        Self {
            key,
            key_id: key_id.to_owned(),
            team_id: team_id.to_owned(),
            topic: topic.to_owned(),
            production: PRODUCTION.to_owned(),
            development: DEVELOPMENT.to_owned(),
            link: Link::default(),
        }
    }

    pub(super) fn load(path: &Path, problems: &mut ConfigError) -> Option<Self> {
        let mut file = File::new(path, problems);
        let section: Section = file.parse()?;
        section.enabled.then(|| section.read(&mut file))
    }
}

const PRODUCTION: &str = "https://api.push.apple.com";
const DEVELOPMENT: &str = "https://api.sandbox.push.apple.com";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    enabled: bool,
    key_file: Option<PathBuf>,
    key_id: Option<String>,
    team_id: Option<String>,
    topic: Option<String>,
    production_url: Option<String>,
    development_url: Option<String>,
    connections: Option<usize>,
    in_flight: Option<usize>,
    extra_ca_file: Option<PathBuf>,
    proxy: Option<String>,
    answer_timeout_ms: Option<u64>,
    ping_after_ms: Option<u64>,
}

impl Section {
    fn read(self, file: &mut File<'_>) -> ApnsConfig {
        let key_id = file.required("key_id", self.key_id, is_apple_id, APPLE_ID);
        let team_id = file.required("team_id", self.team_id, is_apple_id, APPLE_ID);
        let topic = file.required("topic", self.topic, is_bundle_id, BUNDLE_ID);
        let production = self.production_url.unwrap_or_else(|| PRODUCTION.to_owned());
        let development = self
            .development_url
            .unwrap_or_else(|| DEVELOPMENT.to_owned());
        file.check(is_origin(&production), "production_url", ORIGIN);
        file.check(is_origin(&development), "development_url", ORIGIN);
        let link = file.link(LinkKeys {
            connections: self.connections,
            in_flight: self.in_flight,
            extra_ca_file: self.extra_ca_file,
            proxy: self.proxy,
            answer_timeout_ms: self.answer_timeout_ms,
            ping_after_ms: self.ping_after_ms,
        });
        let key = file.secret("key_file", self.key_file);
        ApnsConfig {
            key,
            key_id,
            team_id,
            topic,
            production,
            development,
            link,
        }
    }
}

const APPLE_ID: &str = "must be 10 characters, A to Z and 0 to 9";
const BUNDLE_ID: &str = "must be the app's bundle id, as de.stadt.app";

fn is_apple_id(id: &str) -> bool {
    id.len() == 10
        && id
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn is_bundle_id(id: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    id.len() <= 155 && id.split('.').count() >= 2 && id.split('.').all(part)
}
