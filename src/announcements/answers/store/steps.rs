// SPDX-License-Identifier: EUPL-1.2

//! What is done by the clock, and whom it is about: those who were asked, have not answered, and can know of the
//! announcement today.

use crate::{
    announcements::answers::Step,
    clock::At,
    db::{Db, IdList, Result, Tx, sql},
    id::{AccountId, AnnouncementId, MessageId},
    push::Class,
};

/// A step as the tally tells of it.
#[derive(sqlx::FromRow)]
pub(in super::super) struct StepRow {
    pub(in super::super) step: Step,
    pub(in super::super) due_at: At,
    pub(in super::super) done_at: Option<At>,
    pub(in super::super) people: Option<i64>,
    pub(in super::super) without_deputy: Option<i64>,
    pub(in super::super) message_id: Option<MessageId>,
}

pub(in super::super) async fn of(db: &Db, id: AnnouncementId) -> Result<Vec<StepRow>> {
    db.query(sql!(
        "SELECT step, due_at, done_at, people, without_deputy, message_id FROM question_steps
         WHERE announcement_id = $1 ORDER BY due_at"
    ))
    .bind(id)
    .all()
    .await
}

pub(in super::super) async fn insert(
    tx: &mut Tx,
    id: AnnouncementId,
    step: Step,
    due_at: At,
) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO question_steps (announcement_id, step, due_at) VALUES ($1, $2, $3)"
    ))
    .bind(id)
    .bind(step)
    .bind(due_at)
    .execute()
    .await
    .map(drop)
}

/// A step that is not done.
#[derive(Clone, Copy, sqlx::FromRow)]
pub(in super::super) struct Undone {
    pub(in super::super) announcement_id: AnnouncementId,
    pub(in super::super) step: Step,
    pub(in super::super) due_at: At,
}

/// The next steps, due or not.
pub(in super::super) async fn next(db: &Db, limit: i64) -> Result<Vec<Undone>> {
    db.query(sql!(
        "SELECT announcement_id, step, due_at FROM question_steps
         WHERE done_at IS NULL ORDER BY due_at, announcement_id, step LIMIT $1"
    ))
    .bind(limit)
    .all()
    .await
}

/// What a step needs to know of its announcement.
#[derive(sqlx::FromRow)]
pub(in super::super) struct Asking {
    pub(in super::super) class: Class,
    pub(in super::super) closes_at: Option<At>,
}

/// The announcement, if it is released and not withdrawn. Until the transaction ends its row is held, so that nobody
/// withdraws or corrects what is being reminded of, and so is the question's: whoever is just answering has answered
/// before, or finds what is done now.
pub(in super::super) async fn lock_asking(
    tx: &mut Tx,
    id: AnnouncementId,
) -> Result<Option<Asking>> {
    tx.query(sql!(
        "SELECT n.class, q.closes_at
         FROM announcements n JOIN announcement_questions q ON q.announcement_id = n.id
         WHERE n.id = $1 AND n.released_at IS NOT NULL AND n.withdrawn_at IS NULL
           AND q.forgotten_at IS NULL"["" | " FOR NO KEY UPDATE OF n, q"]
    ))
    .bind(id)
    .opt()
    .await
}

/// Of several processes one does it, and none before what comes before it: who was asked must be known before anybody is
/// reminded.
pub(in super::super) async fn take(tx: &mut Tx, due: &Undone, now: At) -> Result<bool> {
    let taken = tx
        .query(sql!(
            "UPDATE question_steps SET done_at = $3, people = 0
             WHERE announcement_id = $1 AND step = $2 AND done_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM question_steps earlier
                               WHERE earlier.announcement_id = $1 AND earlier.done_at IS NULL
                                 AND earlier.due_at < question_steps.due_at)"
        ))
        .bind(due.announcement_id)
        .bind(due.step)
        .bind(now)
        .execute()
        .await?;
    Ok(taken == 1)
}

/// What came of a step.
pub(in super::super) struct Came {
    pub(in super::super) people: i64,
    pub(in super::super) without_deputy: Option<i64>,
    pub(in super::super) message: Option<MessageId>,
}

pub(in super::super) async fn write(tx: &mut Tx, due: &Undone, came: Came) -> Result<()> {
    tx.query(sql!(
        "UPDATE question_steps SET people = $3, without_deputy = $4, message_id = $5
         WHERE announcement_id = $1 AND step = $2"
    ))
    .bind(due.announcement_id)
    .bind(due.step)
    .bind(came.people)
    .bind(came.without_deputy)
    .bind(came.message)
    .execute()
    .await
    .map(drop)
}

/// What push carries of a step, if anything.
pub(in super::super) async fn message(
    tx: &mut Tx,
    id: AnnouncementId,
    step: Step,
) -> Result<Option<MessageId>> {
    let row: Option<(MessageId,)> = tx
        .query(sql!(
            "SELECT message_id FROM question_steps
             WHERE announcement_id = $1 AND step = $2 AND message_id IS NOT NULL"
        ))
        .bind(id)
        .bind(step)
        .opt()
        .await?;
    Ok(row.map(|(message,)| message))
}

/// The messages that say who had not answered.
pub(in super::super) async fn messages(db: &Db, id: AnnouncementId) -> Result<Vec<MessageId>> {
    let rows: Vec<(MessageId,)> = db
        .query(sql!(
            "SELECT message_id FROM question_steps
             WHERE announcement_id = $1 AND message_id IS NOT NULL ORDER BY due_at"
        ))
        .bind(id)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(message,)| message).collect())
}

/// Somebody who has not answered.
#[derive(sqlx::FromRow)]
pub(in super::super) struct Silent {
    pub(in super::super) account_id: AccountId,
    pub(in super::super) has_email: bool,
    pub(in super::super) has_mobile: bool,
    /// Of their office, or of the nearest above it that has one.
    pub(in super::super) deputy_id: Option<AccountId>,
}

pub(in super::super) async fn silent(tx: &mut Tx, id: AnnouncementId) -> Result<Vec<Silent>> {
    tx.query(sql!(
        "SELECT a.account_id, p.email IS NOT NULL AS has_email, p.mobile IS NOT NULL AS has_mobile,
                d.deputy_id
         FROM announcement_answers a JOIN accounts p ON p.id = a.account_id
         LEFT JOIN nearest_deputies d ON d.unit_id = p.unit_id
         WHERE a.announcement_id = $1 AND a.answer IS NULL
           AND EXISTS (SELECT 1 FROM visible_announcements v
                       WHERE v.id = a.announcement_id AND v.reader_id = a.account_id)"
    ))
    .bind(id)
    .all()
    .await
}

/// Of these, who has a mail address.
pub(in super::super) async fn with_email(
    tx: &mut Tx,
    accounts: &[AccountId],
) -> Result<Vec<AccountId>> {
    let rows: Vec<(AccountId,)> = tx
        .query(sql!(
            "SELECT id FROM accounts WHERE email IS NOT NULL AND id "
                ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
        ))
        .bind(accounts.iter().copied().collect::<IdList>())
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Makes these people the recipients of a message.
pub(in super::super) async fn add_recipients(
    tx: &mut Tx,
    message: MessageId,
    accounts: &[AccountId],
) -> Result<u64> {
    tx.query(sql!(
        "INSERT INTO push_recipients (message_id, account_id) SELECT $2, id FROM accounts WHERE id "
            ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
    ))
    .bind(accounts.iter().copied().collect::<IdList>())
    .bind(message)
    .execute()
    .await
}
