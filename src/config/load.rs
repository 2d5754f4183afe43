// SPDX-License-Identifier: EUPL-1.2

//! Reading the files and the environment.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the environment"
)]

use std::{fs, io, path::Path};

use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::{
    AnnouncementsConfig, Config, ConfigError, ConfigProblem, DatabaseConfig, FilesConfig,
    LogConfig, OutboxConfig, PeopleConfig, PhotosConfig, QuietConfig, ServerConfig, Sources,
    answers::AnswersConfig, mail::MailConfig, press::PressConfig, push::PushConfig,
};

const SECTIONS: [&str; 12] = [
    "server",
    "database",
    "people",
    "quiet_hours",
    "photos",
    "files",
    "announcements",
    "answers",
    "press",
    "mail",
    "push",
    "log",
];

impl Config {
    /// Reads and checks everything, and names everything that is wrong.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let environment: Vec<_> = std::env::vars().collect();
        Self::load_with(sources, &environment)
    }

    /// As [`load`](Config::load), with this environment.
    pub fn load_with(
        sources: &Sources,
        environment: &[(String, String)],
    ) -> Result<Self, ConfigError> {
        let mut reader = Reader::open(sources);
        reader.override_by(environment);
        let server = reader.section::<ServerConfig>("server");
        let database = reader.section::<DatabaseConfig>("database");
        let people = reader.section::<PeopleConfig>("people");
        let quiet = reader.section::<QuietConfig>("quiet_hours");
        let photos = reader.section::<PhotosConfig>("photos");
        let files = reader.section::<FilesConfig>("files");
        let announcements = reader.section::<AnnouncementsConfig>("announcements");
        let answers = reader.section::<AnswersConfig>("answers");
        let press = reader.section::<PressConfig>("press");
        let mut mail = reader.section::<MailConfig>("mail");
        mail.extra_ca = reader.read_beside("mail.extra_ca_file", mail.extra_ca_file.as_deref());
        let outbox = reader.section::<OutboxConfig>("push");
        let log = reader.section::<LogConfig>("log");
        reader.check_public_url(&server);
        let unsound = mail.problems();
        for (key, what) in unsound
            .into_iter()
            .chain(press.problems(mail.host.is_some()))
            .chain(announcements.max_lateness_seconds.problems())
            .chain(answers.problems())
        {
            reader.problem(key, what);
        }
        if outbox.fold_after_days == 0 {
            reader.problem("push.fold_after_days", "must be at least 1");
        }
        if let Some((key, what)) = quiet.problem() {
            reader.problem(key, what);
        }
        reader.refuse_other_sections();
        let push = PushConfig::load(&sources.push_folder);
        let mut problems = reader.problems;
        match push {
            Ok(push) if problems.is_empty() => Ok(Self {
                server,
                database,
                people,
                quiet,
                photos,
                files,
                announcements,
                answers,
                press,
                mail,
                outbox,
                log,
                push,
            }),
            Ok(_) => Err(ConfigError { problems }),
            Err(error) => {
                problems.extend(error.problems);
                Err(ConfigError { problems })
            }
        }
    }
}

struct Reader<'a> {
    file: &'a Path,
    table: Table,
    problems: Vec<ConfigProblem>,
}

