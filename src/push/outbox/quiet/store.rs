// SPDX-License-Identifier: EUPL-1.2

//! Statements about what waits for somebody's quiet to end.

use super::HeldBack;
use crate::{
    db::{Db, IdList, Result, Tx, sql},
    id::{AccountId, MessageId},
    push::outbox::UNTRIED,
};

pub(super) async fn follow(
    tx: &mut Tx,
    message: MessageId,
    accounts: &[AccountId],
    is_open: bool,
) -> Result<u64> {
    let [duty, rest] = UNTRIED;
    tx.query(sql!(
        "UPDATE deliveries SET quiet_until = r.quiet_until,
            due_at = COALESCE(r.quiet_until, CASE r.rank WHEN 0 THEN CAST($3 AS timestamptz)
                                                         ELSE CAST($4 AS timestamptz) END),
            attempts = CASE WHEN claim_id IS NULL OR attempts = 0 THEN attempts ELSE attempts - 1 END,
            claim_id = NULL
         FROM push_recipients r
         WHERE deliveries.message_id = $1 AND r.message_id = $1
           AND r.account_id = deliveries.account_id
           AND deliveries.device_id IN (SELECT id FROM devices WHERE removed_at IS NULL AND account_id "
             ["IN (SELECT unhex(value) FROM json_each($2))" | "= ANY($2)"] ")
           AND deliveries.outcome IS NULL
           AND (deliveries.claim_id IS NULL OR NOT CAST($5 AS boolean))
           AND (deliveries.quiet_until IS DISTINCT FROM r.quiet_until
                OR deliveries.claim_id IS NOT NULL)"
    ))
    .bind(message)
    .bind(accounts.iter().copied().collect::<IdList>())
    .bind(duty)
    .bind(rest)
    .bind(is_open)
    .execute()
    .await
}

pub(super) async fn follow_all(tx: &mut Tx, message: MessageId) -> Result<u64> {
    let [duty, rest] = UNTRIED;
    tx.query(sql!(
        "UPDATE deliveries SET quiet_until = r.quiet_until,
            due_at = COALESCE(r.quiet_until, CASE r.rank WHEN 0 THEN CAST($2 AS timestamptz)
                                                         ELSE CAST($3 AS timestamptz) END),
            attempts = 0, claim_id = NULL
         FROM push_recipients r
         WHERE deliveries.message_id = $1 AND r.message_id = $1
           AND r.account_id = deliveries.account_id AND deliveries.outcome IS NULL
           AND deliveries.quiet_until IS DISTINCT FROM r.quiet_until"
    ))
    .bind(message)
    .bind(duty)
    .bind(rest)
    .execute()
    .await
}

pub(super) async fn disturbs(tx: &mut Tx, message: MessageId) -> Result<i64> {
    let (people,) = tx
        .query(sql!("SELECT disturbs FROM push_messages WHERE id = $1"))
        .bind(message)
        .one()
        .await?;
    Ok(people)
}

pub(super) async fn held_back(db: &Db, message: MessageId) -> Result<HeldBack> {
    let (waiting, handed_over): (i64, i64) = db
        .query(sql!(
            "SELECT COUNT(CASE WHEN outcome IS NULL AND claim_id IS NULL AND due_at = quiet_until
                               THEN 1 END),
                    COUNT(CASE WHEN outcome = 'accepted' THEN 1 END)
             FROM deliveries WHERE message_id = $1 AND quiet_until IS NOT NULL"
        ))
        .bind(message)
        .one()
        .await?;
    Ok(HeldBack {
        waiting,
        handed_over,
    })
}
