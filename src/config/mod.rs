//! Configuration: the only reader of files and of the environment.

mod error;
pub mod push;

pub use self::error::{ConfigError, ConfigProblem};
