// SPDX-License-Identifier: EUPL-1.2

//! The statements of roles.

use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;

use crate::{
    clock::At,
    db::{Db, Result, sql},
    id::AccountId,
    people::access::Role,
};

/// A role that somebody holds.
#[derive(Clone, Debug, Serialize, ToSchema, FromRow)]
pub struct Grant {
    pub role: Role,
    pub granted_at: At,
    /// Absent: on the server's command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted_by: Option<AccountId>,
}

/// The account, if it exists and has not left.
pub(super) async fn employed(db: &Db, account: AccountId) -> Result<Option<(AccountId,)>> {
    db.query(sql!(
        "SELECT id FROM accounts WHERE id = $1 AND left_at IS NULL"
    ))
    .bind(account)
    .opt()
    .await
}

pub(super) async fn held(db: &Db, account: AccountId) -> Result<Vec<Grant>> {
    db.query(sql!(
        "SELECT role, granted_at, granted_by FROM role_grants "
        "WHERE account_id = $1 AND revoked_at IS NULL ORDER BY role"
    ))
    .bind(account)
    .all()
    .await
}

pub(super) async fn grant(
    db: &Db,
    account: AccountId,
    role: Role,
    by: Option<AccountId>,
    now: At,
) -> Result<()> {
    db.query(sql!(
        "INSERT INTO role_grants (account_id, role, granted_at, granted_by) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (account_id, role) WHERE revoked_at IS NULL DO NOTHING"
    ))
    .bind(account)
    .bind(role)
    .bind(now)
    .bind(by)
    .execute()
    .await
    .map(drop)
}

pub(super) async fn revoke(
    db: &Db,
    account: AccountId,
    role: Role,
    by: AccountId,
    now: At,
) -> Result<()> {
    db.query(sql!(
        "UPDATE role_grants SET revoked_at = $3, revoked_by = $4 "
        "WHERE account_id = $1 AND role = $2 AND revoked_at IS NULL"
    ))
    .bind(account)
    .bind(role)
    .bind(now)
    .bind(by)
    .execute()
    .await
    .map(drop)
}
