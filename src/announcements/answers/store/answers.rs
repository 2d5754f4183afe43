// SPDX-License-Identifier: EUPL-1.2

//! Who was asked, and what they have answered. What a reader does begins at the view `visible_announcements`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::question::wanted;
use crate::{
    announcements::answers::{
        Answer, AnswerName, NoticeOutcome, OwnAnswer, Step, Way,
        question::{Choice, Kind, Wanted},
        tally::UnitCount,
    },
    clock::At,
    db::{Db, DbError, IdList, Json, Result, Tx, sql},
    id::{AccountId, AnnouncementId, OrgUnitId},
    people::{access::Employee, directory::UnitName},
};

/// A question as it stands for one reader.
pub(in super::super) struct Standing {
    pub(in super::super) wanted: Wanted,
    pub(in super::super) closes_at: Option<At>,
    pub(in super::super) is_forgotten: bool,
    pub(in super::super) own: Option<OwnAnswer>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: AnnouncementId,
    kind: Kind,
    choices: Option<Json<Vec<Choice>>>,
    closes_at: Option<At>,
    forgotten_at: Option<At>,
    #[sqlx(flatten)]
    said: Said,
}

/// An answer's columns.
#[derive(sqlx::FromRow)]
pub(super) struct Said {
    answer: Option<AnswerName>,
    minutes: Option<i16>,
    choice: Option<i16>,
    answered_at: Option<At>,
}

impl Said {
    pub(super) fn read(&self, id: AnnouncementId) -> Result<Option<OwnAnswer>> {
        let (Some(name), Some(at)) = (self.answer, self.answered_at) else {
            return Ok(None);
        };
        let answer = match (name, self.minutes, self.choice) {
            (AnswerName::Read, None, None) => Answer::Read,
            (AnswerName::Coming, None, None) => Answer::Coming,
            (AnswerName::NotComing, None, None) => Answer::NotComing,
            (AnswerName::ComingIn, Some(minutes), None) => Answer::ComingIn { minutes },
            (AnswerName::Choice, None, Some(choice)) => Answer::Choice { choice },
            _ => {
                return Err(DbError::Impossible {
                    table: "announcement_answers",
                    id: id.to_string(),
                    what: "an answer with another's figures",
                });
            }
        };
        Ok(Some(OwnAnswer { answer, at }))
    }
}

impl Row {
    fn standing(self) -> Result<(AnnouncementId, Standing)> {
        let standing = Standing {
            wanted: wanted(self.id, self.kind, self.choices)?,
            closes_at: self.closes_at,
            is_forgotten: self.forgotten_at.is_some(),
            own: self.said.read(self.id)?,
        };
        Ok((self.id, standing))
    }
}

/// Whether this person can know of the announcement.
pub(in super::super) async fn is_reader(
    tx: &mut Tx,
    reader: &Employee,
    id: AnnouncementId,
) -> Result<bool> {
    let row: Option<(AnnouncementId,)> = tx
        .query(sql!(
            "SELECT id FROM visible_announcements WHERE reader_id = $1 AND id = $2"
        ))
        .bind(reader.account())
        .bind(id)
        .opt()
        .await?;
    Ok(row.is_some())
}

/// What one announcement asks of a reader; `None`: nothing.
pub(in super::super) async fn standing(
    tx: &mut Tx,
    reader: &Employee,
    id: AnnouncementId,
) -> Result<Option<Standing>> {
    let row: Option<Row> = tx
        .query(sql!(
            "SELECT v.id, q.kind, q.choices, q.closes_at, q.forgotten_at,
                    a.answer, a.minutes, a.choice, a.answered_at
             FROM visible_announcements v
             JOIN announcement_questions q ON q.announcement_id = v.id
             LEFT JOIN announcement_answers a
                  ON a.announcement_id = v.id AND a.account_id = v.reader_id
             WHERE v.reader_id = $1 AND v.id = $2"
        ))
        .bind(reader.account())
        .bind(id)
        .opt()
        .await?;
    let standing = row.map(Row::standing).transpose()?;
    Ok(standing.map(|(_, standing)| standing))
}

/// Of these announcements, what those ask that ask something.
pub(in super::super) async fn asked(
    db: &Db,
    reader: &Employee,
    ids: &[AnnouncementId],
) -> Result<BTreeMap<AnnouncementId, Standing>> {
    let rows: Vec<Row> = db
        .query(sql!(
            "SELECT v.id, q.kind, q.choices, q.closes_at, q.forgotten_at,
                    a.answer, a.minutes, a.choice, a.answered_at
             FROM visible_announcements v
             JOIN announcement_questions q ON q.announcement_id = v.id
             LEFT JOIN announcement_answers a
                  ON a.announcement_id = v.id AND a.account_id = v.reader_id
             WHERE v.reader_id = $2
               AND v.id "["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
        ))
        .bind(ids.iter().copied().collect::<IdList>())
        .bind(reader.account())
        .all()
        .await?;
    rows.into_iter().map(Row::standing).collect()
}

/// Whoever was not among the recipients is asked from now on.
pub(in super::super) async fn put(
    tx: &mut Tx,
    reader: &Employee,
    id: AnnouncementId,
    answer: Answer,
    now: At,
) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO announcement_answers
             (announcement_id, account_id, answer, minutes, choice, answered_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (announcement_id, account_id) DO UPDATE SET
             answer = excluded.answer, minutes = excluded.minutes, choice = excluded.choice,
             answered_at = excluded.answered_at"
    ))
    .bind(id)
    .bind(reader.account())
    .bind(answer.name())
    .bind(answer.minutes())
    .bind(answer.choice())
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// Writes the recipients of the release down as those who are asked.
pub(in super::super) async fn write_asked(tx: &mut Tx, id: AnnouncementId) -> Result<u64> {
    tx.query(sql!(
        "INSERT INTO announcement_answers (announcement_id, account_id)
         SELECT n.id, r.account_id
         FROM announcements n JOIN push_recipients r ON r.message_id = n.message_id
         WHERE n.id = $1
         ON CONFLICT DO NOTHING"
    ))
    .bind(id)
    .execute()
    .await
}

