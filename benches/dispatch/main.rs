// SPDX-License-Identifier: EUPL-1.2

//! How fast, how cheap and how complete the dispatch is, beside the limit of the same connection.
//!
//!     cargo bench --bench dispatch -- [--devices N] [--latency-ms L] [--plain] [--busy]
//!
//! The gateways are the push sandbox, in a process of its own (its CPU time is not ours), over TLS and
//! HTTP/2 on loopback. The database is SQLite in a temporary folder, or an empty PostgreSQL by
//! `DATABASE_URL`. A message is staged ahead of T as an announcement is, and released at T. CPU time is
//! counted from the end of staging until everything is accounted for, what is made ready before T included.
//!
//! The limits are measured in the same run: the same requests to the same gateway from a bare loop on h2 and
//! from h2load, without an outbox, without encryption, without accounting. With `--plain` no device has keys,
//! and there are no browsers, which take nothing unencrypted. With `--busy` an alert to 1,500 and readers of
//! the newsfeed come in the middle of it. The last line is one JSON object.

#![expect(
    clippy::disallowed_methods,
    reason = "a bench reads its environment and the clock, and ends with its tasks"
)]

mod arguments;
mod bare;
mod busy;
mod dispatch;
mod encryption;
mod gateways;
mod process;
mod report;
mod town;

use std::{
    error::Error,
    path::Path,
    time::{Duration, Instant},
};

use secrecy::ExposeSecret as _;
use stadtfunk::{
    app,
    clock::Clock,
    config::{Config, Sources},
    push::Class,
    tasks::Tasks,
};

use self::{
    arguments::{Arguments, Wanted},
    busy::Readers,
    gateways::SandboxProcess,
    process::Usage,
    report::Figures,
};

/// What is measured if nothing is said.
const USUAL: Wanted = Wanted {
    devices: 20_000,
    latency: Duration::ZERO,
    plain: false,
    busy: false,
    runs: 1,
};
const KNOWN: [&str; 4] = ["--devices", "--latency-ms", "--plain", "--busy"];

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

fn main() -> Result<()> {
    // As in the server: where nobody listens, `tracing` offers every span to the `log` crate instead, which costs.
    tracing_subscriber::fmt()
        .with_env_filter("warn")
        .with_writer(std::io::stderr)
        .init();
    let runtime = stadtfunk::tasks::runtime()?;
    match Arguments::parse(USUAL, &KNOWN)? {
        Arguments::Town(url) => runtime.block_on(town::write(&url)),
        Arguments::Sandbox(wanted) => runtime.block_on(gateways::serve(&wanted)),
        Arguments::Measure(wanted) => runtime.block_on(measure(&wanted)),
    }
}

async fn measure(wanted: &Wanted) -> Result<()> {
    let folder = tempfile::tempdir()?;
    report::progress("making phones and gateways")?;
    let mut sandbox = SandboxProcess::start(wanted, folder.path())?;
    let config = config(&sandbox, folder.path())?;
    let url = config.database.url.clone();
    let app = app::build(config, Clock::wall()).await?;
    // First: a personnel file that misses a hundred thousand people would be turned down.
    let readers = if wanted.busy {
        Some(Readers::join(&app).await?)
    } else {
        None
    };
    let iphones = town::settle(url.expose_secret(), &mut sandbox, wanted.plain)?;
    report::progress("measuring the limits")?;
    let h2load = bare::by_h2load(&sandbox.settings, &iphones[0], wanted, folder.path())?;
    let limit = bare::in_this_process(&sandbox.settings, iphones, wanted).await?;
    let encryption = encryption::each()?;

    process::forget_peak()?;
    let server = Tasks::new();
    app.push.start(&app.tasks, None);
    report::progress("staging")?;
    let staged = dispatch::stage(&app, Class::Important, wanted.devices).await?;
    report::progress("waiting for T")?;
    let before = Usage::now()?;
    app.push.warm().await;
    let told = async {
        app.clock.sleep_until(staged.opens_at).await;
        let started = Instant::now();
        dispatch::open(&app, &staged.message).await?;
        dispatch::finished(&app, &staged).await?;
        Result::Ok(started.elapsed())
    };
    let meanwhile = async {
        match readers {
            Some(readers) => readers.read(&app, &server, staged.opens_at).await.map(Some),
            None => Ok(None),
        }
    };
    let (elapsed, busy) = tokio::try_join!(told, meanwhile)?;
    let used = Usage::now()?.since(&before);
    let account = dispatch::account(&app, &staged).await?;
    app.tasks.stop().await;
    sandbox.stop()?;
    report::print(&Figures {
        wanted,
        staged: &staged,
        limit: &limit,
        h2load,
        encryption,
        elapsed,
        used,
        account: &account,
        busy,
    })
}

/// The usual configuration, with the sandbox's gateways and everything in the folder; `DATABASE_URL` chooses
/// another database.
fn config(sandbox: &SandboxProcess, folder: &Path) -> Result<Config> {
    let sources = Sources {
        file: folder.join("stadtfunk.toml"),
        file_must_exist: false,
        push_folder: folder.join("push-config"),
    };
    let url = std::env::var("DATABASE_URL")
        .unwrap_or_else(|_| format!("sqlite:{}", folder.join("bench.db").display()));
    let store = |name: &str| format!("file:{}", folder.join(name).display());
    let environment = [
        ("DATABASE_URL".to_owned(), url),
        ("STADTFUNK_PHOTOS_STORE".to_owned(), store("photos")),
        ("STADTFUNK_FILES_STORE".to_owned(), store("files")),
    ];
    let mut config = Config::load_with(&sources, &environment)?;
    config.push = sandbox.push_config.clone();
    Ok(config)
}
