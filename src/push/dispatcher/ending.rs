// SPDX-License-Identifier: EUPL-1.2

//! What a gateway's verdict means for the delivery, and for the address that it spoke about.

use crate::{
    clock::At,
    push::{
        Outcome, Verdict,
        devices::Fate,
        outbox::{Attempt, End},
    },
};

use super::retry;

/// How a delivery goes on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ending {
    /// `None`: as if it had never been claimed.
    pub(super) end: Option<End>,
    /// The gateway's own word.
    pub(super) reason: Option<String>,
    /// What is to become of the address, if the gateway is to be believed.
    pub(super) fate: Option<Fate>,
}

impl Ending {
    pub(super) fn of(
        verdict: Verdict,
        attempt: &Attempt,
        expires_at: At,
        now: At,
        random: impl FnOnce() -> [u8; 2],
    ) -> Self {
        let again = move |after, reason| {
            let due = now + retry::wait(attempt.number, after, random());
            // Trying after the end would disturb somebody with what no longer matters.
            let end = if due < expires_at {
                End::Again(due)
            } else {
                End::Outcome(Outcome::Expired)
            };
            Self::new(end, Some(reason), None)
        };
        let over = |outcome, reason, fate| Self::new(End::Outcome(outcome), Some(reason), fate);
        match verdict {
            Verdict::Accepted => Self::new(End::Outcome(Outcome::Accepted), None, None),
            Verdict::Unregistered {
                since: Some(since),
                reason,
            } if since < attempt.device_registered_at => {
                // The gateway speaks of a time before this registration: ask it again.
                again(None, reason)
            }
            Verdict::Unregistered { reason, .. } => {
                over(Outcome::Unregistered, reason, Some(Fate::Removed))
            }
            Verdict::Quarantined { reason } => {
                over(Outcome::Quarantined, reason, Some(Fate::Quarantined))
            }
            Verdict::Refused { reason } => over(Outcome::Refused, reason, None),
            Verdict::Retry { after, reason } => again(after, reason),
            Verdict::Unsent | Verdict::Closed { .. } => Self {
                end: None,
                reason: None,
                fate: None,
            },
        }
    }

    pub(super) fn not_configured() -> Self {
        Self::new(End::Outcome(Outcome::NotConfigured), None, None)
    }

    fn new(end: End, reason: Option<String>, fate: Option<Fate>) -> Self {
        Self {
            end: Some(end),
            reason,
            fate,
        }
    }
}
