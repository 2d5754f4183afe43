//! The statements of people.

use super::access::{Employee, Role};
use crate::{
    clock::At,
    db::{Db, Result, sql},
    id::{AccountId, OrgUnitId, SessionId},
    push::Language,
};

#[derive(sqlx::FromRow)]
struct SessionRow {
    session_id: SessionId,
    account_id: AccountId,
    unit_id: OrgUnitId,
    language: Language,
    role: Option<Role>,
}

/// The person behind a token's hash, in one query: a row for each role.
pub(super) async fn session(
    db: &Db,
    token_hash: &[u8],
    idle_since: At,
) -> Result<Option<Employee>> {
    let rows: Vec<SessionRow> = db
        .query(sql!(
            "SELECT s.id AS session_id, a.id AS account_id, a.unit_id, a.language, r.role
             FROM sessions s JOIN accounts a ON a.id = s.account_id
             LEFT JOIN role_grants r ON r.account_id = a.id
             WHERE s.token_hash = $1 AND s.ended_at IS NULL AND s.last_seen_at > $2
               AND a.left_at IS NULL"
        ))
        .bind(token_hash.to_vec())
        .bind(idle_since)
        .all()
        .await?;
    Ok(rows.first().map(|first| Employee {
        account: first.account_id,
        unit: first.unit_id,
        session: first.session_id,
        language: first.language,
        roles: rows.iter().filter_map(|row| row.role).collect(),
    }))
}
