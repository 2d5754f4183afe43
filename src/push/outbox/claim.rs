// SPDX-License-Identifier: EUPL-1.2

//! What a dispatcher takes from the outbox, and what it gives back.

use std::{collections::HashSet, ops::Range};

use crate::{
    clock::At,
    id::{ClaimId, DeviceId, MessageId},
    push::{
        Gateway, Outcome,
        envelope::{Message, Target},
    },
};

/// When a delivery that was never tried is due: people on duty first, then everybody else. Both long past,
/// whatever the clock is set to, and before everything that is tried again.
pub(in crate::push) const UNTRIED: [At; 2] = [At::constant(0), At::constant(1)];

/// In a lane every message's first tries go before what any message had to put off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::push) enum Turn {
    /// Never tried, and due since T.
    First,
    /// To be tried again, or due since its owner's quiet ended.
    Later,
}

impl Turn {
    /// After the first instant, until the second.
    pub(super) fn due(self, now: At) -> Range<At> {
        let [_, rest] = UNTRIED;
        match self {
            Self::First => At::constant(-1)..rest,
            Self::Later => rest..now,
        }
    }
}

/// Deliveries that are due, or will be when the gate opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::push) struct Work {
    pub(in crate::push) message: MessageId,
    pub(in crate::push) lane: i16,
    pub(in crate::push) gateway: Gateway,
    pub(in crate::push) turn: Turn,
    pub(in crate::push) opens_at: At,
    pub(in crate::push) is_open: bool,
}

/// Deliveries of one message by one gateway that this process may hand over until the lease ends.
pub(in crate::push) struct Claim {
    pub(in crate::push) id: ClaimId,
    pub(in crate::push) gateway: Gateway,
    pub(in crate::push) message: Message,
    /// People on duty first.
    pub(in crate::push) deliveries: Vec<Claimed>,
    /// Nothing more of this work was due.
    pub(in crate::push) is_last: bool,
}

impl Claim {
    pub(in crate::push) fn token(&self) -> Token {
        Token {
            claim: self.id,
            message: self.message.id,
            gateway: self.gateway,
        }
    }
}

/// By what its holder names a claim: whoever has lost it settles nothing with it.
#[derive(Clone, Copy, Debug)]
pub(in crate::push) struct Token {
    pub(in crate::push) claim: ClaimId,
    pub(in crate::push) message: MessageId,
    pub(in crate::push) gateway: Gateway,
}

/// One of them.
pub(in crate::push) struct Claimed {
    pub(in crate::push) target: Target,
    pub(in crate::push) attempt: Attempt,
}

/// Which delivery it is, and what is to be known of it when its answer comes.
#[derive(Clone, Copy, Debug)]
pub(in crate::push) struct Attempt {
    pub(in crate::push) device: DeviceId,
    /// The first is 1.
    pub(in crate::push) number: u32,
    pub(in crate::push) device_registered_at: At,
    /// It waited for its owner's quiet to end: when it is handed over says nothing of T.
    pub(in crate::push) has_waited: bool,
}

/// What a claim still holds of what it took.
pub(in crate::push) enum Held {
    Everything,
    Only(HashSet<DeviceId>),
}

impl Held {
    pub(in crate::push) fn nothing() -> Self {
        Self::Only(HashSet::new())
    }

    pub(in crate::push) fn is_nothing(&self) -> bool {
        matches!(self, Self::Only(devices) if devices.is_empty())
    }

    pub(in crate::push) fn has(&self, device: DeviceId) -> bool {
        match self {
            Self::Everything => true,
            Self::Only(devices) => devices.contains(&device),
        }
    }
}

/// What a claim finds that was taken while its message's gate was shut.
pub(in crate::push) enum Gate {
    Shut,
    /// What may leave.
    Open(Held),
    /// The message does not exist any more.
    Gone,
}

/// How a claimed delivery goes on.
#[derive(Clone, Debug)]
pub(in crate::push) struct Settlement {
    pub(in crate::push) device: DeviceId,
    pub(in crate::push) end: End,
    /// The gateway's own word.
    pub(in crate::push) reason: Option<String>,
    /// When the push was written to the gateway's connection, if the gateway answered it.
    pub(in crate::push) sent_at: Option<At>,
    /// When the gateway's answer was to hand.
    pub(in crate::push) at: At,
}

/// Whether it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::push) enum End {
    Outcome(Outcome),
    /// Not before this instant again.
    Again(At),
}

/// What of a claim that is given back goes behind all that was never tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::push) enum Behind {
    /// What was itself tried before. The rest is back in its place, as if it had never been claimed.
    Repeats,
    Everything,
}
