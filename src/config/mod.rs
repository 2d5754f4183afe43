// SPDX-License-Identifier: EUPL-1.2

//! Configuration: one TOML file, the folder `push-config/`, and the environment. This is the only reader of
//! files and environment variables; the rooms get typed sections.
//!
//! Every key has a default but where only the city can know (`server.public_url`). Unknown keys are errors.
//! An environment variable `STADTFUNK_<SECTION>_<KEY>` overrides the key, `DATABASE_URL` the database.

pub mod answers;
mod error;
pub mod lateness;
mod load;
pub mod mail;
pub mod press;
pub mod push;
mod quiet;

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use serde::Deserialize;

use self::{
    answers::AnswersConfig, lateness::LatenessConfig, mail::MailConfig, press::PressConfig,
    push::PushConfig,
};
pub use self::{
    error::{ConfigError, ConfigProblem},
    quiet::QuietConfig,
};
use crate::{clock::Zone, push::Class};

/// The whole configuration, checked.
#[derive(Clone, Debug)]
pub struct Config {
    pub server: ServerConfig,
    pub database: DatabaseConfig,
    pub people: PeopleConfig,
    pub quiet: QuietConfig,
    pub photos: PhotosConfig,
    pub files: FilesConfig,
    pub announcements: AnnouncementsConfig,
    pub answers: AnswersConfig,
    pub press: PressConfig,
    pub mail: MailConfig,
    pub outbox: OutboxConfig,
    pub log: LogConfig,
    pub push: PushConfig,
}

/// `[server]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Where to listen for HTTP. TLS is the reverse proxy's.
    pub listen: SocketAddr,
    /// Where to answer `/metrics`, for Prometheus and its kin: not a public address. Nowhere if left out.
    pub metrics_listen: Option<SocketAddr>,
    /// Under which address phones reach the server, without a slash at the end.
    pub public_url: String,
    /// The city's name, as letters and pages show it.
    pub city: String,
    /// The zone of the city's clocks, as `Europe/Berlin`.
    pub zone: Zone,
    /// Reverse proxies whose `X-Forwarded-For` is believed: by it, failed attempts are counted per client.
    pub trusted_proxies: Vec<IpAddr>,
    /// How many seconds a shutdown waits for answers under way.
    pub shutdown_seconds: u64,
    /// How many phones and windows may listen live to one process at a time.
    pub live_streams: usize,
}

/// `[database]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseConfig {
    /// `sqlite:PATH` or `postgres://…`; may hold a password, so it is a secret.
    pub url: secrecy::SecretString,
}

/// `[people]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PeopleConfig {
    /// How long a join code can be redeemed.
    pub join_code_days: u64,
    /// A session that is idle for longer has ended.
    pub session_idle_days: u64,
}

/// `[photos]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PhotosConfig {
    /// `file:` and a folder (made if it is missing).
    pub store: String,
    /// The largest upload, in bytes.
    pub max_bytes: usize,
    /// The largest picture, in millions of pixels.
    pub max_megapixels: u32,
}

/// `[files]`: documents that announcements carry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FilesConfig {
    /// `file:` and a folder (made if it is missing).
    pub store: String,
    /// The largest upload, in bytes.
    pub max_bytes: usize,
}

/// `[announcements]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnnouncementsConfig {
    /// How long before T the audience is resolved and written to the outbox, in seconds.
    pub stage_seconds: u64,
    /// Which classes need a second pair of eyes. Alerts do in any case.
    pub four_eyes: Vec<Class>,
    /// How late after T each class may still be released, if no server ran at T; later, it is held.
    pub max_lateness_seconds: LatenessConfig,
}

/// `[push]`: what is kept of pushes. How they are sent stands in `push-config/`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutboxConfig {
    /// After how many days the deliveries of a finished message give way to their totals.
    pub fold_after_days: u64,
}

/// `[log]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// As `info` or `stadtfunk=debug,info`.
    pub filter: String,
    /// `text` for people, `json` for machines.
    pub format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            metrics_listen: None,
            public_url: "http://127.0.0.1:8080".to_owned(),
            city: "Stadtverwaltung".to_owned(),
            zone: Zone::default(),
            trusted_proxies: Vec::new(),
            shutdown_seconds: 20,
            live_streams: 10_000,
        }
    }
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self {
            url: "sqlite:data/stadtfunk.db".into(),
        }
    }
}

impl Default for PeopleConfig {
    fn default() -> Self {
        Self {
            join_code_days: 30,
            session_idle_days: 180,
        }
    }
}

impl Default for PhotosConfig {
    fn default() -> Self {
        Self {
            store: "file:data/photos".to_owned(),
            max_bytes: 25 << 20,
            max_megapixels: 50,
        }
    }
}

impl Default for FilesConfig {
    fn default() -> Self {
        Self {
            store: "file:data/files".to_owned(),
            max_bytes: 20 << 20,
        }
    }
}

impl Default for AnnouncementsConfig {
    fn default() -> Self {
        Self {
            stage_seconds: 120,
            four_eyes: vec![Class::Alert],
            max_lateness_seconds: LatenessConfig::default(),
        }
    }
}

impl Default for OutboxConfig {
    fn default() -> Self {
        Self {
            fold_after_days: 30,
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            filter: "info".to_owned(),
            format: LogFormat::Text,
        }
    }
}

impl PeopleConfig {
    pub fn join_code_validity(&self) -> Duration {
        days(self.join_code_days)
    }

    pub fn session_idle(&self) -> Duration {
        days(self.session_idle_days)
    }
}

impl OutboxConfig {
    pub fn fold_after(&self) -> Duration {
        days(self.fold_after_days)
    }
}

/// Whether a host is this machine.
fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn days(days: u64) -> Duration {
    Duration::from_secs(days.saturating_mul(24 * 60 * 60))
}

/// Where the configuration is.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The TOML file; a missing one is all defaults unless it was named by the administrator.
    pub file: PathBuf,
    pub file_must_exist: bool,
    /// The folder with a file for each gateway.
    pub push_folder: PathBuf,
}
