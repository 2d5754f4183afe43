// SPDX-License-Identifier: EUPL-1.2

//! Folding's statements.

use crate::{
    clock::At,
    db::{Db, Json, Result, Tx, sql},
    id::MessageId,
    push::{
        Gateway, Outcome,
        outbox::account::{Figures, OutcomeCount},
    },
};

/// Rows that are removed in one transaction: more would keep other writers waiting.
const PORTION: i64 = 1_000;

/// A message that was finished before an instant and is not folded.
pub(in crate::push::outbox) async fn due(
    db: &Db,
    finished_before: At,
) -> Result<Option<MessageId>> {
    let row: Option<(MessageId,)> = db
        .query(sql!(
            "SELECT id FROM push_messages
             WHERE finished_at < $1
               AND NOT EXISTS (SELECT 1 FROM push_folds f WHERE f.message_id = push_messages.id)
             ORDER BY id LIMIT 1"
        ))
        .bind(finished_before)
        .opt()
        .await?;
    Ok(row.map(|(id,)| id))
}

pub(in crate::push::outbox) async fn is_finished(db: &Db, message: MessageId) -> Result<bool> {
    let row: Option<(i32,)> = db
        .query(sql!(
            "SELECT 1 FROM push_messages WHERE id = $1 AND finished_at IS NOT NULL"
        ))
        .bind(message)
        .opt()
        .await?;
    Ok(row.is_some())
}

/// Whether it was written: nobody else had.
pub(super) async fn insert_fold(
    tx: &mut Tx,
    message: MessageId,
    figures: Figures,
    now: At,
) -> Result<bool> {
    let written = tx
        .query(sql!(
            "INSERT INTO push_folds (message_id, folded_at, figures) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING"
        ))
        .bind(message)
        .bind(now)
        .bind(Json(figures))
        .execute()
        .await?;
    Ok(written > 0)
}

pub(super) async fn insert_total(
    tx: &mut Tx,
    message: MessageId,
    total: OutcomeCount,
) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO push_totals (message_id, gateway, outcome, count) VALUES ($1, $2, $3, $4)"
    ))
    .bind(message)
    .bind(total.gateway)
    .bind(total.outcome)
    .bind(total.count)
    .execute()
    .await?;
    Ok(())
}

/// Folded messages of which there are rows.
pub(in crate::push::outbox) async fn unemptied(db: &Db) -> Result<Vec<MessageId>> {
    let rows: Vec<(MessageId,)> = db
        .query(sql!(
            "SELECT message_id FROM push_folds WHERE emptied_at IS NULL ORDER BY folded_at"
        ))
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(super) async fn mark_emptied(db: &Db, message: MessageId, now: At) -> Result<()> {
    db.query(sql!(
        "UPDATE push_folds SET emptied_at = $2 WHERE message_id = $1
           AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.message_id = $1)
           AND NOT EXISTS (SELECT 1 FROM push_recipients r WHERE r.message_id = $1)"
    ))
    .bind(message)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

pub(super) async fn remove_deliveries(db: &Db, message: MessageId) -> Result<u64> {
    db.query(sql!(
        "DELETE FROM deliveries WHERE message_id = $1 AND device_id " ["IN (" | "= ANY (ARRAY("] "
            SELECT device_id FROM deliveries WHERE message_id = $1 LIMIT $2"
            [")" | " FOR UPDATE SKIP LOCKED))"]
    ))
    .bind(message)
    .bind(PORTION)
    .execute()
    .await
}

pub(super) async fn remove_recipients(db: &Db, message: MessageId) -> Result<u64> {
    db.query(sql!(
        "DELETE FROM push_recipients WHERE message_id = $1 AND account_id " ["IN (" | "= ANY (ARRAY("] "
            SELECT account_id FROM push_recipients WHERE message_id = $1 LIMIT $2"
            [")" | " FOR UPDATE SKIP LOCKED))"]
    ))
    .bind(message)
    .bind(PORTION)
    .execute()
    .await
}

/// What is left of a folded message beside its devices; `None` if it is not.
pub(in crate::push::outbox) async fn figures(
    db: &Db,
    message: MessageId,
) -> Result<Option<Figures>> {
    let folded: Option<(Json<Figures>,)> = db
        .query(sql!("SELECT figures FROM push_folds WHERE message_id = $1"))
        .bind(message)
        .opt()
        .await?;
    Ok(folded.map(|(Json(figures),)| figures))
}

pub(super) async fn totals(db: &Db, message: MessageId) -> Result<Vec<OutcomeCount>> {
    let rows: Vec<(Gateway, Outcome, i64)> = db
        .query(sql!(
            "SELECT gateway, outcome, count FROM push_totals WHERE message_id = $1
             ORDER BY gateway, outcome"
        ))
        .bind(message)
        .all()
        .await?;
    let total = |(gateway, outcome, count)| OutcomeCount {
        gateway,
        outcome: Some(outcome),
        count,
    };
    Ok(rows.into_iter().map(total).collect())
}
