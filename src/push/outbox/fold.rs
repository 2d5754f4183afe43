// SPDX-License-Identifier: EUPL-1.2

//! Folding: the rows of a message that was finished long ago give way to their totals, from which its report
//! is answered as before. Who was meant and whose device it was is gone then.
//!
//! First the totals are written, in one short transaction; from then on they speak for the message. Then its
//! rows are removed, portion by portion. A crash in between leaves rows that nobody reads any more, and that
//! the next round removes.

use super::account::{self, Account, Figures, OutcomeCount};
use crate::{
    clock::At,
    db::{Db, Json, Result, sql},
    id::MessageId,
    push::{Gateway, Outcome},
};

/// Rows that are removed in one transaction: more would keep other writers waiting.
const PORTION: i64 = 1_000;

/// A message that was finished before an instant and is not folded.
pub(super) async fn due(db: &Db, finished_before: At) -> Result<Option<MessageId>> {
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

pub(super) async fn is_finished(db: &Db, message: MessageId) -> Result<bool> {
    let row: Option<(i32,)> = db
        .query(sql!(
            "SELECT 1 FROM push_messages WHERE id = $1 AND finished_at IS NOT NULL"
        ))
        .bind(message)
        .opt()
        .await?;
    Ok(row.is_some())
}

/// Writes a finished message's totals, if nobody else has. It is counted before the transaction: of what is
/// finished nothing changes any more.
pub(super) async fn fold(db: &Db, message: MessageId, now: At) -> Result<()> {
    let figures = Figures::of(db, message).await?;
    let devices = account::devices(db, message).await?;
    let mut tx = db.begin().await?;
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
    if written == 0 {
        return Ok(());
    }
    for total in devices {
        tx.query(sql!(
            "INSERT INTO push_totals (message_id, gateway, outcome, count) VALUES ($1, $2, $3, $4)"
        ))
        .bind(message)
        .bind(total.gateway)
        .bind(total.outcome)
        .bind(total.count)
        .execute()
        .await?;
    }
    tx.commit().await
}

/// Folded messages of which there are rows.
pub(super) async fn unemptied(db: &Db) -> Result<Vec<MessageId>> {
    let rows: Vec<(MessageId,)> = db
        .query(sql!(
            "SELECT message_id FROM push_folds WHERE emptied_at IS NULL ORDER BY folded_at"
        ))
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Removes a folded message's rows. What another process is just removing is left to it.
pub(super) async fn empty(db: &Db, message: MessageId, now: At) -> Result<()> {
    while remove_deliveries(db, message).await? > 0 {}
    while remove_recipients(db, message).await? > 0 {}
    db.query(sql!(
        "UPDATE push_folds SET emptied_at = $2 WHERE message_id = $1
           AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.message_id = $1)
           AND NOT EXISTS (SELECT 1 FROM push_recipients r WHERE r.message_id = $1)"
    ))
    .bind(message)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

async fn remove_deliveries(db: &Db, message: MessageId) -> Result<u64> {
    db.query(sql!(
        "DELETE FROM deliveries WHERE message_id = $1 AND device_id IN (
            SELECT device_id FROM deliveries WHERE message_id = $1 LIMIT $2"
            ["" | " FOR UPDATE SKIP LOCKED"] ")"
    ))
    .bind(message)
    .bind(PORTION)
    .execute()
    .await
}

async fn remove_recipients(db: &Db, message: MessageId) -> Result<u64> {
    db.query(sql!(
        "DELETE FROM push_recipients WHERE message_id = $1 AND account_id IN (
            SELECT account_id FROM push_recipients WHERE message_id = $1 LIMIT $2"
            ["" | " FOR UPDATE SKIP LOCKED"] ")"
    ))
    .bind(message)
    .bind(PORTION)
    .execute()
    .await
}

/// What is left of a folded message beside its devices; `None` if it is not.
pub(super) async fn figures(db: &Db, message: MessageId) -> Result<Option<Figures>> {
    let folded: Option<(Json<Figures>,)> = db
        .query(sql!("SELECT figures FROM push_folds WHERE message_id = $1"))
        .bind(message)
        .opt()
        .await?;
    Ok(folded.map(|(Json(figures),)| figures))
}

/// The account of a folded message; `None` if it is not.
pub(super) async fn read(db: &Db, message: MessageId) -> Result<Option<Account>> {
    let Some(figures) = figures(db, message).await? else {
        return Ok(None);
    };
    let rows: Vec<(Gateway, Outcome, i64)> = db
        .query(sql!(
            "SELECT gateway, outcome, count FROM push_totals WHERE message_id = $1
             ORDER BY gateway, outcome"
        ))
        .bind(message)
        .all()
        .await?;
    let devices = rows
        .into_iter()
        .map(|(gateway, outcome, count)| OutcomeCount {
            gateway,
            outcome: Some(outcome),
            count,
        });
    let (opened_at, finished_at) = account::gates(db, message).await?;
    Ok(Some(figures.account(
        opened_at,
        finished_at,
        devices.collect(),
    )))
}
