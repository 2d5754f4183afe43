// SPDX-License-Identifier: EUPL-1.2

//! The directory's statements.

use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;

use super::{AfterName, Listed, Person, Search, UnitName};
use crate::{
    db::{Db, Result, sql},
    id::{AccountId, OrgUnitId},
};

#[derive(FromRow)]
struct PersonRow {
    id: AccountId,
    given_name: String,
    family_name: String,
    sort_name: String,
    job_title: Option<String>,
    email: Option<String>,
    unit_id: OrgUnitId,
    unit_name: String,
}

impl PersonRow {
    fn into_person(self) -> Person {
        Person {
            id: self.id,
            given_name: self.given_name,
            family_name: self.family_name,
            job_title: self.job_title,
            email: self.email,
            unit: UnitName {
                id: self.unit_id,
                name: self.unit_name,
            },
        }
    }

    fn into_listed(self) -> Listed {
        let after = AfterName(self.sort_name.clone(), self.id);
        Listed {
            person: self.into_person(),
            after,
        }
    }
}

/// What finds a folded word at the beginning of any word of `' ' || sort_name`.
pub(super) fn word(word: &str) -> String {
    format!("% {word}%")
}

/// An open org unit. The list of them all is the tree: parents stand before what is below them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, FromRow)]
pub struct OrgUnit {
    pub id: OrgUnitId,
    /// The personnel office's organisation number.
    pub code: String,
    pub name: String,
    /// The unit above; absent at the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<OrgUnitId>,
    /// Its own deputy, who is told when its people do not answer; absent if it has that of a unit above, or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deputy_id: Option<AccountId>,
    /// How many people work in it and in all below it.
    pub people: i64,
}

pub(super) async fn search(
    db: &Db,
    [first, second, third]: [Option<String>; 3],
    search: Search,
) -> Result<Vec<Listed>> {
    let (after_name, after_id) = search.after.map(|AfterName(name, id)| (name, id)).unzip();
    let rows: Vec<PersonRow> = db
        .query(sql!(
            "SELECT a.id, a.given_name, a.family_name, a.sort_name, a.job_title, a.email, "
            "u.id AS unit_id, u.name AS unit_name "
            "FROM accounts a JOIN org_units u ON u.id = a.unit_id WHERE a.left_at IS NULL "
            "AND (' ' || a.sort_name LIKE $1 OR $1 IS NULL) "
            "AND (' ' || a.sort_name LIKE $2 OR $2 IS NULL) "
            "AND (' ' || a.sort_name LIKE $3 OR $3 IS NULL) "
            "AND (EXISTS (SELECT 1 FROM org_unit_ancestors up "
            "WHERE up.unit_id = a.unit_id AND up.ancestor_id = $4) OR $4 IS NULL) "
            "AND ((a.sort_name, a.id) > ($5, $6) OR $5 IS NULL) "
            "ORDER BY a.sort_name, a.id LIMIT $7"
        ))
        .bind(first)
        .bind(second)
        .bind(third)
        .bind(search.unit)
        .bind(after_name)
        .bind(after_id)
        .bind(search.limit)
        .all()
        .await?;
    Ok(rows.into_iter().map(PersonRow::into_listed).collect())
}

pub(super) async fn person(db: &Db, id: AccountId) -> Result<Option<Person>> {
    let row: Option<PersonRow> = db
        .query(sql!(
            "SELECT a.id, a.given_name, a.family_name, a.sort_name, a.job_title, a.email, "
            "u.id AS unit_id, u.name AS unit_name FROM accounts a JOIN org_units u ON u.id = a.unit_id "
            "WHERE a.id = $1 AND a.left_at IS NULL"
        ))
        .bind(id)
        .opt()
        .await?;
    Ok(row.map(PersonRow::into_person))
}

pub(super) async fn org_units(db: &Db) -> Result<Vec<OrgUnit>> {
    db.query(sql!(
        "SELECT u.id, u.code, u.name, u.parent_id, d.deputy_id, (SELECT COUNT(*) FROM org_unit_ancestors below "
        "JOIN accounts a ON a.unit_id = below.unit_id AND a.left_at IS NULL "
        "WHERE below.ancestor_id = u.id) AS people "
        "FROM org_units u LEFT JOIN org_unit_deputies d ON d.unit_id = u.id WHERE u.closed_at IS NULL "
        "ORDER BY (SELECT COUNT(*) FROM org_unit_ancestors up WHERE up.unit_id = u.id), u.code"
    ))
    .all()
    .await
}

pub(super) async fn by_number(db: &Db, number: &str) -> Result<Option<AccountId>> {
    let row = db
        .query(sql!(
            "SELECT id FROM accounts WHERE personnel_number = $1 AND left_at IS NULL"
        ))
        .bind(number.to_owned())
        .opt::<(AccountId,)>()
        .await?;
    Ok(row.map(|(id,)| id))
}
