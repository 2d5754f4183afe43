// SPDX-License-Identifier: EUPL-1.2

//! What a gateway can be told to do wrong, and to whom.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::{clock::At, push::Gateway};

/// A way to misbehave. A fault strikes a push that was in order; what is wrong by itself is refused for
/// its own reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// Answers with this status and the vendor's word for the reason.
    Refuse {
        status: u16,
        reason: String,
        #[serde(default, with = "seconds", rename = "retry_after_s")]
        retry_after: Option<Duration>,
    },
    /// The app is gone from the phone since then.
    Unregister { since: At },
    /// Takes the push and never answers.
    Stall,
    /// Answers later than usual.
    Latency {
        #[serde(with = "millis", rename = "ms")]
        by: Duration,
    },
    /// Cuts the TCP connection instead of taking the push.
    Drop,
    /// Takes the push, shows it on the phone, and cuts the connection before it answers.
    LoseAnswer,
    /// Resets the stream (`RST_STREAM`) instead of taking the push; other streams go on.
    Reset,
    /// Answers, and ends the connection politely (`GOAWAY`, RFC 9113, section 6.8).
    GoAway,
    /// The connection stands still from here on: nothing is read or written, pings included, until
    /// the gateway [behaves](super::Sandbox::behave) again.
    Freeze,
    /// New connections allow one stream at a time, APNs' for good; those that allow more are ended politely. Holds for
    /// the whole gateway.
    OneStreamOnly,
    /// Accepted connections are closed before TLS begins. Holds for the whole gateway.
    Unreachable,
    /// The token endpoint answers 400 `invalid_grant`, and access tokens it gave are void: a revoked
    /// service account. Holds for the whole of FCM.
    RevokeAccess,
}

/// Which pushes a fault strikes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Which {
    All,
    Address(String),
    /// The nth, the 2nth and so on. Zero is nobody.
    EveryNth(u64),
    /// So many more, then it behaves.
    Next(u64),
}

/// A fault in force.
#[derive(Clone, Debug, Serialize)]
pub struct Misbehaviour {
    pub gateway: Gateway,
    pub fault: Fault,
    pub which: Which,
    /// How many pushes it has struck.
    pub struck: u64,
    #[serde(skip)]
    seen: u64,
}

/// All faults in force.
#[derive(Default)]
pub(super) struct Faults {
    /// Whether there are any, so that gateways which behave don't look into the list, and frozen
    /// connections hear when they may go on.
    any: watch::Sender<bool>,
    list: Mutex<Vec<Misbehaviour>>,
}

impl Faults {
    pub(super) fn add(&self, gateway: Gateway, fault: Fault, which: Which) {
        self.locked().push(Misbehaviour {
            gateway,
            fault,
            which,
            struck: 0,
            seen: 0,
        });
        self.any.send_replace(true);
    }

    pub(super) fn clear(&self) {
        self.locked().clear();
        self.any.send_replace(false);
    }

    pub(super) fn list(&self) -> Vec<Misbehaviour> {
        self.locked().clone()
    }

    /// The first fault that strikes this push. Counts it.
    pub(super) fn strike(&self, gateway: Gateway, address: &str) -> Option<Fault> {
        if !*self.any.borrow() {
            return None;
        }
        let mut list = self.locked();
        let fault = list
            .iter_mut()
            .filter(|entry| entry.gateway == gateway && !entry.fault.holds_for_all())
            .find_map(|entry| entry.strikes(address).then(|| entry.fault.clone()));
        list.retain(|entry| entry.which != Which::Next(0));
        fault
    }

    /// Whether a fault of the whole gateway is in force.
    pub(super) fn holds(&self, gateway: Gateway, fault: &Fault) -> bool {
        *self.any.borrow()
            && self
                .locked()
                .iter()
                .any(|entry| entry.gateway == gateway && entry.fault == *fault)
    }

    /// Returns once there are none.
    pub(super) async fn cleared(&self) {
        // The sender lives in `self`, so the wait can't end by its being dropped.
        let _ = self.any.subscribe().wait_for(|any| !any).await;
    }

    fn locked(&self) -> MutexGuard<'_, Vec<Misbehaviour>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fault {
    fn holds_for_all(&self) -> bool {
        matches!(
            self,
            Self::OneStreamOnly | Self::Unreachable | Self::RevokeAccess
        )
    }
}

impl Misbehaviour {
    fn strikes(&mut self, address: &str) -> bool {
        self.seen += 1;
        let strikes = match &mut self.which {
            Which::All => true,
            Which::Address(only) => only == address,
            Which::EveryNth(n) => *n > 0 && self.seen.is_multiple_of(*n),
            Which::Next(left) => {
                let any_left = *left > 0;
                *left = left.saturating_sub(1);
                any_left
            }
        };
        self.struck += u64::from(strikes);
        strikes
    }
}

mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(by: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(by.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}

mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde's `with` asks for this shape")]
    pub(super) fn serialize<S: Serializer>(
        after: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        after.map(|after| after.as_secs()).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(from)?.map(Duration::from_secs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(which: Which, addresses: &[&str]) -> Vec<bool> {
        let faults = Faults::default();
        faults.add(Gateway::Apns, Fault::Stall, which);
        addresses
            .iter()
            .map(|a| faults.strike(Gateway::Apns, a).is_some())
            .collect()
    }

    #[test]
    fn a_fault_strikes_those_it_was_meant_for() {
        assert_eq!(struck(Which::All, &["a", "b"]), [true, true]);
        assert_eq!(
            struck(Which::Address("b".into()), &["a", "b"]),
            [false, true]
        );
        assert_eq!(
            struck(Which::EveryNth(2), &["a"; 5]),
            [false, true, false, true, false]
        );
        assert_eq!(struck(Which::EveryNth(0), &["a"; 2]), [false, false]);
        assert_eq!(
            struck(Which::Next(2), &["a"; 4]),
            [true, true, false, false]
        );
    }

    #[test]
    fn a_fault_of_one_gateway_leaves_the_others_alone() {
        let faults = Faults::default();
        faults.add(Gateway::Fcm, Fault::Stall, Which::All);
        assert_eq!(faults.strike(Gateway::Apns, "a"), None);
        faults.clear();
        assert_eq!(faults.strike(Gateway::Fcm, "a"), None);
    }

    #[test]
    fn a_fault_is_written_and_read_with_units_in_its_names() {
        let fault = Fault::Refuse {
            status: 429,
            reason: "TooManyRequests".into(),
            retry_after: Some(Duration::from_secs(7)),
        };
        let json = serde_json::to_value(&fault).unwrap();
        assert_eq!(json["retry_after_s"], 7);
        assert_eq!(serde_json::from_value::<Fault>(json).unwrap(), fault);
    }
}