impl<'a> Reader<'a> {
    fn open(sources: &'a Sources) -> Self {
        let file = sources.file.as_path();
        let mut reader = Self {
            file,
            table: Table::new(),
            problems: Vec::new(),
        };
        match fs::read_to_string(file) {
            Ok(text) => match text.parse() {
                Ok(table) => reader.table = table,
                Err(error) => reader.problem("", format!("is not TOML: {error}")),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound && !sources.file_must_exist => {}
            Err(error) => reader.problem("", format!("can't be read: {error}")),
        }
        reader
    }

    /// `STADTFUNK_SERVER_PUBLIC_URL` is `public_url` in `[server]`.
    fn override_by(&mut self, environment: &[(String, String)]) {
        for (name, value) in environment {
            if name == "DATABASE_URL" {
                self.set("database", "url", Value::String(value.clone()));
                continue;
            }
            let Some(rest) = name.strip_prefix("STADTFUNK_") else {
                continue;
            };
            // These name the files themselves: the command line reads them.
            if matches!(rest, "CONFIG" | "PUSH_CONFIG") {
                continue;
            }
            let rest = rest.to_ascii_lowercase();
            let key = SECTIONS.iter().find_map(|section| {
                Some((*section, rest.strip_prefix(section)?.strip_prefix('_')?))
            });
            match key {
                Some((section, key)) => self.set(section, key, literal(value)),
                None => self.problems.push(ConfigProblem::new(
                    "environment",
                    name,
                    format!("names none of the sections {}", SECTIONS.join(", ")),
                )),
            }
        }
    }

    fn set(&mut self, section: &str, key: &str, value: Value) {
        let section = self
            .table
            .entry(section.to_owned())
            .or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(section) = section {
            section.insert(key.to_owned(), value);
        }
    }

    fn section<T: DeserializeOwned + Default>(&mut self, name: &str) -> T {
        let Some(value) = self.table.remove(name) else {
            return T::default();
        };
        match serde_path_to_error::deserialize(value) {
            Ok(section) => section,
            Err(error) => {
                let path = error.path().to_string();
                let key = if path == "." {
                    name.to_owned()
                } else {
                    format!("{name}.{path}")
                };
                self.problem(&key, error.inner().to_string().trim_end());
                T::default()
            }
        }
    }

    fn check_public_url(&mut self, server: &ServerConfig) {
        let url = &server.public_url;
        let uri = url.parse::<http::Uri>();
        let good = uri.is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.path() == "/"
        });
        if !good || url.ends_with('/') {
            self.problem(
                "server.public_url",
                "must be as https://app.example.org, without a path",
            );
        }
    }

    /// The text of a file that a key names, if it does; relative names start at the configuration's folder.
    fn read_beside(&mut self, key: &str, name: Option<&Path>) -> Option<String> {
        let name = name?;
        let folder = self.file.parent().unwrap_or(Path::new("."));
        fs::read_to_string(folder.join(name))
            .map_err(|error| self.problem(key, format!("{}: {error}", name.display())))
            .ok()
    }

    fn refuse_other_sections(&mut self) {
        let others: Vec<String> = self.table.keys().cloned().collect();
        for name in others {
            self.problem(
                &name,
                format!("is none of the sections {}", SECTIONS.join(", ")),
            );
        }
    }

    fn problem(&mut self, key: &str, what: impl Into<String>) {
        self.problems.push(ConfigProblem::new(self.file, key, what));
    }
}

/// A value of the environment as TOML would read it: `8` and `true` are what they look like, all else is text.
fn literal(text: &str) -> Value {
    let typed = text.parse::<i64>().map(Value::Integer);
    typed
        .or_else(|_| text.parse().map(Value::Boolean))
        .unwrap_or_else(|_| Value::String(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str, environment: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("stadtfunk.toml");
        fs::write(&file, text).unwrap();
        let sources = Sources {
            file,
            file_must_exist: true,
            push_folder: concat!(env!("CARGO_MANIFEST_DIR"), "/push-config").into(),
        };
        let environment: Vec<_> = environment
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        match Config::load_with(&sources, &environment) {
            Ok(_) => Vec::new(),
            Err(error) => error
                .problems
                .iter()
                .map(|problem| format!("{}: {}", problem.key, problem.what))
                .collect(),
        }
    }

    #[test]
    fn an_empty_file_is_all_defaults() {
        assert_eq!(problems("", &[]), Vec::<String>::new());
    }

    #[test]
    fn everything_wrong_is_named_at_once_by_its_key() {
        let text = "[server]\nlissen = '1'\n[people]\njoin_code_days = 'x'\n[serfer]\na = 1\n";
        let wrong = [
            ("STADTFUNK_LOG_FORMAT", "xml"),
            ("STADTFUNK_PUSH_FOLD_AFTER_DAYS", "0"),
        ];
        let found = problems(text, &wrong);
        assert_eq!(found.len(), 5, "{found:#?}");
        let keys = [
            "server",
            "people.join_code_days",
            "log",
            "push.fold_after_days",
            "serfer",
        ];
        for (problem, key) in found.iter().zip(keys) {
            assert!(
                problem.starts_with(key),
                "{problem} should begin with {key}"
            );
        }
    }

    #[test]
    fn the_environment_overrides_the_file() {
        assert!(problems("[server]\nlisten = 'nonsense'\n", &[]).len() == 1);
        let good = [("STADTFUNK_SERVER_LISTEN", "127.0.0.1:1")];
        assert_eq!(
            problems("[server]\nlisten = 'nonsense'\n", &good),
            Vec::<String>::new()
        );
    }
}
