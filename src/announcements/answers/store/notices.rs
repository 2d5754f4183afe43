// SPDX-License-Identifier: EUPL-1.2

//! Mails and text messages: rows before anything leaves, as in the outbox.

use serde::Serialize;

use crate::{
    announcements::answers::{NoticeOutcome, Step, Way},
    clock::At,
    db::{Db, Json, Result, Tx, sql},
    id::{AccountId, AnnouncementId, ClaimId, NoticeId},
    push::{Class, Language},
};

/// A notice as an element of a JSON array.
#[derive(Serialize)]
pub(in super::super) struct New {
    pub(in super::super) id: NoticeId,
    pub(in super::super) account: AccountId,
    pub(in super::super) has_address: bool,
}

/// When the notices of an alert are due: long past, and so before all that wait.
const URGENT: At = At::constant(0);

/// Writes notices that are due at once, those of an alert before all others. Whoever has no address is accounted for at
/// once.
pub(in super::super) async fn insert(
    tx: &mut Tx,
    id: AnnouncementId,
    (step, way): (Step, Way),
    class: Class,
    notices: &[New],
    now: At,
) -> Result<()> {
    let due = match class {
        Class::Alert => URGENT,
        Class::Important | Class::News => now,
    };
    tx.query(sql!(
        "INSERT INTO question_notices
             (id, announcement_id, account_id, step, way, created_at, attempts, due_at, outcome,
              settled_at)
         SELECT n.id, $2, n.account_id, $3, $4, $5, 0,
                CASE WHEN n.has_address THEN CAST($6 AS timestamptz) END,
                CASE WHEN n.has_address THEN NULL ELSE 'no_address' END,
                CASE WHEN n.has_address THEN NULL ELSE CAST($5 AS timestamptz) END
         FROM (SELECT "
            ["unhex(value->>'id', '-') AS id, unhex(value->>'account', '-') AS account_id,
              value->>'has_address' AS has_address FROM json_each($1)"
            | "CAST(value->>'id' AS uuid) AS id, CAST(value->>'account' AS uuid) AS account_id,
               CAST(value->>'has_address' AS boolean) AS has_address FROM jsonb_array_elements($1)"]
        ") AS n"
    ))
    .bind(Json(notices))
    .bind(id)
    .bind(step)
    .bind(way)
    .bind(now)
    .bind(due)
    .execute()
    .await
    .map(drop)
}

/// A notice that this process may send until the lease ends.
#[derive(sqlx::FromRow)]
pub(in super::super) struct Claimed {
    pub(in super::super) id: NoticeId,
    pub(in super::super) announcement_id: AnnouncementId,
    pub(in super::super) account_id: AccountId,
    pub(in super::super) step: Step,
    pub(in super::super) created_at: At,
    /// This one counted.
    pub(in super::super) attempts: i32,
}

/// When the first notice of a way is due, or its lease ends.
pub(in super::super) async fn next_due(db: &Db, way: Way) -> Result<Option<At>> {
    let (due,): (Option<At>,) = db
        .query(sql!(
            "SELECT MIN(due_at) FROM question_notices
             WHERE way = $1 AND outcome IS NULL AND due_at IS NOT NULL"
        ))
        .bind(way)
        .one()
        .await?;
    Ok(due)
}

pub(in super::super) async fn claim(
    db: &Db,
    way: Way,
    claim: ClaimId,
    most: i64,
    (lease, now): (At, At),
) -> Result<Vec<Claimed>> {
    db.query(sql!(
        "UPDATE question_notices SET claim_id = $1, due_at = $2, attempts = attempts + 1
         WHERE id " ["IN (" | "= ANY (ARRAY("] "
            SELECT id FROM question_notices
            WHERE way = $3 AND outcome IS NULL AND due_at <= $4
            ORDER BY due_at LIMIT $5 " [")" | "FOR UPDATE SKIP LOCKED))"] "
         RETURNING id, announcement_id, account_id, step, created_at, attempts"
    ))
    .bind(claim)
    .bind(lease)
    .bind(way)
    .bind(now)
    .bind(most)
    .all()
    .await
}

/// How a claimed notice goes on.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum End {
    Outcome(NoticeOutcome),
    /// Not before this instant again.
    Again(At),
}

/// What the claim has lost to another process is left alone.
pub(in super::super) async fn settle(
    db: &Db,
    claim: ClaimId,
    notice: NoticeId,
    (end, reason): (End, Option<String>),
    now: At,
) -> Result<()> {
    let (outcome, due_at) = match end {
        End::Outcome(outcome) => (Some(outcome), None),
        End::Again(at) => (None, Some(at)),
    };
    db.query(sql!(
        "UPDATE question_notices SET claim_id = NULL, outcome = $3, due_at = $4, reason = $5,
             settled_at = $6
         WHERE id = $1 AND claim_id = $2 AND outcome IS NULL"
    ))
    .bind(notice)
    .bind(claim)
    .bind(outcome)
    .bind(due_at)
    .bind(reason)
    .bind(outcome.map(|_| now))
    .execute()
    .await
    .map(drop)
}

/// Gives back what a claim holds, or what any does, for anybody to claim at once.
pub(in super::super) async fn give_back(
    db: &Db,
    way: Way,
    claim: Option<ClaimId>,
    now: At,
) -> Result<()> {
    db.query(sql!(
        "UPDATE question_notices SET claim_id = NULL, due_at = $3
         WHERE way = $1 AND outcome IS NULL AND claim_id IS NOT NULL
           AND (claim_id = $2 OR $2 IS NULL)"
    ))
    .bind(way)
    .bind(claim)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// What waits, waits in vain.
pub(in super::super) async fn give_up(db: &Db, id: AnnouncementId, now: At) -> Result<()> {
    db.query(sql!(
        "UPDATE question_notices SET outcome = 'gave_up', settled_at = $2, due_at = NULL,
             claim_id = NULL
         WHERE announcement_id = $1 AND outcome IS NULL"
    ))
    .bind(id)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// To whom a notice goes, and about what.
#[derive(sqlx::FromRow)]
pub(in super::super) struct Addressee {
    pub(in super::super) email: Option<String>,
    pub(in super::super) mobile: Option<String>,
    pub(in super::super) language: Language,
    pub(in super::super) class: Class,
    pub(in super::super) closes_at: Option<At>,
}

/// A reader who is to be written to; `None`: they can't know of the announcement (any more).
pub(in super::super) async fn reader(
    db: &Db,
    id: AnnouncementId,
    account: AccountId,
) -> Result<Option<Addressee>> {
    db.query(sql!(
        "SELECT p.email, p.mobile, p.language, v.class, q.closes_at
         FROM visible_announcements v JOIN accounts p ON p.id = v.reader_id
         JOIN announcement_questions q ON q.announcement_id = v.id
         WHERE v.reader_id = $2 AND v.id = $1"
    ))
    .bind(id)
    .bind(account)
    .opt()
    .await
}

/// A deputy who is to be told; `None`: there is nothing to tell (any more), or nobody: they stand in for no office.
pub(in super::super) async fn deputy(
    db: &Db,
    id: AnnouncementId,
    account: AccountId,
) -> Result<Option<Addressee>> {
    db.query(sql!(
        "SELECT p.email, p.mobile, p.language, n.class, q.closes_at
         FROM announcements n JOIN announcement_questions q ON q.announcement_id = n.id
         JOIN accounts p ON p.id = $2
         WHERE n.id = $1 AND n.released_at IS NOT NULL AND n.withdrawn_at IS NULL
           AND EXISTS (SELECT 1 FROM nearest_deputies d WHERE d.deputy_id = p.id)"
    ))
    .bind(id)
    .bind(account)
    .opt()
    .await
}

/// The title and the lock screen's text for a reader, by language.
pub(in super::super) async fn words(
    db: &Db,
    id: AnnouncementId,
    account: AccountId,
) -> Result<Vec<(Language, String, String)>> {
    db.query(sql!(
        "SELECT t.language, t.title, t.push_text
         FROM visible_announcements v JOIN announcement_texts t ON t.announcement_id = v.id
         WHERE v.reader_id = $2 AND v.id = $1"
    ))
    .bind(id)
    .bind(account)
    .all()
    .await
}
