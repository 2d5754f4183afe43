// SPDX-License-Identifier: EUPL-1.2

//! A queue for each lane and gateway. Its slots bound the batches that are under way in it, and with them
//! the memory: 1,000 prepared pushes are about 2.5 MB.

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

#[derive(Default)]
pub(super) struct Queues {
    queues: HashMap<(i16, Gateway), Queue>,
    freed: Arc<Notify>,
}

struct Queue {
    open: Arc<Semaphore>,
    held: Arc<Semaphore>,
}

impl Queues {
    /// A free slot for this work.
    pub(super) fn slot(&mut self, work: &Work) -> Option<OwnedSemaphorePermit> {
        let queue = self.queues.entry((work.lane, work.gateway));
        let queue = queue.or_insert_with(|| Queue {
            open: Arc::new(Semaphore::new(SLOTS)),
            held: Arc::new(Semaphore::new(HELD)),
        });
        let slots = if work.is_open {
            &queue.open
        } else {
            &queue.held
        };
        Arc::clone(slots).try_acquire_owned().ok()
    }

    /// Told when a batch has given its slot back.
    pub(super) fn freed(&self) -> Arc<Notify> {
        Arc::clone(&self.freed)
    }
}
