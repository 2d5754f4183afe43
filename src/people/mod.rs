//! People: who is on the payroll, how they sign in, what they may do, who is meant by an audience.
//!
//! The cast:
//!
//! - the personnel office's file makes accounts and org units ([`import`]); nobody registers by themselves;
//! - a [join code](join_codes), printed on a letter, turns a person's phone into a [session](sessions):
//!   one opaque token per device;
//! - a token is an [`Employee`](access::Employee), and with a [role](roles) an `Editor`, `Moderator` or
//!   `Admin` ([`access`]);
//! - the [`directory`] finds colleagues and shows the units as a tree;
//! - an [`audience`] says who is meant by a channel, a post or an announcement.
//!
//! The flow: import → join code on a letter → `sign_in` → `authenticate` at every request → until the
//! session ends (signed out, ended from another device, idle for long) or the person leaves the file.

pub mod access;
pub mod audience;
pub mod directory;
pub mod import;
pub mod join_codes;
mod names;
pub mod roles;
pub mod sessions;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::join_codes::FailedAttempts;
use crate::{clock::Clock, db::Db, id::Ids};

/// The people of the city.
#[derive(Clone)]
pub struct People {
    db: Db,
    clock: Clock,
    ids: Ids,
    config: PeopleConfig,
    failed_attempts: Arc<FailedAttempts>,
}

/// Until config/ lands.
#[derive(Clone, Debug)]
pub struct PeopleConfig {
    pub join_code_days: u64,
    pub session_idle_days: u64,
}

impl Default for PeopleConfig {
    fn default() -> Self {
        Self { join_code_days: 30, session_idle_days: 180 }
    }
}

impl PeopleConfig {
    pub fn join_code_validity(&self) -> std::time::Duration {
        std::time::Duration::from_secs(self.join_code_days * 86_400)
    }
    pub fn session_idle(&self) -> std::time::Duration {
        std::time::Duration::from_secs(self.session_idle_days * 86_400)
    }
}

impl People {
    pub fn new(db: Db, clock: Clock, ids: Ids, config: PeopleConfig) -> Self {
        Self { db, clock, ids, config, failed_attempts: Arc::default() }
    }
}
