// SPDX-License-Identifier: EUPL-1.2

//! Messages and their gates.

use crate::{
    clock::At,
    db::{Db, Json, Result, Tx, sql},
    id::MessageId,
    push::envelope::Message,
};

pub(in crate::push::outbox) async fn insert_message(
    tx: &mut Tx,
    message: &Message,
    opens_at: At,
    at: At,
) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO push_messages (id, class, lane, envelope, created_at, expires_at, opens_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ))
    .bind(message.id)
    .bind(message.class)
    .bind(message.class.lane())
    .bind(Json(message.envelope.clone()))
    .bind(at)
    .bind(message.expires_at)
    .bind(opens_at)
    .execute()
    .await?;
    Ok(())
}

pub(in crate::push::outbox) async fn open(tx: &mut Tx, message: MessageId, at: At) -> Result<()> {
    tx.query(sql!(
        "UPDATE push_messages SET opened_at = $2 WHERE id = $1 AND opened_at IS NULL"
    ))
    .bind(message)
    .bind(at)
    .execute()
    .await?;
    Ok(())
}

/// Nobody claims anything of it meanwhile: a claim names its message.
pub(in crate::push::outbox) async fn discard(tx: &mut Tx, message: MessageId) -> Result<()> {
    let shut: Option<(MessageId,)> = tx
        .query(sql!(
            "SELECT id FROM push_messages WHERE id = $1 AND opened_at IS NULL"["" | " FOR UPDATE"]
        ))
        .bind(message)
        .opt()
        .await?;
    if shut.is_none() {
        return Ok(());
    }
    tx.query(sql!("DELETE FROM push_claims WHERE message_id = $1"))
        .bind(message)
        .execute()
        .await?;
    tx.query(sql!("DELETE FROM deliveries WHERE message_id = $1"))
        .bind(message)
        .execute()
        .await?;
    tx.query(sql!("DELETE FROM push_recipients WHERE message_id = $1"))
        .bind(message)
        .execute()
        .await?;
    tx.query(sql!("DELETE FROM push_messages WHERE id = $1"))
        .bind(message)
        .execute()
        .await?;
    Ok(())
}

/// When the gate was opened; `None`: it was not, or the message has been discarded.
pub(in crate::push::outbox) async fn opened_at(db: &Db, message: MessageId) -> Result<Option<At>> {
    let row: Option<(Option<At>,)> = db
        .query(sql!("SELECT opened_at FROM push_messages WHERE id = $1"))
        .bind(message)
        .opt()
        .await?;
    Ok(row.and_then(|(opened_at,)| opened_at))
}

/// Whether any message is under way, or about to be.
pub(in crate::push::outbox) async fn is_anything_under_way(db: &Db) -> Result<bool> {
    let row: Option<(i32,)> = db
        .query(sql!(
            "SELECT 1 FROM push_messages WHERE finished_at IS NULL LIMIT 1"
        ))
        .opt()
        .await?;
    Ok(row.is_some())
}

/// Asks by the two indexes of what is not settled, which begin with message and gateway: the settled ones may
/// be a million.
pub(in crate::push::outbox) async fn finish(db: &Db, now: At) -> Result<u64> {
    db.query(sql!(
        "UPDATE push_messages SET finished_at = $1
         WHERE finished_at IS NULL AND opened_at IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.message_id = push_messages.id
                             AND d.gateway IN ('apns', 'fcm', 'webpush')
                             AND d.outcome IS NULL AND d.claim_id IS NULL)
           AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.message_id = push_messages.id
                             AND d.claim_id IS NOT NULL)"
    ))
    .bind(now)
    .execute()
    .await
}

/// What is left of the claims of messages that are over.
pub(in crate::push::outbox) async fn drop_claims(db: &Db) -> Result<()> {
    db.query(sql!(
        "DELETE FROM push_claims
         WHERE message_id IN (SELECT id FROM push_messages WHERE finished_at IS NOT NULL)"
    ))
    .execute()
    .await?;
    Ok(())
}
