// SPDX-License-Identifier: EUPL-1.2

//! How the gateways are, as far as this process has learnt from their answers.
//!
//! A gateway that refuses our credentials is closed: its rows stay, nothing more goes to it, and every minute
//! one push tries whether it takes us again. The other gateways go on.
//!
//! A gateway that refuses most of a batch is more likely to be right about our configuration than about so
//! many phones: the alarm is raised, and no address is removed or set apart on such a batch's word.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    clock::{At, Clock},
    push::{Gateway, Verdict},
};

/// How long a gateway that refuses our credentials is left alone.
const LEFT_ALONE: Duration = Duration::from_mins(1);
/// Fewer answers than this say nothing about the gateway.
const FEWEST: usize = 20;

/// What is wrong with a gateway, if anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayState {
    pub gateway: Gateway,
    pub alarm: Option<Alarm>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    pub since: At,
    pub kind: AlarmKind,
    /// In the gateway's words.
    pub reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmKind {
    /// It refuses our credentials.
    Closed,
    /// It takes our credentials and refuses most pushes.
    Refusing,
}

impl AlarmKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Refusing => "refusing",
        }
    }
}

/// How many pushes may be claimed for a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    Batches,
    /// To try whether it takes us again.
    One,
    None,
}

/// What a gateway said to the pushes of one batch.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    taken: usize,
    refused: usize,
    last_refusal: String,
}

/// Shared by the batches of one process.
#[derive(Clone)]
pub(in crate::push) struct Health {
    clock: Clock,
    gateways: Arc<Mutex<HashMap<Gateway, Condition>>>,
}

#[derive(Default)]
struct Condition {
    alarm: Option<Alarm>,
    /// While it is closed: when it may be tried again, as the clock [has run](Clock::ran).
    try_at: Option<Duration>,
}

impl Health {
    pub(in crate::push) fn new(clock: Clock) -> Self {
        Self {
            clock,
            gateways: Arc::default(),
        }
    }

    pub(in crate::push) fn states(&self) -> Vec<GatewayState> {
        let gateways = self.gateways();
        let state = |&gateway: &Gateway| GatewayState {
            gateway,
            alarm: gateways.get(&gateway).and_then(|it| it.alarm.clone()),
        };
        Gateway::ALL.iter().map(state).collect()
    }

    /// Whether to claim for this gateway. An answer of [`Admission::One`] is given once a minute.
    pub(super) fn admission(&self, gateway: Gateway) -> Admission {
        let mut gateways = self.gateways();
        let condition = gateways.entry(gateway).or_default();
        match condition.try_at {
            None => Admission::Batches,
            Some(at) if at <= self.clock.ran() => {
                condition.try_at = Some(self.clock.ran() + LEFT_ALONE);
                Admission::One
            }
            Some(_) => Admission::None,
        }
    }

    /// The gateway refuses our credentials.
    pub(super) fn close(&self, gateway: Gateway, reason: &str) {
        let mut gateways = self.gateways();
        let condition = gateways.entry(gateway).or_default();
        if condition.try_at.is_none() {
            tracing::error!(%gateway, reason, "a push gateway refuses our credentials: its pushes wait");
            condition.alarm = Some(self.alarm(AlarmKind::Closed, reason));
        }
        condition.try_at = Some(self.clock.ran() + LEFT_ALONE);
    }

    /// The gateway takes our credentials, whatever it says about the push.
    pub(super) fn reopen(&self, gateway: Gateway) {
        let mut gateways = self.gateways();
        if let Some(condition) = gateways.get_mut(&gateway)
            && condition.try_at.take().is_some()
        {
            tracing::info!(%gateway, "a push gateway takes our credentials again");
            condition.alarm = None;
        }
    }

