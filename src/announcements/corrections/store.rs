// SPDX-License-Identifier: EUPL-1.2

//! The statements of corrections and removals.

use super::{Made, Notes, Step};
use crate::{
    announcements::{Texts, Wording},
    clock::At,
    db::{Db, DbError, Result, Tx, sql},
    id::{AccountId, AnnouncementId, MessageId},
    push::Language,
    text::{Line, Text},
};

#[derive(sqlx::FromRow)]
struct Row {
    number: i32,
    corrected_at: At,
    corrected_by: AccountId,
    approved_by: Option<AccountId>,
    silent: bool,
}

/// What a correction says, or the words before it, and its note.
#[derive(sqlx::FromRow)]
pub(super) struct WordRow {
    language: Language,
    note: String,
    title: String,
    push_text: String,
    body: String,
}

/// The same of one of several corrections.
#[derive(sqlx::FromRow)]
struct NumberedWordRow {
    number: i32,
    #[sqlx(flatten)]
    words: WordRow,
}

/// The corrections of an announcement, the first first.
pub(super) async fn all(tx: &mut Tx, id: AnnouncementId) -> Result<Vec<Made>> {
    let rows: Vec<Row> = tx
        .query(sql!(
            "SELECT number, corrected_at, corrected_by, approved_by, silent
             FROM announcement_corrections
             WHERE announcement_id = $1 ORDER BY number"
        ))
        .bind(id)
        .all()
        .await?;
    let words: Vec<NumberedWordRow> = tx
        .query(sql!(
            "SELECT number, language, note, title, push_text, body
             FROM announcement_correction_texts WHERE announcement_id = $1"
        ))
        .bind(id)
        .all()
        .await?;
    let made = |row: Row| {
        let own = words.iter().filter(|words| words.number == row.number);
        let (note, before) = read_words(id, own.map(|own| &own.words))?;
        Ok(Made {
            number: row.number,
            step: Step {
                at: row.corrected_at,
                by: row.corrected_by,
            },
            approved_by: row.approved_by,
            silent: row.silent,
            note,
            before,
        })
    };
    rows.into_iter().map(made).collect()
}

pub(super) fn read_words<'r>(
    id: AnnouncementId,
    rows: impl IntoIterator<Item = &'r WordRow>,
) -> Result<(Notes, Texts)> {
    let mut note = Notes::default();
    let mut texts = Vec::new();
    for row in rows {
        let unfit = |_| impossible(id);
        note.set(row.language, Line::new(&row.note).map_err(unfit)?);
        texts.push((
            row.language,
            Wording {
                title: Line::new(&row.title).map_err(unfit)?,
                push_text: Text::new(&row.push_text).map_err(unfit)?,
                body: Text::new(&row.body).map_err(unfit)?,
            },
        ));
    }
    Ok((note, texts.into_iter().collect()))
}

/// When and by whom an announcement was last corrected.
pub(in crate::announcements) async fn last(db: &Db, id: AnnouncementId) -> Result<Option<Step>> {
    let row: Option<(At, AccountId)> = db
        .query(sql!(
            "SELECT corrected_at, corrected_by FROM announcement_corrections
             WHERE announcement_id = $1 ORDER BY number DESC LIMIT 1"
        ))
        .bind(id)
        .opt()
        .await?;
    Ok(row.map(|(at, by)| Step { at, by }))
}

/// Everything that push has carried of an announcement: the release, then the corrections, then the reminder.
pub(super) async fn messages(tx: &mut Tx, id: AnnouncementId) -> Result<Vec<MessageId>> {
    let rows: Vec<(MessageId, i32)> = tx
        .query(sql!(
            "SELECT message_id, 0 AS number FROM announcements
             WHERE id = $1 AND message_id IS NOT NULL
             UNION ALL
             SELECT message_id, number FROM announcement_corrections WHERE announcement_id = $1
             UNION ALL
             SELECT message_id, 1000000 FROM question_steps
             WHERE announcement_id = $1 AND step = 'remind' AND message_id IS NOT NULL
             ORDER BY number"
        ))
        .bind(id)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(message, _)| message).collect())
}

pub(super) async fn insert(
    tx: &mut Tx,
    id: AnnouncementId,
    made: &Made,
    message: MessageId,
) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO announcement_corrections
             (announcement_id, number, corrected_at, corrected_by, approved_by, silent, message_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ))
    .bind(id)
    .bind(made.number)
    .bind(made.step.at)
    .bind(made.step.by)
    .bind(made.approved_by)
    .bind(made.silent)
    .bind(message)
    .execute()
    .await?;
    for (language, words) in made.before.iter() {
        let note = made.note.get(language).map_or("", Line::as_str);
        tx.query(sql!(
            "INSERT INTO announcement_correction_texts
                 (announcement_id, number, language, note, title, push_text, body)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ))
        .bind(id)
        .bind(made.number)
        .bind(language)
        .bind(note.to_owned())
        .bind(words.title.as_str().to_owned())
        .bind(words.push_text.as_str().to_owned())
        .bind(words.body.as_str().to_owned())
        .execute()
        .await?;
    }
    Ok(())
}

pub(super) async fn set_removal(tx: &mut Tx, id: AnnouncementId, removal: MessageId) -> Result<()> {
    tx.query(sql!(
        "UPDATE announcements SET removal_id = $2 WHERE id = $1"
    ))
    .bind(id)
    .bind(removal)
    .execute()
    .await
    .map(drop)
}

fn impossible(id: AnnouncementId) -> DbError {
    DbError::Impossible {
        table: "announcement_correction_texts",
        id: id.to_string(),
        what: "a text that would not have been accepted",
    }
}
