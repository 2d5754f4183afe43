// SPDX-License-Identifier: EUPL-1.2

//! The database's own clock: the one that all processes share, whatever their machines' clocks show.
//!
//! On PostgreSQL a process's clock [follows](Clock::follow) it, so that leases, retries and T mean the same
//! to each of them; and what must not happen before an instant asks it again in its own transaction
//! ([`Tx::now`]), because a clock that is followed over a network is off by up to half a round trip, and by
//! more until somebody has looked. On SQLite the process's clock is the database's. A clock that a test
//! advances is left alone on both.

use std::time::Duration;

use super::{Db, Inner, Result, Tx, sql};
use crate::{
    clock::{At, Clock},
    tasks::Tasks,
};

/// Between two looks: clocks drift by a few microseconds a second.
const BETWEEN: Duration = Duration::from_secs(10);
/// Of several the fastest look is the truest.
const LOOKS: usize = 3;
/// A machine's clock that is off by more is worth a word to its administrator.
const WORTH_A_WORD: Duration = Duration::from_millis(100);

/// What the database's clock showed.
struct Look {
    at: At,
    /// How long the process's clock had run then, give or take the error.
    ran: Duration,
    error: Duration,
}

impl Db {
    /// Has the clock show what the database's shows.
    pub async fn set_clock(&self, clock: &Clock) -> Result<()> {
        if self.is_sqlite() || !clock.is_wall() {
            return Ok(());
        }
        let look = self.look(clock).await?;
        let (shows, should_show) = (clock.now(), look.at + clock.ran().saturating_sub(look.ran));
        let off = shows.since(should_show).max(should_show.since(shows));
        if !clock.follows() && off > WORTH_A_WORD {
            tracing::warn!(%shows, database = %should_show, "this machine's clock is off: the database's holds");
        }
        // What is within the error is left alone: a clock should not tremble.
        if !clock.follows() || off > look.error {
            clock.follow(look.at, look.ran);
        }
        Ok(())
    }

    async fn look(&self, clock: &Clock) -> Result<Look> {
        let mut tx = self.begin().await?;
        let mut best: Option<Look> = None;
        for _ in 0..LOOKS {
            let before = clock.ran();
            let at = tx.now(clock).await?;
            let error = clock.ran().saturating_sub(before) / 2;
            let look = Look {
                at,
                ran: before + error,
                error,
            };
            best = best.into_iter().chain([look]).min_by_key(|look| look.error);
        }
        match best {
            Some(best) => Ok(best),
            None => unreachable!("it has been looked at"),
        }
    }
}

impl Tx {
    /// What time it is in this moment, by the database's clock where that is another than the process's.
    pub async fn now(&mut self, clock: &Clock) -> Result<At> {
        if matches!(self.inner, Inner::Sqlite(_)) || !clock.is_wall() {
            return Ok(clock.now());
        }
        let (now,): (At,) = self
            .query(sql!(["SELECT 0" | "SELECT clock_timestamp()"]))
            .one()
            .await?;
        Ok(now)
    }
}

/// Keeps the clock on the database's until the process stops. Nothing to do on SQLite.
pub fn follow(db: &Db, clock: &Clock, tasks: &Tasks) {
    if db.is_sqlite() || !clock.is_wall() {
        return;
    }
    let (db, clock, stopping) = (db.clone(), clock.clone(), tasks.clone());
    tasks.spawn(async move {
        loop {
            tokio::select! {
                () = stopping.stopping() => return,
                () = tokio::time::sleep(BETWEEN) => {}
            }
            if let Err(error) = db.set_clock(&clock).await {
                tracing::warn!(%error, "the database's clock could not be read");
            }
        }
    });
}
