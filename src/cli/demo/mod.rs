// SPDX-License-Identifier: EUPL-1.2

//! `stadtfunk demo`: the main job, end to end, on one machine and without Apple or Google.
//!
//! A town of 1,500 is imported from the personnel office's file; 1,480 people join and register their
//! phones through the HTTP API; the feed is filled; an announcement to everybody and one to the fire brigade
//! are scheduled, released at T and pushed to the [sandbox](crate::push::sandbox); the release reports
//! account for everybody. Everything but the gateways is the real server, and they speak the real protocols.

mod client;
mod feed;
mod photos;
mod release;
mod report;
mod staff;
mod stage;
pub(crate) mod town;
mod words;

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::Args;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use secrecy::SecretString;

use self::{client::Client, staff::Crew, stage::Stage, town::Town};
use super::{Failure, Terminal, serve};
use crate::{
    config::{LogConfig, LogFormat},
    people::{import::Leavers, join_codes::Invitees},
};

#[derive(Args)]
pub(super) struct Demo {
    /// Where the demo's database and photos live. A folder that an earlier demo made is made anew.
    #[arg(long, default_value = "demo-data")]
    data: PathBuf,
    /// Where to listen; a busy port is replaced by a free one.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// An empty PostgreSQL database, instead of SQLite in the folder.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database: Option<SecretString>,
    /// End after the release reports: with failure if a recipient is unaccounted for.
    #[arg(long)]
    exit: bool,
}

pub(super) async fn run(demo: Demo, terminal: &Terminal) -> Result<ExitCode, Failure> {
    serve::write_logs(&LogConfig {
        filter: "warn".to_owned(),
        format: LogFormat::Text,
    })?;
    let shutdown = serve::shutdown_signal()?;
    let stage = Stage::set_up(&demo.data, demo.listen, demo.database.as_ref()).await?;
    let server = stage.open()?;
    let outcome = tokio::select! {
        outcome = show(&stage, &demo, terminal) => outcome,
        () = shutdown => Ok(ExitCode::SUCCESS),
    };
    stage.close(server).await?;
    outcome
}

/// The main job, and then (unless `--exit`) an open house until the process is told to stop.
async fn show(stage: &Stage, demo: &Demo, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let town = Town::new();
    let accounted = play(stage, &town, terminal).await?;
    if !demo.exit {
        stay_open(stage, &town, terminal).await?;
        std::future::pending::<()>().await;
    }
    Ok(if accounted {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Everything up to the reports; whether every recipient is accounted for.
async fn play(stage: &Stage, town: &Town, terminal: &Terminal) -> Result<bool, Failure> {
    let bars = MultiProgress::new();
    terminal.say(format_args!(
        "Stadtfunk demo · {}\n\
         {} · Daten / data: {}\n",
        stage.city(),
        stage.database_name(),
        stage.folder().display(),
    ));

    let bar = bar(&bars, "Personal einlesen / importing staff", 1);
    let people = &stage.app().people;
    let imported = people.import(&town.file, Leavers::Few, None).await?;
    bar.finish_with_message(format!("{} Menschen / people", imported.joiners.len()));

    let invitations = people.invite(&Invitees::NotJoined).await?;
    stage.write_letters(&invitations)?;
    let client = Client::new(stage.address(), stage.app().tasks.clone());
    let bar = self::bar(&bars, "Anmelden / joining", staff::JOINING);
    let members = staff::join(&client, stage.sandbox(), &invitations, &bar).await?;
    bar.finish();
    let crew = Crew::appoint(people, &client, town).await?;

    let bar = self::bar(&bars, "Neuigkeiten / newsfeed", feed::STEPS);
    feed::fill(&client, &crew, &members, &bar).await?;
    bar.finish();

    let releases = release::schedule(&client, &crew).await?;
    release::count_down(&releases[0], &bars).await;
    let reports = release::wait_for_reports(&client, &crew, &releases).await?;
    for report in &reports {
        terminal.say(report::drawn(report));
    }
    Ok(reports.iter().all(report::Report::is_sound))
}

/// Says where to look.
async fn stay_open(stage: &Stage, town: &Town, terminal: &Terminal) -> Result<(), Failure> {
    let people = &stage.app().people;
    let editor = staff::code_for(people, &town.editor).await?;
    let second_editor = staff::code_for(people, &town.second_editor).await?;
    let moderator = staff::code_for(people, &town.moderator).await?;
    let admin = staff::code_for(people, &town.admin).await?;
    terminal.say(format_args!(
        "Der Server läuft weiter (Strg-C beendet ihn). / The server goes on (Ctrl-C ends it).\n\n  \
         App                          http://{address}/\n  \
         Konsole / console            http://{address}/console\n  \
         API lesen / read the API     http://{address}/api/docs\n  \
         Telefone / phones            {sandbox}\n  \
         Briefe / letters             {letters}\n  \
         Code Redaktion / editor      {editor}\n  \
         Code Redaktion 2 / editor 2  {second_editor}\n  \
         Code Moderation / moderator  {moderator}\n  \
         Code Verwaltung / admin      {admin}\n",
        address = stage.address(),
        sandbox = stage.sandbox().console_url(),
        letters = stage.letters().display(),
    ));
    Ok(())
}

fn bar(bars: &MultiProgress, what: &str, length: usize) -> ProgressBar {
    let bar = bars.add(ProgressBar::new(length as u64));
    let style = ProgressStyle::with_template("{msg:<44} {bar:24} {pos:>5}/{len}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(what.to_owned());
    bar
}
