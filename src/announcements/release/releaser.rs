// SPDX-License-Identifier: EUPL-1.2

//! The task that keeps T: stages before it, warms the gateways, and releases at it, never before.
//!
//! It sleeps until the next thing is to be done and is woken early by every commit that tells of itself
//! (an editor has set or moved a T, here or in another process). The database is the only memory that
//! matters: whatever process runs at T, or first after it, releases.

use std::{sync::Arc, time::Duration};

use futures::future::BoxFuture;

use super::{
    super::{Announcements, policy},
    store,
};
use crate::{clock::At, db::Result, id::AnnouncementId, tasks::Tasks};

/// Gets the gateways' connections ready.
pub type Warm = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// How many scheduled announcements are looked at in one round.
const ROUND: i64 = 100;
/// After an error of the database.
const TRY_AGAIN: Duration = Duration::from_millis(250);

/// Starts the task; it ends when the process stops.
pub fn start(announcements: &Announcements, tasks: &Tasks, warm: Warm) {
    let releaser = Releaser {
        announcements: announcements.clone(),
        tasks: tasks.clone(),
        warm,
        warmed: Vec::new(),
    };
    tasks.spawn(releaser.run());
}

struct Releaser {
    announcements: Announcements,
    tasks: Tasks,
    warm: Warm,
    /// For which releases the gateways have been warmed. Lost in a crash, and then done again.
    warmed: Vec<(AnnouncementId, At)>,
}

impl Releaser {
    async fn run(mut self) {
        let mut commits = self.announcements.db.commits();
        let (clock, tasks) = (self.announcements.clock.clone(), self.tasks.clone());
        loop {
            // What is committed from here on wakes the wait below.
            commits.borrow_and_update();
            let next = self.round().await.unwrap_or_else(|error| {
                tracing::error!(%error, "the scheduled announcements could not be read");
                Some(clock.now() + TRY_AGAIN)
            });
            tokio::select! {
                () = tasks.stopping() => return,
                // The database outlives this task, so the sender does too.
                _ = commits.changed() => {}
                () = sleep_until(&clock, next) => {}
            }
        }
    }

    /// Does what is to be done now, and says when there is more to do if no commit comes before.
    async fn round(&mut self) -> Result<Option<At>> {
        let due = store::due(&self.announcements.db, ROUND).await?;
        self.warmed
            .retain(|warmed| due.iter().any(|due| (due.id, due.release_at) == *warmed));
        let mut next: Option<At> = None;
        // In the order of T: what is due is released before anything is staged.
        for due in due {
            let again = self.see_to(&due).await.unwrap_or_else(|error| {
                tracing::error!(announcement = %due.id, %error, "a release is held up; trying again");
                Some(self.announcements.clock.now() + TRY_AGAIN)
            });
            next = next.into_iter().chain(again).min();
        }
        Ok(next)
    }

    /// One announcement's next step; when to look at it again, `None` if this has released it.
    async fn see_to(&mut self, due: &store::Due) -> Result<Option<At>> {
        let now = self.announcements.clock.now();
        let stage_before = self.announcements.stage_before;
        let warmed = self.warmed.contains(&(due.id, due.release_at));
        match policy::next(
            due.release_at,
            due.message_id.is_some(),
            warmed,
            stage_before,
            now,
        ) {
            policy::Next::Wait(until) => Ok(Some(until)),
            policy::Next::Stage => {
                self.announcements.stage(due.id).await?;
                Ok(Some(now))
            }
            policy::Next::Warm => {
                self.warmed.push((due.id, due.release_at));
                // Beside the releaser: a gateway that does not answer must not hold up T.
                self.tasks.spawn((self.warm)());
                self.announcements.stage(due.id).await?;
                Ok(Some(due.release_at))
            }
            policy::Next::Release => {
                if self.announcements.release_if_due(due.id).await? {
                    tracing::info!(announcement = %due.id, release_at = %due.release_at, "released");
                    return Ok(None);
                }
                // Somebody else was faster, or the database's clock has not come to T: then ours is set.
                self.announcements
                    .db
                    .set_clock(&self.announcements.clock)
                    .await?;
                Ok(Some(now))
            }
        }
    }
}

async fn sleep_until(clock: &crate::clock::Clock, at: Option<At>) {
    match at {
        Some(at) => clock.sleep_until(at).await,
        None => std::future::pending().await,
    }
}
