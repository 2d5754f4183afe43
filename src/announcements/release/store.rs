// SPDX-License-Identifier: EUPL-1.2

//! The statements of the release.

use crate::{
    clock::At,
    db::{Db, Result, Tx, sql},
    id::{AccountId, AnnouncementId, AudienceId, MessageId},
    push::Class,
};

/// A scheduled announcement that the releaser has to see to.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(super) struct Due {
    pub(super) id: AnnouncementId,
    pub(super) release_at: At,
    pub(super) message_id: Option<MessageId>,
}

/// What is needed to write the message.
#[derive(sqlx::FromRow)]
pub(super) struct Staging {
    pub(super) id: AnnouncementId,
    pub(super) class: Class,
    pub(super) audience_id: AudienceId,
    pub(super) release_at: At,
    pub(super) expires_at: Option<At>,
    pub(super) scheduled_by: AccountId,
    pub(super) message_id: Option<MessageId>,
}

/// The next scheduled announcements; of those with the same T, alerts first.
pub(super) async fn due(db: &Db, limit: i64) -> Result<Vec<Due>> {
    db.query(sql!(
        "SELECT id, release_at, message_id FROM announcements
         WHERE release_at IS NOT NULL AND released_at IS NULL
         ORDER BY release_at,
             CASE class WHEN 'alert' THEN 0 WHEN 'important' THEN 1 ELSE 2 END, id
         LIMIT $1"
    ))
    .bind(limit)
    .all()
    .await
}

/// The row, held until the transaction ends, if it is scheduled.
pub(super) async fn lock_scheduled(tx: &mut Tx, id: AnnouncementId) -> Result<Option<Staging>> {
    tx.query(sql!(
        "SELECT id, class, audience_id, release_at, expires_at, scheduled_by, message_id FROM announcements
         WHERE id = $1 AND release_at IS NOT NULL AND released_at IS NULL"["" | " FOR UPDATE"]
    ))
    .bind(id)
    .opt()
    .await
}

/// Sets `released_at` if T has come and it is not set. Of several processes one gets the row.
pub(super) async fn mark_released(
    tx: &mut Tx,
    id: AnnouncementId,
    now: At,
) -> Result<Option<Staging>> {
    tx.query(sql!(
        "UPDATE announcements SET released_at = $2, revision = revision + 1
         WHERE id = $1 AND released_at IS NULL AND release_at <= $2
         RETURNING id, class, audience_id, release_at, expires_at, scheduled_by, message_id"
    ))
    .bind(id)
    .bind(now)
    .opt()
    .await
}

pub(super) async fn set_message(tx: &mut Tx, id: AnnouncementId, message: MessageId) -> Result<()> {
    tx.query(sql!(
        "UPDATE announcements SET message_id = $2 WHERE id = $1"
    ))
    .bind(id)
    .bind(message)
    .execute()
    .await
    .map(drop)
}

/// Writes everybody on the payroll who is in the audience, joined or not, as a recipient. Whoever is one
/// already stays one. `first`: whoever is on duty at this instant is handed over before all others.
pub(in crate::announcements) async fn add_recipients(
    tx: &mut Tx,
    audience: AudienceId,
    message: MessageId,
    first: Option<At>,
) -> Result<u64> {
    tx.query(sql!(
        "INSERT INTO push_recipients (message_id, account_id, rank)
         SELECT $1, p.account_id, CASE WHEN EXISTS (
                SELECT 1 FROM duties d
                WHERE d.account_id = p.account_id AND d.starts_at <= $3 AND d.ends_at > $3)
             THEN 0 ELSE 1 END
         FROM audience_people p WHERE p.audience_id = $2
         ON CONFLICT DO NOTHING"
    ))
    .bind(message)
    .bind(audience)
    .bind(first)
    .execute()
    .await
}

/// Whether somebody was written as a recipient who is not meant any more: moved, left, off duty at T.
pub(super) async fn has_former_recipients(
    tx: &mut Tx,
    audience: AudienceId,
    message: MessageId,
) -> Result<bool> {
    let somebody: Option<(i32,)> = tx
        .query(sql!(
            "SELECT 1 FROM push_recipients r WHERE r.message_id = $1 AND NOT EXISTS (
                 SELECT 1 FROM audience_people p
                 WHERE p.audience_id = $2 AND p.account_id = r.account_id)
             LIMIT 1"
        ))
        .bind(message)
        .bind(audience)
        .opt()
        .await?;
    Ok(somebody.is_some())
}

