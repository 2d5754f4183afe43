//! People: who is on the payroll, how they sign in, what they may do, who is meant by an audience.

pub mod access;
pub mod audience;
pub mod http;
mod store;

use self::access::Employee;
use crate::{
    clock::Clock,
    config::PeopleConfig,
    db::{Db, DbError},
    id::Ids,
};

/// The people of the city.
#[derive(Clone)]
pub struct People {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) config: PeopleConfig,
}

/// Why a verb of this room was not done.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    #[error(transparent)]
    Db(#[from] DbError),
}

impl People {
    pub fn new(db: Db, clock: Clock, ids: Ids, config: PeopleConfig) -> Self {
        Self {
            db,
            clock,
            ids,
            config,
        }
    }

    /// Whose session the token is; `None` if it is nobody's (any more).
    pub async fn authenticate(&self, token: &str) -> Result<Option<Employee>, PeopleError> {
        let hash = ring::digest::digest(&ring::digest::SHA256, token.as_bytes());
        let idle_since = self.clock.now() - self.config.session_idle();
        Ok(store::session(&self.db, hash.as_ref(), idle_since).await?)
    }
}
