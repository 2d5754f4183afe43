// SPDX-License-Identifier: EUPL-1.2

//! `fcm.toml`: the city's own service account at Google.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{
    Link,
    file::{File, LinkKeys, ORIGIN, is_origin},
};
use crate::config::ConfigError;

/// What Firebase Cloud Messaging needs.
#[derive(Clone, Debug)]
pub struct FcmConfig {
    pub account: ServiceAccount,
    /// Origin of the HTTP v1 API.
    pub base_url: String,
    pub link: Link,
}

/// The parts of a service account's JSON key file that are used.
#[derive(Clone, Debug, Deserialize)]
pub struct ServiceAccount {
    pub project_id: String,
    pub client_email: String,
    pub private_key_id: String,
    /// RSA, PKCS#8 in PEM.
    pub private_key: SecretString,
    /// Where an assertion is exchanged for an access token (RFC 7523).
    pub token_uri: String,
}

impl FcmConfig {
    /// Google's own host and the usual [`Link`].
    pub fn new(account: ServiceAccount) -> Self {
        Self {
            account,
            base_url: BASE.to_owned(),
            link: Link::default(),
        }
    }

    pub(super) fn load(path: &Path, problems: &mut ConfigError) -> Option<Self> {
        let mut file = File::new(path, problems);
        let section: Section = file.parse()?;
        if section.enabled {
            section.read(&mut file)
        } else {
            None
        }
    }
}

impl ServiceAccount {
    /// Reads the JSON that Google gives out; the error says which field is missing or wrong.
    pub fn from_json(json: &SecretString) -> Result<Self, String> {
        // serde_json's message can quote what stood there: only the place is told.
        serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(
            json.expose_secret(),
        ))
        .map_err(|error| {
            let (line, path) = (error.inner().line(), error.path().to_string());
            let missing = error.inner().to_string().starts_with("missing field");
            let what = if missing {
                "a field is missing"
            } else {
                "not a service account"
            };
            format!(
                "{what} (line {line}, at {path}); expected Google's JSON with \
                         project_id, client_email, private_key_id, private_key and token_uri"
            )
        })
    }
}

const BASE: &str = "https://fcm.googleapis.com";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    enabled: bool,
    service_account_file: Option<PathBuf>,
    base_url: Option<String>,
    connections: Option<usize>,
    in_flight: Option<usize>,
    extra_ca_file: Option<PathBuf>,
    proxy: Option<String>,
    answer_timeout_ms: Option<u64>,
    ping_after_ms: Option<u64>,
}

impl Section {
    fn read(self, file: &mut File<'_>) -> Option<FcmConfig> {
        let base_url = self.base_url.unwrap_or_else(|| BASE.to_owned());
        file.check(is_origin(&base_url), "base_url", ORIGIN);
        let link = file.link(LinkKeys {
            connections: self.connections,
            in_flight: self.in_flight,
            extra_ca_file: self.extra_ca_file,
            proxy: self.proxy,
            answer_timeout_ms: self.answer_timeout_ms,
            ping_after_ms: self.ping_after_ms,
        });
        let json = file.secret("service_account_file", self.service_account_file);
        if json.expose_secret().is_empty() {
            return None;
        }
        match ServiceAccount::from_json(&json) {
            Ok(account) => Some(FcmConfig {
                account,
                base_url,
                link,
            }),
            Err(what) => file.wrong("service_account_file", what),
        }
    }
}
