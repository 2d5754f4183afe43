// SPDX-License-Identifier: EUPL-1.2

//! The dispatcher: takes what is due from the outbox to the gateways, and writes down how it ended.
//!
//! One task looks for work: it is woken by commits (a release, a device that joined) and by the clock (a
//! retry that is due, a lease that has ended). Each lane has slots of its own, so an alert never waits
//! behind news. A claimed batch becomes a task of its own ([`batch`]).
//!
//! At a shutdown nothing new is claimed or begun; what is under way gets its answer, and the rest of the
//! batch is given back at once.

mod batch;
mod retry;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use tokio::sync::{Notify, Semaphore};

use super::{Class, gateways::Gateways, outbox};
use crate::{
    clock::Clock,
    db::{Db, DbError},
    id::Ids,
    tasks::Tasks,
};

/// Batches under way in one lane: the next is claimed and encrypted while one is being sent. Bounds the
/// memory to lanes × slots × [`outbox::BATCH`] prepared pushes, about 20 MB.
const SLOTS: usize = 2;
/// How often due retries and ended leases are looked for when nothing else happens.
const LOOK: Duration = Duration::from_millis(500);
/// How long to leave a database alone that has just failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// What a dispatcher works with.
#[derive(Clone)]
pub(super) struct Dispatcher {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) ids: Ids,
    pub(super) tasks: Tasks,
    pub(super) gateways: Arc<Gateways>,
}

impl Dispatcher {
    /// Starts looking for work until the process stops.
    pub(super) fn start(self) {
        let tasks = self.tasks.clone();
        tasks.spawn(async move { self.run().await });
    }

    async fn run(self) {
        let numbers: BTreeSet<i16> = Class::ALL.iter().map(|class| class.lane()).collect();
        let lanes: Vec<Lane> = numbers.into_iter().map(Lane::new).collect();
        if let Err(error) = outbox::recover(&self.db, self.clock.now()).await {
            tracing::error!(%error, "what an earlier process claimed waits for its lease to end");
        }
        let mut commits = self.db.commits();
        let slot_freed = Arc::new(Notify::new());
        while !self.tasks.is_stopping() {
            commits.mark_unchanged();
            let pause = match self.serve(&lanes, &slot_freed).await {
                Ok(()) => LOOK,
                Err(error) => {
                    tracing::error!(%error, "the outbox can't be read; trying again");
                    AFTER_FAILURE
                }
            };
            tokio::select! {
                () = self.tasks.stopping() => {}
                _ = commits.changed() => {}
                () = slot_freed.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Fills every lane's free slots, the most urgent lane first, until nothing is due.
    async fn serve(&self, lanes: &[Lane], slot_freed: &Arc<Notify>) -> Result<(), DbError> {
        let now = self.clock.now();
        for lane in lanes {
            while let Ok(slot) = lane.slots.clone().try_acquire_owned() {
                if self.tasks.is_stopping() || !outbox::is_due(&self.db, lane.number, now).await? {
                    break;
                }
                let claimed = outbox::claim(&self.db, self.ids.id(), lane.number, self.clock.now());
                let Some(claim) = claimed.await? else { break };
                let (this, slot_freed) = (self.clone(), slot_freed.clone());
                self.tasks.spawn(async move {
                    this.deliver(claim).await;
                    drop(slot);
                    slot_freed.notify_one();
                });
            }
        }
        outbox::tidy(&self.db, now).await
    }
}

struct Lane {
    number: i16,
    slots: Arc<Semaphore>,
}

impl Lane {
    fn new(number: i16) -> Self {
        Self {
            number,
            slots: Arc::new(Semaphore::new(SLOTS)),
        }
    }
}
