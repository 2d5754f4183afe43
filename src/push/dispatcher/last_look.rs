// SPDX-License-Identifier: EUPL-1.2

//! Whether a message may still leave. What the city says is called back by itself ([`recall`](outbox::recall)); what
//! colleagues say to each other depends on who may read what, which changes by itself. So whoever speaks for such a
//! class is asked about each message, after it is claimed and before anything of it is made.

use futures::future::BoxFuture;

use super::{Dispatcher, queues::Slot};
use crate::{
    db::Result,
    id::MessageId,
    push::{
        MessageClass, Outcome,
        envelope::Manner,
        outbox::{self, Behind, Claim, End, Settlement},
    },
};

/// Says whether a message of the class `social` may still leave.
pub trait LastLook: Send + Sync {
    fn may_leave(&self, message: MessageId) -> BoxFuture<'_, Result<bool>>;
}

impl Dispatcher {
    /// Hands a batch over, or ends it as withdrawn. If that can't be said, it is tried again behind the others.
    pub(super) async fn look_and_deliver(&self, claim: Claim, slot: Slot) {
        match self.may_leave(&claim).await {
            Ok(true) => self.deliver(claim, slot).await,
            Ok(false) => self.withdraw(&claim).await,
            Err(error) => {
                tracing::error!(%error, "it can't be said whether a notice may leave; trying again");
                self.put_back(&claim).await;
            }
        }
    }

    async fn may_leave(&self, claim: &Claim) -> Result<bool> {
        let (class, manner) = (claim.message.class, claim.message.envelope.manner);
        match &self.last_look {
            Some(look) if class == MessageClass::Social && manner != Manner::Remove => {
                look.may_leave(claim.message.id).await
            }
            _ => Ok(true),
        }
    }

    async fn withdraw(&self, claim: &Claim) {
        let now = self.clock.now();
        let end = End::Outcome(Outcome::Withdrawn);
        let mut watched = self.metrics.watch(claim);
        let mut settlements = Vec::with_capacity(claim.deliveries.len());
        for delivery in &claim.deliveries {
            watched.note(&delivery.attempt, None, now, Some(end));
            settlements.push(Settlement {
                device: delivery.attempt.device,
                end,
                reason: None,
                sent_at: None,
                at: now,
            });
        }
        if let Err(error) = outbox::settle(&self.db, claim.token(), &settlements).await {
            tracing::error!(%error, "a notice that may not leave waits for its lease to end");
        }
    }

    async fn put_back(&self, claim: &Claim) {
        let now = self.clock.now();
        if let Err(error) =
            outbox::give_back(&self.db, claim.token(), Behind::Everything, now).await
        {
            tracing::error!(%error, "unsent pushes wait for their lease to end");
        }
    }
}
