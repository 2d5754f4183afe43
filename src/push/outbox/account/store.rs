// SPDX-License-Identifier: EUPL-1.2

//! The account's statements: over all deliveries of one message.

use super::{Instants, OutcomeCount, rank};
use crate::{
    clock::At,
    db::{Db, Result, sql},
    id::MessageId,
    push::{Gateway, Outcome},
};

/// When the gate opened, and when the last delivery was settled.
pub(in crate::push::outbox) async fn gates(
    db: &Db,
    message: MessageId,
) -> Result<(Option<At>, Option<At>)> {
    db.query(sql!(
        "SELECT opened_at, finished_at FROM push_messages WHERE id = $1"
    ))
    .bind(message)
    .one()
    .await
}

/// How many people are meant.
pub(super) async fn recipients(db: &Db, message: MessageId) -> Result<i64> {
    let (recipients,) = db
        .query(sql!(
            "SELECT COUNT(*) FROM push_recipients WHERE message_id = $1"
        ))
        .bind(message)
        .one()
        .await?;
    Ok(recipients)
}

pub(in crate::push::outbox) async fn devices(
    db: &Db,
    message: MessageId,
) -> Result<Vec<OutcomeCount>> {
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

/// How many people by the place of the best of their devices in [`BEST_FIRST`](super::BEST_FIRST); one beyond it has
/// none.
pub(super) async fn people(db: &Db, message: MessageId) -> Result<Vec<(i32, i64)>> {
    db.query(sql!(
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
    .await
}

/// How many, and when the last of them was the first time.
pub(super) async fn displayed(db: &Db, message: MessageId) -> Result<(i64, Option<At>)> {
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
pub(super) async fn instants(
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
