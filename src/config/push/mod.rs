// SPDX-License-Identifier: EUPL-1.2

//! `push-config/`: a file per gateway, and one for what each class of message means.
//!
//! A gateway whose file is missing or says `enabled = false` is not configured: its devices are counted
//! as such in every report. `classes.toml` is optional, and so is each of its sections; what is left out
//! is [`Classes::default`]. Every value can also be made in code: all fields are public.

mod apns;
mod classes;
mod fcm;
mod file;
mod proxy;
mod web_push;

use std::{path::Path, time::Duration};

pub use self::{
    apns::ApnsConfig,
    classes::{
        ApnsClass, ClassConfig, Classes, FcmClass, FcmPriority, InterruptionLevel, Treatment,
        Urgency, WebPushClass,
    },
    fcm::{FcmConfig, ServiceAccount},
    proxy::Proxy,
    web_push::WebPushConfig,
};
use super::ConfigError;

/// All that push needs to know.
#[derive(Clone, Debug, Default)]
pub struct PushConfig {
    pub apns: Option<ApnsConfig>,
    pub fcm: Option<FcmConfig>,
    pub web_push: Option<WebPushConfig>,
    pub classes: Classes,
}

impl PushConfig {
    /// Reads `apns.toml`, `fcm.toml`, `webpush.toml` and `classes.toml` of a folder, and the key files that
    /// they name. Fails with every problem that was found.
    pub fn load(folder: &Path) -> Result<Self, ConfigError> {
        let mut problems = ConfigError::default();
        let config = Self {
            apns: ApnsConfig::load(&folder.join("apns.toml"), &mut problems),
            fcm: FcmConfig::load(&folder.join("fcm.toml"), &mut problems),
            web_push: WebPushConfig::load(&folder.join("webpush.toml"), &mut problems),
            classes: Classes::load(&folder.join("classes.toml"), &mut problems),
        };
        problems.or(config)
    }
}

/// How a gateway is reached.
#[derive(Clone, Debug)]
pub struct Link {
    /// Connections to one origin: 1 to 16.
    pub connections: usize,
    /// The most requests under way at once on one connection: 1 to 4,000.
    pub in_flight: usize,
    /// Certificates (PEM) that are trusted besides those of the operating system: a sandbox's, or those
    /// of a city's own certificate authority.
    pub extra_ca: Option<String>,
    /// Where all connections go through.
    pub proxy: Option<Proxy>,
    /// How long an answer may take. FCM asks for 10 s at least.
    pub answer_timeout: Duration,
    /// How long a peer that owes answers may be silent until it is sent a PING (RFC 9113, section 6.7), and
    /// then again until it has answered that: after twice this time a connection that leads nowhere is left.
    pub ping_after: Duration,
}

impl Default for Link {
    /// Two connections with up to 1,000 requests each: how many it really is adapts to the peer.
    fn default() -> Self {
        Self {
            connections: 2,
            in_flight: 1_000,
            extra_ca: None,
            proxy: None,
            answer_timeout: Duration::from_secs(20),
            ping_after: Duration::from_secs(5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let prefix = format!("{}/", folder.path().display());
        match PushConfig::load(folder.path()) {
            Ok(_) => Vec::new(),
            Err(error) => error
                .to_string()
                .replace(&prefix, "")
                .lines()
                .map(str::to_owned)
                .collect(),
        }
    }

    #[test]
    fn an_empty_folder_configures_no_gateway_and_the_usual_classes() {
        let folder = tempfile::tempdir().unwrap();
        let config = PushConfig::load(folder.path()).unwrap();
        assert!(config.apns.is_none() && config.fcm.is_none() && config.web_push.is_none());
        assert_eq!(config.classes, Classes::default());
    }

    #[test]
    fn every_problem_is_told_at_once_by_file_and_key() {
        let found = problems(&[
            (
                "apns.toml",
                "enabled = true\nkey_file = \"missing.p8\"\nkey_id = \"SHORT\"\n\
                 team_id = \"TEAM123456\"\ntopic = \"\"\nconnections = 0\n\
                 ping_after_ms = 50\n",
            ),
            ("webpush.toml", "enabled = true\nsubject = \"somebody\"\n"),
            (
                "classes.toml",
                "[alert.apns]\npriority = 7\ninterruption_level = \"active\"\n",
            ),
        ]);
        assert_eq!(
            found,
            [
                "apns.toml: key_id: must be 10 characters, A to Z and 0 to 9",
                "apns.toml: topic: must be the app's bundle id, as de.stadt.app",
                "apns.toml: connections: must be 1 to 16",
                "apns.toml: ping_after_ms: must be 100 to 20000",
                "apns.toml: key_file: missing.p8: No such file or directory (os error 2)",
                "webpush.toml: key_file: is missing",
                "webpush.toml: app_url: is missing",
                "webpush.toml: subject: must begin with mailto: or https://",
                "classes.toml: alert.apns.priority: must be 10, 5 or 1",
            ]
        );
    }

    #[test]
    fn an_unknown_key_and_a_wrong_type_name_their_place() {
        let found = problems(&[
            ("apns.toml", "enabled = false\nkeyid = \"x\"\n"),
            ("fcm.toml", "enabled = \"yes\"\n"),
        ]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].starts_with("apns.toml: keyid: unknown field `keyid`"),
            "{found:?}"
        );
        assert!(
            found[1].starts_with("fcm.toml: enabled: invalid type: string"),
            "{found:?}"
        );
    }

    #[test]
    fn what_a_class_does_in_quiet_hours_is_said_in_three_words_and_never_louder() {
        let found = problems(&[(
            "classes.toml",
            "[news]\non_duty = \"hold\"\noff_duty = \"silent\"\nquiet = \"deliver\"\n",
        )]);
        assert_eq!(
            found,
            [
                "classes.toml: news.on_duty: must be deliver or silent: whoever is at work is not kept \
                 waiting",
                "classes.toml: news.quiet: must not be louder than off_duty (deliver, silent, hold)",
            ]
        );
        let found = problems(&[("classes.toml", "[alert]\nquiet = \"drop\"\n")]);
        assert!(
            found[0].starts_with("classes.toml: alert.quiet: unknown variant `drop`"),
            "{found:?}"
        );
        // A file from before keeps the defaults.
        assert_eq!(
            problems(&[("classes.toml", "[news]\nreceipts = false\n")]),
            [""; 0]
        );
    }

    #[test]
    fn the_files_that_are_shipped_are_sound_and_switched_off() {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("push-config");
        let config = PushConfig::load(&shipped).unwrap();
        assert!(config.apns.is_none() && config.fcm.is_none() && config.web_push.is_none());
        assert_eq!(
            config.classes,
            Classes::default(),
            "classes.toml spells out the defaults"
        );
    }

    #[test]
    fn no_secret_is_written_by_debug() {
        let config = ApnsConfig::new(
            secrecy::SecretString::from("s3cret"),
            "K",
            "T",
            "de.stadt.app",
        );
        assert!(!format!("{config:?}").contains("s3cret"));
    }
}
