// SPDX-License-Identifier: EUPL-1.2

//! The words of announcements.

use super::rows::impossible;
use crate::{
    announcements::{Texts, Wording},
    db::{Db, Result, Tx, sql},
    id::AnnouncementId,
    push::Language,
    text::{Line, Text},
};

pub(in crate::announcements) async fn replace_texts(
    tx: &mut Tx,
    id: AnnouncementId,
    texts: &Texts,
) -> Result<()> {
    delete(tx, id).await?;
    for (language, words) in texts.iter() {
        tx.query(sql!(
            "INSERT INTO announcement_texts (announcement_id, language, title, push_text, body)
             VALUES ($1, $2, $3, $4, $5)"
        ))
        .bind(id)
        .bind(language)
        .bind(words.title.as_str().to_owned())
        .bind(words.push_text.as_str().to_owned())
        .bind(words.body.as_str().to_owned())
        .execute()
        .await?;
    }
    Ok(())
}

pub(super) async fn delete(tx: &mut Tx, id: AnnouncementId) -> Result<()> {
    tx.query(sql!(
        "DELETE FROM announcement_texts WHERE announcement_id = $1"
    ))
    .bind(id)
    .execute()
    .await
    .map(drop)
}

type TextRow = (Language, String, String, String);

pub(super) async fn find(db: &Db, id: AnnouncementId) -> Result<Texts> {
    let rows = db
        .query(sql!(
            "SELECT language, title, push_text, body FROM announcement_texts
             WHERE announcement_id = $1"
        ))
        .bind(id)
        .all()
        .await?;
    read(id, rows)
}

/// As the transaction sees them.
pub(in crate::announcements) async fn texts_in(tx: &mut Tx, id: AnnouncementId) -> Result<Texts> {
    let rows = tx
        .query(sql!(
            "SELECT language, title, push_text, body FROM announcement_texts
             WHERE announcement_id = $1"
        ))
        .bind(id)
        .all()
        .await?;
    read(id, rows)
}

fn read(id: AnnouncementId, rows: Vec<TextRow>) -> Result<Texts> {
    let wording = |(language, title, push_text, body): TextRow| {
        let unfit = |_| impossible(id, "a text that would not have been accepted");
        let words = Wording {
            title: Line::new(&title).map_err(unfit)?,
            push_text: Text::new(&push_text).map_err(unfit)?,
            body: Text::new(&body).map_err(unfit)?,
        };
        Ok((language, words))
    };
    rows.into_iter().map(wording).collect()
}
