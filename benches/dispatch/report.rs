// SPDX-License-Identifier: EUPL-1.2

//! The table, and the JSON object below it.

use std::{io::Write as _, time::Duration};

use stadtfunk::push::{Outcome, outbox::Account};

use super::{Result, arguments::Wanted, bare::Limit, busy::Busy, dispatch::Staged, process::Usage};

pub(super) struct Figures<'a> {
    pub(super) wanted: &'a Wanted,
    pub(super) staged: &'a Staged,
    pub(super) limit: &'a Limit,
    /// `None`: not installed.
    pub(super) h2load: Option<f64>,
    /// Of one message, alone on one thread.
    pub(super) encryption: Duration,
    /// From T until everything was accounted for.
    pub(super) elapsed: Duration,
    pub(super) used: Usage,
    pub(super) account: &'a Account,
    pub(super) busy: Option<Busy>,
}

#[expect(clippy::cast_precision_loss, reason = "counts of devices fit 52 bits")]
pub(super) fn print(figures: &Figures<'_>) -> Result<()> {
    let Figures {
        wanted,
        staged,
        limit,
        h2load,
        account,
        ..
    } = figures;
    let timing = account.timing.ok_or("no device was handed over")?;
    let accepted: i64 = account
        .devices
        .iter()
        .filter(|devices| devices.outcome == Some(Outcome::Accepted))
        .map(|devices| devices.count)
        .sum();
    let pushes_per_s = accepted as f64 / (timing.last_ms / 1_000.0);
    let cpu_us = figures.used.cpu.as_secs_f64() * 1e6 / accepted.max(1) as f64;
    let unaccounted = account.unaccounted() + i64::try_from(staged.devices)? - account.deliveries()
        + account.waiting();
    let staging_ms = millis(staged.took);

    let ms = |value: f64| format!("{value:.1} ms");
    let mut rows = vec![
        ("devices", wanted.devices.to_string()),
        ("gateway latency", ms(millis(wanted.latency))),
        ("encrypted", (!wanted.plain).to_string()),
        ("staging", ms(staging_ms)),
        ("first hand-over after T", ms(timing.first_ms)),
        ("median hand-over", ms(timing.median_ms)),
        ("last hand-over", ms(timing.last_ms)),
        ("last answer", ms(timing.answered_ms)),
        ("accounted for after", ms(millis(figures.elapsed))),
        ("pushes per second", format!("{pushes_per_s:.0}")),
        ("limit: bare h2 loop", format!("{:.0}", limit.pushes_per_s)),
        (
            "ratio to it",
            format!("{:.2}", pushes_per_s / limit.pushes_per_s),
        ),
        (
            "limit: h2load",
            h2load.map_or("not installed".to_owned(), |it| format!("{it:.0}")),
        ),
        (
            "ratio to it",
            h2load.map_or("-".to_owned(), |it| format!("{:.2}", pushes_per_s / it)),
        ),
        ("CPU per push", format!("{cpu_us:.1} µs")),
        (
            "CPU per push, bare h2 loop",
            format!("{:.1} µs", limit.cpu_us),
        ),
        (
            "encryption, one message",
            format!("{:.1} µs", millis(figures.encryption) * 1_000.0),
        ),
        ("peak memory", format!("{} MB", figures.used.peak_rss_mb)),
    ];
    if let Some(busy) = &figures.busy {
        rows.extend([
            ("an alert's first hand-over", ms(busy.alert.first_ms)),
            ("its 99th percentile", ms(busy.alert.p99_ms)),
            ("feed pages per second", format!("{:.0}", busy.pages_per_s)),
            ("a page's median", ms(busy.page_p50_ms)),
            ("its 99th percentile", ms(busy.page_p99_ms)),
        ]);
    }
    let mut out = std::io::stdout().lock();
    for (name, value) in rows {
        writeln!(out, "{name:<28} {value:>14}")?;
    }
    let mut json = serde_json::json!({
        "devices": wanted.devices,
        "latency_ms": wanted.latency.as_millis(),
        "plain": wanted.plain,
        "staging_ms": round(staging_ms),
        "first_ms": round(timing.first_ms),
        "last_ms": round(timing.last_ms),
        "answered_ms": round(timing.answered_ms),
        "pushes_per_s": pushes_per_s.round(),
        "limit_per_s": limit.pushes_per_s.round(),
        "h2load_per_s": h2load.map(f64::round),
        "cpu_us_per_push": round(cpu_us),
        "limit_cpu_us_per_push": round(limit.cpu_us),
        "encryption_us": round(millis(figures.encryption) * 1_000.0),
        "rss_mb": figures.used.peak_rss_mb,
        "accepted": accepted,
        "unaccounted": unaccounted,
    });
    if let Some(busy) = &figures.busy {
        json["alert_p99_ms"] = round(busy.alert.p99_ms).into();
        json["page_p99_ms"] = round(busy.page_p99_ms).into();
    }
    writeln!(out, "{json}")?;
    Ok(())
}

/// A word to whoever waits.
pub(super) fn progress(what: &str) -> Result<()> {
    Ok(writeln!(std::io::stderr(), "{what} …")?)
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
