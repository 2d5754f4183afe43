// SPDX-License-Identifier: EUPL-1.2

//! The directory: finding colleagues and the offices they work in. What every employee sees of another:
//! name, job title, office e-mail, unit; never the personnel number, nor whether they use the app.

mod store;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::store::OrgUnit;
use super::{People, PeopleError, names};
use crate::id::{AccountId, OrgUnitId};

/// A colleague.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Person {
    pub id: AccountId,
    pub given_name: String,
    pub family_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    pub unit: UnitName,
}

/// An org unit by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnitName {
    pub id: OrgUnitId,
    pub name: String,
}

/// Where a page of the directory begins: after this name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AfterName(pub(super) String, pub(super) AccountId);

/// Whom to look for.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Beginnings of names, in any order: "ann mü" finds Anna Müller. `None`: everybody.
    pub text: Option<String>,
    /// In this unit and all below it.
    pub unit: Option<OrgUnitId>,
    pub after: Option<AfterName>,
    pub limit: i64,
}

/// A colleague and where a page that begins after them does so.
pub struct Listed {
    pub person: Person,
    pub after: AfterName,
}

impl People {
    /// Colleagues by name.
    pub async fn search(&self, search: Search) -> Result<Vec<Listed>, PeopleError> {
        let text = search.text.as_deref().map(names::fold).unwrap_or_default();
        // More words than a name has would only narrow what three of them have found.
        let mut beginnings = text
            .split(' ')
            .filter(|word| !word.is_empty())
            .map(store::word);
        let words = [beginnings.next(), beginnings.next(), beginnings.next()];
        Ok(store::search(&self.db, words, search).await?)
    }

    /// One colleague; [`PeopleError::NotFound`] if there is none or they have left.
    pub async fn person(&self, id: AccountId) -> Result<Person, PeopleError> {
        store::person(&self.db, id)
            .await?
            .ok_or(PeopleError::NotFound)
    }

    /// Who has this personnel number; [`PeopleError::NotFound`] if nobody has or they have left. For the command
    /// line: colleagues are not told each other's.
    pub async fn by_number(&self, number: &str) -> Result<AccountId, PeopleError> {
        store::by_number(&self.db, number)
            .await?
            .ok_or(PeopleError::NotFound)
    }

    /// Every open unit.
    pub async fn org_units(&self) -> Result<Vec<OrgUnit>, PeopleError> {
        Ok(store::org_units(&self.db).await?)
    }
}
