// SPDX-License-Identifier: EUPL-1.2

//! `[answers]`: how people who do not answer are reached, and how careful the figures are.

use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

use super::press::{Seconds, is_secret, is_web_hook};

/// `[answers]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnswersConfig {
    /// For how many days after a release it is known who answered what; then the totals stay.
    pub names_days: u64,
    /// Figures about fewer people than this are not shown: 3 to 100.
    pub smallest_group: u32,
    /// Where the city's gateway for text messages wants to be told what to send: `https://…`.
    pub sms_web_hook_url: Option<String>,
    /// What the calls are signed with: `whsec_` and 24 to 64 bytes in base64 (Standard Webhooks).
    pub sms_web_hook_secret: Option<SecretString>,
    /// The gateway may be `http://` and on this machine.
    pub sms_web_hook_on_loopback: bool,
    /// How long an answer of the gateway is waited for.
    pub sms_web_hook_timeout_seconds: Seconds,
}

impl Default for AnswersConfig {
    fn default() -> Self {
        Self {
            names_days: 30,
            smallest_group: 5,
            sms_web_hook_url: None,
            sms_web_hook_secret: None,
            sms_web_hook_on_loopback: false,
            sms_web_hook_timeout_seconds: Seconds::default(),
        }
    }
}

impl AnswersConfig {
    pub fn names_kept(&self) -> Duration {
        super::days(self.names_days)
    }

    /// What is wrong, by key.
    pub(super) fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let mut problems = Vec::new();
        if self.names_days == 0 {
            problems.push(("answers.names_days", "must be at least 1"));
        }
        if !(3..=100).contains(&self.smallest_group) {
            problems.push(("answers.smallest_group", "must be 3 to 100"));
        }
        if let Some(url) = &self.sms_web_hook_url {
            if !is_web_hook(url, self.sms_web_hook_on_loopback) {
                problems.push((
                    "answers.sms_web_hook_url",
                    "must be https://…; http://127.0.0.1… only if sms_web_hook_on_loopback is true",
                ));
            }
            if !self.sms_web_hook_secret.as_ref().is_some_and(is_secret) {
                problems.push((
                    "answers.sms_web_hook_secret",
                    "must be whsec_ and 24 to 64 random bytes in base64",
                ));
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_by_its_key() {
        let config = AnswersConfig {
            names_days: 0,
            smallest_group: 2,
            sms_web_hook_url: Some("http://sms.example.org".to_owned()),
            ..AnswersConfig::default()
        };
        let keys: Vec<_> = config.problems().into_iter().map(|(key, _)| key).collect();
        assert_eq!(
            keys,
            [
                "answers.names_days",
                "answers.smallest_group",
                "answers.sms_web_hook_url",
                "answers.sms_web_hook_secret"
            ]
        );
        assert!(AnswersConfig::default().problems().is_empty());
    }
}
