// SPDX-License-Identifier: EUPL-1.2

//! The statements of receipts.

use crate::{
    clock::At,
    db::{Db, Result, sql},
    id::{DeviceId, MessageId, SessionId},
    push::MessageClass,
};

/// A message that a gateway has taken for a device, or may have.
#[derive(sqlx::FromRow)]
pub(super) struct Pushed {
    pub(super) device_id: DeviceId,
    pub(super) class: MessageClass,
    pub(super) opened_at: At,
}

/// What has been tried and not answered may have arrived all the same.
pub(super) async fn pushed(
    db: &Db,
    session: SessionId,
    message: MessageId,
) -> Result<Option<Pushed>> {
    db.query(sql!(
        "SELECT x.device_id, m.class, m.opened_at
         FROM devices d JOIN deliveries x ON x.device_id = d.id AND x.message_id = $2
              JOIN push_messages m ON m.id = x.message_id
         WHERE d.session_id = $1 AND d.removed_at IS NULL AND m.opened_at IS NOT NULL
           AND (x.outcome = 'accepted' OR (x.outcome IS NULL AND (x.attempts > 0
                OR x.claim_id IN (SELECT id FROM push_claims WHERE lease_ends_at IS NOT NULL))))
           AND NOT EXISTS (SELECT 1 FROM push_folds f WHERE f.message_id = m.id)"
    ))
    .bind(session)
    .bind(message)
    .opt()
    .await
}

/// The first time that was said counts.
pub(super) async fn write(
    db: &Db,
    message: MessageId,
    device: DeviceId,
    displayed_at: At,
) -> Result<()> {
    db.query(sql!(
        "UPDATE deliveries SET displayed_at = $3
         WHERE message_id = $1 AND device_id = $2 AND displayed_at IS NULL"
    ))
    .bind(message)
    .bind(device)
    .bind(displayed_at)
    .execute()
    .await
    .map(drop)
}
