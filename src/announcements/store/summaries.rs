// SPDX-License-Identifier: EUPL-1.2

//! The editors' list.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::rows::Row;
use crate::{
    announcements::{State, StateName, Step},
    clock::At,
    db::{Db, IdList, Result, sql},
    id::{AccountId, AnnouncementId},
    push::{Class, Language},
};

/// An announcement in the editors' list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AnnouncementSummary)]
pub struct Summary {
    pub id: AnnouncementId,
    pub class: Class,
    /// By language.
    pub titles: BTreeMap<Language, String>,
    pub revision: i32,
    pub updated: Step,
    /// A correction waits for another editor's approval: since when, and whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed_correction: Option<Step>,
    #[serde(flatten)]
    pub state: State,
}

/// Up to `limit` announcements, the last made first.
pub(in crate::announcements) async fn page(
    db: &Db,
    state: Option<StateName>,
    before: Option<AnnouncementId>,
    limit: i64,
) -> Result<Vec<Summary>> {
    let rows: Vec<Row> = db
        .query(sql!(
            "SELECT * FROM announcements
             WHERE (CASE WHEN withdrawn_at IS NOT NULL THEN 'withdrawn'
                         WHEN released_at IS NOT NULL THEN 'released'
                         WHEN release_at IS NOT NULL THEN 'scheduled'
                         WHEN held_at IS NOT NULL THEN 'held'
                         WHEN submitted_at IS NOT NULL THEN 'in_review'
                         ELSE 'draft' END = $1 OR $1 IS NULL)
               AND (id < $2 OR $2 IS NULL)
             ORDER BY id DESC LIMIT $3"
        ))
        .bind(state)
        .bind(before)
        .bind(limit)
        .all()
        .await?;
    let titles: Vec<(AnnouncementId, Language, String)> = db
        .query(sql!(
            "SELECT announcement_id, language, title FROM announcement_texts WHERE announcement_id "
                ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
        ))
        .bind(rows.iter().map(|row| row.id).collect::<IdList>())
        .all()
        .await?;
    let proposed: Vec<(AnnouncementId, At, AccountId)> = db
        .query(sql!(
            "SELECT announcement_id, proposed_at, proposed_by FROM announcement_proposals
             WHERE announcement_id "["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
        ))
        .bind(rows.iter().map(|row| row.id).collect::<IdList>())
        .all()
        .await?;
    let summary = |row: Row| {
        let own = titles.iter().filter(|(id, _, _)| *id == row.id);
        Ok(Summary {
            id: row.id,
            class: row.class,
            titles: own
                .map(|(_, language, title)| (*language, title.clone()))
                .collect(),
            revision: row.revision,
            updated: row.updated(),
            proposed_correction: proposed
                .iter()
                .find(|(id, _, _)| *id == row.id)
                .map(|(_, at, by)| Step { at: *at, by: *by }),
            state: row.state()?,
        })
    };
    rows.into_iter().map(summary).collect()
}
