// SPDX-License-Identifier: EUPL-1.2

//! The staff twice: as the file has it, and as the database knows it.

use crate::{
    id::{AccountId, OrgUnitId},
    push::Language,
};

/// The staff as the file has it: free of conflicts, every unit's parent among the units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    pub units: Vec<RosterUnit>,
    pub people: Vec<RosterPerson>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterUnit {
    /// The personnel office's own key, stable across renamings.
    pub code: String,
    pub name: String,
    /// The code of the unit above; `None` at the root.
    pub parent: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterPerson {
    pub personnel_number: String,
    pub given_name: String,
    pub family_name: String,
    pub job_title: Option<String>,
    /// The place of work.
    pub location: Option<String>,
    pub email: Option<String>,
    /// In the international form, as `+4917012345678`.
    pub mobile: Option<String>,
    /// For somebody new. Later the person's own choice counts, not the file's.
    pub language: Language,
    pub unit: String,
}

impl RosterPerson {
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }
}

/// The staff as the database knows it, leavers and closed units included: both can come back.
#[derive(Clone, Debug, Default)]
pub struct KnownStaff {
    pub units: Vec<KnownUnit>,
    pub people: Vec<KnownPerson>,
}

#[derive(Clone, Debug)]
pub struct KnownUnit {
    pub id: OrgUnitId,
    pub unit: RosterUnit,
    pub closed: bool,
}

#[derive(Clone, Debug)]
pub struct KnownPerson {
    pub id: AccountId,
    pub person: RosterPerson,
    pub left: bool,
}
