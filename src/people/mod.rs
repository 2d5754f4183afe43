// SPDX-License-Identifier: EUPL-1.2

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
//! - an office may have a [deputy](deputies), who is told when its people do not answer;
//! - a shift says when a person is on [`duty`]: whoever is hears an alert first;
//! - [quiet hours](quiet) say when a private phone is to be left in peace;
//! - an [`audience`] says who is meant by a channel, a post or an announcement; editors keep some of them
//!   under a name, as [`groups`].
//!
//! The flow: import → join code on a letter → `sign_in` → `authenticate` at every request → until the
//! session ends (signed out, ended from another device, idle for long) or the person leaves the file.

pub mod access;
pub mod audience;
pub mod deputies;
pub mod directory;
pub mod duty;
pub mod groups;
pub mod http;
pub mod import;
pub mod join_codes;
mod names;
pub mod quiet;
pub mod roles;
pub mod sessions;
pub mod standing;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::{join_codes::FailedAttempts, sessions::Seen};
use crate::{
    clock::{Clock, Zone},
    config::PeopleConfig,
    db::{Db, DbError},
    id::Ids,
    tasks::Tasks,
};

/// The people of the city.
#[derive(Clone)]
pub struct People {
    db: Db,
    clock: Clock,
    ids: Ids,
    config: PeopleConfig,
    quiet: quiet::Rules,
    failed_attempts: Arc<FailedAttempts>,
    seen: Arc<Seen>,
}

/// Why a verb of this room was not done. What can go wrong in one way of its own (a join code, an import,
/// an audience) has an error of its own.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// Nobody on the payroll, or nothing of the caller's.
    #[error("there is no such person or session")]
    NotFound,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl People {
    /// The zone of the city's clocks.
    pub fn city_zone(&self) -> &Zone {
        self.quiet.zone()
    }

    pub fn new(db: Db, clock: Clock, ids: Ids, config: PeopleConfig, quiet: quiet::Rules) -> Self {
        Self {
            db,
            clock,
            ids,
            config,
            quiet,
            failed_attempts: Arc::default(),
            seen: Arc::default(),
        }
    }
    /// Starts what runs beside the requests.
    pub fn start(&self, tasks: &Tasks) {
        self.forget_the_past(tasks);
        self.keep_seen(tasks);
    }
}
