// SPDX-License-Identifier: EUPL-1.2

//! Where uploads are taken in, few at a time, because each is in memory until it is developed.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Uploads in memory at once; each weighs up to [`Limits::bytes`](super::Limits::bytes).
const DESKS: usize = 24;
/// How long an upload waits for a desk.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub(super) struct Reception {
    desks: Arc<Semaphore>,
}

/// The right to have one upload in memory, for as long as this is kept.
pub(super) struct Desk(#[expect(dead_code, reason = "held, never read")] OwnedSemaphorePermit);

impl Reception {
    pub(super) fn new() -> Self {
        Self {
            desks: Arc::new(Semaphore::new(DESKS)),
        }
    }

    /// A desk as soon as one is free; `None` if that takes too long.
    pub(super) async fn desk(&self) -> Option<Desk> {
        let desk = timeout(PATIENCE, self.desks.clone().acquire_owned()).await;
        desk.ok()?.ok().map(Desk)
    }
}
