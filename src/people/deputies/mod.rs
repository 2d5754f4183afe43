// SPDX-License-Identifier: EUPL-1.2

//! Deputies: who is told when people of an office do not answer an announcement that asks. An office without a deputy
//! of its own has that of the nearest office above it.
//!
//! Whom the deputy of an office may look up by name depends on this, so every change is in the audit log.

mod store;

use super::{People, access::Admin};
use crate::{
    audit::{self, Action, Entry},
    db::DbError,
    id::{AccountId, OrgUnitId},
};

/// Why a deputy was not named.
#[derive(Debug, thiserror::Error)]
pub enum DeputyError {
    #[error("there is no such org unit")]
    NotFound,
    #[error("nobody on the payroll has this id")]
    Nobody,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl People {
    /// Names the deputy of an open org unit, in the place of the one before.
    pub async fn set_deputy(
        &self,
        admin: &Admin,
        unit: OrgUnitId,
        deputy: AccountId,
    ) -> Result<(), DeputyError> {
        self.change_deputy(admin, unit, Some(deputy)).await
    }

    /// Has an org unit have none of its own. Nothing happens if it has none.
    pub async fn clear_deputy(&self, admin: &Admin, unit: OrgUnitId) -> Result<(), DeputyError> {
        self.change_deputy(admin, unit, None).await
    }

    async fn change_deputy(
        &self,
        admin: &Admin,
        unit: OrgUnitId,
        deputy: Option<AccountId>,
    ) -> Result<(), DeputyError> {
        let mut tx = self.db.begin().await?;
        let now = self.clock.now();
        if !store::hold_open(&mut tx, unit).await? {
            return Err(DeputyError::NotFound);
        }
        if let Some(deputy) = deputy
            && !store::is_employed(&mut tx, deputy).await?
        {
            return Err(DeputyError::Nobody);
        }
        if store::deputy(&mut tx, unit).await? == deputy {
            return Ok(());
        }
        store::set(&mut tx, unit, deputy, (admin.account(), now)).await?;
        let changed = Entry::new(Action::DeputyChanged, Some(admin.account()), unit);
        let changed = match deputy {
            Some(deputy) => changed.with("deputy", deputy.to_string()),
            None => changed,
        };
        Ok(audit::commit(tx, changed, now).await?)
    }
}
