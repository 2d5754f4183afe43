// SPDX-License-Identifier: EUPL-1.2

//! A queue for each lane and gateway. Its slots bound the batches that are under way in it, and with them
//! the memory: 1,000 prepared pushes are about 2.5 MB.
//!
//! A batch that has begun everything and waits for answers that don't come [steps aside](Slot::step_aside): one
//! push service that is silent must not hold the slots that the others' phones wait for. What is aside is
//! bounded too, so that a gateway that is frozen as a whole does not fill the memory.

use std::{collections::HashMap, sync::Arc};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::push::{Gateway, outbox::Work};

/// Batches in one queue: while one is being sent the next is made ready, and the last answers of a third
/// are waited for.
const SLOTS: usize = 3;
/// Batches that are held ready for a shut gate, besides: what they hold needs no encryption after T.
const HELD: usize = 9;
/// Pushes in one queue that wait for their turn or their answer at once: they fill two connections of 1,000
/// requests each. Whatever waits so costs 3 KB.
const AT_ONCE: usize = 2_100;
/// Of these each batch has its share.
pub(super) const SHARE: usize = AT_ONCE / SLOTS;
pub(super) const SHARE_OF_HELD: usize = AT_ONCE / HELD;
/// Pushes of one queue that may wait for their answers aside: as many as one peer can leave without.
const ASIDE: usize = AT_ONCE;

#[derive(Default)]
pub(super) struct Queues {
    queues: HashMap<(i16, Gateway), Queue>,
    freed: Arc<Notify>,
}

struct Queue {
    open: Arc<Semaphore>,
    held: Arc<Semaphore>,
    aside: Arc<Semaphore>,
}

/// The place of a batch in its queue, until it is dropped.
pub(super) struct Slot {
    /// Of the slots, or of what may be aside.
    place: OwnedSemaphorePermit,
    aside: Arc<Semaphore>,
    is_aside: bool,
    freed: Arc<Notify>,
}

impl Queues {
    /// A free slot for this work.
    pub(super) fn slot(&mut self, work: &Work) -> Option<Slot> {
        let queue = self.queues.entry((work.lane, work.gateway));
        let queue = queue.or_insert_with(|| Queue {
            open: Arc::new(Semaphore::new(SLOTS)),
            held: Arc::new(Semaphore::new(HELD)),
            aside: Arc::new(Semaphore::new(ASIDE)),
        });
        let slots = if work.is_open {
            &queue.open
        } else {
            &queue.held
        };
        let place = Arc::clone(slots).try_acquire_owned().ok()?;
        Some(Slot {
            place,
            aside: Arc::clone(&queue.aside),
            is_aside: false,
            freed: Arc::clone(&self.freed),
        })
    }

    /// Told when a batch has given its slot back.
    pub(super) fn freed(&self) -> Arc<Notify> {
        Arc::clone(&self.freed)
    }
}

impl Slot {
    /// Lets another batch have the slot while so many pushes wait for their answers, if there is room for them.
    pub(super) fn step_aside(&mut self, pushes: usize) {
        if self.is_aside {
            return;
        }
        let pushes = u32::try_from(pushes).unwrap_or(u32::MAX);
        if let Ok(place) = Arc::clone(&self.aside).try_acquire_many_owned(pushes) {
            self.place = place;
            self.is_aside = true;
            self.freed.notify_one();
        }
    }
}
