//! What is wrong with a configuration: all of it at once, each by file and key.

use std::{fmt, path::PathBuf};

/// Everything that was found wrong. Never holds a secret: `what` says what was expected, not what stood there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigError {
    pub problems: Vec<ConfigProblem>,
}

/// One thing to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    pub file: PathBuf,
    /// The key in dotted form, as `alert.apns.priority`; empty if the file as a whole is meant.
    pub key: String,
    pub what: String,
}

impl ConfigError {
    pub fn add(
        &mut self,
        file: impl Into<PathBuf>,
        key: impl Into<String>,
        what: impl Into<String>,
    ) {
        self.problems.push(ConfigProblem {
            file: file.into(),
            key: key.into(),
            what: what.into(),
        });
    }

    /// `value`, unless something was found wrong.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.problems.is_empty() {
            Ok(value)
        } else {
            Err(self)
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
        for (line, problem) in self.problems.iter().enumerate() {
            if line > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
