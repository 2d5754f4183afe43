// SPDX-License-Identifier: EUPL-1.2

//! Some weeks after a release it is forgotten who answered what, and who was reminded and written to: the totals stay.
//! Every hour, by every process: whatever the one has done, the other finds done, and what it was cut off in is begun
//! anew.

use std::time::Duration;

use super::store;
use crate::{announcements::Announcements, clock::At, db::Result, push::outbox, tasks::Tasks};

/// How often.
const EVERY: Duration = Duration::from_hours(1);
/// Questions that are forgotten in one go.
const BATCH: i64 = 100;

pub(super) fn start(announcements: &Announcements, tasks: &Tasks) {
    let (announcements, stopping) = (announcements.clone(), tasks.clone());
    tasks.spawn(async move {
        loop {
            // From the beginning of a round: a clock that moves on meanwhile is not slept over.
            let now = announcements.clock.now();
            match announcements.forget_answers(now).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "who answered what was forgotten"),
                Err(error) => tracing::error!(%error, "answers could not be forgotten"),
            }
            tokio::select! {
                () = announcements.clock.sleep_until(now + EVERY) => {}
                () = stopping.stopping() => return,
            }
        }
    });
}

impl Announcements {
    async fn forget_answers(&self, now: At) -> Result<u64> {
        let before = now - self.answering.0.names_kept;
        let mut forgotten = 0;
        loop {
            let batch = store::answers::to_forget(&self.db, before, BATCH).await?;
            if batch.is_empty() {
                return Ok(forgotten);
            }
            for id in batch {
                // First nobody answers or is written to any more; then what is counted is what will have been.
                store::answers::close(&self.db, id, now).await?;
                store::notices::give_up(&self.db, id, now).await?;
                let totals = store::answers::totals(&self.db, id).await?;
                // Whom the reminder was for tells who had not answered.
                for message in store::steps::messages(&self.db, id).await? {
                    outbox::fold_early(&self.db, message, now).await?;
                }
                let mut tx = self.db.begin().await?;
                forgotten += u64::from(store::answers::forget(&mut tx, id, totals, now).await?);
                tx.commit().await?;
            }
        }
    }
}
