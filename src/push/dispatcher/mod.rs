// SPDX-License-Identifier: EUPL-1.2

//! The dispatcher: takes what is due from the outbox to the gateways, and writes down how it ended.
//!
//! One task looks for work: it is woken by commits (a release, a device that joined) and by the clock (a
//! retry that is due, a lease that has ended). What waits in one lane for one gateway is a [queue](queues)
//! with slots of its own: an alert never waits behind news, and a gateway that is frozen or closed keeps
//! nobody else waiting. Nor does one of the browsers' many push services, which are one gateway: while it is
//! silent, who waits for it is turned away by the transport, and a batch to which nothing is answered steps
//! aside. A claimed batch becomes a task of its own ([`batch`]); one whose gate is still shut
//! is made ready and held until it opens ([`held`]). Only the handing over runs on threads that stand
//! [aside](Tasks::aside): what asks the database here is soon done with its connection.
//!
//! At a shutdown nothing new is claimed or begun; what is under way gets its answer, and the rest of the
//! batch is given back at once.

mod batch;
mod ending;
mod health;
mod held;
mod last_look;
mod queues;
mod recalled;
mod retry;
mod settler;

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time::Instant};

pub(super) use self::health::Health;
use self::{
    health::Admission,
    queues::{Queues, Slot},
};
pub use self::{
    health::{Alarm, AlarmKind, GatewayState},
    last_look::LastLook,
};
use super::{
    gateways::Gateways,
    metrics::Metrics,
    outbox::{self, Claim, Work},
};
use crate::{
    clock::{At, Clock},
    db::{Db, DbError},
    id::Ids,
    tasks::Tasks,
};

/// How often due retries and ended leases are looked for when nothing else happens.
const LOOK: Duration = Duration::from_millis(500);
/// How long to leave a database alone that has just failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// How long before its gate is to open a message's first batches are made ready.
const AHEAD: Duration = Duration::from_secs(5);
/// How late a gate may be before what is ready for it is given back: the lease runs.
const LATE: Duration = Duration::from_secs(5);
/// A clock that is off by less is not worth a statement.
const CLOCK_WAS_SET: Duration = Duration::from_secs(1);

/// What a dispatcher works with.
#[derive(Clone)]
pub(super) struct Dispatcher {
    db: Db,
    clock: Clock,
    ids: Ids,
    tasks: Tasks,
    gateways: Arc<Gateways>,
    health: Health,
    metrics: Metrics,
    /// `None`: nobody speaks for a class that asks for it.
    last_look: Option<Arc<dyn LastLook>>,
}

impl Dispatcher {
    pub(super) fn new(
        db: Db,
        clock: Clock,
        ids: Ids,
        tasks: Tasks,
        gateways: Arc<Gateways>,
        health: Health,
        metrics: Metrics,
    ) -> Self {
        Self {
            db,
            clock,
            ids,
            tasks,
            gateways,
            health,
            metrics,
            last_look: None,
        }
    }

    /// Whom it asks before a social notice leaves.
    pub(super) fn asking(self, last_look: Option<Arc<dyn LastLook>>) -> Self {
        Self { last_look, ..self }
    }

    /// Starts looking for work until the process stops.
    pub(super) fn start(self) {
        let tasks = self.tasks.clone();
        tasks.spawn(async move { self.run().await });
    }

    async fn run(self) {
        match outbox::recover(&self.db).await {
            Ok(freed) => self.metrics.lost_leases(freed),
            Err(error) => {
                tracing::error!(%error, "what an earlier process claimed waits for its lease to end");
            }
        }
        let mut commits = self.db.commits();
        let mut queues = Queues::default();
        let freed = queues.freed();
        let mut rounds = Rounds::begin(&self.clock);
        while !self.tasks.is_stopping() {
            let pause = match self.round(&mut rounds, &mut queues, &mut commits).await {
                Ok(()) => LOOK,
                Err(error) => {
                    tracing::error!(%error, "the outbox can't be read; trying again");
                    AFTER_FAILURE
                }
            };
            tokio::select! {
                () = self.tasks.stopping() => {}
                _ = commits.changed() => {}
                () = freed.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    async fn round(
        &self,
        rounds: &mut Rounds,
        queues: &mut Queues,
        commits: &mut watch::Receiver<u64>,
    ) -> Result<(), DbError> {
        self.follow_the_clock(rounds).await?;
        self.serve(queues, commits).await?;
        if rounds.tidied.elapsed() >= LOOK {
            rounds.tidied = Instant::now();
            // Had it been set meanwhile, leases of pushes that are under way would be taken for ended.
            let now = self.follow_the_clock(rounds).await?;
            let freed = outbox::tidy(&self.db, now).await?;
            self.metrics.lost_leases(freed);
        }
        Ok(())
    }

    /// What the clock shows; if it was set, leases and retries have been moved with it.
    async fn follow_the_clock(&self, rounds: &mut Rounds) -> Result<At, DbError> {
        let (now, ran) = (self.clock.now(), self.clock.ran());
        let expected = rounds.expected(ran);
        if now.since(expected).max(expected.since(now)) >= CLOCK_WAS_SET {
            outbox::clock_was_set(&self.db, expected, now).await?;
        }
        // Only now: if the database has failed, the next round finds the clock set as well.
        rounds.clock = (now, ran);
        Ok(now)
    }

    /// Fills every queue's free slots, the most urgent lane first, until nothing is due. Begins anew when
    /// there was a commit: it may have been an alert's.
    async fn serve(
        &self,
        queues: &mut Queues,
        commits: &mut watch::Receiver<u64>,
    ) -> Result<(), DbError> {
        'anew: loop {
            commits.mark_unchanged();
            let now = self.clock.now();
            for work in outbox::work(&self.db, now, now - LATE..now + AHEAD).await? {
                while let Some(slot) = queues.slot(&work) {
                    let most = match self.health.admission(work.gateway) {
                        Admission::Batches => outbox::BATCH,
                        Admission::One => 1,
                        Admission::None => break,
                    };
                    if self.tasks.is_stopping() {
                        return Ok(());
                    }
                    let id = self.ids.id();
                    let claim = outbox::claim(&self.db, id, &work, most, self.clock.now());
                    let Some(claim) = claim.await? else { break };
                    let is_last = claim.is_last;
                    self.begin(claim, &work, slot, queues);
                    if commits.has_changed().unwrap_or(false) {
                        continue 'anew;
                    }
                    if is_last {
                        break;
                    }
                }
            }
            return Ok(());
        }
    }

    fn begin(&self, claim: Claim, work: &Work, slot: Slot, queues: &Queues) {
        let (this, freed) = (self.clone(), queues.freed());
        let (is_open, opens_at) = (work.is_open, work.opens_at);
        self.tasks.spawn(async move {
            if is_open {
                this.look_and_deliver(claim, slot).await;
            } else {
                this.hold(claim, slot, opens_at).await;
            }
            freed.notify_one();
        });
    }
}

/// What one round has to know of those before it.
struct Rounds {
    tidied: Instant,
    /// What the clock showed, and how long it had run then.
    clock: (At, Duration),
}

impl Rounds {
    fn begin(clock: &Clock) -> Self {
        Self {
            tidied: Instant::now(),
            clock: (clock.now(), clock.ran()),
        }
    }

    /// What the clock should show when it has run for so long, if nobody has set it.
    fn expected(&self, ran: Duration) -> At {
        let (showed, had_run) = self.clock;
        showed + ran.saturating_sub(had_run)
    }
}
