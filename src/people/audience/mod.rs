// SPDX-License-Identifier: EUPL-1.2

//! Who is meant: everybody, or org units with all below them.
//!
//! The one predicate for "is this person in that audience" is the following SQL; every feature's
//! `store.rs` uses it in its own statements, so that lists are filtered by the database:
//!
//! ```sql
//! EXISTS (SELECT 1 FROM audiences a WHERE a.id = X.audience_id AND (a.everybody OR EXISTS (
//!     SELECT 1 FROM audience_units au JOIN org_unit_ancestors up ON up.ancestor_id = au.unit_id
//!     WHERE au.audience_id = a.id AND up.unit_id = $reader_unit)))
//! ```
//!
//! A row of `audiences` is never changed once made: who was meant stays true.

mod store;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::store::AudienceCount;
use super::{People, PeopleError};
use crate::{
    db::{Db, DbError, Tx},
    id::{AudienceId, Ids, OrgUnitId},
};

/// More units than a city has: what is longer is a mistake or mischief.
const MAX_UNITS: usize = 1_000;

/// Who is meant, as a request and an answer say it: `{"kind": "everybody"}`, or
/// `{"kind": "units", "units": ["…"]}` for those units and all below them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", from = "Said")]
pub enum Audience {
    Everybody,
    Units { units: Vec<OrgUnitId> },
}

/// As a request says it: serde refuses unknown fields beside a tag only where there are braces.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Said {
    Everybody {},
    Units { units: Vec<OrgUnitId> },
}

impl From<Said> for Audience {
    fn from(said: Said) -> Self {
        match said {
            Said::Everybody {} => Self::Everybody,
            Said::Units { units } => Self::Units { units },
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum AudienceError {
    #[error("an audience of no units means nobody")]
    Empty,
    #[error("at most {MAX_UNITS} units can be named")]
    TooMany,
    /// The indexes in the list of the units that don't exist or are closed.
    #[error("some of the units do not exist")]
    UnknownUnits(Vec<usize>),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl AudienceError {
    /// What is wrong as JSON pointers within the audience, each with a sentence for the app's developer.
    pub fn pointers(&self) -> Vec<(String, &'static str)> {
        match self {
            Self::Empty => vec![("/units".into(), "must name at least one unit")],
            Self::TooMany => vec![("/units".into(), "names too many units")],
            Self::UnknownUnits(indexes) => {
                let pointer = |index| (format!("/units/{index}"), "there is no such open unit");
                indexes.iter().map(pointer).collect()
            }
            Self::Db(_) => Vec::new(),
        }
    }
}

impl Audience {
    /// Stores the audience for something that is made in the same transaction.
    pub async fn create(&self, tx: &mut Tx, ids: &Ids) -> Result<AudienceId, AudienceError> {
        let id = ids.id();
        match self {
            Self::Everybody => return Ok(store::everybody(tx, id).await?),
            Self::Units { units } => {
                self.check(&store::open_units(tx, units).await?)?;
                store::insert(tx, id, units).await?;
            }
        }
        Ok(id)
    }

    /// The audience that a row holds.
    pub async fn load(db: &Db, id: AudienceId) -> Result<Self, DbError> {
        store::load(db, id).await
    }

    fn check(&self, open: &[OrgUnitId]) -> Result<(), AudienceError> {
        let Self::Units { units } = self else {
            return Ok(());
        };
        match units.len() {
            0 => return Err(AudienceError::Empty),
            1..=MAX_UNITS => {}
            _ => return Err(AudienceError::TooMany),
        }
        let unknown = units
            .iter()
            .enumerate()
            .filter(|(_, unit)| !open.contains(unit));
        let unknown: Vec<usize> = unknown.map(|(index, _)| index).collect();
        if unknown.is_empty() {
            Ok(())
        } else {
            Err(AudienceError::UnknownUnits(unknown))
        }
    }
}

impl People {
    /// How many people would be meant now, without storing the audience.
    pub async fn count_audience(
        &self,
        audience: &Audience,
    ) -> Result<AudienceCount, AudienceError> {
        match audience {
            Audience::Everybody => Ok(store::count_everybody(&self.db).await?),
            Audience::Units { units } => {
                let mut tx = self.db.begin().await?;
                audience.check(&store::open_units(&mut tx, units).await?)?;
                Ok(store::count_units(&mut tx, units).await?)
            }
        }
    }

    /// Whether this person is meant by a stored audience.
    pub async fn is_meant(
        &self,
        audience: AudienceId,
        unit: OrgUnitId,
    ) -> Result<bool, PeopleError> {
        Ok(store::is_meant(&self.db, audience, unit).await?)
    }
}
