// SPDX-License-Identifier: EUPL-1.2

//! Writes down how a batch's deliveries go on, some hundred in a transaction, beside the sending: an answer
//! that waits for the disk must not keep the next push waiting.

use std::time::Duration;

use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, timeout_at},
};

use super::{Dispatcher, retry};
use crate::{
    db::Db,
    id::{ClaimId, MessageId},
    push::{
        metrics::Metrics,
        outbox::{self, Settlement},
    },
};

/// How many answers are written in one transaction, and how long one may wait for it.
const TOGETHER: usize = 500;
const AFTER: Duration = Duration::from_millis(250);

pub(super) struct Settler {
    settlements: mpsc::UnboundedSender<Settlement>,
    task: JoinHandle<()>,
}

impl Settler {
    pub(super) fn start(dispatcher: &Dispatcher, claim: ClaimId, message: MessageId) -> Self {
        // No longer than the batch.
        let (settlements, arriving) = mpsc::unbounded_channel();
        let (db, metrics) = (dispatcher.db.clone(), dispatcher.metrics.clone());
        let task = dispatcher
            .tasks
            .spawn(async move { write_all(&db, &metrics, claim, message, arriving).await });
        Self { settlements, task }
    }

    pub(super) fn settle(&self, settlement: Settlement) {
        // The other end lives until this one is dropped.
        drop(self.settlements.send(settlement));
    }

    /// Returns when everything is written down, or has been given up.
    pub(super) async fn finish(self) {
        drop(self.settlements);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "answers of gateways wait for their lease to end");
        }
    }
}

async fn write_all(
    db: &Db,
    metrics: &Metrics,
    claim: ClaimId,
    message: MessageId,
    mut arriving: mpsc::UnboundedReceiver<Settlement>,
) {
    let mut together = Vec::with_capacity(TOGETHER);
    while let Some(first) = arriving.recv().await {
        together.push(first);
        let until = Instant::now() + AFTER;
        while together.len() < TOGETHER
            && let Ok(Some(next)) = timeout_at(until, arriving.recv()).await
        {
            together.push(next);
        }
        write(db, metrics, claim, message, &together).await;
        together.clear();
    }
}

async fn write(
    db: &Db,
    metrics: &Metrics,
    claim: ClaimId,
    message: MessageId,
    settlements: &[Settlement],
) {
    let mut failures = 0;
    while let Err(error) = outbox::settle(db, claim, message, settlements).await {
        failures += 1;
        metrics.unsettled();
        tracing::error!(%error, failures, "answers of gateways could not be written down");
        if failures == retry::SETTLE_ATTEMPTS {
            // The lease will end, and the pushes be repeated under the same ids.
            return;
        }
        tokio::time::sleep(retry::SETTLE_PAUSE).await;
    }
}
