// SPDX-License-Identifier: EUPL-1.2

//! A batch that is ready before its gate opens: claimed, built and encrypted seconds before T, so that at T
//! the first push needs nothing but the network.
//!
//! Between its claim and the opening anything may happen: a phone signs out or registers anew, T is moved,
//! the announcement is cancelled. So when the gate has opened, the outbox is asked which pushes are still
//! ours to send, and nothing else leaves.

use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

use super::{
    Dispatcher, LATE,
    batch::{Batch, Push},
    queues::{SHARE_OF_HELD, Slot},
};
use crate::{
    clock::At,
    push::outbox::{self, Claim, Gate, Held},
};

impl Dispatcher {
    /// Makes a batch ready, waits for the gate, and hands over what is still to be handed over. A gate that
    /// opens earlier than all of it is ready finds what there is.
    pub(super) async fn hold(&self, mut claim: Claim, slot: Slot, opens_at: At) {
        let now = self.clock.now();
        let deadline = Instant::now() + opens_at.since(now) + LATE;
        let claimed = claim.deliveries.len();
        let mut commits = self.db.commits();
        let mut chunks = self.prepare(&mut claim);
        let mut ready = Vec::new();
        let held = loop {
            commits.mark_unchanged();
            match outbox::gate(&self.db, claim.token(), claimed).await {
                Ok(Gate::Shut) => {}
                Ok(Gate::Open(held)) => break held,
                Ok(Gate::Gone) => return,
                Err(error) => {
                    tracing::error!(%error, "a gate can't be read; trying again with the next commit");
                }
            }
            tokio::select! {
                () = gather(&mut ready, &mut chunks, &mut commits) => {}
                () = self.tasks.stopping() => break Held::nothing(),
                () = tokio::time::sleep_until(deadline) => break Held::nothing(),
            }
        };
        let batch = Batch::begin(self, claim, slot, claimed, SHARE_OF_HELD);
        if held.is_nothing() {
            batch.finish().await;
        } else {
            self.complete(batch, ready, chunks, held).await;
        }
    }
}

/// Takes what becomes ready, until something is committed.
async fn gather(
    ready: &mut Vec<Push>,
    chunks: &mut mpsc::Receiver<Vec<Push>>,
    commits: &mut watch::Receiver<u64>,
) {
    let mut more = true;
    loop {
        tokio::select! {
            _ = commits.changed() => return,
            chunk = chunks.recv(), if more => match chunk {
                Some(chunk) => ready.extend(chunk),
                None => more = false,
            },
        }
    }
}
