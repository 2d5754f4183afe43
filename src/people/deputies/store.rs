// SPDX-License-Identifier: EUPL-1.2

//! The statements of deputies.

use crate::{
    clock::At,
    db::{Result, Tx, sql},
    id::{AccountId, OrgUnitId},
};

/// Whether there is such a unit; it is held until the transaction ends, so that of two who name a deputy at once the
/// second finds the first's.
pub(super) async fn hold_open(tx: &mut Tx, unit: OrgUnitId) -> Result<bool> {
    let row: Option<(OrgUnitId,)> = tx
        .query(sql!(
            "SELECT id FROM org_units WHERE id = $1 AND closed_at IS NULL"
                ["" | " FOR NO KEY UPDATE"]
        ))
        .bind(unit)
        .opt()
        .await?;
    Ok(row.is_some())
}

pub(super) async fn is_employed(tx: &mut Tx, account: AccountId) -> Result<bool> {
    let row: Option<(AccountId,)> = tx
        .query(sql!(
            "SELECT id FROM accounts WHERE id = $1 AND left_at IS NULL"
        ))
        .bind(account)
        .opt()
        .await?;
    Ok(row.is_some())
}

/// The unit's own.
pub(super) async fn deputy(tx: &mut Tx, unit: OrgUnitId) -> Result<Option<AccountId>> {
    let row: Option<(AccountId,)> = tx
        .query(sql!(
            "SELECT deputy_id FROM org_unit_deputies WHERE unit_id = $1"
        ))
        .bind(unit)
        .opt()
        .await?;
    Ok(row.map(|(deputy,)| deputy))
}

pub(super) async fn set(
    tx: &mut Tx,
    unit: OrgUnitId,
    deputy: Option<AccountId>,
    (by, at): (AccountId, At),
) -> Result<()> {
    tx.query(sql!("DELETE FROM org_unit_deputies WHERE unit_id = $1"))
        .bind(unit)
        .execute()
        .await?;
    let Some(deputy) = deputy else { return Ok(()) };
    tx.query(sql!(
        "INSERT INTO org_unit_deputies (unit_id, deputy_id, set_at, set_by) VALUES ($1, $2, $3, $4)"
    ))
    .bind(unit)
    .bind(deputy)
    .bind(at)
    .bind(by)
    .execute()
    .await
    .map(drop)
}