    /// Learns from a batch; whether its word about single addresses is to be trusted.
    pub(super) fn trusts(&self, gateway: Gateway, tally: &Tally) -> bool {
        let mut gateways = self.gateways();
        let condition = gateways.entry(gateway).or_default();
        let refusing = |alarm: &Alarm| alarm.kind == AlarmKind::Refusing;
        if tally.refusals_dominate() {
            if !condition.alarm.as_ref().is_some_and(refusing) {
                let Tally { taken, refused, .. } = tally;
                tracing::error!(%gateway, taken, refused, reason = tally.last_refusal,
                    "a push gateway refuses most pushes: addresses are kept");
                condition.alarm = Some(self.alarm(AlarmKind::Refusing, &tally.last_refusal));
            }
            return false;
        }
        if tally.taken > 0 && condition.alarm.as_ref().is_some_and(refusing) {
            tracing::info!(%gateway, "a push gateway takes our pushes again");
            condition.alarm = None;
        }
        true
    }

    fn alarm(&self, kind: AlarmKind, reason: &str) -> Alarm {
        Alarm {
            since: self.clock.now(),
            kind,
            reason: reason.to_owned(),
        }
    }

    fn gateways(&self) -> MutexGuard<'_, HashMap<Gateway, Condition>> {
        self.gateways.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tally {
    pub(super) fn count(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Accepted => self.taken += 1,
            Verdict::Unregistered { reason, .. }
            | Verdict::Quarantined { reason }
            | Verdict::Refused { reason } => {
                self.refused += 1;
                self.last_refusal.clone_from(reason);
            }
            // Says nothing about addresses.
            Verdict::Retry { .. } | Verdict::Unsent | Verdict::Closed { .. } => {}
        }
    }

    fn refusals_dominate(&self) -> bool {
        let answers = self.taken + self.refused;
        answers >= FEWEST && self.refused * 2 > answers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health() -> (Health, Clock) {
        let clock = Clock::manual("2026-11-21T14:00:00Z".parse().unwrap());
        (Health::new(clock.clone()), clock)
    }

    fn tally(taken: usize, refused: usize) -> Tally {
        Tally {
            taken,
            refused,
            last_refusal: "400 BadDeviceToken".to_owned(),
        }
    }

    #[test]
    fn a_closed_gateway_is_tried_with_one_push_a_minute_and_the_others_go_on() {
        let (health, clock) = health();
        health.close(Gateway::Fcm, "403 SENDER_ID_MISMATCH");
        assert_eq!(health.admission(Gateway::Fcm), Admission::None);
        assert_eq!(health.admission(Gateway::Apns), Admission::Batches);
        clock.advance(LEFT_ALONE);
        assert_eq!(health.admission(Gateway::Fcm), Admission::One);
        assert_eq!(health.admission(Gateway::Fcm), Admission::None);
        health.reopen(Gateway::Fcm);
        assert_eq!(health.admission(Gateway::Fcm), Admission::Batches);
        assert!(health.states().iter().all(|state| state.alarm.is_none()));
    }

    #[test]
    fn the_alarm_stays_as_old_as_the_trouble() {
        let (health, clock) = health();
        let began = clock.now();
        for _ in 0..2 {
            health.close(Gateway::Apns, "403 InvalidProviderToken");
            clock.advance(LEFT_ALONE);
        }
        let alarm = health.states()[0].alarm.clone().unwrap();
        assert_eq!((alarm.since, alarm.kind), (began, AlarmKind::Closed));
    }

    #[test]
    fn most_of_a_batch_refused_is_not_believed() {
        let (health, _) = health();
        assert!(
            health.trusts(Gateway::Apns, &tally(0, FEWEST - 1)),
            "too few to tell"
        );
        assert!(health.trusts(Gateway::Apns, &tally(500, 500)));
        assert!(!health.trusts(Gateway::Apns, &tally(499, 501)));
        let kind = |health: &Health| health.states()[0].alarm.as_ref().map(|alarm| alarm.kind);
        assert_eq!(kind(&health), Some(AlarmKind::Refusing));
        assert!(health.trusts(Gateway::Apns, &tally(1_000, 3)));
        assert_eq!(kind(&health), None);
    }
}
