// SPDX-License-Identifier: EUPL-1.2

//! The import's statements: the staff read whole, and changes written in batches, each from one JSON
//! array, so that 50,000 people are a few statements.

mod rows;

use self::rows::{PersonRow, PersonWrite, UnitIds, UnitRow, UnitWrite};
use super::{plan::ImportPlan, roster::KnownStaff};
use crate::{
    clock::At,
    db::{IdList, Json, Result, Tx, sql},
    id::{AccountId, Ids, OrgUnitId},
    people::sessions,
};

/// Until the transaction ends, no other import begins. SQLite has one writer anyway.
pub(super) async fn wait_for_other_imports(tx: &mut Tx) -> Result<()> {
    tx.query(sql!([
        "SELECT 1" | "SELECT 1 FROM pg_advisory_xact_lock(hashtext('stadtfunk people import'))"
    ]))
    .one::<(i32,)>()
    .await
    .map(drop)
}

/// Everybody and every unit, with those who left and those that were closed.
pub(super) async fn staff(tx: &mut Tx) -> Result<KnownStaff> {
    let units = tx
        .query(sql!(
            "SELECT u.id, u.code, u.name, up.code AS parent, u.closed_at FROM org_units u "
            "LEFT JOIN org_units up ON up.id = u.parent_id"
        ))
        .all::<UnitRow>()
        .await?;
    let people = tx
        .query(sql!(
            "SELECT a.id, a.personnel_number, a.given_name, a.family_name, a.job_title, a.location, a.email, a.mobile, "
            "a.language, u.code AS unit, a.left_at "
            "FROM accounts a JOIN org_units u ON u.id = a.unit_id"
        ))
        .all::<PersonRow>()
        .await?;
    Ok(KnownStaff {
        units: units.into_iter().map(UnitRow::into_known).collect(),
        people: people.into_iter().map(PersonRow::into_known).collect(),
    })
}

/// Writes the plan. Units come first: people stand in them.
pub(super) async fn apply(tx: &mut Tx, plan: &ImportPlan, ids: &Ids, now: At) -> Result<()> {
    let new_units: Vec<OrgUnitId> = plan.new_units.iter().map(|_| ids.id()).collect();
    let mut unit_ids = plan.known_units.clone();
    let codes = plan.new_units.iter().map(|unit| unit.code.clone());
    unit_ids.extend(codes.zip(new_units.iter().copied()));
    let unit_ids = UnitIds(unit_ids);
    if plan.changes_units() {
        write_units(tx, plan, &new_units, &unit_ids, now).await?;
    }
    write_people(tx, plan, &unit_ids, ids, now).await?;
    let leavers: Vec<AccountId> = plan.leavers.iter().map(|(id, _)| *id).collect();
    if !leavers.is_empty() {
        see_off(tx, &leavers, now).await?;
    }
    Ok(())
}

async fn write_units(
    tx: &mut Tx,
    plan: &ImportPlan,
    new_ids: &[OrgUnitId],
    unit_ids: &UnitIds,
    now: At,
) -> Result<()> {
    let new = new_ids.iter().copied().zip(&plan.new_units);
    insert_units(tx, &unit_ids.units(new)?, now).await?;
    let updated = plan
        .updated_units
        .iter()
        .map(|update| (update.id, &update.after));
    let reopened = plan.reopened_units.iter().map(|(id, unit)| (*id, unit));
    update_units(tx, &unit_ids.units(updated.chain(reopened))?).await?;
    let closed: IdList = plan.closed_units.iter().map(|(id, _)| *id).collect();
    tx.query(sql!(
        "UPDATE org_units SET closed_at = $2 WHERE id "
            ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
    ))
    .bind(closed)
    .bind(now)
    .execute()
    .await?;
    rebuild_ancestors(tx).await
}

/// One statement, so that a unit and its parent may come in any order: both databases look at the
/// reference when the statement ends.
async fn insert_units(tx: &mut Tx, units: &[UnitWrite], now: At) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO org_units (id, code, name, parent_id, created_at) SELECT "
        ["unhex(value->>'id', '-')" | "CAST(value->>'id' AS uuid)"] ", "
        "value->>'code', value->>'name', "
        ["unhex(value->>'parent', '-')" | "CAST(value->>'parent' AS uuid)"] ", $2 "
        "FROM " ["json_each" | "jsonb_array_elements"] "($1)"
    ))
    .bind(Json(units))
    .bind(now)
    .execute()
    .await
    .map(drop)
}

async fn update_units(tx: &mut Tx, units: &[UnitWrite]) -> Result<()> {
    tx.query(sql!(
        "UPDATE org_units SET name = new.name, parent_id = new.parent_id, closed_at = NULL FROM (SELECT "
        ["unhex(value->>'id', '-')" | "CAST(value->>'id' AS uuid)"] " AS id, value->>'name' AS name, "
        ["unhex(value->>'parent', '-')" | "CAST(value->>'parent' AS uuid)"] " AS parent_id "
        "FROM " ["json_each" | "jsonb_array_elements"] "($1)"
        ") AS new WHERE org_units.id = new.id"
    ))
    .bind(Json(units))
    .execute()
    .await
    .map(drop)
}

