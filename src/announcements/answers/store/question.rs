// SPDX-License-Identifier: EUPL-1.2

//! What announcements ask.

use crate::{
    announcements::answers::{
        Question, Way,
        question::{Choice, Kind, Minutes, Otherwise, Wanted},
    },
    clock::At,
    db::{Db, DbError, Json, Result, Tx, sql},
    id::AnnouncementId,
};

#[derive(sqlx::FromRow)]
struct Row {
    announcement_id: AnnouncementId,
    kind: Kind,
    choices: Option<Json<Vec<Choice>>>,
    answer_within_minutes: Option<i32>,
    remind_after_minutes: Option<i32>,
    otherwise_by: Option<Way>,
    otherwise_after_minutes: Option<i32>,
    deputy_after_minutes: Option<i32>,
}

impl Row {
    fn question(self) -> Result<Question> {
        let id = self.announcement_id;
        let minutes = |minutes: Option<i32>| {
            let minutes = minutes.map(|minutes| Minutes::try_from(i64::from(minutes)));
            let minutes = minutes.transpose();
            minutes.map_err(|_| impossible(id, "minutes that would not have been accepted"))
        };
        let after = minutes(self.otherwise_after_minutes)?;
        Ok(Question {
            answers: wanted(id, self.kind, self.choices)?,
            answer_within_minutes: minutes(self.answer_within_minutes)?,
            remind_after_minutes: minutes(self.remind_after_minutes)?,
            otherwise: match (self.otherwise_by, after) {
                (Some(by), Some(after_minutes)) => Some(Otherwise { by, after_minutes }),
                (None, None) => None,
                _ => return Err(impossible(id, "a way without its time, or a time alone")),
            },
            deputy_after_minutes: minutes(self.deputy_after_minutes)?,
        })
    }
}

pub(super) fn wanted(
    id: AnnouncementId,
    kind: Kind,
    choices: Option<Json<Vec<Choice>>>,
) -> Result<Wanted> {
    match (kind, choices) {
        (Kind::Read, None) => Ok(Wanted::Read),
        (Kind::Coming, None) => Ok(Wanted::Coming),
        (Kind::Choices, Some(Json(choices))) => Ok(Wanted::Choices { choices }),
        _ => Err(impossible(id, "choices where there are none, or none")),
    }
}

pub(super) fn impossible(id: AnnouncementId, what: &'static str) -> DbError {
    DbError::Impossible {
        table: "announcement_questions",
        id: id.to_string(),
        what,
    }
}

/// What an announcement asks; `None`: nothing.
pub(in super::super) async fn of(db: &Db, id: AnnouncementId) -> Result<Option<Question>> {
    let row: Option<Row> = db
        .query(sql!(
            "SELECT * FROM announcement_questions WHERE announcement_id = $1"
        ))
        .bind(id)
        .opt()
        .await?;
    row.map(Row::question).transpose()
}

/// As the transaction sees it.
pub(in super::super) async fn of_in(tx: &mut Tx, id: AnnouncementId) -> Result<Option<Question>> {
    let row: Option<Row> = tx
        .query(sql!(
            "SELECT * FROM announcement_questions WHERE announcement_id = $1"
        ))
        .bind(id)
        .opt()
        .await?;
    row.map(Row::question).transpose()
}

/// Has the question stand as it is until the transaction ends: who answers is neither forgotten nor reminded meanwhile.
/// Others may answer.
pub(in super::super) async fn share(tx: &mut Tx, id: AnnouncementId) -> Result<()> {
    tx.query(sql!(
        "SELECT announcement_id FROM announcement_questions WHERE announcement_id = $1"
            ["" | " FOR SHARE"]
    ))
    .bind(id)
    .opt::<(AnnouncementId,)>()
    .await
    .map(drop)
}

/// Before the release alone.
pub(in super::super) async fn set(
    tx: &mut Tx,
    id: AnnouncementId,
    question: Option<&Question>,
) -> Result<()> {
    tx.query(sql!(
        "DELETE FROM announcement_questions WHERE announcement_id = $1"
    ))
    .bind(id)
    .execute()
    .await?;
    let Some(question) = question else {
        return Ok(());
    };
    let choices = match &question.answers {
        Wanted::Choices { choices } => Some(Json(choices.clone())),
        Wanted::Read | Wanted::Coming => None,
    };
    tx.query(sql!(
        "INSERT INTO announcement_questions
             (announcement_id, kind, choices, answer_within_minutes, remind_after_minutes,
              otherwise_by, otherwise_after_minutes, deputy_after_minutes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    ))
    .bind(id)
    .bind(question.answers.kind())
    .bind(choices)
    .bind(question.answer_within_minutes.map(Minutes::get))
    .bind(question.remind_after_minutes.map(Minutes::get))
    .bind(question.otherwise.map(|otherwise| otherwise.by))
    .bind(
        question
            .otherwise
            .map(|otherwise| otherwise.after_minutes.get()),
    )
    .bind(question.deputy_after_minutes.map(Minutes::get))
    .execute()
    .await
    .map(drop)
}

pub(in super::super) async fn set_closes_at(
    tx: &mut Tx,
    id: AnnouncementId,
    closes_at: Option<At>,
) -> Result<()> {
    tx.query(sql!(
        "UPDATE announcement_questions SET closes_at = $2 WHERE announcement_id = $1"
    ))
    .bind(id)
    .bind(closes_at)
    .execute()
    .await
    .map(drop)
}
