// SPDX-License-Identifier: EUPL-1.2

//! The loop of a task that does what is due in rows of its own: it sleeps until the next is, is woken early by every
//! commit that tells of itself, and gives back what it holds when the process stops. And how long to wait before
//! something that failed is tried again.

use std::time::Duration;

use super::Announcements;
use crate::{clock::At, db::Result, tasks::Tasks};

/// What is due and claimed by nobody may be waiting for another process; and after an error of the database.
const TRY_AGAIN: Duration = Duration::from_millis(250);

/// When to look again.
#[derive(Clone, Copy, Debug)]
pub(super) enum Next {
    AtOnce,
    At(At),
    /// Of real time.
    Soon,
    /// When there is news.
    Never,
}

/// Whose claims are given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    Own,
    Anybodys,
}

/// What such a task does.
pub(super) trait Rounds: Send + Sync + Sized + 'static {
    /// For the log.
    fn name(&self) -> &'static str;

    /// Does some of what is due.
    fn round(&self) -> impl Future<Output = Result<Next>> + Send;

    /// Frees what was claimed and is not settled, for anybody to claim at once.
    fn give_back(&self, whose: Whose) -> impl Future<Output = Result<()>> + Send;
}

/// Starts the task; it ends when the process stops.
pub(super) fn start(announcements: &Announcements, tasks: &Tasks, rounds: impl Rounds) {
    tasks.spawn(run(announcements.clone(), tasks.clone(), rounds));
}

async fn run(announcements: Announcements, tasks: Tasks, rounds: impl Rounds) {
    let mut commits = announcements.db.commits();
    // On SQLite there is one process, so whatever is claimed when it starts is a dead one's; on PostgreSQL leases must
    // end by themselves.
    if announcements.db.is_sqlite() {
        give_back(&rounds, Whose::Anybodys).await;
    }
    loop {
        // What is committed from here on wakes the wait below.
        commits.borrow_and_update();
        let next = tokio::select! {
            next = rounds.round() => next,
            () = tasks.stopping() => break,
        };
        let next = next.unwrap_or_else(|error| {
            tracing::error!(task = rounds.name(), %error, "what is due could not be done");
            Next::Soon
        });
        tokio::select! {
            () = tasks.stopping() => break,
            // The database outlives this task, so the sender does too.
            _ = commits.changed() => {}
            () = wait_for(&announcements, next) => {}
        }
    }
    // What was cut off is for the next process to take at once.
    give_back(&rounds, Whose::Own).await;
}

async fn give_back(rounds: &impl Rounds, whose: Whose) {
    if let Err(error) = rounds.give_back(whose).await {
        tracing::error!(task = rounds.name(), %error, "what was claimed waits for its lease to end");
    }
}

async fn wait_for(announcements: &Announcements, next: Next) {
    match next {
        Next::AtOnce => {}
        Next::At(at) => announcements.clock.sleep_until(at).await,
        Next::Soon => tokio::time::sleep(TRY_AGAIN).await,
        Next::Never => std::future::pending().await,
    }
}

/// The first wait is up to this long, each next up to twice as long.
const BASE: Duration = Duration::from_secs(1);
const CAP: Duration = Duration::from_mins(10);

/// How long to wait after so many attempts: what the receiver said, or else exponentially longer, half of it by
/// chance.
pub(super) fn wait(attempts: i32, said: Option<Duration>, random: [u8; 2]) -> Duration {
    if let Some(said) = said {
        return said.max(BASE);
    }
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(16);
    let most = BASE.saturating_mul(1 << doublings).min(CAP);
    let fraction = f64::from(u16::from_be_bytes(random)) / f64::from(u16::MAX);
    most.mul_f64(0.5 + fraction / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap_and_what_the_receiver_said_is_kept() {
        assert_eq!(wait(1, None, [255, 255]), Duration::from_secs(1));
        assert_eq!(wait(1, None, [0, 0]), Duration::from_millis(500));
        assert_eq!(wait(4, None, [255, 255]), Duration::from_secs(8));
        assert_eq!(wait(99, None, [255, 255]), CAP);
        assert_eq!(
            wait(1, Some(Duration::from_secs(30)), [0, 0]),
            Duration::from_secs(30)
        );
    }
}
