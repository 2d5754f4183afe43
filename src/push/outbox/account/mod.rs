// SPDX-License-Identifier: EUPL-1.2

//! The account of a message: what has become of every recipient and every device.

mod store;

use serde::{Deserialize, Serialize};

use super::{
    fold,
    quiet::{self, HeldBack},
};
use crate::{
    clock::At,
    db::{Db, Result},
    id::MessageId,
    push::{Gateway, Outcome},
};

pub(super) use self::store::{devices, gates};

/// The account of one message at one moment.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// When the gate opened; `None` before the release.
    pub opened_at: Option<At>,
    /// When the last delivery was settled and nothing waits any more.
    pub finished_at: Option<At>,
    /// People who are meant.
    pub recipients: i64,
    /// Of these, by what became of the best of their devices.
    pub people: PeopleCount,
    /// People of whom at least one device said that it has shown the message.
    pub displayed: i64,
    /// Devices by gateway and outcome; `None` is still waiting.
    pub devices: Vec<OutcomeCount>,
    /// Of these, those that were not due at T.
    pub held_back: HeldBack,
    /// Hand-overs over all gateways, but for what was held back; `None` if there was none.
    pub timing: Option<Timing>,
    /// Of these, to people on duty; `None` too for what asks nobody whether they are.
    pub timing_on_duty: Option<Timing>,
    pub timing_by_gateway: Vec<(Gateway, Timing)>,
}

/// People, each counted once. The parts add up to the recipients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeopleCount {
    /// At least one device was handed over.
    pub reached: i64,
    /// No device yet, but one still waits.
    pub waiting: i64,
    /// Of these, whose devices all wait for the person's quiet to end.
    #[serde(default)]
    pub held_back: i64,
    /// Every device ended otherwise: by the best outcome.
    pub not_reached: Vec<(Outcome, i64)>,
    pub without_device: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeCount {
    pub gateway: Gateway,
    pub outcome: Option<Outcome>,
    pub count: i64,
}

/// When devices were handed over: the push was written to the connection of a gateway that then accepted
/// it. In milliseconds after the gate opened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timing {
    pub first_ms: f64,
    pub median_ms: f64,
    pub p99_ms: f64,
    pub last_ms: f64,
    /// When the last of the gateway's answers was to hand.
    pub answered_ms: f64,
}

impl Account {
    pub fn deliveries(&self) -> i64 {
        self.devices.iter().map(|devices| devices.count).sum()
    }

    pub fn waiting(&self) -> i64 {
        let waiting = self
            .devices
            .iter()
            .filter(|devices| devices.outcome.is_none());
        waiting.map(|devices| devices.count).sum()
    }

    /// People who appear in no part: always zero, or the software has lost somebody.
    pub fn unaccounted(&self) -> i64 {
        self.recipients - self.people.total()
    }
}

impl PeopleCount {
    /// From how many people have the best of their devices at which place.
    fn of(by_place: Vec<(i32, i64)>) -> Self {
        let mut people = Self::default();
        for (best, count) in by_place {
            match usize::try_from(best)
                .ok()
                .and_then(|best| BEST_FIRST.get(best))
            {
                Some(Place::Ended(Outcome::Accepted)) => people.reached = count,
                Some(Place::Waiting) => people.waiting += count,
                Some(Place::HeldBack) => {
                    people.waiting += count;
                    people.held_back = count;
                }
                Some(Place::Ended(outcome)) => people.not_reached.push((*outcome, count)),
                None => people.without_device = count,
            }
        }
        people.not_reached.sort_unstable();
        people
    }

    pub fn total(&self) -> i64 {
        let not_reached: i64 = self.not_reached.iter().map(|(_, count)| count).sum();
        self.reached + self.waiting + not_reached + self.without_device
    }
}

/// The rank of recipients who are on duty.
const ON_DUTY: i16 = 0;

/// A person's devices are told apart by how close they came: the best one speaks for the person.
const BEST_FIRST: [Place; 11] = [
    Place::Ended(Outcome::Accepted),
    Place::Waiting,
    Place::HeldBack,
    Place::Ended(Outcome::Superseded),
    Place::Ended(Outcome::Withdrawn),
    Place::Ended(Outcome::Quarantined),
    Place::Ended(Outcome::Refused),
    Place::Ended(Outcome::Expired),
    Place::Ended(Outcome::Unregistered),
    Place::Ended(Outcome::NotConfigured),
    Place::Ended(Outcome::SignedOut),
];

