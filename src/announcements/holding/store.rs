// SPDX-License-Identifier: EUPL-1.2

//! The statements of what is held.

use super::MaxLateness;
use crate::{
    clock::At,
    db::{Db, Result, Tx, sql},
    id::{AnnouncementId, MessageId},
};

/// Takes T away and notes that it was missed: a new revision, with nothing staged.
pub(super) async fn hold(tx: &mut Tx, id: AnnouncementId, missed: At, now: At) -> Result<()> {
    tx.query(sql!(
        "UPDATE announcements SET held_at = $2, missed_at = $3, release_at = NULL,
             scheduled_at = NULL, scheduled_by = NULL, message_id = NULL, revision = revision + 1
         WHERE id = $1"
    ))
    .bind(id)
    .bind(now)
    .bind(missed)
    .execute()
    .await
    .map(drop)
}

/// How late it may be; `None`: as its class.
pub(in crate::announcements) async fn set_max_lateness(
    tx: &mut Tx,
    id: AnnouncementId,
    most: Option<MaxLateness>,
) -> Result<()> {
    tx.query(sql!(
        "UPDATE announcements SET max_lateness_seconds = $2 WHERE id = $1"
    ))
    .bind(id)
    .bind(most.map(MaxLateness::seconds))
    .execute()
    .await
    .map(drop)
}

/// Writes everybody on the payroll who is an editor as a recipient.
pub(super) async fn add_editors(tx: &mut Tx, message: MessageId) -> Result<u64> {
    tx.query(sql!(
        "INSERT INTO push_recipients (message_id, account_id)
         SELECT m.id, a.id FROM push_messages m CROSS JOIN accounts a
         WHERE m.id = $1 AND a.left_at IS NULL AND EXISTS (
             SELECT 1 FROM role_grants g
             WHERE g.account_id = a.id AND g.role = 'editor' AND g.revoked_at IS NULL)"
    ))
    .bind(message)
    .execute()
    .await
}

/// How many announcements are held.
pub(super) async fn count(db: &Db) -> Result<i64> {
    let (count,): (i64,) = db
        .query(sql!(
            "SELECT COUNT(*) FROM announcements WHERE held_at IS NOT NULL"
        ))
        .one()
        .await?;
    Ok(count)
}
