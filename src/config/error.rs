// SPDX-License-Identifier: EUPL-1.2

//! What is wrong with the configuration, all at once, by file and key.

use std::{fmt, path::PathBuf};

/// Everything that is wrong with the configuration.
#[derive(Debug, Default, thiserror::Error)]
pub struct ConfigError {
    pub problems: Vec<ConfigProblem>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    pub file: PathBuf,
    /// As `server.listen`; empty if the whole file is meant.
    pub key: String,
    pub what: String,
}

impl ConfigError {
    /// Notes one thing more.
    pub fn add(
        &mut self,
        file: impl Into<PathBuf>,
        key: impl Into<String>,
        what: impl Into<String>,
    ) {
        self.problems.push(ConfigProblem::new(file, key, what));
    }

    /// `value`, unless something is wrong.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.problems.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl ConfigProblem {
    pub fn new(file: impl Into<PathBuf>, key: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            key: key.into(),
            what: what.into(),
        }
    }
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file.display())?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.what)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}
