// SPDX-License-Identifier: EUPL-1.2

//! The account of a message: what has become of every recipient and every device.

use serde::{Deserialize, Serialize};

use super::{
    fold,
    quiet::{self, HeldBack},
};
use crate::{
    clock::At,
    db::{Db, Result, sql},
    id::MessageId,
    push::{Gateway, Outcome},
};

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
        None => displayed(db, message).await,
    }
}

/// When the gate opened, and when the last delivery was settled.
pub(super) async fn gates(db: &Db, message: MessageId) -> Result<(Option<At>, Option<At>)> {
    db.query(sql!(
        "SELECT opened_at, finished_at FROM push_messages WHERE id = $1"
    ))
    .bind(message)
    .one()
    .await
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
        let (recipients,): (i64,) = db
            .query(sql!(
                "SELECT COUNT(*) FROM push_recipients WHERE message_id = $1"
            ))
            .bind(message)
            .one()
            .await?;
        let mut by_gateway = Vec::new();
        for gateway in Gateway::ALL.iter().copied() {
            if let Some(instants) = instants(db, message, Some(gateway), None).await? {
                by_gateway.push((gateway, instants));
            }
        }
        let (displayed, displayed_last) = displayed(db, message).await?;
        Ok(Self {
            recipients,
            people: people(db, message).await?,
            displayed,
            displayed_last: displayed_last.map(At::as_micros),
            overall: instants(db, message, None, None).await?,
            on_duty: instants(db, message, None, Some(ON_DUTY)).await?,
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

pub(super) async fn devices(db: &Db, message: MessageId) -> Result<Vec<OutcomeCount>> {
    let rows: Vec<(Gateway, Option<Outcome>, i64)> = db
        .query(sql!(
            "SELECT gateway, outcome, COUNT(*) FROM deliveries WHERE message_id = $1
             GROUP BY gateway, outcome ORDER BY gateway, outcome"
        ))
        .bind(message)
        .all()
        .await?;
    let counts = rows
        .into_iter()
        .map(|(gateway, outcome, count)| OutcomeCount {
            gateway,
            outcome,
            count,
        });
    Ok(counts.collect())
}

async fn people(db: &Db, message: MessageId) -> Result<PeopleCount> {
    let rows: Vec<(i32, i64)> = db
        .query(sql!(
            "SELECT best, COUNT(*) FROM (
                SELECT account_id, MIN(place) AS best FROM (
                    SELECT account_id, 11 AS place FROM push_recipients WHERE message_id = $1
                    UNION ALL
                    SELECT account_id, CASE
                        WHEN outcome = 'accepted' THEN 0
                        WHEN outcome IS NULL AND claim_id IS NULL AND due_at = quiet_until THEN 2
                        WHEN outcome IS NULL THEN 1
                        WHEN outcome = 'superseded' THEN 3
                        WHEN outcome = 'withdrawn' THEN 4
                        WHEN outcome = 'quarantined' THEN 5
                        WHEN outcome = 'refused' THEN 6
                        WHEN outcome = 'expired' THEN 7
                        WHEN outcome = 'unregistered' THEN 8
                        WHEN outcome = 'not_configured' THEN 9
                        ELSE 10 END
                    FROM deliveries WHERE message_id = $1) AS each_device
                GROUP BY account_id) AS each_person
             GROUP BY best"
        ))
        .bind(message)
        .all()
        .await?;
    let mut people = PeopleCount::default();
    for (best, count) in rows {
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
    Ok(people)
}

/// How many, and when the last of them was the first time.
async fn displayed(db: &Db, message: MessageId) -> Result<(i64, Option<At>)> {
    db.query(sql!(
        "SELECT COUNT(DISTINCT account_id), MAX(displayed_at) FROM deliveries
         WHERE message_id = $1 AND displayed_at IS NOT NULL"
    ))
    .bind(message)
    .one()
    .await
}

/// Nearest-rank percentiles, read by their place in the order: no need to carry a million instants here.
/// Of one gateway or all, of the recipients of one rank or all; without what was held back, which says nothing of
/// T. `None`: no device was handed over.
async fn instants(
    db: &Db,
    message: MessageId,
    gateway: Option<Gateway>,
    of_rank: Option<i16>,
) -> Result<Option<Instants>> {
    let row: (i64, Option<At>, Option<At>, Option<At>) = db
        .query(sql!(
            "SELECT COUNT(*), MIN(sent_at), MAX(sent_at), MAX(settled_at) FROM deliveries
             WHERE message_id = $1 AND outcome = 'accepted' AND quiet_until IS NULL
               AND (gateway = $2 OR $2 IS NULL)
               AND (CAST($3 AS smallint) IS NULL OR account_id IN (
                    SELECT account_id FROM push_recipients WHERE message_id = $1 AND rank = $3))"
        ))
        .bind(message)
        .bind(gateway)
        .bind(of_rank)
        .one()
        .await?;
    let (count, Some(first), Some(last), Some(answered)) = row else {
        return Ok(None);
    };
    let (median, p99) = (rank(count, 50), rank(count, 99));
    let ranked: Vec<(At,)> = db
        .query(sql!(
            "SELECT sent_at FROM (
                SELECT sent_at, ROW_NUMBER() OVER (ORDER BY sent_at) - 1 AS place FROM deliveries
                WHERE message_id = $1 AND outcome = 'accepted' AND quiet_until IS NULL
               AND (gateway = $2 OR $2 IS NULL)
                  AND (CAST($3 AS smallint) IS NULL OR account_id IN (
                       SELECT account_id FROM push_recipients WHERE message_id = $1 AND rank = $3))
             ) AS ranked
             WHERE place IN ($4, $5) ORDER BY place"
        ))
        .bind(message)
        .bind(gateway)
        .bind(of_rank)
        .bind(median)
        .bind(p99)
        .all()
        .await?;
    // One row if both are at the same place; between the two statements nothing becomes less.
    let at = |row: Option<&(At,)>| row.map_or(last, |(at,)| *at);
    Ok(Some(Instants {
        first: first.as_micros(),
        median: at(ranked.first()).as_micros(),
        p99: at(ranked.last()).as_micros(),
        last: last.as_micros(),
        answered: answered.as_micros(),
    }))
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
