// SPDX-License-Identifier: EUPL-1.2

//! `stadtfunk check-config`

use std::process::ExitCode;

use super::{Terminal, load};
use crate::config::Sources;

pub(super) fn run(sources: &Sources, terminal: Terminal) -> ExitCode {
    match load(sources) {
        Ok(_) => {
            terminal.say("Die Konfiguration ist in Ordnung. / The configuration is in order.");
            ExitCode::SUCCESS
        }
        Err(error) => {
            for problem in &error.problems {
                terminal.complain(problem);
            }
            ExitCode::FAILURE
        }
    }
}
