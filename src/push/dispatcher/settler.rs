// SPDX-License-Identifier: EUPL-1.2

//! Writes down how a batch's deliveries go on, some hundred in a transaction, beside the sending: an answer
//! that waits for the disk must not keep the next push waiting. They are gathered where they arrive, and the task that
//! writes is woken once for some hundred.

use std::{mem, time::Duration};

use tokio::{sync::mpsc, task::JoinHandle};

use super::{Dispatcher, retry};
use crate::{
    db::Db,
    push::{
        metrics::Metrics,
        outbox::{self, Settlement, Token},
    },
};

/// How many answers are written in one transaction: a whole batch, where it is answered in time.
const TOGETHER: usize = 1_000;
/// How long an answer may wait for others.
pub(super) const AFTER: Duration = Duration::from_millis(250);

pub(super) struct Settler {
    gathered: Vec<Settlement>,
    settlements: mpsc::UnboundedSender<Vec<Settlement>>,
    task: JoinHandle<()>,
}

impl Settler {
    pub(super) fn start(dispatcher: &Dispatcher, token: Token) -> Self {
        // No longer than the batch.
        let (settlements, arriving) = mpsc::unbounded_channel();
        let (db, metrics) = (dispatcher.db.clone(), dispatcher.metrics.clone());
        let task = dispatcher
            .tasks
            .spawn(async move { write_all(&db, &metrics, token, arriving).await });
        Self {
            gathered: Vec::new(),
            settlements,
            task,
        }
    }

    pub(super) fn settle(&mut self, settlement: Settlement) {
        self.gathered.push(settlement);
        if self.gathered.len() == TOGETHER {
            self.write();
        }
    }

    /// Has what is gathered written, if anything is.
    pub(super) fn write(&mut self) {
        if !self.gathered.is_empty() {
            // The other end lives until this one is dropped.
            drop(self.settlements.send(mem::take(&mut self.gathered)));
        }
    }

    /// Returns when everything is written down, or has been given up.
    pub(super) async fn finish(mut self) {
        self.write();
        drop(self.settlements);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "answers of gateways wait for their lease to end");
        }
    }
}

async fn write_all(
    db: &Db,
    metrics: &Metrics,
    token: Token,
    mut arriving: mpsc::UnboundedReceiver<Vec<Settlement>>,
) {
    while let Some(settlements) = arriving.recv().await {
        write(db, metrics, token, &settlements).await;
    }
}

async fn write(db: &Db, metrics: &Metrics, token: Token, settlements: &[Settlement]) {
    let mut failures = 0;
    while let Err(error) = outbox::settle(db, token, settlements).await {
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
