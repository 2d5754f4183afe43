// SPDX-License-Identifier: EUPL-1.2

//! `stadtfunk migrate`

use std::process::ExitCode;

use secrecy::ExposeSecret as _;

use super::{Failure, Terminal};
use crate::{config::Config, db::Db};

pub(super) async fn run(config: &Config, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let db = Db::open(config.database.url.expose_secret()).await?;
    db.close().await;
    terminal.say("Das Datenbankschema ist auf dem neuesten Stand. / The schema is up to date.");
    Ok(ExitCode::SUCCESS)
}
