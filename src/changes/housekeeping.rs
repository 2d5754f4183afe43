// SPDX-License-Identifier: EUPL-1.2

//! The log is for catching up, not for looking back: lines are kept for two weeks, and with them the trace of
//! who did something when. A phone that was away for longer begins anew.

use std::time::Duration;

use super::{ChangeLog, store};

/// How long a line is kept.
pub(super) const KEPT: Duration = Duration::from_hours(14 * 24);
const EVERY: Duration = Duration::from_hours(6);

pub(super) async fn run(log: ChangeLog) {
    loop {
        let now = log.clock.now();
        match store::forget_before(&log.db, now - KEPT).await {
            Ok(0) => {}
            Ok(lines) => tracing::info!(lines, "old lines of the change log were removed"),
            Err(error) => tracing::error!(%error, "old lines of the change log were not removed"),
        }
        tokio::select! {
            () = log.tasks.stopping() => return,
            () = log.clock.sleep_until(now + EVERY) => {}
        }
    }
}
