// SPDX-License-Identifier: EUPL-1.2

//! The task that opens the press under the rule `staff_first`: when gateways have accepted the share of the
//! reachable phones, or when the time is up.
//!
//! It sleeps until a release leaves something to wait for; then it counts about every 50 ms. A phone that has
//! been accepted stays so, and the share is counted before the opening: the press is never before it.

use std::time::{Duration, Instant};

use super::{
    super::Announcements,
    Because, policy,
    store::{deliveries, rules},
};
use crate::{
    clock::At,
    db::{Result, Tx},
    id::AnnouncementId,
    tasks::Tasks,
};

/// Between two looks; longer if a look takes its time, so that counting a million phones leaves the database
/// to those who push to them.
const BETWEEN: Duration = Duration::from_millis(50);
/// After an error of the database.
const TRY_AGAIN: Duration = Duration::from_millis(250);

pub(super) fn start(announcements: &Announcements, tasks: &Tasks) {
    tasks.spawn(run(announcements.clone(), tasks.clone()));
}

async fn run(announcements: Announcements, tasks: Tasks) {
    let mut commits = announcements.db.commits();
    loop {
        // What is committed from here on wakes the wait below.
        commits.borrow_and_update();
        let began = Instant::now();
        let (next, pause) = match announcements.open_what_may_open().await {
            Ok(None) => (None, Duration::MAX),
            Ok(Some(next)) => (Some(next), BETWEEN.max(4 * began.elapsed())),
            Err(error) => {
                tracing::error!(%error, "the press could not be seen to");
                (None, TRY_AGAIN)
            }
        };
        tokio::select! {
            () = tasks.stopping() => return,
            // The database outlives this task, so the sender does too.
            _ = commits.changed() => {}
            () = tokio::time::sleep(pause) => {}
            () = sleep_until(&announcements, next) => {}
        }
    }
}

impl Announcements {
    /// When the next of those that still wait is to be opened at the latest; `None` if none waits.
    async fn open_what_may_open(&self) -> Result<Option<At>> {
        let mut next: Option<At> = None;
        for waiting in rules::waiting(&self.db).await? {
            let because = if self.clock.now() >= waiting.opens_by {
                Some(Because::Time)
            } else {
                let reach = rules::reach(&self.db, waiting.message_id).await?;
                policy::is_reached(waiting.share_percent, reach).then_some(Because::Share)
            };
            let is_open = match because {
                Some(because) => self.open(&waiting, because).await?,
                None => false,
            };
            if !is_open {
                next = next.into_iter().chain([waiting.opens_by]).min();
            }
        }
        Ok(next)
    }

    /// Whether it is over: opened, by this call or another, or withdrawn.
    async fn open(&self, waiting: &rules::Waiting, because: Because) -> Result<bool> {
        let id = waiting.announcement_id;
        let mut tx = self.db.begin().await?;
        let now = tx.now(&self.clock).await?;
        if because == Because::Time && now < waiting.opens_by {
            // Our clock is ahead of the database's.
            drop(tx);
            self.db.set_clock(&self.clock).await?;
            return Ok(false);
        }
        // A correction that came since this was counted has ended those deliveries, and what the press would get has words
        // that nobody has on their phone yet.
        let counts = because == Because::Time
            || (rules::lock_released(&mut tx, id).await?
                && rules::is_last(&mut tx, waiting).await?);
        if !counts {
            return Ok(false);
        }
        let opened = open_in(&mut tx, id, because, now).await?;
        tx.commit().await?;
        if opened {
            tracing::info!(announcement = %id, %because, "the press is opened");
        }
        Ok(true)
    }
}

/// Opens the press's channels, if the announcement is released and nobody has opened them yet. The commit wakes
/// those who deliver.
pub(super) async fn open_in(
    tx: &mut Tx,
    id: AnnouncementId,
    because: Because,
    now: At,
) -> Result<bool> {
    if !rules::lock_released(tx, id).await? || !rules::open(tx, id, because, now).await? {
        return Ok(false);
    }
    deliveries::make_due(tx, id, now).await?;
    deliveries::end_shown(tx, id, now).await?;
    tx.tell().await?;
    Ok(true)
}

async fn sleep_until(announcements: &Announcements, at: Option<At>) {
    match at {
        Some(at) => announcements.clock.sleep_until(at).await,
        None => std::future::pending().await,
    }
}
