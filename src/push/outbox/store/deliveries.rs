// SPDX-License-Identifier: EUPL-1.2

//! Deliveries that nobody has claimed.

use super::whole;
use crate::{
    clock::At,
    db::{Db, Result, Tx, sql},
    id::{AccountId, MessageId},
    push::{Gateway, outbox::UNTRIED},
};

/// In whole claims as far as these have just been made; others may have been taken meanwhile.
pub(in crate::push::outbox) async fn insert_deliveries(
    tx: &mut Tx,
    message: MessageId,
    in_whole_claims: bool,
    at: At,
) -> Result<u64> {
    let [duty, rest] = UNTRIED;
    tx.query(sql!(
        "INSERT INTO deliveries
            (message_id, device_id, account_id, gateway, attempts, quiet_until, due_at, claim_id, outcome,
             settled_at)
         SELECT $1, x.device_id, x.account_id, x.gateway, 0, x.quiet_until,
                CASE WHEN c.id IS NULL AND x.quarantined_at IS NULL
                     THEN COALESCE(x.quiet_until, x.due_at) END,
                c.id,
                CASE WHEN x.quarantined_at IS NULL THEN NULL ELSE 'quarantined' END,
                CASE WHEN x.quarantined_at IS NULL THEN NULL ELSE CAST($2 AS timestamptz) END
         FROM (SELECT d.id AS device_id, d.account_id, d.gateway, d.quarantined_at, r.quiet_until,
                      CASE r.rank WHEN 0 THEN CAST($3 AS timestamptz)
                                  ELSE CAST($4 AS timestamptz) END AS due_at,
                      CASE WHEN $5 AND r.quiet_until IS NULL AND d.quarantined_at IS NULL
                           THEN (ROW_NUMBER() OVER (
                                    PARTITION BY d.gateway, r.rank, r.quiet_until, d.quarantined_at)
                                 - 1) / CAST($6 AS bigint) END AS number
               FROM push_recipients r JOIN devices d ON d.account_id = r.account_id
               WHERE r.message_id = $1 AND d.removed_at IS NULL) AS x
              LEFT JOIN push_claims c
                ON c.message_id = $1 AND c.gateway = x.gateway AND c.due_at = x.due_at
                   AND c.number = x.number AND c.lease_ends_at IS NULL
         WHERE true
         ON CONFLICT DO NOTHING"
    ))
    .bind(message)
    .bind(at)
    .bind(duty)
    .bind(rest)
    .bind(in_whole_claims)
    .bind(whole::SIZE)
    .execute()
    .await
}

/// How many now wait for another instant of the two.
pub(in crate::push::outbox) async fn rerank(tx: &mut Tx, message: MessageId) -> Result<u64> {
    let [duty, rest] = UNTRIED;
    tx.query(sql!(
        "UPDATE deliveries SET due_at = CASE r.rank WHEN 0 THEN CAST($2 AS timestamptz)
                                                    ELSE CAST($3 AS timestamptz) END
         FROM push_recipients r
         WHERE deliveries.message_id = $1 AND deliveries.outcome IS NULL
           AND deliveries.claim_id IS NULL
           AND r.message_id = deliveries.message_id AND r.account_id = deliveries.account_id
           AND deliveries.due_at = CASE r.rank WHEN 0 THEN CAST($3 AS timestamptz)
                                               ELSE CAST($2 AS timestamptz) END"
    ))
    .bind(message)
    .bind(duty)
    .bind(rest)
    .execute()
    .await
}

pub(in crate::push::outbox) async fn spare(
    tx: &mut Tx,
    message: MessageId,
    account: AccountId,
    at: At,
) -> Result<u64> {
    tx.query(sql!(
        "UPDATE deliveries SET outcome = 'superseded', settled_at = $3, due_at = NULL
         WHERE message_id = $1 AND account_id = $2 AND outcome IS NULL AND claim_id IS NULL"
    ))
    .bind(message)
    .bind(account)
    .bind(at)
    .execute()
    .await
}

/// Asks for the messages first: to find no delivery of none, PostgreSQL reads all there are.
pub(in crate::push::outbox) async fn expire(db: &Db, now: At) -> Result<()> {
    let expired: Vec<(MessageId,)> = db
        .query(sql!(
            "SELECT id FROM push_messages
             WHERE finished_at IS NULL AND opened_at IS NOT NULL AND expires_at <= $1"
        ))
        .bind(now)
        .all()
        .await?;
    for (message,) in expired {
        whole::expire(db, message, now).await?;
        db.query(sql!(
            "UPDATE deliveries SET outcome = 'expired', settled_at = $2, due_at = NULL
             WHERE message_id = $1 AND gateway IN ('apns', 'fcm', 'webpush')
               AND outcome IS NULL AND claim_id IS NULL"
        ))
        .bind(message)
        .bind(now)
        .execute()
        .await?;
    }
    Ok(())
}

/// The clock shows `now` where it should show `expected`: what is still to come, a delivery's turn or a lease's end, keeps
/// its distance, but for the end of somebody's quiet, which is an hour of the clock. Done a second time, by another process
/// on the same machine, it changes nothing.
pub(in crate::push::outbox) async fn shift(db: &Db, expected: At, now: At) -> Result<u64> {
    let micros = now.as_micros() - expected.as_micros();
    let mut moved = 0;
    for times in [
        sql!(
            "UPDATE push_claims SET lease_ends_at = lease_ends_at + "
                ["$3" | "CAST($3 AS bigint) * interval '1 microsecond'"] "
             WHERE lease_ends_at >= $1 AND (lease_ends_at <= $2 OR $3 < 0)"
        ),
        sql!(
            "UPDATE deliveries SET due_at = due_at + "
                ["$3" | "CAST($3 AS bigint) * interval '1 microsecond'"] "
             WHERE outcome IS NULL AND due_at >= $1 AND (due_at <= $2 OR $3 < 0)
               AND (quiet_until IS NULL OR due_at <> quiet_until)
               AND message_id IN (SELECT id FROM push_messages WHERE finished_at IS NULL)"
        ),
    ] {
        let rows = db.query(times).bind(expected).bind(now).bind(micros);
        moved += rows.execute().await?;
    }
    Ok(moved)
}

/// What is due says so in the index; only of the rest is the row read, which is why the two are asked in this order.
pub(in crate::push::outbox) async fn queue(db: &Db, now: At) -> Result<Vec<(i16, Gateway, i64)>> {
    db.query(sql!(
        "SELECT m.lane, w.gateway, CAST(SUM(w.count) AS bigint) FROM push_messages m JOIN (
            SELECT message_id, gateway, COUNT(*) AS count FROM deliveries
            WHERE outcome IS NULL AND claim_id IS NULL AND (due_at <= $1 OR quiet_until IS NULL)
            GROUP BY message_id, gateway
            UNION ALL
            SELECT message_id, gateway, COUNT(*) FROM deliveries
            WHERE claim_id IS NOT NULL GROUP BY message_id, gateway) AS w ON w.message_id = m.id
         WHERE m.finished_at IS NULL AND m.opened_at IS NOT NULL
         GROUP BY m.lane, w.gateway ORDER BY m.lane, w.gateway"
    ))
    .bind(now)
    .all()
    .await
}
