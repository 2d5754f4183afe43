// SPDX-License-Identifier: EUPL-1.2

//! The program `stadtfunk`: all of it is in the library, so that tests and benches can run it too.

use std::process::ExitCode;

fn main() -> ExitCode {
    stadtfunk::cli::main()
}
