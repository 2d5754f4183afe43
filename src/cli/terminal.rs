// SPDX-License-Identifier: EUPL-1.2

//! The one place that writes to the terminal.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is the one place that prints"
)]

use std::{error::Error, fmt::Display, process::ExitCode};

/// Standard output for what was asked, standard error for what went wrong.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Terminal;

#[expect(
    clippy::unused_self,
    reason = "whoever prints must have been given the terminal"
)]
impl Terminal {
    pub(super) fn new() -> Self {
        Self
    }

    pub(super) fn say(self, line: impl Display) {
        println!("{line}");
    }

    pub(super) fn complain(self, line: impl Display) {
        eprintln!("{line}");
    }

    /// Says what went wrong, with its causes.
    pub(super) fn failed(self, error: &(dyn Error + 'static)) -> ExitCode {
        self.complain(format_args!("stadtfunk: {error}"));
        let mut cause = error.source();
        while let Some(error) = cause {
            self.complain(format_args!("  because: {error}"));
            cause = error.source();
        }
        ExitCode::FAILURE
    }
}
