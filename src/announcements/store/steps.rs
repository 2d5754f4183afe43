// SPDX-License-Identifier: EUPL-1.2

//! What is written when an editor takes a step.

use super::texts;
use crate::{
    announcements::{Step, attachments},
    clock::At,
    db::{Result, Tx, sql},
    id::{AnnouncementId, AudienceId},
    push::Class,
};

pub(in crate::announcements) async fn insert(
    tx: &mut Tx,
    id: AnnouncementId,
    class: Class,
    audience: AudienceId,
    step: Step,
) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO announcements
             (id, class, audience_id, revision, created_at, created_by, updated_at, updated_by)
         VALUES ($1, $2, $3, 1, $4, $5, $4, $5)"
    ))
    .bind(id)
    .bind(class)
    .bind(audience)
    .bind(step.at)
    .bind(step.by)
    .execute()
    .await
    .map(drop)
}

/// A new revision, with nothing staged.
pub(in crate::announcements) async fn update(
    tx: &mut Tx,
    id: AnnouncementId,
    class: Class,
    audience: AudienceId,
    step: Step,
) -> Result<()> {
    tx.query(sql!(
        "UPDATE announcements SET class = $2, audience_id = $3, message_id = NULL,
             revision = revision + 1, updated_at = $4, updated_by = $5
         WHERE id = $1"
    ))
    .bind(id)
    .bind(class)
    .bind(audience)
    .bind(step.at)
    .bind(step.by)
    .execute()
    .await
    .map(drop)
}

/// Sets T, or takes it away: a new revision, with nothing staged.
pub(in crate::announcements) async fn schedule(
    tx: &mut Tx,
    id: AnnouncementId,
    release_at: Option<At>,
    step: Step,
) -> Result<()> {
    let scheduled = release_at.map(|_| step);
    tx.query(sql!(
        "UPDATE announcements SET release_at = $2, scheduled_at = $3, scheduled_by = $4,
             held_at = NULL, missed_at = NULL, message_id = NULL, revision = revision + 1, updated_at = $5, updated_by = $6
         WHERE id = $1"
    ))
    .bind(id)
    .bind(release_at)
    .bind(scheduled.map(|step| step.at))
    .bind(scheduled.map(|step| step.by))
    .bind(step.at)
    .bind(step.by)
    .execute()
    .await
    .map(drop)
}

pub(in crate::announcements) async fn withdraw(
    tx: &mut Tx,
    id: AnnouncementId,
    step: Step,
) -> Result<()> {
    tx.query(sql!(
        "UPDATE announcements SET withdrawn_at = $2, withdrawn_by = $3,
             revision = revision + 1, updated_at = $2, updated_by = $3
         WHERE id = $1"
    ))
    .bind(id)
    .bind(step.at)
    .bind(step.by)
    .execute()
    .await
    .map(drop)
}

/// A new revision, by somebody who has changed nothing that stands in the row itself. What is staged for the phones
/// stays.
pub(in crate::announcements) async fn touch(
    tx: &mut Tx,
    id: AnnouncementId,
    step: Step,
) -> Result<()> {
    tx.query(sql!(
        "UPDATE announcements SET revision = revision + 1, updated_at = $2, updated_by = $3
         WHERE id = $1"
    ))
    .bind(id)
    .bind(step.at)
    .bind(step.by)
    .execute()
    .await
    .map(drop)
}

/// Takes an announcement that nobody but editors has seen out of the world, words and all.
pub(in crate::announcements) async fn delete(tx: &mut Tx, id: AnnouncementId) -> Result<()> {
    texts::delete(tx, id).await?;
    attachments::store::forget(tx, id).await?;
    tx.query(sql!("DELETE FROM announcements WHERE id = $1"))
        .bind(id)
        .execute()
        .await
        .map(drop)
}
