// SPDX-License-Identifier: EUPL-1.2

//! The statements of the review.

use super::policy::Eyes;
use crate::{
    announcements::Step,
    db::{Result, Tx, sql},
    id::AnnouncementId,
};

/// Lays it before the others, or takes it back: a new revision.
pub(super) async fn submit(
    tx: &mut Tx,
    id: AnnouncementId,
    submitted: bool,
    step: Step,
) -> Result<()> {
    let submission = submitted.then_some(step);
    tx.query(sql!(
        "UPDATE announcements SET submitted_at = $2, submitted_by = $3,
             held_at = NULL, missed_at = NULL,
             revision = revision + 1, updated_at = $4, updated_by = $5
         WHERE id = $1"
    ))
    .bind(id)
    .bind(submission.map(|step| step.at))
    .bind(submission.map(|step| step.by))
    .bind(step.at)
    .bind(step.by)
    .execute()
    .await
    .map(drop)
}

/// Whose eyes have been on it.
pub(in crate::announcements) async fn set_eyes(
    tx: &mut Tx,
    id: AnnouncementId,
    eyes: &Eyes,
) -> Result<()> {
    let approval = eyes.approval;
    tx.query(sql!(
        "UPDATE announcements SET edited_by = $2, approved_at = $3, approved_by = $4,
             approved_revision = $5
         WHERE id = $1"
    ))
    .bind(id)
    .bind(eyes.editor)
    .bind(approval.map(|approval| approval.at))
    .bind(approval.map(|approval| approval.by))
    .bind(approval.map(|approval| approval.revision))
    .execute()
    .await
    .map(drop)
}

/// Takes T away, or that it was missed, with nothing staged; no new revision.
pub(in crate::announcements) async fn take_t_away(tx: &mut Tx, id: AnnouncementId) -> Result<()> {
    tx.query(sql!(
        "UPDATE announcements SET release_at = NULL, scheduled_at = NULL, scheduled_by = NULL,
             held_at = NULL, missed_at = NULL, message_id = NULL
         WHERE id = $1"
    ))
    .bind(id)
    .execute()
    .await
    .map(drop)
}
