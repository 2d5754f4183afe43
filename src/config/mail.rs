// SPDX-License-Identifier: EUPL-1.2

//! `[mail]`: the city's SMTP server.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

/// `[mail]`. No mail is sent while no `host` is named.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailConfig {
    pub host: Option<String>,
    /// 465 for `implicit`, 587 for `starttls`, 25 for `none` if left out.
    pub port: Option<u16>,
    pub tls: MailTls,
    /// PEM: the authority that has signed the server's certificate, where the system does not know it.
    /// Relative names start at the configuration file's folder.
    pub extra_ca_file: Option<PathBuf>,
    /// What stands in it.
    #[serde(skip)]
    pub extra_ca: Option<String>,
    pub user: Option<String>,
    pub password: Option<SecretString>,
    /// Who writes, as `presse@example-stadt.de` or `Stadt Beispiel <presse@example-stadt.de>`.
    pub from: Option<String>,
}

/// How the connection to the server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// TLS from the first byte (RFC 8314).
    Implicit,
    /// Plain at first, then TLS or nothing (RFC 3207).
    #[default]
    Starttls,
    /// Not at all: to a relay on the same machine alone.
    None,
}

impl MailConfig {
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            MailTls::Implicit => 465,
            MailTls::Starttls => 587,
            MailTls::None => 25,
        })
    }

    /// What is wrong, by key.
    pub(super) fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let mut problems = Vec::new();
        let Some(host) = &self.host else {
            return problems;
        };
        match self
            .from
            .as_deref()
            .map(str::parse::<lettre::message::Mailbox>)
        {
            Some(Ok(_)) => {}
            Some(Err(_)) => problems.push(("mail.from", "is no mail address")),
            None => problems.push(("mail.from", "is missing: who writes the mails")),
        }
        if self.user.is_some() != self.password.is_some() {
            problems.push(("mail.user", "needs mail.password, and the other way round"));
        }
        if self.tls == MailTls::None && !super::is_loopback(host) {
            problems.push((
                "mail.tls",
                "may be none only for a server on this machine (127.0.0.1)",
            ));
        }
        problems
    }
}
