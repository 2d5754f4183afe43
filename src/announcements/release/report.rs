// SPDX-License-Identifier: EUPL-1.2

//! The release report: when the first and the last phone was handed over, and what became of everybody.
//!
//! A person with several devices counts once, by the best of them. The parts add up to the whole; if they
//! ever do not, `unaccounted` says by how many, and the report is not complete.
//!
//! While anything waits it is counted anew each time. When the release is over it is [written](super::kept) once; what
//! happens [later](super::later) is told beside it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{super::press::PressReport, kept::Written, later::Later, reading::Released};
use crate::{
    clock::At,
    id::AnnouncementId,
    push::{
        Gateway, Outcome,
        outbox::{Account, Timing},
    },
};

/// What became of a release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReleaseReport)]
pub struct Report {
    pub announcement: AnnouncementId,
    /// T.
    pub release_at: At,
    /// When the gate was opened.
    pub released_at: At,
    /// Nothing waits any more and nobody is unaccounted for: the figures are final.
    pub complete: bool,
    /// Over all gateways; absent if no device was handed over at T.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hand_over: Option<HandOver>,
    /// To people on duty at T, of an alert; absent if none of their devices was handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_duty: Option<HandOver>,
    pub people: People,
    pub devices: Devices,
    /// Absent if the press gets nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub press: Option<PressReport>,
    /// That these figures are written down and change no more; absent while the release is not over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<Written>,
    /// What has happened since the release, in its order: it is only ever added to.
    #[serde(default)]
    pub later: Vec<Later>,
}

/// When devices were handed over: the push was written to the connection of a gateway that then accepted it.
/// In milliseconds after T.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HandOver {
    pub first_ms: f64,
    pub median_ms: f64,
    pub p99_ms: f64,
    pub last_ms: f64,
    /// When the last of the gateway's answers was to hand.
    pub answered_ms: f64,
}

/// The people in the audience at the release, each counted once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PeopleOfRelease)]
pub struct People {
    pub recipients: i64,
    /// At least one of their devices was handed over.
    pub reached: i64,
    /// None yet, but one still waits.
    pub waiting: i64,
    /// Of these, those whose devices wait for their quiet hours to end.
    #[serde(default)]
    pub held_back: i64,
    /// Every device ended otherwise; by the best outcome.
    pub not_reached: Vec<Count>,
    pub without_device: i64,
    /// At least one of their devices has reported that it showed the announcement. Absent for a class that
    /// takes no receipts. It goes on counting when the other figures are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub displayed: Option<i64>,
    /// Recipients in none of these parts: 0, or the software has lost somebody.
    pub unaccounted: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = DevicesOfRelease)]
pub struct Devices {
    pub total: i64,
    pub waiting: i64,
    /// Of these, those that wait for their owner's quiet hours to end.
    #[serde(default)]
    pub held_back: i64,
    /// Handed over after they had waited so. They are in no figure of `hand_over`, which is about T.
    #[serde(default)]
    pub handed_over_after_quiet: i64,
    pub gateways: Vec<OfGateway>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = GatewayOfRelease)]
pub struct OfGateway {
    pub gateway: Gateway,
    pub total: i64,
    pub waiting: i64,
    pub outcomes: Vec<Count>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hand_over: Option<HandOver>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OutcomeCount)]
pub struct Count {
    pub outcome: Outcome,
    pub count: i64,
}

pub(super) fn build(released: &Released, account: &Account) -> Report {
    let late_by = released.opened_at.millis_after(released.t);
    let unaccounted = account.unaccounted();
    Report {
        announcement: released.id,
        release_at: released.t,
        released_at: released.opened_at,
        complete: account.waiting() == 0 && account.people.waiting == 0 && unaccounted == 0,
        hand_over: account
            .timing
            .as_ref()
            .map(|timing| HandOver::after_t(timing, late_by)),
        on_duty: account
            .timing_on_duty
            .as_ref()
            .map(|timing| HandOver::after_t(timing, late_by)),
        people: People {
            recipients: account.recipients,
            reached: account.people.reached,
            waiting: account.people.waiting,
            held_back: account.people.held_back,
            not_reached: account.people.not_reached.iter().map(Count::of).collect(),
            without_device: account.people.without_device,
            displayed: released.takes_receipts.then_some(account.displayed),
            unaccounted,
        },
        devices: Devices {
            total: account.deliveries(),
            waiting: account.waiting(),
            held_back: account.held_back.waiting,
            handed_over_after_quiet: account.held_back.handed_over,
            gateways: of_gateways(account, late_by),
        },
        press: None,
        written: None,
        later: Vec::new(),
    }
}