/// How close a device came.
#[derive(Clone, Copy)]
enum Place {
    Ended(Outcome),
    Waiting,
    /// It waits for its owner's quiet to end.
    HeldBack,
}

/// From the deliveries, or from what is left of them.
pub(super) async fn of(db: &Db, message: MessageId) -> Result<Account> {
    if let Some(folded) = fold::read(db, message).await? {
        return Ok(folded);
    }
    let (opened_at, finished_at) = gates(db, message).await?;
    // First: when no device waits any more, what is counted after this is final.
    let devices = devices(db, message).await?;
    let figures = Figures::of(db, message).await?;
    // It may have been folded while it was being counted.
    if finished_at.is_some()
        && let Some(folded) = fold::read(db, message).await?
    {
        return Ok(folded);
    }
    Ok(figures.account(opened_at, finished_at, devices))
}

/// How many people's phones have said that they have shown the message, and when the last said so.
pub(super) async fn displayed_to(db: &Db, message: MessageId) -> Result<(i64, Option<At>)> {
    match fold::figures(db, message).await? {
        Some(Figures {
            displayed,
            displayed_last,
            ..
        }) => Ok((displayed, displayed_last.and_then(At::from_micros))),
        None => store::displayed(db, message).await,
    }
}

/// All of an account but the devices, in whole numbers, so that nothing is lost by writing it down.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Figures {
    recipients: i64,
    people: PeopleCount,
    displayed: i64,
    /// In microseconds since 1970. Absent from what was folded before it was counted.
    #[serde(default)]
    displayed_last: Option<i64>,
    overall: Option<Instants>,
    /// Absent from what was folded before it was counted.
    #[serde(default)]
    on_duty: Option<Instants>,
    /// The same.
    #[serde(default)]
    held_back: HeldBack,
    by_gateway: Vec<(Gateway, Instants)>,
}

/// When devices were handed over, in microseconds since 1970.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Instants {
    first: i64,
    median: i64,
    p99: i64,
    last: i64,
    answered: i64,
}

impl Figures {
    /// Counted from the rows: some statements over all deliveries of the message.
    pub(super) async fn of(db: &Db, message: MessageId) -> Result<Self> {
        let mut by_gateway = Vec::new();
        for gateway in Gateway::ALL.iter().copied() {
            if let Some(instants) = store::instants(db, message, Some(gateway), None).await? {
                by_gateway.push((gateway, instants));
            }
        }
        let (displayed, displayed_last) = store::displayed(db, message).await?;
        Ok(Self {
            recipients: store::recipients(db, message).await?,
            people: PeopleCount::of(store::people(db, message).await?),
            displayed,
            displayed_last: displayed_last.map(At::as_micros),
            overall: store::instants(db, message, None, None).await?,
            on_duty: store::instants(db, message, None, Some(ON_DUTY)).await?,
            held_back: quiet::held_back(db, message).await?,
            by_gateway,
        })
    }

    pub(super) fn account(
        self,
        opened_at: Option<At>,
        finished_at: Option<At>,
        devices: Vec<OutcomeCount>,
    ) -> Account {
        let timing = |instants: Instants| opened_at.map(|at| instants.after(at));
        let by_gateway = self.by_gateway.into_iter();
        Account {
            opened_at,
            finished_at,
            recipients: self.recipients,
            people: self.people,
            displayed: self.displayed,
            devices,
            held_back: self.held_back,
            timing: self.overall.and_then(timing),
            timing_on_duty: self.on_duty.and_then(timing),
            timing_by_gateway: by_gateway
                .filter_map(|(gateway, instants)| Some((gateway, timing(instants)?)))
                .collect(),
        }
    }
}

impl Instants {
    fn after(self, opened_at: At) -> Timing {
        let ms = |micros| At::from_micros(micros).map_or(0.0, |at| at.millis_after(opened_at));
        Timing {
            first_ms: ms(self.first),
            median_ms: ms(self.median),
            p99_ms: ms(self.p99),
            last_ms: ms(self.last),
            answered_ms: ms(self.answered),
        }
    }
}

/// The place, from zero, of a percentile among `count` sorted values (nearest rank).
fn rank(count: i64, percent: i64) -> i64 {
    ((count * percent + 99) / 100 - 1).clamp(0, count - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        assert_eq!([rank(1, 50), rank(1, 99)], [0, 0]);
        assert_eq!([rank(2, 50), rank(2, 99)], [0, 1]);
        assert_eq!([rank(100, 50), rank(100, 99)], [49, 98]);
        assert_eq!(rank(1_000, 99), 989);
    }
}
