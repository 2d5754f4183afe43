// SPDX-License-Identifier: EUPL-1.2

//! The statements of join codes.

use sqlx::FromRow;

use super::{Code, Invitation, Invitees, NewCode, Purpose};
use crate::{
    clock::At,
    db::{Json, Result, Tx, sql},
    id::{AccountId, JoinCodeId},
};

#[derive(FromRow)]
pub(super) struct Invitee {
    account: AccountId,
    given_name: String,
    family_name: String,
    unit_name: String,
}

impl Invitee {
    pub(super) fn invitation(self, code: Code, expires_at: At) -> Invitation {
        let Self {
            account,
            given_name,
            family_name,
            unit_name,
        } = self;
        Invitation {
            account,
            given_name,
            family_name,
            unit_name,
            code,
            expires_at,
        }
    }
}

pub(super) async fn invitees(tx: &mut Tx, invitees: &Invitees) -> Result<Vec<Invitee>> {
    let query = match invitees {
        Invitees::NotJoined => tx.query(sql!(
            "SELECT a.id AS account, a.given_name, a.family_name, u.name AS unit_name "
            "FROM accounts a JOIN org_units u ON u.id = a.unit_id "
            "WHERE a.left_at IS NULL AND a.joined_at IS NULL ORDER BY u.code, a.sort_name, a.id"
        )),
        Invitees::NotJoinedIn(code) => tx
            .query(sql!(
                "SELECT a.id AS account, a.given_name, a.family_name, u.name AS unit_name "
                "FROM accounts a JOIN org_units u ON u.id = a.unit_id "
                "JOIN org_unit_ancestors up ON up.unit_id = a.unit_id "
                "JOIN org_units top ON top.id = up.ancestor_id AND top.code = $1 "
                "WHERE a.left_at IS NULL AND a.joined_at IS NULL ORDER BY u.code, a.sort_name, a.id"
            ))
            .bind(code.clone()),
        Invitees::Person(number) => tx
            .query(sql!(
                "SELECT a.id AS account, a.given_name, a.family_name, u.name AS unit_name "
                "FROM accounts a JOIN org_units u ON u.id = a.unit_id "
                "WHERE a.left_at IS NULL AND a.personnel_number = $1"
            ))
            .bind(number.clone()),
    };
    query.all().await
}

pub(super) async fn invitee(tx: &mut Tx, account: AccountId) -> Result<Option<Invitee>> {
    tx.query(sql!(
        "SELECT a.id AS account, a.given_name, a.family_name, u.name AS unit_name "
        "FROM accounts a JOIN org_units u ON u.id = a.unit_id WHERE a.left_at IS NULL AND a.id = $1"
    ))
    .bind(account)
    .opt()
    .await
}

/// Revokes the codes that these people still have and stores the new ones.
pub(super) async fn replace(
    tx: &mut Tx,
    codes: &[NewCode],
    purpose: Purpose,
    by: Option<AccountId>,
    now: At,
    expires_at: At,
) -> Result<()> {
    tx.query(sql!(
        "UPDATE join_codes SET revoked_at = $2 WHERE used_at IS NULL AND revoked_at IS NULL "
        "AND account_id IN (SELECT "
        ["unhex(value->>'account', '-')" | "CAST(value->>'account' AS uuid)"]
        " FROM " ["json_each" | "jsonb_array_elements"] "($1))"
    ))
    .bind(Json(codes))
    .bind(now)
    .execute()
    .await?;
    tx.query(sql!(
        "INSERT INTO join_codes (id, account_id, purpose, code_hash, created_at, created_by, expires_at) "
        "SELECT " ["unhex(value->>'id', '-')" | "CAST(value->>'id' AS uuid)"] ", "
        ["unhex(value->>'account', '-')" | "CAST(value->>'account' AS uuid)"] ", $2, "
        ["unhex(value->>'hash')" | "decode(value->>'hash', 'hex')"] ", $3, $4, $5 "
        "FROM " ["json_each" | "jsonb_array_elements"] "($1)"
    ))
    .bind(Json(codes))
    .bind(purpose)
    .bind(now)
    .bind(by)
    .bind(expires_at)
    .execute()
    .await
    .map(drop)
}

#[derive(FromRow)]
pub(super) struct Found {
    pub(super) id: JoinCodeId,
    pub(super) account_id: AccountId,
    pub(super) purpose: Purpose,
    pub(super) expires_at: At,
    pub(super) used: bool,
    pub(super) revoked: bool,
}

pub(super) async fn find(tx: &mut Tx, hash: &[u8]) -> Result<Option<Found>> {
    tx.query(sql!(
        "SELECT id, account_id, purpose, expires_at, used_at IS NOT NULL AS used, "
        "revoked_at IS NOT NULL AS revoked FROM join_codes WHERE code_hash = $1"
    ))
    .bind(hash.to_vec())
    .opt()
    .await
}

/// Whether the code was still there to be used up.
pub(super) async fn use_up(tx: &mut Tx, code: JoinCodeId, now: At) -> Result<bool> {
    let rows = tx
        .query(sql!(
            "UPDATE join_codes SET used_at = $2 "
            "WHERE id = $1 AND used_at IS NULL AND revoked_at IS NULL"
        ))
        .bind(code)
        .bind(now)
        .execute()
        .await?;
    Ok(rows == 1)
}
