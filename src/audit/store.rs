// SPDX-License-Identifier: EUPL-1.2

//! The audit log's statements.

use super::{Action, Hash, Recorded, chain::Link};
use crate::{
    clock::At,
    db::{Db, DbError, Result, Tx, sql},
    id::AccountId,
};

/// The place of the last entry, and its hash; empty before the first.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Head {
    pub(super) position: i64,
    pub(super) hash: Vec<u8>,
}

/// An entry as it stands, whatever became of it.
#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    at: At,
    action: String,
    actor_id: Option<AccountId>,
    subject_id: uuid::Uuid,
    details: String,
    hash: Vec<u8>,
}

/// The last entry's place and hash, which nobody else can follow on until the transaction ends.
pub(super) async fn hold_head(tx: &mut Tx) -> Result<Head> {
    tx.query(sql!(
        "SELECT position, hash FROM audit_head WHERE id = 1"["" | " FOR UPDATE"]
    ))
    .one()
    .await
}

pub(super) async fn insert(tx: &mut Tx, link: &Link, hash: Hash) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO audit_entries (position, at, action, actor_id, subject_id, details, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ))
    .bind(link.position)
    .bind(link.at)
    .bind(link.action.clone())
    .bind(link.actor)
    .bind(link.subject)
    .bind(link.details.clone())
    .bind(hash.0.to_vec())
    .execute()
    .await
    .map(drop)
}

pub(super) async fn set_head(tx: &mut Tx, head: Head) -> Result<()> {
    tx.query(sql!(
        "UPDATE audit_head SET position = $1, hash = $2 WHERE id = 1"
    ))
    .bind(head.position)
    .bind(head.hash)
    .execute()
    .await
    .map(drop)
}

pub(super) async fn head(db: &Db) -> Result<Option<Head>> {
    db.query(sql!("SELECT position, hash FROM audit_head WHERE id = 1"))
        .opt()
        .await
}

/// The first entry that stands after the head.
pub(super) async fn beyond_the_head(db: &Db) -> Result<Option<i64>> {
    let row: Option<(i64,)> = db
        .query(sql!(
            "SELECT e.position FROM audit_entries e JOIN audit_head h ON e.position > h.position
             ORDER BY e.position LIMIT 1"
        ))
        .opt()
        .await?;
    Ok(row.map(|(position,)| position))
}

/// Up to `limit` entries after a position, oldest first, each with the hash that is stored with it.
pub(super) async fn after(db: &Db, position: i64, limit: i64) -> Result<Vec<(Link, Vec<u8>)>> {
    let rows: Vec<Row> = db
        .query(sql!(
            "SELECT position, at, action, actor_id, subject_id, details, hash FROM audit_entries
             WHERE position > $1 ORDER BY position LIMIT $2"
        ))
        .bind(position)
        .bind(limit)
        .all()
        .await?;
    let links = rows.into_iter().map(|row| {
        let link = Link {
            position: row.position,
            at: row.at,
            action: row.action,
            actor: row.actor_id,
            subject: row.subject_id,
            details: row.details,
        };
        (link, row.hash)
    });
    Ok(links.collect())
}

/// Up to `limit` entries before a position, the last first.
pub(super) async fn page(db: &Db, before: Option<i64>, limit: i64) -> Result<Vec<Recorded>> {
    let rows: Vec<Row> = db
        .query(sql!(
            "SELECT position, at, action, actor_id, subject_id, details, hash FROM audit_entries
             WHERE position < $1 OR $1 IS NULL ORDER BY position DESC LIMIT $2"
        ))
        .bind(before)
        .bind(limit)
        .all()
        .await?;
    rows.iter().map(recorded).collect()
}

fn recorded(row: &Row) -> Result<Recorded> {
    let impossible = |what| DbError::Impossible {
        table: "audit_entries",
        id: row.position.to_string(),
        what,
    };
    let action: Result<Action, String> = row.action.parse();
    Ok(Recorded {
        position: row.position,
        at: row.at,
        action: action.map_err(|_| impossible("an action that nobody knows"))?,
        actor: row.actor_id,
        subject: row.subject_id,
        details: serde_json::from_str(&row.details)
            .map_err(|_| impossible("details that are no JSON object"))?,
        hash: Hash(
            <[u8; 32]>::try_from(row.hash.as_slice())
                .map_err(|_| impossible("a hash of another length"))?,
        ),
    })
}
