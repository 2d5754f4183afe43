// SPDX-License-Identifier: EUPL-1.2

//! How a delivery ended, in the words of the report.

use std::time::Duration;

use crate::{clock::At, db::text_enum};

text_enum! {
    /// How a delivery ended, as it stands in the outbox and in a release report.
    pub enum Outcome {
        /// The gateway took it.
        Accepted = "accepted",
        /// The gateway no longer knows the address: it is removed.
        Unregistered = "unregistered",
        /// The gateway says that address and our environment, topic or sender don't fit: it is kept apart.
        Quarantined = "quarantined",
        /// The gateway will never take this push; the address may be good.
        Refused = "refused",
        /// It could not be handed over before the message expired.
        Expired = "expired",
        /// The device was signed out between staging and release.
        SignedOut = "signed_out",
        /// This server has no credentials for the device's gateway.
        NotConfigured = "not_configured",
        /// A correction took its place before the gateway had answered; or it was to remind of an answer that was
        /// given meanwhile.
        Superseded = "superseded",
        /// What it said was withdrawn before the gateway had answered.
        Withdrawn = "withdrawn",
    }
}

/// What has become of handing over one push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub verdict: Verdict,
    /// When the push was written to the gateway's connection; `None` if the gateway gave no answer to it.
    pub sent_at: Option<At>,
}

impl From<Verdict> for Reply {
    fn from(verdict: Verdict) -> Self {
        Self {
            verdict,
            sent_at: None,
        }
    }
}

/// What a gateway's answer means for one push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Accepted,
    /// The address is dead. `since`: do not remove an address that was registered later than this
    /// (APNs' `timestamp`).
    Unregistered {
        since: Option<At>,
        reason: String,
    },
    /// The address may be good and our configuration wrong: keep it, don't push to it.
    Quarantined {
        reason: String,
    },
    /// Our payload or headers: never send this again, keep the address.
    Refused {
        reason: String,
    },
    /// Try again, not before `after` if the gateway said so. Also what became of a push whose answer never
    /// came (reset, time-out): it may have been delivered, so the repeat carries the same ids.
    Retry {
        after: Option<Duration>,
        reason: String,
    },
    /// Its turn did not come before the curfew: nothing was sent.
    Unsent,
    /// Our credentials: nothing more goes to this gateway until they are mended; the rows stay.
    Closed {
        reason: String,
    },
}
