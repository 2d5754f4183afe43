// SPDX-License-Identifier: EUPL-1.2

//! `stadtfunk audit …`: whether the audit log is what was written.

use std::process::ExitCode;

use clap::Subcommand;
use secrecy::ExposeSecret as _;

use super::{Failure, Terminal};
use crate::{
    audit::{self, Fault, Verdict},
    config::Config,
    db::Db,
};

#[derive(Subcommand)]
pub(super) enum Audit {
    /// Walk the chain; fail and name the first entry that was changed or removed.
    Verify,
}

pub(super) async fn run(
    command: Audit,
    config: &Config,
    terminal: Terminal,
) -> Result<ExitCode, Failure> {
    let db = Db::open(config.database.url.expose_secret()).await?;
    let code = match command {
        Audit::Verify => audit::verify(&db).await,
    };
    db.close().await;
    Ok(tell(&code?, terminal))
}

fn tell(verdict: &Verdict, terminal: Terminal) -> ExitCode {
    let held = verdict.held;
    match verdict.last {
        Some(last) => terminal.say(format_args!(
            "{held} Einträge halten; der letzte: {last} / {held} entries hold; the last: {last}"
        )),
        None => terminal.say("0 Einträge halten. / 0 entries hold."),
    }
    let Some(fault) = verdict.fault else {
        return ExitCode::SUCCESS;
    };
    terminal.complain(match fault {
        Fault::Changed(position) => format!(
            "Eintrag {position} ist nicht, was geschrieben wurde. / Entry {position} is not what was written."
        ),
        Fault::Missing(position) => {
            format!("Eintrag {position} fehlt. / Entry {position} is missing.")
        }
        Fault::Head(position) => format!(
            "Der Kopf der Kette passt nicht zu Eintrag {position}. / \
             The head of the chain does not fit entry {position}."
        ),
    });
    ExitCode::FAILURE
}
