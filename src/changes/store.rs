// SPDX-License-Identifier: EUPL-1.2

//! The change log's statements.

use super::{Change, Kind};
use crate::{
    clock::At,
    db::{Db, Result, Tx, sql},
    id::AccountId,
};

pub(super) async fn insert(
    tx: &mut Tx,
    kind: Kind,
    subject: uuid::Uuid,
    actor: Option<AccountId>,
    at: At,
) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO changes (kind, subject_id, actor_id, at) VALUES ($1, $2, $3, $4)"
    ))
    .bind(kind)
    .bind(subject)
    .bind(actor)
    .bind(at)
    .execute()
    .await?;
    Ok(())
}

pub(super) async fn after(db: &Db, position: i64, limit: i64) -> Result<Vec<Change>> {
    let rows: Vec<(i64, Kind, uuid::Uuid, Option<AccountId>, At)> = db
        .query(sql!(
            "SELECT position, kind, subject_id, actor_id, at FROM changes WHERE position > $1 "
            ["" | "AND written_by < pg_snapshot_xmin(pg_current_snapshot()) "]
            "ORDER BY position LIMIT $2"
        ))
        .bind(position)
        .bind(limit)
        .all()
        .await?;
    let changes = rows
        .into_iter()
        .map(|(position, kind, subject, actor, at)| Change {
            position,
            kind,
            subject,
            actor,
            at,
        });
    Ok(changes.collect())
}

pub(super) async fn position_of(db: &Db, reader: &'static str) -> Result<i64> {
    let row: Option<(i64,)> = db
        .query(sql!("SELECT position FROM change_readers WHERE name = $1"))
        .bind(reader)
        .opt()
        .await?;
    Ok(row.map_or(0, |(position,)| position))
}

pub(super) async fn advance(tx: &mut Tx, reader: &'static str, position: i64) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO change_readers (name, position) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET position = excluded.position"
    ))
    .bind(reader)
    .bind(position)
    .execute()
    .await?;
    Ok(())
}
