// SPDX-License-Identifier: EUPL-1.2

//! The skew between the staff and the press: by how much who is ahead.
//!
//!     cargo bench --bench release -- [--phones N] [--runs R] [--latency-ms L]
//!
//! Staff first: so many releases under `staff_first at 95 %` to 500 phones whose gateways answer late by chance; the
//! web site that the press's web hook calls asks the gateways at that moment how many phones they have taken. Then one
//! with a dead gateway and a limit of a second.
//!
//! Same instant: five releases to N phones, with the gateways in a process of their own; the first hand-over is the
//! report's, the press's instant the web site's own.
//!
//! Staging: how long before T a release to N phones must begin, to everybody, to a composed audience, and by night,
//! when each recipient's quiet hours are asked for.
//!
//! The database is SQLite in a temporary folder, or an empty PostgreSQL by `DATABASE_URL`. The last line is one JSON
//! object, with the worst of the five releases.

#![expect(
    clippy::disallowed_methods,
    reason = "a bench reads its environment and the clock, and ends with its tasks"
)]

#[path = "../dispatch/arguments.rs"]
mod arguments;
#[expect(dead_code, reason = "the other benchmark uses more of it")]
#[path = "../dispatch/gateways.rs"]
mod gateways;
mod newsroom;
mod same_instant;
mod site;
mod staff_first;
mod staging;
#[expect(dead_code, reason = "the other benchmark uses more of it")]
#[path = "../dispatch/town.rs"]
mod town;

use std::{error::Error, io::Write as _, time::Duration};

use stadtfunk::{db::Sql, tasks::Tasks};

use self::{
    arguments::{Arguments, Wanted},
    same_instant::Release,
    staff_first::{LIMIT, PHONES, Runs},
    staging::Staging,
};

/// What is measured if nothing is said.
const USUAL: Wanted = Wanted {
    devices: 5_000,
    latency: Duration::from_millis(60),
    plain: false,
    busy: false,
    runs: 200,
};
const KNOWN: [&str; 4] = ["--phones", "--devices", "--runs", "--latency-ms"];

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

fn main() -> Result<()> {
    let runtime = stadtfunk::tasks::runtime()?;
    match Arguments::parse(USUAL, &KNOWN)? {
        Arguments::Town(url) => runtime.block_on(town::write(&url)),
        Arguments::Sandbox(wanted) => runtime.block_on(gateways::serve(&wanted)),
        Arguments::Measure(wanted) => runtime.block_on(measure(&wanted)),
    }
}

async fn measure(wanted: &Wanted) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let tasks = Tasks::new();
    let runs = staff_first::measure(wanted, folder.path(), &tasks).await?;
    let measured = same_instant::measure(wanted, folder.path(), &tasks);
    let releases = Box::pin(measured).await?;
    let stagings = Box::pin(staging::measure(wanted, folder.path(), &tasks)).await?;
    print(wanted, &runs, &releases, &stagings)
}

fn print(wanted: &Wanted, runs: &Runs, releases: &[Release], stagings: &[Staging]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "same instant, {} phones, {:?} to the gateways and back",
        wanted.devices, wanted.latency
    )?;
    writeln!(
        out,
        "{:>8} {:>12} {:>12} {:>12} {:>12} {:>12}",
        "release", "first", "median", "99 %", "last", "web hook"
    )?;
    let (mut first_ms, mut press_ms) = (0.0_f64, 0.0_f64);
    for (number, release) in releases.iter().enumerate() {
        let times = release.report.hand_over.ok_or("nothing was handed over")?;
        first_ms = first_ms.max(release.first_ms()?);
        press_ms = press_ms.max(release.press_ms);
        let times = [
            times.first_ms,
            times.median_ms,
            times.p99_ms,
            times.last_ms,
            release.press_ms,
        ];
        let times = times.map(|ms| format!("{ms:.1} ms"));
        writeln!(
            out,
            "{:>8} {}",
            number + 1,
            times.map(|ms| format!("{ms:>12}")).join(" ")
        )?;
    }
    let mut skews = runs.skews_ms.clone();
    skews.sort_by(f64::total_cmp);
    let skew = |place: usize| skews.get(place).copied().unwrap_or_default();
    writeln!(out)?;
    writeln!(
        out,
        "staff first at 95 %, {PHONES} phones, {} runs",
        runs.count
    )?;
    writeln!(
        out,
        "  the staff ahead by {:.1} to {:.1} ms, median {:.1} ms",
        skew(0),
        skew(skews.len().saturating_sub(1)),
        skew(skews.len() / 2)
    )?;
    writeln!(
        out,
        "  fewest phones when the web site was called: {}",
        runs.fewest
    )?;
    writeln!(out, "  press before the share: {}", runs.violations)?;
    writeln!(
        out,
        "  a gateway dead, limit {LIMIT:?}: web site called {:.1} ms after T",
        runs.at_limit_ms
    )?;
    writeln!(out)?;
    writeln!(out, "staging, {} phones", wanted.devices)?;
    for staging in stagings {
        let ms = staging.took.as_millis();
        writeln!(out, "  {:<48} {ms:>6} ms", staging.what)?;
    }
    let json = serde_json::json!({
        "phones": wanted.devices,
        "first_ms": round(first_ms),
        "press_ms": round(press_ms),
        "staff_first_violations": runs.violations,
        "runs": runs.count,
    });
    Ok(writeln!(out, "{json}")?)
}

/// A word to whoever waits.
fn progress(what: &str) -> Result<()> {
    Ok(writeln!(std::io::stderr(), "{what} …")?)
}

/// A statement that both databases take as it is.
const fn same(text: &'static str) -> Sql {
    Sql {
        sqlite: text,
        postgres: text,
    }
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
