// SPDX-License-Identifier: EUPL-1.2

//! A batch that is ready before its gate opens: claimed, built and encrypted seconds before T, so that at T
//! the first push needs nothing but the network.
//!
//! Between its claim and the opening anything may happen: a phone signs out or registers anew, T is moved,
//! the announcement is cancelled. So when the gate has opened, the outbox is asked which pushes are still
//! ours to send, and nothing else leaves.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    Dispatcher,
    batch::{Batch, Push},
};
use crate::{
    clock::At,
    db::DbError,
    push::outbox::{self, Claim, Discarded},
};

/// How long a gate may be late before what is ready for it is given back: the lease runs.
const LATE: Duration = Duration::from_secs(5);

impl Dispatcher {
    /// Makes a batch ready, waits for the gate, and hands over what is still to be handed over.
    pub(super) async fn hold(&self, mut claim: Claim, opens_at: At) {
        let now = self.clock.now();
        let deadline = Instant::now() + opens_at.since(now) + LATE;
        let claimed = claim.deliveries.len();
        let mut commits = self.db.commits();
        let mut chunks = self.prepare(&mut claim);
        let mut ready = Vec::new();
        while let Some(chunk) = chunks.recv().await {
            ready.extend(chunk);
        }
        let opened = loop {
            commits.mark_unchanged();
            match self.opened(&claim, &mut ready).await {
                Ok(Gate::Shut) => {}
                Ok(Gate::Open) => break true,
                Ok(Gate::Gone) => return,
                Err(error) => {
                    tracing::error!(%error, "a gate can't be read; trying again with the next commit");
                }
            }
            tokio::select! {
                _ = commits.changed() => {}
                () = self.tasks.stopping() => break false,
                () = tokio::time::sleep_until(deadline) => break false,
            }
        };
        let mut batch = Batch::begin(self, claim, claimed);
        if opened {
            batch.hand_over(ready, chunks).await;
        }
        batch.finish().await;
    }

    /// Whether the gate is open; if it is, keeps only the pushes that are still held.
    async fn opened(&self, claim: &Claim, ready: &mut Vec<Push>) -> Result<Gate, DbError> {
        match outbox::gate(&self.db, claim.message.id).await? {
            Err(Discarded) => Ok(Gate::Gone),
            Ok(None) => Ok(Gate::Shut),
            Ok(Some(_)) => {
                let held = outbox::held(&self.db, claim).await?;
                ready.retain(|push| held.contains(&push.device()));
                Ok(Gate::Open)
            }
        }
    }
}

enum Gate {
    Shut,
    Open,
    Gone,
}
