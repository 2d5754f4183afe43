// SPDX-License-Identifier: EUPL-1.2

//! The personnel file: who is on the payroll and where, as the personnel office exports it.
//!
//! The flow: [`parse()`] reads the bytes into a [`Roster`] or says, by line and column, everything that is
//! wrong with them; [`People::import`] compares the roster with the staff as it is known and gets an
//! [`ImportPlan`]; unless it is a dry run, the plan is applied in one transaction. Of a file with a single
//! bad row nothing is applied. Importing the same file twice changes nothing: people are known by their
//! personnel number, org units by their organisation number.
//!
//! Whoever is no longer in the file has left: their sessions end, their join codes are revoked, their
//! devices are removed. A file that would have more than a fifth of the staff leave is more likely to be
//! cut off than true; it is refused until somebody confirms it ([`Leavers::Confirmed`]).

mod columns;
mod decode;
mod parse;
mod plan;
mod problem;
mod report;
mod roster;
mod store;
mod units;

pub use self::{
    columns::Column,
    parse::parse,
    plan::{ImportPlan, Updated, UpdatedPerson, UpdatedUnit},
    problem::{Mistake, RowProblem},
    roster::{KnownStaff, Roster, RosterPerson, RosterUnit},
};

use super::{People, access::Admin};
use crate::{changes, db::DbError};

/// Whether a file may have a large part of the staff leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leavers {
    /// At most [`MAX_LEAVERS_PERCENT`] of the staff.
    Few,
    /// Somebody has looked at the dry run and means it.
    Confirmed,
}

/// Above this share of the staff an import wants to be confirmed.
pub const MAX_LEAVERS_PERCENT: usize = 20;

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Never empty.
    #[error("{} mistakes in the personnel file", .0.len())]
    Rows(Vec<RowProblem>),
    #[error("{leavers} of {staff} people would leave; more than 20 % must be confirmed")]
    TooManyLeavers { leavers: usize, staff: usize },
    #[error(transparent)]
    Db(#[from] DbError),
}

impl People {
    /// What [`import`](People::import) of this file would change. Changes nothing, refuses nothing but
    /// bad rows.
    pub async fn plan_import(&self, file: &[u8]) -> Result<ImportPlan, ImportError> {
        let roster = parse(file).map_err(ImportError::Rows)?;
        let mut tx = self.db.begin().await?;
        let known = store::staff(&mut tx).await?;
        Ok(plan::diff(&known, roster))
    }

    /// Makes the staff what the file says, all of it or nothing, and tells what was changed. `by` is
    /// `None` on the server's command line.
    pub async fn import(
        &self,
        file: &[u8],
        leavers: Leavers,
        by: Option<&Admin>,
    ) -> Result<ImportPlan, ImportError> {
        let roster = parse(file).map_err(ImportError::Rows)?;
        let mut tx = self.db.begin().await?;
        // Two imports at once would both find the same people new.
        store::wait_for_other_imports(&mut tx).await?;
        let known = store::staff(&mut tx).await?;
        let plan = plan::diff(&known, roster);
        if plan.has_many_leavers() && leavers == Leavers::Few {
            let (leavers, staff) = (plan.leavers.len(), plan.staff_before);
            return Err(ImportError::TooManyLeavers { leavers, staff });
        }
        let now = self.clock.now();
        store::apply(&mut tx, &plan, &self.ids, now).await?;
        if !plan.changes_nothing() {
            let import = self.ids.id::<crate::id::PersonnelImport>();
            changes::record(
                &mut tx,
                changes::Kind::PeopleImported,
                import,
                by.map(|admin| admin.account()),
                now,
            )
            .await?;
        }
        tx.commit().await?;
        tracing::info!(
            joiners = plan.joiners.len(),
            leavers = plan.leavers.len(),
            returning = plan.returning.len(),
            updated = plan.updated.len(),
            "imported the personnel file"
        );
        Ok(plan)
    }
}
