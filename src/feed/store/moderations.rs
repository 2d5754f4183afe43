// SPDX-License-Identifier: EUPL-1.2

//! The statements of the moderators' trace.

use sqlx::FromRow;
use uuid::Uuid;

use super::super::{
    Author,
    moderation::{Action, Moderation, SubjectKind, Trace},
};
use crate::{
    clock::At,
    db::{Db, Result, Tx, sql},
    id::{AccountId, ModerationId},
};

#[derive(FromRow)]
struct Row {
    id: ModerationId,
    at: At,
    moderator_id: AccountId,
    moderator_name: String,
    moderator_unit: String,
    subject_kind: SubjectKind,
    subject_id: Uuid,
    author_id: AccountId,
    author_name: String,
    author_unit: String,
    action: Action,
    reason: String,
    text_before: String,
}

impl From<Row> for Moderation {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            at: row.at,
            moderator: Author {
                id: row.moderator_id,
                name: row.moderator_name,
                unit: row.moderator_unit,
            },
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            author: Author {
                id: row.author_id,
                name: row.author_name,
                unit: row.author_unit,
            },
            action: row.action,
            reason: row.reason,
            text_before: row.text_before,
        }
    }
}

pub(in super::super) async fn insert(
    tx: &mut Tx,
    id: ModerationId,
    trace: Trace,
    now: At,
) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO moderations (id, moderator_id, subject_kind, subject_id, author_id, action,
            reason, text_before, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    ))
    .bind(id)
    .bind(trace.moderator)
    .bind(trace.words.kind)
    .bind(trace.words.id)
    .bind(trace.words.author)
    .bind(trace.action)
    .bind(trace.reason.into_string())
    .bind(trace.words.text)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

/// Newest first, before one.
pub(in super::super) async fn page(
    db: &Db,
    before: Option<ModerationId>,
    limit: i64,
) -> Result<Vec<Moderation>> {
    let rows: Vec<Row> = db
        .query(sql!(
            "SELECT m.id, m.at, m.subject_kind, m.subject_id, m.action, m.reason, m.text_before,
                m.moderator_id, doer.given_name || ' ' || doer.family_name AS moderator_name,
                doer_unit.name AS moderator_unit,
                m.author_id, a.given_name || ' ' || a.family_name AS author_name,
                author_unit.name AS author_unit
             FROM moderations m
             JOIN accounts doer ON doer.id = m.moderator_id JOIN org_units doer_unit ON doer_unit.id = doer.unit_id
             JOIN accounts a ON a.id = m.author_id JOIN org_units author_unit ON author_unit.id = a.unit_id
             WHERE (m.id < $1 OR $1 IS NULL) ORDER BY m.id DESC LIMIT $2"
        ))
        .bind(before)
        .bind(limit)
        .all()
        .await?;
    Ok(rows.into_iter().map(Moderation::from).collect())
}