async fn rebuild_ancestors(tx: &mut Tx) -> Result<()> {
    tx.query(sql!("DELETE FROM org_unit_ancestors"))
        .execute()
        .await?;
    tx.query(sql!(
        "INSERT INTO org_unit_ancestors (unit_id, ancestor_id) "
        "WITH RECURSIVE up (unit_id, ancestor_id) AS ("
        "SELECT id, id FROM org_units "
        "UNION SELECT up.unit_id, u.parent_id FROM up JOIN org_units u ON u.id = up.ancestor_id "
        "WHERE u.parent_id IS NOT NULL) SELECT unit_id, ancestor_id FROM up"
    ))
    .execute()
    .await
    .map(drop)
}

async fn write_people(
    tx: &mut Tx,
    plan: &ImportPlan,
    unit_ids: &UnitIds,
    ids: &Ids,
    now: At,
) -> Result<()> {
    let joiners = plan.joiners.iter().map(|person| (ids.id(), person));
    insert_people(tx, &unit_ids.people(joiners)?, now).await?;
    let updated = plan.updated.iter().map(|update| (update.id, &update.after));
    update_people(tx, &unit_ids.people(updated)?).await?;
    let returning = plan.returning.iter().map(|(id, person)| (*id, person));
    update_people(tx, &unit_ids.people(returning)?).await?;
    let returning: IdList = plan.returning.iter().map(|(id, _)| *id).collect();
    tx.query(sql!(
        "UPDATE accounts SET left_at = NULL, joined_at = NULL WHERE id "
            ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
    ))
    .bind(returning)
    .execute()
    .await
    .map(drop)
}

async fn insert_people(tx: &mut Tx, people: &[PersonWrite<'_>], now: At) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    tx.query(sql!(
        "INSERT INTO accounts (id, personnel_number, given_name, family_name, sort_name, job_title, "
        "job_title_key, location, location_key, email, mobile, unit_id, language, created_at) SELECT "
        ["unhex(value->>'id', '-')" | "CAST(value->>'id' AS uuid)"] ", value->>'personnel_number', "
        "value->>'given_name', value->>'family_name', value->>'sort_name', value->>'job_title', "
        "value->>'job_title_key', value->>'location', value->>'location_key', value->>'email', "
        "value->>'mobile', " ["unhex(value->>'unit', '-')" | "CAST(value->>'unit' AS uuid)"] ", value->>'language', $2 "
        "FROM " ["json_each" | "jsonb_array_elements"] "($1)"
    ))
    .bind(Json(people))
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// The language is left as it is: the person may have chosen it.
async fn update_people(tx: &mut Tx, people: &[PersonWrite<'_>]) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    tx.query(sql!(
        "UPDATE accounts SET given_name = new.given_name, family_name = new.family_name, "
        "sort_name = new.sort_name, job_title = new.job_title, "
        "job_title_key = new.job_title_key, location = new.location, location_key = new.location_key, email = new.email, "
        "mobile = new.mobile, "
        "unit_id = new.unit_id FROM (SELECT "
        ["unhex(value->>'id', '-')" | "CAST(value->>'id' AS uuid)"] " AS id, "
        "value->>'given_name' AS given_name, value->>'family_name' AS family_name, "
        "value->>'sort_name' AS sort_name, value->>'job_title' AS job_title, "
        "value->>'job_title_key' AS job_title_key, value->>'location' AS location, "
        "value->>'location_key' AS location_key, value->>'email' AS email, "
        "value->>'mobile' AS mobile, "
        ["unhex(value->>'unit', '-')" | "CAST(value->>'unit' AS uuid)"] " AS unit_id "
        "FROM " ["json_each" | "jsonb_array_elements"] "($1)"
        ") AS new WHERE accounts.id = new.id"
    ))
    .bind(Json(people))
    .execute()
    .await
    .map(drop)
}

/// Leavers lose their access at once: sessions, devices, join codes and roles.
async fn see_off(tx: &mut Tx, leavers: &[AccountId], now: At) -> Result<()> {
    let list = || leavers.iter().copied().collect::<IdList>();
    tx.query(sql!(
        "UPDATE accounts SET left_at = $2 WHERE id "
            ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
    ))
    .bind(list())
    .bind(now)
    .execute()
    .await?;
    tx.query(sql!(
        "UPDATE join_codes SET revoked_at = $2 WHERE used_at IS NULL AND revoked_at IS NULL "
        "AND account_id " ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
    ))
    .bind(list())
    .bind(now)
    .execute()
    .await?;
    tx.query(sql!(
        "UPDATE role_grants SET revoked_at = $2 WHERE revoked_at IS NULL "
        "AND account_id " ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
    ))
    .bind(list())
    .bind(now)
    .execute()
    .await?;
    sessions::end_all_of_leavers(tx, leavers, now).await
}