/// The row names no message any more.
pub(super) async fn clear_message(tx: &mut Tx, id: AnnouncementId) -> Result<()> {
    tx.query(sql!(
        "UPDATE announcements SET message_id = NULL WHERE id = $1"
    ))
    .bind(id)
    .execute()
    .await
    .map(drop)
}

/// Brings the ranks of recipients up to date; says how many have changed. Apart from the above, because
/// there an update would lock every row that is there already.
pub(super) async fn update_ranks(tx: &mut Tx, message: MessageId, release_at: At) -> Result<u64> {
    tx.query(sql!(
        "UPDATE push_recipients SET rank = 1 - rank
         WHERE message_id = $1 AND rank <> CASE WHEN EXISTS (
                SELECT 1 FROM duties d
                WHERE d.account_id = push_recipients.account_id
                  AND d.starts_at <= $2 AND d.ends_at > $2) THEN 0 ELSE 1 END"
    ))
    .bind(message)
    .bind(release_at)
    .execute()
    .await
}

pub(in crate::announcements) async fn is_anybody_meant(
    tx: &mut Tx,
    audience: AudienceId,
) -> Result<bool> {
    let somebody: Option<(i32,)> = tx
        .query(sql!(
            "SELECT 1 FROM audience_people WHERE audience_id = $1 LIMIT 1"
        ))
        .bind(audience)
        .opt()
        .await?;
    Ok(somebody.is_some())
}

/// Writes a release's report, unless one is written already; whether it did.
pub(super) async fn write_report(
    tx: &mut Tx,
    id: AnnouncementId,
    report: String,
    now: At,
) -> Result<bool> {
    let written = tx
        .query(sql!(
            "INSERT INTO release_reports (announcement_id, written_at, report)
             VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
        ))
        .bind(id)
        .bind(now)
        .bind(report)
        .execute()
        .await?;
    Ok(written == 1)
}

/// When a release's report was written, and what it says.
pub(super) async fn written_report(db: &Db, id: AnnouncementId) -> Result<Option<(At, String)>> {
    db.query(sql!(
        "SELECT written_at, report FROM release_reports WHERE announcement_id = $1"
    ))
    .bind(id)
    .opt()
    .await
}

/// Up to `limit` entries of the audit log after a position that say that a report was written: position, whose,
/// the entry's details, and the report, if it is there.
pub(super) async fn reported(
    db: &Db,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, AnnouncementId, String, Option<String>)>> {
    db.query(sql!(
        "SELECT a.position, a.subject_id, a.details, r.report
         FROM audit_entries a
              LEFT JOIN release_reports r ON r.announcement_id = a.subject_id
         WHERE a.position > $1 AND a.action = 'announcement_reported'
         ORDER BY a.position LIMIT $2"
    ))
    .bind(after)
    .bind(limit)
    .all()
    .await
}

/// Released, no phone waits, no channel of the press waits to be told of the release, and no report is written yet.
pub(super) async fn over(db: &Db) -> Result<Vec<AnnouncementId>> {
    let rows: Vec<(AnnouncementId,)> = db
        .query(sql!(
            "SELECT n.id FROM announcements n JOIN push_messages m ON m.id = n.message_id
             WHERE n.released_at IS NOT NULL AND m.finished_at IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM release_reports r WHERE r.announcement_id = n.id)
               AND NOT EXISTS (SELECT 1 FROM press_deliveries p
                               WHERE p.announcement_id = n.id AND p.event = 'released'
                                 AND p.outcome IS NULL)
             ORDER BY n.id"
        ))
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(super) async fn is_any_report_awaited(db: &Db) -> Result<bool> {
    let row: Option<(i32,)> = db
        .query(sql!(
            "SELECT 1 FROM announcements n WHERE n.released_at IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM release_reports r WHERE r.announcement_id = n.id)
             LIMIT 1"
        ))
        .opt()
        .await?;
    Ok(row.is_some())
}