/// The gateways that had anything to carry.
fn of_gateways(account: &Account, late_by: f64) -> Vec<OfGateway> {
    let of_gateway = |gateway: Gateway| {
        let mut outcomes = Vec::new();
        let mut waiting = 0;
        for devices in account
            .devices
            .iter()
            .filter(|devices| devices.gateway == gateway)
        {
            match devices.outcome {
                Some(outcome) => outcomes.push(Count {
                    outcome,
                    count: devices.count,
                }),
                None => waiting += devices.count,
            }
        }
        let total = waiting + outcomes.iter().map(|outcome| outcome.count).sum::<i64>();
        let timing = account
            .timing_by_gateway
            .iter()
            .find(|(of, _)| *of == gateway);
        let hand_over = timing.map(|(_, timing)| HandOver::after_t(timing, late_by));
        (total > 0).then_some(OfGateway {
            gateway,
            total,
            waiting,
            outcomes,
            hand_over,
        })
    };
    Gateway::ALL
        .iter()
        .copied()
        .filter_map(of_gateway)
        .collect()
}

impl HandOver {
    /// The outbox counts from the opening of the gate, which was `late_by` milliseconds after T.
    fn after_t(timing: &Timing, late_by: f64) -> Self {
        let after_t = |ms: f64| to_micros(ms + late_by);
        Self {
            first_ms: after_t(timing.first_ms),
            median_ms: after_t(timing.median_ms),
            p99_ms: after_t(timing.p99_ms),
            last_ms: after_t(timing.last_ms),
            answered_ms: after_t(timing.answered_ms),
        }
    }
}

/// Without what adding has put behind the microseconds: what is written as JSON is then read as the same.
pub(in crate::announcements) fn to_micros(ms: f64) -> f64 {
    (ms * 1_000.0).round() / 1_000.0
}

impl Count {
    fn of((outcome, count): &(Outcome, i64)) -> Self {
        Self {
            outcome: *outcome,
            count: *count,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        id::MessageId,
        push::outbox::{OutcomeCount, PeopleCount},
    };

    fn account() -> Account {
        let devices = |gateway, outcome, count| OutcomeCount {
            gateway,
            outcome,
            count,
        };
        Account {
            recipients: 100,
            people: PeopleCount {
                reached: 70,
                waiting: 0,
                held_back: 0,
                not_reached: vec![(Outcome::Unregistered, 6), (Outcome::Expired, 4)],
                without_device: 20,
            },
            devices: vec![
                devices(Gateway::Apns, Some(Outcome::Accepted), 30),
                devices(Gateway::Apns, Some(Outcome::Unregistered), 6),
                devices(Gateway::Fcm, Some(Outcome::Accepted), 50),
                devices(Gateway::Fcm, Some(Outcome::Expired), 4),
            ],
            timing: Some(Timing {
                first_ms: 1.0,
                median_ms: 20.0,
                p99_ms: 80.0,
                last_ms: 90.0,
                answered_ms: 95.0,
            }),
            ..Account::default()
        }
    }

    fn report(account: &Account) -> Report {
        let t: At = "2026-11-21T14:00:00Z".parse().unwrap();
        let released = Released {
            id: AnnouncementId::from_uuid(uuid::Uuid::from_u128(1)),
            message: MessageId::from_uuid(uuid::Uuid::from_u128(2)),
            t,
            opened_at: t + Duration::from_millis(5),
            withdrawn_at: None,
            takes_receipts: true,
        };
        build(&released, account)
    }

    #[test]
    fn the_parts_add_up_to_the_whole() {
        let report = report(&account());
        let people = &report.people;
        let not_reached: i64 = people.not_reached.iter().map(|part| part.count).sum();
        let parts = people.reached + people.waiting + not_reached + people.without_device;
        assert_eq!(parts, people.recipients);
        assert_eq!(people.unaccounted, 0);
        let devices: i64 = report
            .devices
            .gateways
            .iter()
            .map(|gateway| gateway.total)
            .sum();
        assert_eq!(devices, report.devices.total);
        assert_eq!(devices, 90);
        assert!(report.complete);
    }

    #[test]
    fn somebody_lost_is_told_and_keeps_the_report_open() {
        let mut account = account();
        account.people.without_device -= 1;
        let report = report(&account);
        assert_eq!(report.people.unaccounted, 1);
        assert!(!report.complete);
    }

    #[test]
    fn a_device_that_waits_keeps_the_report_open() {
        let mut account = account();
        account.devices[3].outcome = None;
        let report = report(&account);
        assert_eq!(report.devices.waiting, 4);
        assert!(!report.complete);
    }

    #[test]
    fn times_count_from_t_and_not_from_the_opening_of_the_gate() {
        let hand_over = report(&account()).hand_over.unwrap();
        assert!((hand_over.first_ms - 6.0).abs() < f64::EPSILON);
        assert!((hand_over.last_ms - 95.0).abs() < f64::EPSILON);
    }
}
