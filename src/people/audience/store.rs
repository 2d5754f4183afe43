// SPDX-License-Identifier: EUPL-1.2

//! The statements of audiences.

use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;

use super::Audience;
use crate::{
    db::{Db, IdList, Result, Tx, sql},
    id::{AudienceId, OrgUnitId},
};

/// How many people an audience is, and how many of them a push can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, FromRow)]
pub struct AudienceCount {
    pub people: i64,
    pub with_phone: i64,
    pub without_phone: i64,
}

/// The row that means everybody; `id` if there is none yet.
pub(super) async fn everybody(tx: &mut Tx, id: AudienceId) -> Result<AudienceId> {
    let row = tx
        .query(sql!("SELECT id FROM audiences WHERE everybody LIMIT 1"))
        .opt::<(AudienceId,)>()
        .await?;
    if let Some((id,)) = row {
        return Ok(id);
    }
    tx.query(sql!(
        "INSERT INTO audiences (id, everybody) VALUES ($1, true)"
    ))
    .bind(id)
    .execute()
    .await?;
    Ok(id)
}

/// Which of these units exist and are open.
pub(super) async fn open_units(tx: &mut Tx, units: &[OrgUnitId]) -> Result<Vec<OrgUnitId>> {
    let rows = tx
        .query(sql!(
            "SELECT id FROM org_units WHERE closed_at IS NULL AND id "
                ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
        ))
        .bind(units.iter().copied().collect::<IdList>())
        .all::<(OrgUnitId,)>()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(super) async fn insert(tx: &mut Tx, id: AudienceId, units: &[OrgUnitId]) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO audiences (id, everybody) VALUES ($1, false)"
    ))
    .bind(id)
    .execute()
    .await?;
    // A unit that is named twice is meant once.
    tx.query(sql!(
        "INSERT INTO audience_units (audience_id, unit_id) SELECT $2, id FROM org_units WHERE id "
            ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
    ))
    .bind(units.iter().copied().collect::<IdList>())
    .bind(id)
    .execute()
    .await
    .map(drop)
}

pub(super) async fn load(db: &Db, id: AudienceId) -> Result<Audience> {
    let (everybody,) = db
        .query(sql!("SELECT everybody FROM audiences WHERE id = $1"))
        .bind(id)
        .one::<(bool,)>()
        .await?;
    if everybody {
        return Ok(Audience::Everybody);
    }
    let units = db
        .query(sql!(
            "SELECT unit_id FROM audience_units WHERE audience_id = $1 ORDER BY unit_id"
        ))
        .bind(id)
        .all::<(OrgUnitId,)>()
        .await?;
    Ok(Audience::Units {
        units: units.into_iter().map(|(id,)| id).collect(),
    })
}

pub(super) async fn count_everybody(db: &Db) -> Result<AudienceCount> {
    db.query(sql!(
        "SELECT COUNT(*) AS people, COUNT(d.account_id) AS with_phone, "
        "COUNT(*) - COUNT(d.account_id) AS without_phone FROM accounts a "
        "LEFT JOIN (SELECT DISTINCT account_id FROM devices WHERE removed_at IS NULL "
        "AND quarantined_at IS NULL) d ON d.account_id = a.id WHERE a.left_at IS NULL"
    ))
    .one()
    .await
}

pub(super) async fn count_units(tx: &mut Tx, units: &[OrgUnitId]) -> Result<AudienceCount> {
    tx.query(sql!(
        "SELECT COUNT(*) AS people, COUNT(d.account_id) AS with_phone, "
        "COUNT(*) - COUNT(d.account_id) AS without_phone FROM accounts a "
        "LEFT JOIN (SELECT DISTINCT account_id FROM devices WHERE removed_at IS NULL "
        "AND quarantined_at IS NULL) d ON d.account_id = a.id WHERE a.left_at IS NULL "
        "AND EXISTS (SELECT 1 FROM org_unit_ancestors up WHERE up.unit_id = a.unit_id "
        "AND up.ancestor_id " ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"] ")"
    ))
    .bind(units.iter().copied().collect::<IdList>())
    .one()
    .await
}

pub(super) async fn is_meant(db: &Db, audience: AudienceId, unit: OrgUnitId) -> Result<bool> {
    let row = db
        .query(sql!(
            "SELECT 1 FROM audiences a WHERE a.id = $1 AND (a.everybody OR EXISTS ("
            "SELECT 1 FROM audience_units au JOIN org_unit_ancestors up ON up.ancestor_id = au.unit_id "
            "WHERE au.audience_id = a.id AND up.unit_id = $2))"
        ))
        .bind(audience)
        .bind(unit)
        .opt::<(i32,)>()
        .await?;
    Ok(row.is_some())
}
