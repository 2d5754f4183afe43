// SPDX-License-Identifier: EUPL-1.2

//! How fast, how cheap and how complete the dispatch is, beside the limit of the same connection.
//!
//!     cargo bench --bench dispatch -- [--devices N] [--latency-ms L] [--plain]
//!
//! The gateways are the push sandbox, in a process of its own (its CPU time is not ours), over TLS and
//! HTTP/2 on loopback. The database is SQLite in a temporary folder, or an empty PostgreSQL by
//! `DATABASE_URL`. The limit is a bare HTTP/2 loop in the same run: the same requests to the same gateway,
//! without an outbox, without encryption, without accounting. The last line is one JSON object.

#![expect(
    clippy::disallowed_methods,
    reason = "a bench reads its environment and the clock, and ends with its tasks"
)]

mod arguments;
mod bare;
mod gateways;
mod process;
mod town;

use std::{
    error::Error,
    io::Write as _,
    time::{Duration, Instant},
};

use stadtfunk::{
    clock::Clock,
    db::Db,
    id::Ids,
    push::{
        Class, Language, Push,
        envelope::{Envelope, Message, Text},
        gateways::Gateways,
        outbox::{self, Account},
    },
    tasks::Tasks,
};

use self::{arguments::Arguments, gateways::SandboxProcess, process::Usage};

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    match Arguments::parse()? {
        Arguments::Sandbox { latency, phones } => {
            runtime.block_on(gateways::serve(latency, phones))
        }
        Arguments::Measure(wanted) => runtime.block_on(measure(&wanted)),
    }
}

async fn measure(wanted: &arguments::Wanted) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let sandbox = SandboxProcess::start(wanted, folder.path())?;
    let limit = bare::pushes_per_s(&sandbox, wanted).await?;

    let (clock, tasks) = (Clock::wall(), Tasks::new());
    let ids = Ids::new(clock.clone());
    let url = town::database_url(folder.path());
    let db = Db::open(&url).await?;
    town::settle(&db, &sandbox.phones, &ids, &clock, wanted.plain).await?;

    let gateways = Gateways::new(&sandbox.push_config, clock.clone(), ids.clone(), &tasks)?;
    let push = Push::new(db.clone(), clock.clone(), ids.clone(), gateways);
    push.start(&tasks);
    let message = message(&ids, &clock);
    let staging = Instant::now();
    let staged = stage(&db, &message, &clock).await?;
    let staging_ms = millis(staging.elapsed());
    push.warm().await;

    let before = Usage::now()?;
    let started = Instant::now();
    let mut tx = db.begin().await?;
    outbox::open(&mut tx, message.id, clock.now()).await?;
    tx.commit().await?;
    let account = wait(&db, &message, wanted).await?;
    let elapsed = started.elapsed();
    let used = Usage::now()?.since(&before);
    tasks.stop().await;
    sandbox.stop()?;
    report(&Figures {
        wanted,
        staged,
        staging_ms,
        limit,
        elapsed,
        used,
        account: &account,
    })
}

fn message(ids: &Ids, clock: &Clock) -> Message {
    let text = Text {
        title: "Das neue Rathaus wird gebaut".to_owned(),
        body: "Der Stadtrat hat heute beschlossen: Das neue Rathaus wird gebaut.".to_owned(),
    };
    Message {
        id: ids.id(),
        class: Class::Important,
        envelope: Envelope {
            texts: [(Language::German, text)].into(),
            link: "/announcements/019a8f6e-7c00-7000-8000-000000000001".to_owned(),
            collapse_id: "AZqPbnwAcACAAAAAAAAAAQ".to_owned(),
        },
        expires_at: clock.now() + Duration::from_hours(1),
    }
}

async fn stage(db: &Db, message: &Message, clock: &Clock) -> Result<u64> {
    let mut tx = db.begin().await?;
    outbox::create(&mut tx, message, clock.now(), clock.now()).await?;
    tx.commit().await?;
    town::everybody_is_meant(db, message.id).await?;
    let mut tx = db.begin().await?;
    let staged = outbox::stage(&mut tx, message.id, clock.now()).await?;
    tx.commit().await?;
    Ok(staged)
}

/// Waits until nothing waits any more; gives up after a minute and a millisecond for each device.
async fn wait(db: &Db, message: &Message, wanted: &arguments::Wanted) -> Result<Account> {
    let patience = Duration::from_mins(1) + Duration::from_millis(wanted.devices as u64);
    let deadline = Instant::now() + patience;
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        // Only what waits is counted here: the whole account would be a good part of what is measured.
        if outbox::queue(db).await?.is_empty() || Instant::now() > deadline {
            return Ok(outbox::account(db, message.id).await?);
        }
    }
}

struct Figures<'a> {
    wanted: &'a arguments::Wanted,
    staged: u64,
    staging_ms: f64,
    limit: f64,
    elapsed: Duration,
    used: Usage,
    account: &'a Account,
}

#[expect(clippy::cast_precision_loss, reason = "counts of devices fit 52 bits")]
fn report(figures: &Figures<'_>) -> Result<()> {
    let Figures {
        wanted, account, ..
    } = figures;
    let timing = account.timing.ok_or("no device was handed over")?;
    let accepted: i64 = account
        .devices
        .iter()
        .filter(|devices| devices.outcome == Some(stadtfunk::push::Outcome::Accepted))
        .map(|devices| devices.count)
        .sum();
    let pushes_per_s = accepted as f64 / (timing.last_ms / 1_000.0);
    let cpu_us_per_push = figures.used.cpu.as_secs_f64() * 1e6 / accepted.max(1) as f64;
    let unaccounted = account.unaccounted() + i64::try_from(figures.staged)? - account.deliveries()
        + account.waiting();
    let mut out = std::io::stdout().lock();
    let rows: [(&str, String); 11] = [
        ("devices", format!("{}", wanted.devices)),
        (
            "gateway latency",
            format!("{} ms", wanted.latency.as_millis()),
        ),
        ("encrypted", format!("{}", !wanted.plain)),
        ("staging", format!("{:.0} ms", figures.staging_ms)),
        (
            "first hand-over after T",
            format!("{:.1} ms", timing.first_ms),
        ),
        ("median hand-over", format!("{:.1} ms", timing.median_ms)),
        ("last hand-over", format!("{:.1} ms", timing.last_ms)),
        ("pushes per second", format!("{pushes_per_s:.0}")),
        ("limit (bare HTTP/2 loop)", format!("{:.0}", figures.limit)),
        ("CPU per push", format!("{cpu_us_per_push:.1} µs")),
        (
            "wall time to the account",
            format!("{:.0} ms", millis(figures.elapsed)),
        ),
    ];
    for (name, value) in rows {
        writeln!(out, "{name:<28} {value:>14}")?;
    }
    let json = serde_json::json!({
        "devices": wanted.devices,
        "latency_ms": wanted.latency.as_millis(),
        "plain": wanted.plain,
        "staging_ms": round(figures.staging_ms),
        "first_ms": round(timing.first_ms),
        "last_ms": round(timing.last_ms),
        "pushes_per_s": pushes_per_s.round(),
        "limit_per_s": figures.limit.round(),
        "ratio": round(pushes_per_s / figures.limit),
        "cpu_us_per_push": round(cpu_us_per_push),
        "rss_mb": figures.used.peak_rss_mb,
        "accepted": accepted,
        "unaccounted": unaccounted,
    });
    writeln!(out, "{json}")?;
    Ok(())
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
