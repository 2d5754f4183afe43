// SPDX-License-Identifier: EUPL-1.2

//! One claimed batch: prepared in chunks off the async threads, sent as the chunks come, settled as the
//! answers come. Chunks keep the first push from waiting for the thousandth's encryption; settling along
//! the way keeps a crash from repeating what was already answered.

use std::sync::Arc;

use futures::{StreamExt as _, stream::FuturesUnordered};
use tokio::sync::mpsc;

use super::{Dispatcher, retry};
use crate::{
    clock::At,
    id::ClaimId,
    push::{
        Outcome, Verdict,
        envelope::Message,
        gateways::Prepared,
        outbox::{self, Claim, Claimed, End, Settlement},
    },
};

/// How many pushes are encrypted at a time: about 4 ms of work, which a blocked thread may take.
const CHUNK: usize = 64;
/// Chunks that are ready before their turn.
const CHUNKS_AHEAD: usize = 4;
/// How many answers are written in one transaction.
const SETTLE: usize = 250;

/// A delivery on its way.
struct Push {
    claimed: Claimed,
    /// `None`: this server has no credentials for its gateway.
    prepared: Option<Prepared>,
}

impl Dispatcher {
    /// Hands a batch over and settles it.
    pub(super) async fn deliver(&self, claim: Claim) {
        let Claim {
            id,
            message,
            deliveries,
            ..
        } = claim;
        let message = Arc::new(message);
        let mut chunks = self.prepare(message.clone(), deliveries);
        let mut sends = FuturesUnordered::new();
        let mut answered = Vec::with_capacity(SETTLE);
        let mut more = true;
        while more || !sends.is_empty() {
            tokio::select! {
                chunk = chunks.recv(), if more => match chunk {
                    Some(chunk) => sends.extend(chunk.into_iter().map(|push| self.send(&message, push))),
                    None => more = false,
                },
                Some(settlement) = sends.next() => answered.push(settlement),
            }
            if answered.len() >= SETTLE {
                self.settle(id, &message, std::mem::take(&mut answered))
                    .await;
            }
        }
        self.settle(id, &message, answered).await;
        self.give_back(id).await;
    }

    /// Prepares the deliveries on a blocking thread, chunk by chunk; stops early at a shutdown.
    fn prepare(
        &self,
        message: Arc<Message>,
        deliveries: Vec<Claimed>,
    ) -> mpsc::Receiver<Vec<Push>> {
        let (ready, chunks) = mpsc::channel(CHUNKS_AHEAD);
        let (gateways, tasks) = (self.gateways.clone(), self.tasks.clone());
        self.tasks.spawn_blocking(move || {
            let mut deliveries = deliveries.into_iter().peekable();
            while deliveries.peek().is_some() && !tasks.is_stopping() {
                let chunk: Vec<Push> = deliveries
                    .by_ref()
                    .take(CHUNK)
                    .map(|claimed| {
                        let configured = gateways.is_configured(claimed.target.gateway);
                        let prepared =
                            configured.then(|| gateways.prepare(&message, &claimed.target));
                        Push { claimed, prepared }
                    })
                    .collect();
                if ready.blocking_send(chunk).is_err() {
                    return;
                }
            }
        });
        chunks
    }

    async fn send(&self, message: &Message, push: Push) -> Settlement {
        let Some(prepared) = &push.prepared else {
            return self.settled(&push, End::Outcome(Outcome::NotConfigured), None);
        };
        let verdict = self.gateways.send(prepared).await;
        let now = self.clock.now();
        let (end, reason) = self.end(&verdict, &push, message.expires_at, now);
        self.settled(&push, end, reason)
    }

    fn settled(&self, push: &Push, end: End, reason: Option<String>) -> Settlement {
        Settlement {
            device: push.claimed.target.device,
            device_registered_at: push.claimed.device_registered_at,
            end,
            reason,
            at: self.clock.now(),
        }
    }

    /// What a verdict means for the row.
    fn end(
        &self,
        verdict: &Verdict,
        push: &Push,
        expires_at: At,
        now: At,
    ) -> (End, Option<String>) {
        let over = |outcome, reason: &String| (End::Outcome(outcome), Some(reason.clone()));
        let again = |due: At, reason: &String| {
            // Trying after the end would disturb somebody with what no longer matters.
            let end = if due < expires_at {
                End::Again(due)
            } else {
                End::Outcome(Outcome::Expired)
            };
            (end, Some(reason.clone()))
        };
        match verdict {
            Verdict::Accepted => (End::Outcome(Outcome::Accepted), None),
            Verdict::Unregistered {
                since: Some(since),
                reason,
            } if *since < push.claimed.device_registered_at => {
                // The gateway speaks of a time before this registration: ask it again.
                again(
                    now + retry::wait(push.claimed.attempts, None, self.ids.secret()),
                    reason,
                )
            }
            Verdict::Unregistered { reason, .. } => over(Outcome::Unregistered, reason),
            Verdict::Quarantined { reason } => over(Outcome::Quarantined, reason),
            Verdict::Refused { reason } => over(Outcome::Refused, reason),
            Verdict::Retry { after, reason } => again(
                now + retry::wait(push.claimed.attempts, *after, self.ids.secret()),
                reason,
            ),
            Verdict::Closed { reason } => again(now + retry::CLOSED, reason),
        }
    }

    async fn settle(&self, claim: ClaimId, message: &Message, settlements: Vec<Settlement>) {
        if settlements.is_empty() {
            return;
        }
        let now = self.clock.now();
        let mut failures = 0;
        while let Err(error) = outbox::settle(&self.db, claim, message.id, &settlements, now).await
        {
            failures += 1;
            tracing::error!(%error, failures, "answers of gateways could not be written down");
            if failures == retry::SETTLE_ATTEMPTS {
                // The lease will end, and the pushes be repeated under the same ids.
                return;
            }
            tokio::time::sleep(retry::SETTLE_PAUSE).await;
        }
    }

    /// What a shutdown kept from being sent.
    async fn give_back(&self, claim: ClaimId) {
        if !self.tasks.is_stopping() {
            return;
        }
        match outbox::give_back(&self.db, claim, self.clock.now()).await {
            Ok(count) => tracing::info!(count, "gave unsent pushes back to the outbox"),
            Err(error) => tracing::error!(%error, "unsent pushes wait for their lease to end"),
        }
    }
}
