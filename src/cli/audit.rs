// SPDX-License-Identifier: EUPL-1.2

//! `stadtfunk audit …`: whether the audit log is what was written.

use std::process::ExitCode;

use clap::Subcommand;
use secrecy::ExposeSecret as _;

use super::{Failure, Terminal};
use crate::{
    announcements::release::kept,
    audit::{self, Fault, Hash, Verdict},
    config::Config,
    db::{Db, DbError},
    id::AnnouncementId,
};

#[derive(Subcommand)]
pub(super) enum Audit {
    /// Walk the chain; fail and name the first entry that was changed or removed, and every release report that is not
    /// what was written.
    Verify {
        /// The hash of the last entry as it was printed another time: it must still stand in the log.
        #[arg(long, value_name = "HASH")]
        kept: Option<Hash>,
    },
}

pub(super) async fn run(
    command: Audit,
    config: &Config,
    terminal: Terminal,
) -> Result<ExitCode, Failure> {
    let db = Db::open(config.database.url.expose_secret()).await?;
    let found = match command {
        Audit::Verify { kept } => verify(&db, kept).await,
    };
    db.close().await;
    let (verdict, altered) = found?;
    let code = tell(&verdict, terminal);
    for announcement in &altered {
        terminal.complain(format!(
            "Der Freigabebericht von {announcement} ist nicht, was geschrieben wurde. / \
             The release report of {announcement} is not what was written."
        ));
    }
    Ok(if altered.is_empty() {
        code
    } else {
        ExitCode::FAILURE
    })
}

async fn verify(db: &Db, kept: Option<Hash>) -> Result<(Verdict, Vec<AnnouncementId>), DbError> {
    let verdict = audit::verify(db, kept).await?;
    // A log that does not hold is no witness.
    let altered = match verdict.fault {
        None => kept::altered(db).await?,
        Some(_) => Vec::new(),
    };
    Ok((verdict, altered))
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
        Fault::Kept => "Kein Eintrag hat den aufbewahrten Hash: das Protokoll wurde gekürzt oder neu geschrieben. / \
             No entry has the hash that was kept: the log was cut off or written anew."
            .to_owned(),
    });
    ExitCode::FAILURE
}
