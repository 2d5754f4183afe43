// SPDX-License-Identifier: EUPL-1.2

//! The statements of groups.

use sqlx::FromRow;

use super::Group;
use crate::{
    clock::At,
    db::{Db, Json, Result, Tx, sql},
    id::{AccountId, GroupId},
    people::audience::Audience,
};

#[derive(FromRow)]
struct Row {
    id: GroupId,
    name: String,
    audience: Json<Audience>,
    created_at: At,
    created_by: AccountId,
    updated_at: At,
    updated_by: AccountId,
}

impl From<Row> for Group {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            audience: row.audience.0,
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        }
    }
}

pub(super) async fn page(db: &Db, after: Option<String>, limit: i64) -> Result<Vec<Group>> {
    let rows: Vec<Row> = db
        .query(sql!(
            "SELECT id, name, audience, created_at, created_by, updated_at, updated_by
             FROM audience_groups WHERE name_key > $1 OR $1 IS NULL ORDER BY name_key LIMIT $2"
        ))
        .bind(after)
        .bind(limit)
        .all()
        .await?;
    Ok(rows.into_iter().map(Group::from).collect())
}

pub(super) async fn find(db: &Db, id: GroupId) -> Result<Option<Group>> {
    let row: Option<Row> = db
        .query(sql!(
            "SELECT id, name, audience, created_at, created_by, updated_at, updated_by
             FROM audience_groups WHERE id = $1"
        ))
        .bind(id)
        .opt()
        .await?;
    Ok(row.map(Group::from))
}

/// The row, held until the transaction ends.
pub(super) async fn lock(tx: &mut Tx, id: GroupId) -> Result<Option<Group>> {
    let row: Option<Row> = tx
        .query(sql!(
            "SELECT id, name, audience, created_at, created_by, updated_at, updated_by
             FROM audience_groups WHERE id = $1"["" | " FOR UPDATE"]
        ))
        .bind(id)
        .opt()
        .await?;
    Ok(row.map(Group::from))
}

pub(super) async fn insert(tx: &mut Tx, group: &Group, name_key: String) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO audience_groups
             (id, name, name_key, audience, created_at, created_by, updated_at, updated_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    ))
    .bind(group.id)
    .bind(group.name.clone())
    .bind(name_key)
    .bind(Json(group.audience.clone()))
    .bind(group.created_at)
    .bind(group.created_by)
    .bind(group.updated_at)
    .bind(group.updated_by)
    .execute()
    .await
    .map(drop)
}

pub(super) async fn update(tx: &mut Tx, group: &Group, name_key: String) -> Result<()> {
    tx.query(sql!(
        "UPDATE audience_groups SET name = $2, name_key = $3, audience = $4,
             updated_at = $5, updated_by = $6
         WHERE id = $1"
    ))
    .bind(group.id)
    .bind(group.name.clone())
    .bind(name_key)
    .bind(Json(group.audience.clone()))
    .bind(group.updated_at)
    .bind(group.updated_by)
    .execute()
    .await
    .map(drop)
}

/// Whether there was one.
pub(super) async fn delete(db: &Db, id: GroupId) -> Result<bool> {
    let deleted = db
        .query(sql!("DELETE FROM audience_groups WHERE id = $1"))
        .bind(id)
        .execute()
        .await?;
    Ok(deleted == 1)
}
