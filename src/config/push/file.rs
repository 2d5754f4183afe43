// SPDX-License-Identifier: EUPL-1.2

//! Reading one TOML file and the files it names.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::SecretString;
use serde::de::DeserializeOwned;

use super::{
    Link,
    proxy::{PROXY, Proxy},
};
use crate::config::ConfigError;

/// A file of `push-config/` that is being read; problems are added to the list under its name.
pub(super) struct File<'a> {
    pub(super) path: &'a Path,
    pub(super) problems: &'a mut ConfigError,
}

impl<'a> File<'a> {
    pub(super) fn new(path: &'a Path, problems: &'a mut ConfigError) -> Self {
        Self { path, problems }
    }

    /// The file's contents; `None` if it does not exist or can't be understood (which is a problem).
    pub(super) fn parse<T: DeserializeOwned>(&mut self) -> Option<T> {
        let text = match std::fs::read_to_string(self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            Err(error) => return self.wrong("", error.to_string()),
        };
        let parsed = toml::Deserializer::parse(&text)
            .map_err(|error| (String::new(), error.to_string()))
            .and_then(|toml| {
                serde_path_to_error::deserialize(toml)
                    .map_err(|error| (error.path().to_string(), error.inner().message().to_owned()))
            });
        match parsed {
            Ok(value) => Some(value),
            Err((key, what)) => self.wrong(key.trim_matches('.'), what.trim()),
        }
    }

    /// Notes a problem; gives `None`, so that a reader can end with it.
    pub(super) fn wrong<T>(&mut self, key: &str, what: impl Into<String>) -> Option<T> {
        self.problems.add(self.path, key, what);
        None
    }

    pub(super) fn check(&mut self, holds: bool, key: &str, what: &str) {
        if !holds {
            self.problems.add(self.path, key, what);
        }
    }

    /// A key that must be there once the gateway is enabled, and be what `what` says.
    pub(super) fn required(
        &mut self,
        key: &str,
        value: Option<String>,
        holds: impl FnOnce(&str) -> bool,
        what: &str,
    ) -> String {
        match value {
            None => self.check(false, key, "is missing"),
            Some(ref value) => self.check(holds(value), key, what),
        }
        value.unwrap_or_default()
    }

    /// The secret in the file that `key` names; relative names start at this file's folder.
    pub(super) fn secret(&mut self, key: &str, name: Option<PathBuf>) -> SecretString {
        match name {
            None => {
                self.problems.add(self.path, key, "is missing");
                SecretString::default()
            }
            Some(name) => self.read(key, &name).unwrap_or_default().into(),
        }
    }

    /// The keys that every gateway has.
    pub(super) fn link(&mut self, keys: LinkKeys) -> Link {
        let usual = Link::default();
        let connections = keys.connections.unwrap_or(usual.connections);
        let in_flight = keys.in_flight.unwrap_or(usual.in_flight);
        self.check(
            (1..=16).contains(&connections),
            "connections",
            "must be 1 to 16",
        );
        self.check(
            (1..=4_000).contains(&in_flight),
            "in_flight",
            "must be 1 to 4000",
        );
        let answer_timeout = keys
            .answer_timeout_ms
            .map_or(usual.answer_timeout, Duration::from_millis);
        // Begun at half of the lease, five seconds late at most, it must be answered and written down before
        // the lease ends.
        self.check(
            (100..=20_000).contains(&answer_timeout.as_millis()),
            "answer_timeout_ms",
            "must be 100 to 20000",
        );
        let ping_after = keys
            .ping_after_ms
            .map_or(usual.ping_after, Duration::from_millis);
        self.check(
            (100..=20_000).contains(&ping_after.as_millis()),
            "ping_after_ms",
            "must be 100 to 20000",
        );
        let proxy = keys.proxy.as_deref().map(Proxy::parse);
        self.check(!matches!(proxy, Some(None)), "proxy", PROXY);
        Link {
            connections,
            in_flight,
            extra_ca: keys
                .extra_ca_file
                .and_then(|name| self.read("extra_ca_file", &name)),
            proxy: proxy.flatten(),
            answer_timeout,
            ping_after,
        }
    }

    fn read(&mut self, key: &str, name: &Path) -> Option<String> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        match std::fs::read_to_string(folder.join(name)) {
            Ok(text) => Some(text),
            Err(error) => self.wrong(key, format!("{}: {error}", name.display())),
        }
    }
}

/// How a gateway is reached, as it stands in its file.
pub(super) struct LinkKeys {
    pub(super) connections: Option<usize>,
    pub(super) in_flight: Option<usize>,
    pub(super) extra_ca_file: Option<PathBuf>,
    pub(super) proxy: Option<String>,
    pub(super) answer_timeout_ms: Option<u64>,
    pub(super) ping_after_ms: Option<u64>,
}

/// `https://host` or `https://host:port`, nothing behind it.
pub(super) fn is_origin(url: &str) -> bool {
    url.parse::<http::Uri>().is_ok_and(|uri| {
        uri.scheme_str() == Some("https")
            && uri.path() == "/"
            && uri.query().is_none()
            && !url.ends_with('/')
            && !url.contains(['@', '#'])
    })
}

pub(super) const ORIGIN: &str = "must be https://host or https://host:port, without a path";
