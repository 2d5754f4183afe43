// SPDX-License-Identifier: EUPL-1.2

//! The statements that call a message back.

use crate::{
    clock::At,
    db::{Db, IdList, Result, Tx, sql},
    id::MessageId,
    push::{
        Outcome,
        outbox::{Token, UNTRIED},
    },
};

pub(super) async fn copy_recipients(tx: &mut Tx, from: MessageId, to: MessageId) -> Result<u64> {
    tx.query(sql!(
        "INSERT INTO push_recipients (message_id, account_id, rank)
         SELECT m.id, r.account_id, r.rank FROM push_recipients r JOIN push_messages m ON m.id = $2
         WHERE r.message_id = $1
           AND NOT EXISTS (SELECT 1 FROM push_folds f WHERE f.message_id = r.message_id)"
    ))
    .bind(from)
    .bind(to)
    .execute()
    .await
}

/// What was tried and not refused may have arrived, whatever the answer was or if there was none.
pub(super) async fn insert_deliveries_where_shown(
    tx: &mut Tx,
    message: MessageId,
    old: &[MessageId],
) -> Result<u64> {
    let [_, rest] = UNTRIED;
    tx.query(sql!(
        "INSERT INTO deliveries (message_id, device_id, account_id, gateway, attempts, due_at)
         SELECT DISTINCT m.id, d.id, d.account_id, d.gateway, 0, CAST($3 AS timestamptz)
         FROM push_messages m CROSS JOIN deliveries x JOIN devices d ON d.id = x.device_id
         WHERE m.id = $1 AND x.message_id "
            ["IN (SELECT unhex(value) FROM json_each($2))" | "= ANY($2)"]
          " AND (x.attempts > 0 OR x.claim_id IN (
                SELECT id FROM push_claims WHERE lease_ends_at IS NOT NULL))
           AND d.removed_at IS NULL AND d.quarantined_at IS NULL
           AND (x.outcome IS NULL
                OR x.outcome IN ('accepted', 'expired', 'superseded', 'withdrawn'))"
    ))
    .bind(message)
    .bind(old.iter().copied().collect::<IdList>())
    .bind(rest)
    .execute()
    .await
}

/// The owners of the phones for which a message is staged.
pub(super) async fn insert_owners(tx: &mut Tx, message: MessageId) -> Result<u64> {
    tx.query(sql!(
        "INSERT INTO push_recipients (message_id, account_id)
         SELECT DISTINCT message_id, account_id FROM deliveries WHERE message_id = $1"
    ))
    .bind(message)
    .execute()
    .await
}

pub(super) async fn is_folded(tx: &mut Tx, message: MessageId) -> Result<bool> {
    let row: Option<(i32,)> = tx
        .query(sql!("SELECT 1 FROM push_folds WHERE message_id = $1"))
        .bind(message)
        .opt()
        .await?;
    Ok(row.is_some())
}

/// Until the commit nobody else writes deliveries: without that, PostgreSQL's dispatchers could settle the
/// same rows in another order, which is a deadlock, or claim what is not settled yet. (On SQLite the
/// transaction is the only writer anyway.)
pub(super) async fn hold_everybody_else(tx: &mut Tx) -> Result<()> {
    tx.query(sql!([
        "SELECT 1" | "LOCK TABLE push_claims, deliveries IN SHARE ROW EXCLUSIVE MODE"
    ]))
    .execute()
    .await
    .map(drop)
}

/// Of a staged message, what is for phones that an old one is on its way to.
pub(super) async fn put_off(
    tx: &mut Tx,
    new: MessageId,
    old: &[MessageId],
    until: At,
) -> Result<u64> {
    tx.query(sql!(
        "UPDATE deliveries SET due_at = $3
         WHERE message_id = $1 AND outcome IS NULL AND device_id IN (
            SELECT x.device_id FROM deliveries x WHERE x.message_id "
            ["IN (SELECT unhex(value) FROM json_each($2))" | "= ANY($2)"] "
              AND x.claim_id IN (SELECT id FROM push_claims WHERE lease_ends_at IS NOT NULL))"
    ))
    .bind(new)
    .bind(old.iter().copied().collect::<IdList>())
    .bind(until)
    .execute()
    .await
}

pub(super) async fn settle(
    tx: &mut Tx,
    old: &[MessageId],
    outcome: Outcome,
    at: At,
) -> Result<u64> {
    tx.query(sql!(
        "UPDATE deliveries SET outcome = $2, settled_at = $3, due_at = NULL, claim_id = NULL,
                attempts = CASE WHEN attempts = 0 AND claim_id IN (
                    SELECT id FROM push_claims WHERE lease_ends_at IS NOT NULL) THEN 1 ELSE attempts END
         WHERE outcome IS NULL AND message_id "
            ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
    ))
    .bind(old.iter().copied().collect::<IdList>())
    .bind(outcome)
    .bind(at)
    .execute()
    .await
}

/// Whole claims that nobody has taken, in which there is nothing any more.
pub(super) async fn drop_claims(tx: &mut Tx, old: &[MessageId]) -> Result<u64> {
    tx.query(sql!(
        "DELETE FROM push_claims WHERE lease_ends_at IS NULL AND message_id "
            ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
    ))
    .bind(old.iter().copied().collect::<IdList>())
    .execute()
    .await
}

/// So that no phone that registers now joins it.
pub(super) async fn finish(tx: &mut Tx, old: &[MessageId], at: At) -> Result<u64> {
    tx.query(sql!(
        "UPDATE push_messages SET finished_at = $2 WHERE finished_at IS NULL AND id "
            ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
    ))
    .bind(old.iter().copied().collect::<IdList>())
    .bind(at)
    .execute()
    .await
}

pub(super) async fn is_lost(db: &Db, token: Token) -> Result<bool> {
    let row: Option<(i32,)> = db
        .query(sql!(
            "SELECT 1 FROM deliveries WHERE message_id = $1 AND gateway = $2 AND claim_id = $3
             LIMIT 1"
        ))
        .bind(token.message)
        .bind(token.gateway)
        .bind(token.claim)
        .opt()
        .await?;
    Ok(row.is_none())
}
