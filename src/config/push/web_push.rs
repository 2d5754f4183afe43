// SPDX-License-Identifier: EUPL-1.2

//! `webpush.toml`: the city's VAPID key (RFC 8292), for browsers and UnifiedPush.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::Deserialize;

use super::{
    Link,
    file::{File, LinkKeys, ORIGIN, is_origin},
};
use crate::config::ConfigError;

/// What the browsers' push services need.
#[derive(Clone, Debug)]
pub struct WebPushConfig {
    /// P-256, PKCS#8 in PEM.
    pub key: SecretString,
    /// Whom a push service may turn to: a `mailto:` or `https:` address. Apple and Mozilla insist on it.
    pub subject: String,
    /// Origin of the installable app: what a notification's link opens is below it.
    pub app_url: String,
    /// Hosts (`host` or `host:port`) that may have an address inside the city's network, such as its own
    /// UnifiedPush server. All other endpoints must resolve to public addresses.
    pub allowed_hosts: Vec<String>,
    pub link: Link,
}

impl WebPushConfig {
    /// Public endpoints only, and the usual [`Link`].
    pub fn new(key: SecretString, subject: &str, app_url: &str) -> Self {
        Self {
            key,
            subject: subject.to_owned(),
            app_url: app_url.to_owned(),
            allowed_hosts: Vec::new(),
            link: Link::default(),
        }
    }

    pub(super) fn load(path: &Path, problems: &mut ConfigError) -> Option<Self> {
        let mut file = File::new(path, problems);
        let section: Section = file.parse()?;
        section.enabled.then(|| section.read(&mut file))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    enabled: bool,
    key_file: Option<PathBuf>,
    subject: Option<String>,
    app_url: Option<String>,
    #[serde(default)]
    allowed_hosts: Vec<String>,
    connections: Option<usize>,
    in_flight: Option<usize>,
    extra_ca_file: Option<PathBuf>,
    proxy: Option<String>,
    answer_timeout_ms: Option<u64>,
    ping_after_ms: Option<u64>,
}

impl Section {
    fn read(self, file: &mut File<'_>) -> WebPushConfig {
        let key = file.secret("key_file", self.key_file);
        let app_url = file.required("app_url", self.app_url, is_origin, ORIGIN);
        let subject = file.required("subject", self.subject, is_contact, CONTACT);
        for host in &self.allowed_hosts {
            let named = is_origin(&format!("https://{host}"));
            file.check(
                named,
                "allowed_hosts",
                "must be names as push.stadt.de or push.stadt.de:8443",
            );
        }
        let link = file.link(LinkKeys {
            connections: self.connections,
            in_flight: self.in_flight,
            extra_ca_file: self.extra_ca_file,
            proxy: self.proxy,
            answer_timeout_ms: self.answer_timeout_ms,
            ping_after_ms: self.ping_after_ms,
        });
        WebPushConfig {
            key,
            subject,
            app_url,
            allowed_hosts: self.allowed_hosts,
            link,
        }
    }
}

const CONTACT: &str = "must begin with mailto: or https://";

fn is_contact(subject: &str) -> bool {
    subject.starts_with("mailto:") || subject.starts_with("https://")
}
