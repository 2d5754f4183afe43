// SPDX-License-Identifier: EUPL-1.2

//! `[press]`: by which channels the press is served.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

/// `[press]`. Without any of it the press is served by no channel.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PressConfig {
    /// Where the city's web site wants to be told of announcements: `https://…`.
    pub web_hook_url: Option<String>,
    /// What the calls are signed with: `whsec_` and 24 to 64 bytes in base64 (Standard Webhooks).
    pub web_hook_secret: Option<SecretString>,
    /// The web hook may be `http://` and on this machine.
    pub web_hook_on_loopback: bool,
    /// How long an answer of the web hook is waited for.
    pub web_hook_timeout_seconds: Seconds,
    /// The press list: each address gets a mail of its own.
    pub mail_to: Vec<String>,
    /// Whether `/press` and its feeds are served.
    pub page: bool,
}

/// 1 to 60.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u64")]
pub struct Seconds(u64);

impl Seconds {
    pub fn get(self) -> u64 {
        self.0
    }
}

impl Default for Seconds {
    fn default() -> Self {
        Self(10)
    }
}

impl TryFrom<u64> for Seconds {
    type Error = &'static str;
    fn try_from(seconds: u64) -> Result<Self, Self::Error> {
        if (1..=60).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err("must be 1 to 60")
        }
    }
}

impl PressConfig {
    /// What is wrong, by key. `can_mail`: whether a mail server is configured.
    pub(super) fn problems(&self, can_mail: bool) -> Vec<(&'static str, &'static str)> {
        let mut problems = Vec::new();
        if let Some(url) = &self.web_hook_url {
            if !is_web_hook(url, self.web_hook_on_loopback) {
                problems.push((
                    "press.web_hook_url",
                    "must be https://…; http://127.0.0.1… only if web_hook_on_loopback is true",
                ));
            }
            if !self.web_hook_secret.as_ref().is_some_and(is_secret) {
                problems.push((
                    "press.web_hook_secret",
                    "must be whsec_ and 24 to 64 random bytes in base64",
                ));
            }
        }
        if !self.mail_to.is_empty() && !can_mail {
            problems.push(("press.mail_to", "needs [mail] with a host"));
        }
        let is_address = |address: &String| address.parse::<lettre::Address>().is_ok();
        if !self.mail_to.iter().all(is_address) {
            problems.push(("press.mail_to", "holds what is no mail address"));
        }
        problems
    }
}

pub(super) fn is_web_hook(url: &str, on_loopback: bool) -> bool {
    url.parse::<http::Uri>().is_ok_and(|uri| {
        let host = uri.host().unwrap_or_default();
        match uri.scheme_str() {
            Some("https") => !host.is_empty(),
            Some("http") => on_loopback && super::is_loopback(host),
            _ => false,
        }
    })
}

pub(super) fn is_secret(secret: &SecretString) -> bool {
    secret
        .expose_secret()
        .strip_prefix("whsec_")
        .and_then(|key| BASE64_STANDARD.decode(key).ok())
        .is_some_and(|key| (24..=64).contains(&key.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_hook_is_https_unless_loopback_is_allowed() {
        assert!(is_web_hook("https://www.example-stadt.de/hook", false));
        assert!(!is_web_hook("http://www.example-stadt.de/hook", true));
        assert!(!is_web_hook("http://127.0.0.1:9000/hook", false));
        assert!(is_web_hook("http://127.0.0.1:9000/hook", true));
        assert!(is_web_hook("http://[::1]:9000/hook", true));
        assert!(!is_web_hook("/hook", true));
    }

    #[test]
    fn what_is_missing_is_told_by_its_key() {
        let config = PressConfig {
            web_hook_url: Some("ftp://example.org".to_owned()),
            mail_to: vec!["nobody".to_owned()],
            ..PressConfig::default()
        };
        let keys: Vec<_> = config
            .problems(false)
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        assert_eq!(
            keys,
            [
                "press.web_hook_url",
                "press.web_hook_secret",
                "press.mail_to",
                "press.mail_to"
            ]
        );
        assert!(PressConfig::default().problems(false).is_empty());
    }
}
