// SPDX-License-Identifier: EUPL-1.2

//! The statements of proposals.

use super::{
    super::store::{WordRow, read_words},
    Correction, Proposal, Step,
};
use crate::{
    clock::At,
    db::{Db, Result, Tx, sql},
    id::{AccountId, AnnouncementId},
    text::Line,
};

#[derive(sqlx::FromRow)]
struct Row {
    proposed_at: At,
    proposed_by: AccountId,
    silent: bool,
}

/// The correction that waits for an announcement.
pub(in crate::announcements) async fn find(
    db: &Db,
    id: AnnouncementId,
) -> Result<Option<Proposal>> {
    let row: Option<Row> = db
        .query(sql!(
            "SELECT proposed_at, proposed_by, silent FROM announcement_proposals
             WHERE announcement_id = $1"
        ))
        .bind(id)
        .opt()
        .await?;
    let Some(row) = row else { return Ok(None) };
    let words: Vec<WordRow> = db
        .query(sql!(
            "SELECT language, note, title, push_text, body FROM announcement_proposal_texts
             WHERE announcement_id = $1"
        ))
        .bind(id)
        .all()
        .await?;
    // Without words it was dropped between the two statements: it is gone.
    let there = (!words.is_empty()).then(|| read(id, &row, &words));
    there.transpose()
}

/// As the transaction sees it.
pub(super) async fn find_in(tx: &mut Tx, id: AnnouncementId) -> Result<Option<Proposal>> {
    let row: Option<Row> = tx
        .query(sql!(
            "SELECT proposed_at, proposed_by, silent FROM announcement_proposals
             WHERE announcement_id = $1"
        ))
        .bind(id)
        .opt()
        .await?;
    let Some(row) = row else { return Ok(None) };
    let words: Vec<WordRow> = tx
        .query(sql!(
            "SELECT language, note, title, push_text, body FROM announcement_proposal_texts
             WHERE announcement_id = $1"
        ))
        .bind(id)
        .all()
        .await?;
    read(id, &row, &words).map(Some)
}

fn read(id: AnnouncementId, row: &Row, words: &[WordRow]) -> Result<Proposal> {
    let (note, texts) = read_words(id, words)?;
    Ok(Proposal {
        proposed: Step {
            at: row.proposed_at,
            by: row.proposed_by,
        },
        correction: Correction {
            texts,
            note,
            silent: row.silent,
        },
    })
}

/// In the place of the one before.
pub(super) async fn replace(tx: &mut Tx, id: AnnouncementId, proposal: &Proposal) -> Result<()> {
    delete(tx, id).await?;
    let correction = &proposal.correction;
    tx.query(sql!(
        "INSERT INTO announcement_proposals (announcement_id, proposed_at, proposed_by, silent)
         VALUES ($1, $2, $3, $4)"
    ))
    .bind(id)
    .bind(proposal.proposed.at)
    .bind(proposal.proposed.by)
    .bind(correction.silent)
    .execute()
    .await?;
    for (language, words) in correction.texts.iter() {
        let note = correction.note.get(language).map_or("", Line::as_str);
        tx.query(sql!(
            "INSERT INTO announcement_proposal_texts
                 (announcement_id, language, note, title, push_text, body)
             VALUES ($1, $2, $3, $4, $5, $6)"
        ))
        .bind(id)
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

/// Whether there was one.
pub(super) async fn delete(tx: &mut Tx, id: AnnouncementId) -> Result<bool> {
    tx.query(sql!(
        "DELETE FROM announcement_proposal_texts WHERE announcement_id = $1"
    ))
    .bind(id)
    .execute()
    .await?;
    let deleted = tx
        .query(sql!(
            "DELETE FROM announcement_proposals WHERE announcement_id = $1"
        ))
        .bind(id)
        .execute()
        .await?;
    Ok(deleted > 0)
}
