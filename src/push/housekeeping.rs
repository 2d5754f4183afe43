// SPDX-License-Identifier: EUPL-1.2

//! What nobody needs any more goes: the rows of releases long past, devices that have fallen silent, and the
//! addresses of those that were removed. Daily, in small portions, by every process: whatever the one has
//! done, the other finds done.

use std::time::Duration;

use super::{Push, devices, outbox};
use crate::{clock::At, db::Result, tasks::Tasks};

/// How often.
const EVERY: Duration = Duration::from_hours(24);
/// A device whose app was not heard of for so long is gone: Google gives its token up by then
/// (Firebase: "Manage FCM registration tokens", 270 days).
const SILENT: Duration = Duration::from_hours(270 * 24);
/// How long the address of a removed device is kept: a push may be on its way to it.
const REMOVED_FOR: Duration = Duration::from_hours(24);

impl Push {
    /// Keeps house every day until the process ends. `fold_after`: how long the rows of a finished message are
    /// kept.
    pub fn keep_house(&self, tasks: &Tasks, fold_after: Duration) {
        let (push, stopping) = (self.clone(), tasks.clone());
        tasks.spawn(async move {
            loop {
                // From the beginning of a round: a clock that moves on meanwhile is not slept over.
                let now = push.clock.now();
                tokio::select! {
                    done = push.tidy(now, fold_after) => if let Err(error) = done {
                        tracing::error!(%error, "pushes could not be tidied up");
                    },
                    () = stopping.stopping() => return,
                }
                tokio::select! {
                    () = push.clock.sleep_until(now + EVERY) => {}
                    () = stopping.stopping() => return,
                }
            }
        });
    }

    async fn tidy(&self, now: At, fold_after: Duration) -> Result<()> {
        let folded = outbox::fold(&self.db, now - fold_after, now).await?;
        let silent = devices::remove_silent(&self.db, now - SILENT, now).await?;
        let forgotten = devices::forget_removed(&self.db, now - REMOVED_FOR).await?;
        if folded + silent + forgotten > 0 {
            tracing::info!(folded, silent, forgotten, "pushes were tidied up");
        }
        Ok(())
    }
}
