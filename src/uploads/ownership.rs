// SPDX-License-Identifier: EUPL-1.2

//! Whose an upload is: its owner alone removes it, as long as nothing shows it, and has not too many that wait.

use super::Housekeeping;
use crate::id::{AccountId, Id};

/// How many of a person's uploads of a kind may wait for what shows them: of photos, five posts' worth.
pub const MAX_UNATTACHED: i64 = 50;

/// Why somebody may not do something with an upload that they may know of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    #[error("it is somebody else's")]
    NotOwn,
    #[error("something shows it")]
    Attached,
    #[error("{MAX_UNATTACHED} wait to be shown already")]
    TooManyUnattached,
}

/// A room whose uploads have owners.
pub trait Owned: Housekeeping<Error: From<Denied>> {
    /// How many of a person's uploads nothing shows.
    fn count_unattached(
        &self,
        owner: AccountId,
    ) -> impl Future<Output = Result<i64, Self::Error>> + Send;

    /// Whether a person may upload one more.
    fn check_room(&self, owner: AccountId) -> impl Future<Output = Result<(), Self::Error>> + Send {
        async move {
            if self.count_unattached(owner).await? < MAX_UNATTACHED {
                Ok(())
            } else {
                Err(Denied::TooManyUnattached.into())
            }
        }
    }

    /// Removes an upload for its owner, as long as nothing shows it.
    fn remove_for(
        &self,
        who: AccountId,
        owner: AccountId,
        id: Id<Self::Thing>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send {
        async move {
            check_own(who, owner)?;
            if self.remove_unattached(id).await? {
                Ok(())
            } else {
                Err(Denied::Attached.into())
            }
        }
    }
}

/// Whether it is their own.
pub fn check_own(who: AccountId, owner: AccountId) -> Result<(), Denied> {
    if who == owner {
        Ok(())
    } else {
        Err(Denied::NotOwn)
    }
}
