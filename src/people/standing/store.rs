// SPDX-License-Identifier: EUPL-1.2

//! The statement that says where somebody stands.

use crate::{
    db::{Db, Result, sql},
    id::{AccountId, OrgUnitId},
};

type Row = (OrgUnitId, Option<String>, Option<String>);

/// A row for each unit above the person, their own among them.
pub(super) async fn standing(db: &Db, account: AccountId) -> Result<Vec<Row>> {
    db.query(sql!(
        "SELECT above.ancestor_id, person.location_key, person.job_title_key
         FROM accounts person JOIN org_unit_ancestors above ON above.unit_id = person.unit_id
         WHERE person.id = $1 ORDER BY above.ancestor_id"
    ))
    .bind(account)
    .all()
    .await
}
