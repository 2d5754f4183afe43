// SPDX-License-Identifier: EUPL-1.2

//! `stadtfunk openapi`: the document that `docs/api/openapi.json` is made of.

use std::process::ExitCode;

use super::{Failure, Terminal};
use crate::{app, clock::Clock, config::Config, routes};

pub(super) async fn run(mut config: Config, terminal: &Terminal) -> Result<ExitCode, Failure> {
    // The routes are made of the rooms, and the rooms want a database: an empty one in memory will do.
    config.database.url = "sqlite::memory:".into();
    let app = app::build(config, Clock::wall()).await?;
    terminal.say(routes::document(&app).to_pretty_json()?);
    Ok(ExitCode::SUCCESS)
}
