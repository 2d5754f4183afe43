// SPDX-License-Identifier: EUPL-1.2

//! Roles: who may speak for the city, moderate, administer. A grant is a record with who and when, and so
//! is its end.

mod store;

pub use self::store::Grant;
use super::{
    People, PeopleError,
    access::{Admin, Role},
};
use crate::id::AccountId;

impl People {
    /// The roles that this person holds.
    pub async fn roles_of(&self, _: &Admin, account: AccountId) -> Result<Vec<Grant>, PeopleError> {
        store::employed(&self.db, account)
            .await?
            .ok_or(PeopleError::NotFound)?;
        Ok(store::held(&self.db, account).await?)
    }

    /// Grants the role; nothing happens if the person holds it.
    pub async fn grant(
        &self,
        admin: &Admin,
        account: AccountId,
        role: Role,
    ) -> Result<(), PeopleError> {
        self.grant_by(Some(admin.account()), account, role).await
    }

    /// Takes the role back; nothing happens if the person does not hold it.
    pub async fn revoke(
        &self,
        admin: &Admin,
        account: AccountId,
        role: Role,
    ) -> Result<(), PeopleError> {
        store::employed(&self.db, account)
            .await?
            .ok_or(PeopleError::NotFound)?;
        Ok(store::revoke(&self.db, account, role, admin.account(), self.clock.now()).await?)
    }

    /// Grants the role on the server's command line, which is how a city gets its first administrator.
    pub async fn grant_by_number(&self, number: &str, role: Role) -> Result<(), PeopleError> {
        let account = self.by_number(number).await?;
        self.grant_by(None, account, role).await
    }

    async fn grant_by(
        &self,
        by: Option<AccountId>,
        account: AccountId,
        role: Role,
    ) -> Result<(), PeopleError> {
        store::employed(&self.db, account)
            .await?
            .ok_or(PeopleError::NotFound)?;
        Ok(store::grant(&self.db, account, role, by, self.clock.now()).await?)
    }
}
