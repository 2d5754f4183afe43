//! Push: from "these people shall hear this" to "every device is accounted for".
//!
//! The cast:
//!
//! - a [`Device`](device::Device) is an address at one of three gateways, with the keys that only its app
//!   can decrypt for;
//! - an [`Envelope`](envelope::Envelope) is what push is asked to carry: texts by language, a class, a
//!   link. Push never knows a post or an announcement;
//! - the outbox holds a delivery for each message and device, written before any byte leaves;
//! - the dispatcher claims deliveries in batches, has them [prepared](gateways::Gateways::prepare) (built
//!   and encrypted) and [sent](gateways::Gateways::send), and settles each with its [`Outcome`].
//!
//! The flow: `stage` (rows are written, the gate is shut) → `open` (in the transaction that releases) →
//! claim → prepare → send → settle. A crash at any point leaves rows that the next process claims after
//! the lease; a repeat carries the same apns-id, collapse id or topic, so the phone shows it once.

pub mod encryption;
pub mod envelope;
pub mod gateways;
pub mod outcome;
pub mod sandbox;

pub use self::outcome::{Outcome, Verdict};

use crate::db::text_enum;

text_enum! {
    /// Who carries a push to a device.
    pub enum Gateway {
        Apns = "apns",
        Fcm = "fcm",
        /// RFC 8030: browsers, and phones without Google by way of UnifiedPush.
        WebPush = "webpush",
    }
}

text_enum! {
    /// How urgent a message is. What each class means at each gateway stands in `push-config/classes.toml`.
    pub enum Class {
        News = "news",
        Important = "important",
        Alert = "alert",
    }
}

impl Class {
    /// The dispatcher serves lane 0 before lane 1 before lane 2.
    pub fn lane(self) -> i16 {
        match self {
            Self::Alert => 0,
            Self::Important => 1,
            Self::News => 2,
        }
    }
}

text_enum! {
    /// The languages in which the city speaks to its staff.
    pub enum Language {
        German = "de",
        English = "en",
    }
}

text_enum! {
    /// Which of Apple's two services knows a device token. It belongs to the address: a token of the one
    /// is a `BadDeviceToken` at the other.
    pub enum ApnsEnvironment {
        Production = "production",
        Development = "development",
    }
}
