// SPDX-License-Identifier: EUPL-1.2

//! The tasks that serve the press, one for each channel that goes out: they claim what is due under a lease,
//! serve it, and settle each delivery as its answer comes.
//!
//! At least once: what was sent and could not be settled is sent again, under the same id.

use std::time::Duration;

use super::{
    super::{
        Announcements,
        courier::{self, Next, Rounds, Whose},
    },
    PressChannel, PressEvent, PressOutcome, policy,
    store::{
        announced::announced,
        deliveries::{self, Claimed, End},
    },
};
use crate::{clock::At, db::Result, id::ClaimId, tasks::Tasks};

/// How many deliveries of a channel are under way at once.
const AT_ONCE: i64 = 8;
/// Longer than any attempt takes.
const LEASE: Duration = Duration::from_mins(2);

/// What an attempt came to.
pub(super) enum Served {
    /// The receiver has it.
    Delivered,
    Never(PressOutcome, Option<String>),
    /// Not now. `after`: the receiver's own wish.
    Failed {
        reason: String,
        after: Option<Duration>,
    },
}

pub(super) fn start(announcements: &Announcements, tasks: &Tasks) {
    for channel in [PressChannel::WebHook, PressChannel::Mail] {
        let courier = Courier {
            announcements: announcements.clone(),
            channel,
            claim: announcements.ids.id(),
        };
        courier::start(announcements, tasks, courier);
    }
}

/// Serves one channel.
struct Courier {
    announcements: Announcements,
    channel: PressChannel,
    /// Of all that this task claims: one round ends before the next begins.
    claim: ClaimId,
}

impl Rounds for Courier {
    fn name(&self) -> &'static str {
        match self.channel {
            PressChannel::WebHook => "the press's web hook",
            PressChannel::Mail => "the press's mail",
            PressChannel::Page => "the press's page",
        }
    }

    async fn round(&self) -> Result<Next> {
        let (db, now) = (&self.announcements.db, self.announcements.clock.now());
        let next = match deliveries::next_due(db, self.channel).await? {
            None => return Ok(Next::Never),
            Some(due) if due > now => return Ok(Next::At(due)),
            Some(_) => Next::AtOnce,
        };
        let lease = now + LEASE;
        let batch = deliveries::claim(db, self.channel, self.claim, AT_ONCE, lease, now).await?;
        if batch.is_empty() {
            return Ok(Next::Soon);
        }
        let settled = futures::future::join_all(batch.iter().map(|one| self.see_to(one))).await;
        settled.into_iter().collect::<Result<Vec<()>>>()?;
        Ok(next)
    }

    async fn give_back(&self, whose: Whose) -> Result<()> {
        let (db, now) = (&self.announcements.db, self.announcements.clock.now());
        let claim = (whose == Whose::Own).then_some(self.claim);
        deliveries::give_back(db, self.channel, claim, now).await
    }
}

impl Courier {
    async fn see_to(&self, delivery: &Claimed) -> Result<()> {
        let sent_at = self.announcements.clock.now();
        let served = self.serve(delivery, sent_at).await?;
        let now = self.announcements.clock.now();
        let (end, reason) = match served {
            Served::Delivered => (End::Delivered { sent_at }, None),
            Served::Never(outcome, reason) => (End::Otherwise(outcome), reason),
            Served::Failed { reason, .. }
                if now.since(delivery.created_at) >= policy::GIVE_UP_AFTER =>
            {
                (End::Otherwise(PressOutcome::GaveUp), Some(reason))
            }
            Served::Failed { reason, after } => {
                let random = self.announcements.ids.secret();
                let wait = courier::wait(delivery.attempts, after, random);
                (End::Again(now + wait), Some(reason))
            }
        };
        if !matches!(end, End::Delivered { .. }) {
            // Why stands in the row: a receiver's own words may name somebody.
            let (id, channel, attempts) = (delivery.id, self.channel, delivery.attempts);
            tracing::warn!(%id, %channel, attempts, ?end, "the press was not served");
        }
        deliveries::settle(
            &self.announcements.db,
            self.claim,
            delivery.id,
            end,
            reason,
            now,
        )
        .await
    }

    async fn serve(&self, delivery: &Claimed, now: At) -> Result<Served> {
        let id = delivery.announcement_id;
        let announced = match delivery.event {
            PressEvent::Withdrawn => None,
            PressEvent::Released | PressEvent::Corrected => {
                match announced(&self.announcements.db, id).await? {
                    Some(announced) => Some(announced),
                    None => return Ok(Served::Never(PressOutcome::Withdrawn, None)),
                }
            }
        };
        let press = &self.announcements.press;
        match (self.channel, announced) {
            (PressChannel::WebHook, announced) => {
                Ok(press.call_web_hook(delivery, announced.as_ref(), now).await)
            }
            (PressChannel::Mail, Some(announced)) => {
                Ok(press.write_mail(delivery, &announced).await)
            }
            (PressChannel::Mail | PressChannel::Page, _) => {
                Ok(Served::Never(PressOutcome::Withdrawn, None))
            }
        }
    }
}
