// SPDX-License-Identifier: EUPL-1.2

//! `stadtfunk people …`: the personnel file, letters with join codes, roles.

use std::{
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Subcommand};

use super::{Failure, Terminal};
use crate::{
    app::{self, App},
    clock::Clock,
    config::Config,
    people::{
        PeopleError,
        access::Role,
        import::{ImportError, ImportPlan, Leavers},
        join_codes::{
            InviteError, Invitees,
            letters::{Sender, write_letters},
        },
    },
    push::Language,
};

#[derive(Subcommand)]
pub(super) enum People {
    /// Import the personnel file: who is not in it has left.
    Import(Import),
    /// Make join codes and write them as letters to be printed.
    Invite(Invite),
    /// Let somebody be editor, moderator, admin or duty_officer.
    Grant {
        personnel_number: String,
        /// editor, moderator, admin or duty_officer
        role: Role,
    },
}

#[derive(Args)]
pub(super) struct Import {
    /// CSV as exported: `;` `,` or tabs, UTF-8 or Windows-1252.
    file: PathBuf,
    /// Only show what would change.
    #[arg(long)]
    dry_run: bool,
    /// Let more than 20 % of the staff leave.
    #[arg(long)]
    allow_leavers: bool,
}

#[derive(Args)]
pub(super) struct Invite {
    #[command(flatten)]
    whom: Whom,
    /// The HTML file to write; it must not exist yet.
    #[arg(long)]
    letters: PathBuf,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Whom {
    /// Everybody who has not joined yet.
    #[arg(long)]
    all: bool,
    /// Of them, those in this unit (organisation number) and below it.
    #[arg(long)]
    unit: Option<String>,
    /// One person, by personnel number.
    #[arg(long)]
    person: Option<String>,
}

pub(super) async fn run(
    command: People,
    config: Config,
    terminal: Terminal,
) -> Result<ExitCode, Failure> {
    let app = app::build(config, Clock::wall()).await?;
    let code = match command {
        People::Import(command) => import(&app, &command, terminal).await,
        People::Invite(command) => invite(&app, command, terminal).await,
        People::Grant {
            personnel_number,
            role,
        } => grant(&app, &personnel_number, role, terminal).await,
    };
    app.db.close().await;
    code
}

async fn import(app: &App, command: &Import, terminal: Terminal) -> Result<ExitCode, Failure> {
    let file = std::fs::read(&command.file)
        .map_err(|error| format!("{}: {error}", command.file.display()))?;
    let leavers = if command.allow_leavers {
        Leavers::Confirmed
    } else {
        Leavers::Few
    };
    let outcome = if command.dry_run {
        app.people.plan_import(&file).await
    } else {
        app.people.import(&file, leavers, None).await
    };
    match outcome {
        Ok(plan) => {
            tell(&plan, command.dry_run, terminal);
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => refuse(error, terminal),
    }
}

fn tell(plan: &ImportPlan, dry_run: bool, terminal: Terminal) {
    terminal.say(plan.describe(Language::German));
    terminal.say(plan.describe(Language::English));
    if dry_run {
        terminal.say("Nichts wurde geändert. / Nothing was changed.");
    }
    if dry_run && plan.has_many_leavers() {
        terminal.say(
            "Mehr als 20 % scheiden aus: der Import braucht --allow-leavers. / \
             More than 20 % leave: the import will need --allow-leavers.",
        );
    }
}

fn refuse(error: ImportError, terminal: Terminal) -> Result<ExitCode, Failure> {
    match error {
        ImportError::Rows(problems) => {
            terminal.complain("Nichts wurde übernommen. / Nothing was applied.");
            for problem in problems {
                terminal.complain(problem.say(Language::German));
                terminal.complain(format_args!("  {}", problem.say(Language::English)));
            }
        }
        ImportError::TooManyLeavers { leavers, staff } => {
            terminal.complain(format_args!(
                "{leavers} von {staff} Personen würden ausscheiden. Nichts wurde übernommen. Ist die Datei \
                 vollständig? Dann noch einmal mit --allow-leavers."
            ));
            terminal.complain(format_args!(
                "{leavers} of {staff} people would leave. Nothing was applied. Is the file complete? Then \
                 once more with --allow-leavers."
            ));
        }
        ImportError::Db(error) => return Err(error.into()),
    }
    Ok(ExitCode::FAILURE)
}

async fn invite(app: &App, command: Invite, terminal: Terminal) -> Result<ExitCode, Failure> {
    // Before any code is made: making one revokes the last, and a letter that can't be written is lost.
    let file = create_private(&command.letters)
        .map_err(|error| format!("{}: {error}", command.letters.display()))?;
    let invitations = match app.people.invite(&command.whom.into_invitees()).await {
        Ok(invitations) => invitations,
        Err(error) => {
            std::fs::remove_file(&command.letters)?;
            return nobody_to_invite(error, terminal);
        }
    };
    let server = &app.config.server;
    let sender = Sender {
        city: &server.city,
        public_url: &server.public_url,
    };
    write_letters(BufWriter::new(file), &sender, &invitations)?;
    let (count, path) = (invitations.len(), command.letters.display());
    terminal.say(format_args!(
        "{count} Briefe stehen in {path}. / {path} holds {count} letters."
    ));
    Ok(ExitCode::SUCCESS)
}

fn nobody_to_invite(error: InviteError, terminal: Terminal) -> Result<ExitCode, Failure> {
    match error {
        InviteError::Nobody => {
            terminal.complain(
                "Niemand ist gemeint, oder alle sind schon dabei. / \
                 Nobody is meant, or all have joined already.",
            );
            Ok(ExitCode::FAILURE)
        }
        InviteError::Db(error) => Err(error.into()),
    }
}

/// The letters are as good as keys: a new file that only its owner reads.
fn create_private(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

impl Whom {
    fn into_invitees(self) -> Invitees {
        match (self.unit, self.person) {
            (Some(code), _) => Invitees::NotJoinedIn(code),
            (_, Some(number)) => Invitees::Person(number),
            // Clap wants exactly one of the three.
            (None, None) => Invitees::NotJoined,
        }
    }
}

async fn grant(
    app: &App,
    number: &str,
    role: Role,
    terminal: Terminal,
) -> Result<ExitCode, Failure> {
    match app.people.grant_by_number(number, role).await {
        Ok(()) => {
            terminal.say(format_args!("{number}: {role}"));
            Ok(ExitCode::SUCCESS)
        }
        Err(PeopleError::NotFound) => {
            terminal.complain(format_args!(
                "Die Personalnummer {number} gibt es nicht. / There is no personnel number {number}."
            ));
            Ok(ExitCode::FAILURE)
        }
        Err(PeopleError::Db(error)) => Err(error.into()),
    }
}
