// SPDX-License-Identifier: EUPL-1.2

//! The command line: what an administrator types. Each command is a file with a `run` function.

mod audit;
mod check_config;
mod demo;
mod migrate;
mod openapi;
mod people;
mod push;
mod serve;
mod terminal;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use self::terminal::Terminal;
use crate::{
    config::{Config, ConfigError, Sources},
    tasks,
};

/// Stadtfunk: the server behind a city's employee app.
#[derive(Parser)]
#[command(name = "stadtfunk", version, about)]
struct Cli {
    /// The configuration; all defaults if the standard file is missing.
    #[arg(long, global = true, env = "STADTFUNK_CONFIG", default_value = DEFAULT_FILE)]
    config: PathBuf,
    /// The folder with a file for each push gateway.
    #[arg(
        long,
        global = true,
        env = "STADTFUNK_PUSH_CONFIG",
        default_value = "push-config"
    )]
    push_config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

const DEFAULT_FILE: &str = "stadtfunk.toml";

#[derive(Subcommand)]
enum Command {
    /// Answer the phones, until told to stop (SIGTERM or Ctrl-C).
    Serve,
    /// Say what is wrong with the configuration, and start nothing.
    CheckConfig,
    /// Bring the database's schema up to date, and end.
    Migrate,
    /// Print the OpenAPI document of the API.
    Openapi,
    /// Show the main job, end to end, with a town of 1,500 and the push sandbox.
    Demo(demo::Demo),
    /// Staff, join codes and roles.
    #[command(subcommand)]
    People(people::People),
    /// The audit log: is it what was written?
    #[command(subcommand)]
    Audit(audit::Audit),
    /// The push gateways: try the credentials, send a test, make a key.
    #[command(subcommand)]
    Push(push::Push),
}

/// What ended a command early.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let terminal = Terminal::new();
    let runtime = match tasks::runtime() {
        Ok(runtime) => runtime,
        Err(error) => return terminal.failed(&error),
    };
    match runtime.block_on(run(cli, &terminal)) {
        Ok(code) => code,
        Err(error) => terminal.failed(error.as_ref()),
    }
}

async fn run(cli: Cli, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let sources = cli.sources();
    match cli.command {
        Command::Serve => Box::pin(serve::run(load(&sources)?)).await,
        Command::Demo(demo) => demo::run(demo, terminal).await,
        Command::CheckConfig => Ok(check_config::run(&sources, *terminal)),
        Command::Migrate => migrate::run(&load(&sources)?, terminal).await,
        Command::Openapi => openapi::run(load(&sources)?, terminal).await,
        Command::People(command) => people::run(command, load(&sources)?, *terminal).await,
        Command::Audit(command) => audit::run(command, &load(&sources)?, *terminal).await,
        Command::Push(command) => push::run(command, || Ok(load(&sources)?), *terminal).await,
    }
}

impl Cli {
    fn sources(&self) -> Sources {
        Sources {
            file: self.config.clone(),
            file_must_exist: self.config.as_os_str() != DEFAULT_FILE,
            push_folder: self.push_config.clone(),
        }
    }
}

fn load(sources: &Sources) -> Result<Config, ConfigError> {
    Config::load(sources)
}
