// SPDX-License-Identifier: EUPL-1.2

//! What goes into a batch and what comes out of the tables.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::FromRow;

use crate::{
    clock::At,
    db::{DbError, Result},
    id::{AccountId, OrgUnitId},
    people::{
        import::roster::{KnownPerson, KnownUnit, RosterPerson, RosterUnit},
        names,
    },
    push::Language,
};

/// Every unit's id by its code, new ones included.
pub(super) struct UnitIds(pub(super) HashMap<String, OrgUnitId>);

impl UnitIds {
    fn id(&self, code: &str) -> Result<OrgUnitId> {
        self.0
            .get(code)
            .copied()
            .ok_or_else(|| DbError::Impossible {
                table: "org_units",
                id: code.to_owned(),
                what: "the roster names a unit that neither it nor the table has",
            })
    }

    pub(super) fn units<'u>(
        &self,
        units: impl Iterator<Item = (OrgUnitId, &'u RosterUnit)>,
    ) -> Result<Vec<UnitWrite>> {
        units
            .map(|(id, unit)| {
                let parent = unit
                    .parent
                    .as_deref()
                    .map(|code| self.id(code))
                    .transpose()?;
                Ok(UnitWrite {
                    id,
                    code: unit.code.clone(),
                    name: unit.name.clone(),
                    parent,
                })
            })
            .collect()
    }

    pub(super) fn people<'p>(
        &self,
        people: impl Iterator<Item = (AccountId, &'p RosterPerson)>,
    ) -> Result<Vec<PersonWrite<'p>>> {
        people
            .map(|(id, person)| {
                Ok(PersonWrite {
                    id,
                    personnel_number: &person.personnel_number,
                    given_name: &person.given_name,
                    family_name: &person.family_name,
                    sort_name: names::sort_name(&person.family_name, &person.given_name),
                    job_title: person.job_title.as_deref(),
                    job_title_key: person.job_title.as_deref().map(names::caseless),
                    location: person.location.as_deref(),
                    location_key: person.location.as_deref().map(names::caseless),
                    email: person.email.as_deref(),
                    mobile: person.mobile.as_deref(),
                    language: person.language,
                    unit: self.id(&person.unit)?,
                })
            })
            .collect()
    }
}

#[derive(Serialize)]
pub(super) struct UnitWrite {
    id: OrgUnitId,
    code: String,
    name: String,
    parent: Option<OrgUnitId>,
}

#[derive(Serialize)]
pub(super) struct PersonWrite<'p> {
    id: AccountId,
    personnel_number: &'p str,
    given_name: &'p str,
    family_name: &'p str,
    sort_name: String,
    job_title: Option<&'p str>,
    job_title_key: Option<String>,
    location: Option<&'p str>,
    location_key: Option<String>,
    email: Option<&'p str>,
    mobile: Option<&'p str>,
    language: Language,
    unit: OrgUnitId,
}

#[derive(FromRow)]
pub(super) struct UnitRow {
    id: OrgUnitId,
    code: String,
    name: String,
    parent: Option<String>,
    closed_at: Option<At>,
}

impl UnitRow {
    pub(super) fn into_known(self) -> KnownUnit {
        let unit = RosterUnit {
            code: self.code,
            name: self.name,
            parent: self.parent,
        };
        KnownUnit {
            id: self.id,
            unit,
            closed: self.closed_at.is_some(),
        }
    }
}

#[derive(FromRow)]
pub(super) struct PersonRow {
    id: AccountId,
    personnel_number: String,
    given_name: String,
    family_name: String,
    job_title: Option<String>,
    location: Option<String>,
    email: Option<String>,
    mobile: Option<String>,
    language: Language,
    unit: String,
    left_at: Option<At>,
}

impl PersonRow {
    pub(super) fn into_known(self) -> KnownPerson {
        let person = RosterPerson {
            personnel_number: self.personnel_number,
            given_name: self.given_name,
            family_name: self.family_name,
            job_title: self.job_title,
            location: self.location,
            email: self.email,
            mobile: self.mobile,
            language: self.language,
            unit: self.unit,
        };
        KnownPerson {
            id: self.id,
            person,
            left: self.left_at.is_some(),
        }
    }
}
