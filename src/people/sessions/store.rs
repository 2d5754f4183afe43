// SPDX-License-Identifier: EUPL-1.2

//! The statements of sessions.

use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;

use super::{DeviceName, Ended};
use crate::{
    clock::At,
    db::{Db, DbError, IdList, Result, Tx, sql},
    id::{AccountId, OrgUnitId, SessionId},
    people::access::Employee,
    push::Language,
};

/// One of a person's own signed-in devices.
#[derive(Clone, Debug, Serialize, ToSchema, FromRow)]
pub struct SessionInfo {
    pub id: SessionId,
    /// As the app has named it.
    pub device_name: String,
    pub created_at: At,
    /// To the hour.
    pub last_seen_at: At,
}

/// A running session of somebody who has not left.
pub(super) struct Found {
    pub(super) employee: Employee,
    pub(super) last_seen_at: At,
}

#[derive(FromRow)]
struct Row {
    session_id: SessionId,
    account_id: AccountId,
    unit_id: OrgUnitId,
    language: Language,
    last_seen_at: At,
    /// The words of the roles, with commas.
    roles: Option<String>,
}

impl Row {
    fn into_found(self) -> Result<Found> {
        let words = self.roles.as_deref().unwrap_or_default();
        let roles = words
            .split(',')
            .filter(|word| !word.is_empty())
            .map(str::parse);
        let roles = roles
            .collect::<Result<_, _>>()
            .map_err(|_| DbError::Impossible {
                table: "role_grants",
                id: self.account_id.to_string(),
                what: "an unknown role",
            })?;
        let employee = Employee {
            account: self.account_id,
            unit: self.unit_id,
            session: self.session_id,
            language: self.language,
            roles,
        };
        Ok(Found {
            employee,
            last_seen_at: self.last_seen_at,
        })
    }
}

/// Session, person and roles in one statement: it runs before every request.
pub(super) async fn find(db: &Db, token_hash: &[u8]) -> Result<Option<Found>> {
    let row: Option<Row> = db.query(FIND).bind(token_hash.to_vec()).opt().await?;
    row.map(Row::into_found).transpose()
}

pub(super) async fn find_in(tx: &mut Tx, token_hash: &[u8]) -> Result<Option<Found>> {
    let row: Option<Row> = tx.query(FIND).bind(token_hash.to_vec()).opt().await?;
    row.map(Row::into_found).transpose()
}

const FIND: crate::db::Sql = sql!(
    "SELECT s.id AS session_id, s.last_seen_at, a.id AS account_id, a.unit_id, a.language, "
    "(SELECT " ["group_concat(g.role, ',')" | "string_agg(g.role, ',')"] " FROM role_grants g "
    "WHERE g.account_id = a.id AND g.revoked_at IS NULL) AS roles "
    "FROM sessions s JOIN accounts a ON a.id = s.account_id "
    "WHERE s.token_hash = $1 AND s.ended_at IS NULL AND a.left_at IS NULL"
);

/// Sessions that were used in an hour.
pub(super) async fn seen(db: &Db, sessions: IdList, hour: At) -> Result<()> {
    db.query(sql!(
        "UPDATE sessions SET last_seen_at = $2 WHERE last_seen_at < $2 AND id "
            ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
    ))
    .bind(sessions)
    .bind(hour)
    .execute()
    .await
    .map(drop)
}

pub(super) async fn insert(
    tx: &mut Tx,
    session: SessionId,
    account: AccountId,
    token_hash: &[u8],
    device: &DeviceName,
    (now, hour): (At, At),
) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO sessions (id, account_id, token_hash, device_name, created_at, last_seen_at) "
        "VALUES ($1, $2, $3, $4, $5, $6)"
    ))
    .bind(session)
    .bind(account)
    .bind(token_hash.to_vec())
    .bind(device.as_str().to_owned())
    .bind(now)
    .bind(hour)
    .execute()
    .await
    .map(drop)
}

pub(super) async fn mark_joined(tx: &mut Tx, account: AccountId, now: At) -> Result<()> {
    tx.query(sql!(
        "UPDATE accounts SET joined_at = $2 WHERE id = $1 AND joined_at IS NULL"
    ))
    .bind(account)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

pub(super) async fn running(tx: &mut Tx, account: AccountId) -> Result<Vec<SessionId>> {
    let rows = tx
        .query(sql!(
            "SELECT id FROM sessions WHERE account_id = $1 AND ended_at IS NULL"
        ))
        .bind(account)
        .all::<(SessionId,)>()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(super) async fn is_running(db: &Db, session: SessionId) -> Result<bool> {
    let found: Option<(SessionId,)> = db
        .query(sql!(
            "SELECT s.id FROM sessions s JOIN accounts a ON a.id = s.account_id "
            "WHERE s.id = $1 AND s.ended_at IS NULL AND a.left_at IS NULL"
        ))
        .bind(session)
        .opt()
        .await?;
    Ok(found.is_some())
}

pub(super) async fn list(db: &Db, account: AccountId, idle_since: At) -> Result<Vec<SessionInfo>> {
    db.query(sql!(
        "SELECT id, device_name, created_at, last_seen_at FROM sessions "
        "WHERE account_id = $1 AND ended_at IS NULL AND last_seen_at >= $2 ORDER BY id DESC"
    ))
    .bind(account)
    .bind(idle_since)
    .all()
    .await
}

pub(super) async fn end(tx: &mut Tx, sessions: &[SessionId], why: Ended, now: At) -> Result<()> {
    tx.query(sql!(
        "UPDATE sessions SET ended_at = $2, ended_because = $3 WHERE ended_at IS NULL AND id "
            ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
    ))
    .bind(sessions.iter().copied().collect::<IdList>())
    .bind(now)
    .bind(why)
    .execute()
    .await
    .map(drop)
}

pub(super) async fn end_of_accounts(tx: &mut Tx, accounts: &[AccountId], now: At) -> Result<()> {
    tx.query(sql!(
        "UPDATE sessions SET ended_at = $2, ended_because = 'left' WHERE ended_at IS NULL "
        "AND account_id " ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
    ))
    .bind(accounts.iter().copied().collect::<IdList>())
    .bind(now)
    .execute()
    .await
    .map(drop)
}

pub(super) async fn set_language(db: &Db, account: AccountId, language: Language) -> Result<()> {
    db.query(sql!("UPDATE accounts SET language = $2 WHERE id = $1"))
        .bind(account)
        .bind(language)
        .execute()
        .await
        .map(drop)
}
