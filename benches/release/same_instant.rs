// SPDX-License-Identifier: EUPL-1.2

//! Staff and press at the same instant: how long after T the first phone was handed over, and the web site called.
//! The gateways are in a process of their own.

use std::{path::Path, time::Duration};

use serde_json::json;
use stadtfunk::{announcements::report::Report, app, tasks::Tasks};

use super::{
    Result, arguments::Wanted, gateways::SandboxProcess, newsroom::Newsroom, progress, site::Site,
    town,
};

/// How often.
pub(super) const RELEASES: usize = 5;
/// Longer than staging takes; in the last five seconds the first batches are made ready.
const AHEAD: Duration = Duration::from_secs(7);

/// One release.
pub(super) struct Release {
    pub(super) report: Report,
    /// When the web site was called, by its own account.
    pub(super) press_ms: f64,
}

impl Release {
    pub(super) fn first_ms(&self) -> Result<f64> {
        let hand_over = self.report.hand_over.ok_or("nothing was handed over")?;
        Ok(hand_over.first_ms)
    }
}

pub(super) async fn measure(wanted: &Wanted, folder: &Path, tasks: &Tasks) -> Result<Vec<Release>> {
    progress("same instant: making phones and gateways")?;
    let mut sandbox = SandboxProcess::start(wanted, folder)?;
    let site = Site::open(tasks, || 0).await?;
    let newsroom = Newsroom::open(folder, sandbox.push_config.clone(), &site).await?;
    town::settle(&newsroom.database(), &mut sandbox, false)?;
    app::start(&newsroom.app);
    let mut releases = Vec::new();
    for number in 0..RELEASES {
        progress("same instant: waiting for T")?;
        let id = newsroom.draft(json!({"rule": "same_instant"})).await?;
        let t = newsroom.app.clock.now() + AHEAD;
        newsroom.schedule(id, t).await?;
        newsroom
            .app
            .clock
            .sleep_until(t + Duration::from_secs(1))
            .await;
        let report = newsroom.complete(id).await?;
        let call = site.call(number).ok_or("the web site was not called")?;
        let press_ms = call.at.millis_after(t);
        releases.push(Release { report, press_ms });
    }
    newsroom.close().await;
    sandbox.stop()?;
    Ok(releases)
}
