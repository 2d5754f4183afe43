// SPDX-License-Identifier: EUPL-1.2

//! The account of a message: what has become of every recipient and every device.

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
    /// Hand-overs over all gateways; `None` if there was none.
    pub timing: Option<Timing>,
    pub timing_by_gateway: Vec<(Gateway, Timing)>,
}

/// People, each counted once. The parts add up to the recipients.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeopleCount {
    /// At least one device was handed over.
    pub reached: i64,
    /// No device yet, but one still waits.
    pub waiting: i64,
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

/// A person's devices are told apart by how close they came: the best one speaks for the person.
const BEST_FIRST: [Option<Outcome>; 8] = [
    Some(Outcome::Accepted),
    None,
    Some(Outcome::Quarantined),
    Some(Outcome::Refused),
    Some(Outcome::Expired),
    Some(Outcome::Unregistered),
    Some(Outcome::NotConfigured),
    Some(Outcome::SignedOut),
];

pub(super) async fn of(db: &Db, message: MessageId) -> Result<Account> {
    let (opened_at, finished_at): (Option<At>, Option<At>) = db
        .query(sql!(
            "SELECT opened_at, finished_at FROM push_messages WHERE id = $1"
        ))
        .bind(message)
        .one()
        .await?;
    let (recipients,): (i64,) = db
        .query(sql!(
            "SELECT COUNT(*) FROM push_recipients WHERE message_id = $1"
        ))
        .bind(message)
        .one()
        .await?;
    let devices = devices(db, message).await?;
    let people = people(db, message).await?;
    let mut account = Account {
        opened_at,
        finished_at,
        recipients,
        people,
        displayed: displayed(db, message).await?,
        devices,
        ..Account::default()
    };
    if let Some(opened_at) = opened_at {
        add_timings(db, message, opened_at, &mut account).await?;
    }
    Ok(account)
}

async fn devices(db: &Db, message: MessageId) -> Result<Vec<OutcomeCount>> {
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
                    SELECT account_id, 8 AS place FROM push_recipients WHERE message_id = $1
                    UNION ALL
                    SELECT account_id, CASE
                        WHEN outcome IS NULL THEN 1
                        WHEN outcome = 'accepted' THEN 0
                        WHEN outcome = 'quarantined' THEN 2
                        WHEN outcome = 'refused' THEN 3
                        WHEN outcome = 'expired' THEN 4
                        WHEN outcome = 'unregistered' THEN 5
                        WHEN outcome = 'not_configured' THEN 6
                        ELSE 7 END
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
            Some(Some(Outcome::Accepted)) => people.reached = count,
            Some(None) => people.waiting = count,
            Some(Some(outcome)) => people.not_reached.push((*outcome, count)),
            None => people.without_device = count,
        }
    }
    people.not_reached.sort_unstable();
    Ok(people)
}

async fn displayed(db: &Db, message: MessageId) -> Result<i64> {
    let (count,): (i64,) = db
        .query(sql!(
            "SELECT COUNT(DISTINCT account_id) FROM deliveries
             WHERE message_id = $1 AND displayed_at IS NOT NULL"
        ))
        .bind(message)
        .one()
        .await?;
    Ok(count)
}

async fn add_timings(
    db: &Db,
    message: MessageId,
    opened_at: At,
    account: &mut Account,
) -> Result<()> {
    let accepted = |gateway: Option<Gateway>| -> i64 {
        account
            .devices
            .iter()
            .filter(|devices| devices.outcome == Some(Outcome::Accepted))
            .filter(|devices| gateway.is_none_or(|gateway| devices.gateway == gateway))
            .map(|devices| devices.count)
            .sum()
    };
    let overall = timing(db, message, None, accepted(None), opened_at).await?;
    let mut by_gateway = Vec::new();
    for gateway in Gateway::ALL.iter().copied() {
        let count = accepted(Some(gateway));
        if let Some(timing) = timing(db, message, Some(gateway), count, opened_at).await? {
            by_gateway.push((gateway, timing));
        }
    }
    account.timing = overall;
    account.timing_by_gateway = by_gateway;
    Ok(())
}

/// Nearest-rank percentiles, read by their place in the order: no need to carry a million instants here.
async fn timing(
    db: &Db,
    message: MessageId,
    gateway: Option<Gateway>,
    count: i64,
    opened_at: At,
) -> Result<Option<Timing>> {
    if count == 0 {
        return Ok(None);
    }
    let mut ms = [0.0; 4];
    let places = [0, rank(count, 50), rank(count, 99), count - 1];
    for (ms, place) in ms.iter_mut().zip(places) {
        let row: Option<(At,)> = db
            .query(sql!(
                "SELECT sent_at FROM deliveries
                 WHERE message_id = $1 AND outcome = 'accepted' AND (gateway = $2 OR $2 IS NULL)
                 ORDER BY sent_at LIMIT 1 OFFSET $3"
            ))
            .bind(message)
            .bind(gateway)
            .bind(place)
            .opt()
            .await?;
        *ms = row.map_or(0.0, |(at,)| at.millis_after(opened_at));
    }
    let (answered_at,): (At,) = db
        .query(sql!(
            "SELECT MAX(settled_at) FROM deliveries
             WHERE message_id = $1 AND outcome = 'accepted' AND (gateway = $2 OR $2 IS NULL)"
        ))
        .bind(message)
        .bind(gateway)
        .one()
        .await?;
    let [first_ms, median_ms, p99_ms, last_ms] = ms;
    Ok(Some(Timing {
        answered_ms: answered_at.millis_after(opened_at),
        first_ms,
        median_ms,
        p99_ms,
        last_ms,
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
