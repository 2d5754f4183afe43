// SPDX-License-Identifier: EUPL-1.2

//! The staff first: whenever the web site is called, the gateways are asked how many phones they have taken. They are
//! in this process, and each answers some of its phones late, in every run others and by another time.

use std::{path::Path, time::Duration};

use serde_json::json;
use stadtfunk::{
    app,
    clock::Clock,
    id::Ids,
    push::{
        Gateway,
        sandbox::{Fault, Sandbox, SandboxConfig, Which},
    },
    tasks::Tasks,
};

use super::{Result, arguments::Wanted, gateways, newsroom::Newsroom, progress, site::Site, town};

pub(super) const PHONES: usize = 500;
pub(super) const SHARE_PERCENT: usize = 95;
/// Of a gateway's late answers, at most.
const LATEST: u64 = 200;
/// In the run with a dead gateway.
pub(super) const LIMIT: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(super) struct Runs {
    pub(super) count: usize,
    /// The web site was called before the share was reached, or the report says so.
    pub(super) violations: usize,
    /// From the first phone to the press, of each run.
    pub(super) skews_ms: Vec<f64>,
    /// The fewest phones that had been taken when the web site was called.
    pub(super) fewest: u64,
    /// How long after T the web site was called when a gateway was dead.
    pub(super) at_limit_ms: f64,
}

pub(super) async fn measure(wanted: &Wanted, folder: &Path, tasks: &Tasks) -> Result<Runs> {
    progress("staff first: making phones and gateways")?;
    let clock = Clock::wall();
    let ids = Ids::new(clock.clone());
    let sandbox = Sandbox::start(SandboxConfig::default(), clock, ids, tasks).await?;
    let seen = sandbox.clone();
    let site = Site::open(tasks, move || seen.journal().accepted_total()).await?;
    let push = sandbox.settings().push_config()?;
    let newsroom = Newsroom::open(folder, push, &site).await?;
    let phones = gateways::phones(&sandbox, PHONES, false);
    town::people(&newsroom.app.db, phones.map(Ok)).await?;
    app::start(&newsroom.app);
    progress(&format!("staff first: {} runs", wanted.runs))?;
    let mut runs = Runs {
        fewest: PHONES as u64,
        ..Runs::default()
    };
    for run in 0..wanted.runs {
        by_chance(&sandbox, &newsroom.app.ids);
        let before = sandbox.journal().accepted_total();
        let id = newsroom.draft(rule(600)).await?;
        newsroom.release(id).await?;
        let report = newsroom.complete(id).await?;
        let call = site.call(run).ok_or("the web site was not called")?;
        let (handed_over, share) = (call.witnessed - before, PHONES * SHARE_PERCENT / 100);
        let press = report.press.ok_or("no press in the report")?;
        let skew_ms = press.skew_ms.ok_or("no skew in the report")?;
        runs.count += 1;
        runs.violations += usize::from(handed_over < share as u64 || skew_ms < 0.0);
        runs.fewest = runs.fewest.min(handed_over);
        runs.skews_ms.push(skew_ms);
    }
    progress("staff first: a gateway is dead")?;
    sandbox.behave();
    sandbox.misbehave(Gateway::Apns, Fault::Stall, Which::All);
    let id = newsroom.draft(rule(LIMIT.as_secs())).await?;
    newsroom.release(id).await?;
    newsroom
        .app
        .clock
        .sleep(LIMIT + Duration::from_secs(1))
        .await;
    let t = newsroom.report(id).await?.release_at;
    let call = site.call(wanted.runs).ok_or("the press was kept waiting")?;
    runs.at_limit_ms = call.at.millis_after(t);
    newsroom.close().await;
    Ok(runs)
}

fn rule(at_latest_seconds: u64) -> serde_json::Value {
    json!({
        "rule": "staff_first",
        "share_percent": SHARE_PERCENT,
        "at_latest_seconds": at_latest_seconds,
    })
}

fn by_chance(sandbox: &Sandbox, ids: &Ids) {
    sandbox.behave();
    for gateway in Gateway::ALL.iter().copied() {
        let [late, which] = ids.secret::<2>().map(u64::from);
        let by = Duration::from_millis(late * LATEST / 255);
        sandbox.misbehave(
            gateway,
            Fault::Latency { by },
            Which::EveryNth(1 + which % 8),
        );
    }
}