/// What is known without names: kept when these are forgotten.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Totals {
    /// By answer and choice; `None`: not answered.
    pub(in super::super) answers: Vec<(Option<AnswerName>, Option<i16>, i64)>,
    /// By outcome; `None`: it waits.
    pub(in super::super) notices: Vec<(Step, Way, Option<NoticeOutcome>, i64)>,
}

pub(in super::super) async fn totals(db: &Db, id: AnnouncementId) -> Result<Totals> {
    let answers = db
        .query(sql!(
            "SELECT answer, choice, COUNT(*) FROM announcement_answers
             WHERE announcement_id = $1 GROUP BY answer, choice ORDER BY answer, choice"
        ))
        .bind(id)
        .all()
        .await?;
    let notices = db
        .query(sql!(
            "SELECT step, way, outcome, COUNT(*) FROM question_notices
             WHERE announcement_id = $1 GROUP BY step, way, outcome ORDER BY step, way, outcome"
        ))
        .bind(id)
        .all()
        .await?;
    Ok(Totals { answers, notices })
}

/// A question as its tally needs it.
#[derive(sqlx::FromRow)]
pub(in super::super) struct Asking {
    pub(in super::super) closes_at: Option<At>,
    pub(in super::super) forgotten_at: Option<At>,
    totals: Option<Json<Totals>>,
}

impl Asking {
    /// What is left of it once the names are forgotten.
    pub(in super::super) fn kept(self) -> Option<Totals> {
        self.totals.map(|totals| totals.0)
    }
}

pub(in super::super) async fn asking(db: &Db, id: AnnouncementId) -> Result<Option<Asking>> {
    db.query(sql!(
        "SELECT closes_at, forgotten_at, totals FROM announcement_questions
         WHERE announcement_id = $1"
    ))
    .bind(id)
    .opt()
    .await
}

/// By the org units in which people work today.
pub(in super::super) async fn units(db: &Db, id: AnnouncementId) -> Result<Vec<UnitCount>> {
    let rows: Vec<(OrgUnitId, String, i64, i64)> = db
        .query(sql!(
            "SELECT u.id, u.name, COUNT(*), COUNT(a.answer)
             FROM announcement_answers a
             JOIN accounts p ON p.id = a.account_id JOIN org_units u ON u.id = p.unit_id
             WHERE a.announcement_id = $1 GROUP BY u.id, u.name"
        ))
        .bind(id)
        .all()
        .await?;
    let count = |(id, name, recipients, answered)| UnitCount {
        unit: UnitName { id, name },
        recipients,
        answered,
    };
    Ok(rows.into_iter().map(count).collect())
}

/// Questions of what was released by an instant of which it is known who answered what.
pub(in super::super) async fn to_forget(
    db: &Db,
    released_by: At,
    limit: i64,
) -> Result<Vec<AnnouncementId>> {
    let rows: Vec<(AnnouncementId,)> = db
        .query(sql!(
            "SELECT q.announcement_id FROM announcement_questions q
             JOIN announcements n ON n.id = q.announcement_id
             WHERE n.released_at <= $1 AND q.totals IS NULL ORDER BY n.released_at LIMIT $2"
        ))
        .bind(released_by)
        .bind(limit)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Nothing is taken down or done any more. Waits for whoever is just answering.
pub(in super::super) async fn close(db: &Db, id: AnnouncementId, now: At) -> Result<()> {
    db.query(sql!(
        "UPDATE announcement_questions SET forgotten_at = $2,
             closes_at = CASE WHEN closes_at < $2 THEN closes_at ELSE $2 END
         WHERE announcement_id = $1 AND forgotten_at IS NULL"
    ))
    .bind(id)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// Of what is closed the totals speak from now on, and who it was is gone; whether nobody else had done it.
pub(in super::super) async fn forget(
    tx: &mut Tx,
    id: AnnouncementId,
    totals: Totals,
    now: At,
) -> Result<bool> {
    let forgotten = tx
        .query(sql!(
            "UPDATE announcement_questions SET totals = $2
             WHERE announcement_id = $1 AND totals IS NULL"
        ))
        .bind(id)
        .bind(Json(totals))
        .execute()
        .await?;
    if forgotten == 1 {
        tx.query(sql!(
            "DELETE FROM announcement_answers WHERE announcement_id = $1"
        ))
        .bind(id)
        .execute()
        .await?;
        tx.query(sql!(
            "DELETE FROM question_notices WHERE announcement_id = $1"
        ))
        .bind(id)
        .execute()
        .await?;
        // What was not done by now would have nobody to be done to.
        tx.query(sql!(
            "UPDATE question_steps SET done_at = $2, people = 0
             WHERE announcement_id = $1 AND done_at IS NULL"
        ))
        .bind(id)
        .bind(now)
        .execute()
        .await?;
    }
    Ok(forgotten == 1)
}

/// Whether somebody has answered.
pub(in super::super) async fn has_answered(
    db: &Db,
    id: AnnouncementId,
    account: AccountId,
) -> Result<bool> {
    let row: Option<(AccountId,)> = db
        .query(sql!(
            "SELECT account_id FROM announcement_answers
             WHERE announcement_id = $1 AND account_id = $2 AND answer IS NOT NULL"
        ))
        .bind(id)
        .bind(account)
        .opt()
        .await?;
    Ok(row.is_some())
}
