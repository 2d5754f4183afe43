// SPDX-License-Identifier: EUPL-1.2

//! Social notices: somebody's phone tells them that a colleague has commented.
//!
//! The cast:
//!
//! - **who expects to hear of a comment**: the post's author of every one; of a reply, whoever wrote the comment above
//!   it or another reply to it. Not everybody who ever commented on the post: they spoke to its author, and not to
//!   each other. Nobody hears of their own words, nor of what they may not read;
//! - a **notice**: one for a person and a post, however many comments come in. Each push of it takes the place of the
//!   one before on the phone, and says how many there are. The first is heard, what follows is not;
//! - the [reader](reading) of the change log, which turns comments into notices; the [teller](telling), which turns
//!   notices that are due into messages of the class `social`; and the [last look](last_look), which the dispatcher
//!   asks just before one leaves.
//!
//! The flow: a comment is written, and a line in the change log → whoever expects to hear of it has a notice → the
//! notice is due: it is asked who may read what *now*, and how the person's quiet hours and duty are → a message, staged
//! and opened in the same transaction, or the notice waits for the quiet to end. So the outbox never holds what waits
//! for hours, and an alert is never behind it.
//!
//! **Invariant:** nothing here costs more in a larger city. A comment concerns [a few dozen](policy::MOST_IN_THREAD)
//! people at most, a notice is pushed ever [more rarely](policy::pause) while a flood lasts, and only
//! [so many](policy::MOST_UNDER_WAY) messages are with the dispatcher at once.

mod housekeeping;
pub mod http;
mod last_look;
mod policy;
mod reading;
mod settings;
mod store;
mod telling;
mod words;

use std::{sync::Arc, time::Duration};

pub use self::settings::{NotificationSettings, PutNotificationSettings};
use crate::{
    clock::{At, Clock},
    config::push::Classes,
    db::{Db, Result},
    id::Ids,
    people::People,
    push::LastLook,
    tasks::Tasks,
};

/// A storm of commits is looked at ten times a second at most.
const REST: Duration = Duration::from_millis(100);
/// After an error of the database, or when there is more to do that can't be done yet.
const TRY_AGAIN: Duration = Duration::from_millis(250);

/// The room. Cheap to clone.
#[derive(Clone)]
pub struct Notifications(Arc<Room>);

/// What it works with.
pub struct Room {
    db: Db,
    clock: Clock,
    ids: Ids,
    people: People,
    classes: Classes,
}

impl std::ops::Deref for Notifications {
    type Target = Room;

    fn deref(&self) -> &Room {
        &self.0
    }
}

/// When to look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    At(At),
    /// Of real time.
    Soon,
    /// When there is news.
    Never,
}

impl Notifications {
    pub fn new(db: Db, clock: Clock, ids: Ids, people: People, classes: Classes) -> Self {
        Self(Arc::new(Room {
            db,
            clock,
            ids,
            people,
            classes,
        }))
    }

    /// What the dispatcher asks before a notice leaves.
    pub fn last_look(&self) -> Arc<dyn LastLook> {
        Arc::new(self.clone())
    }

    /// Starts telling people, until the process stops.
    pub fn start(&self, tasks: &Tasks) {
        tasks.spawn(self.clone().run(tasks.clone()));
        tasks.spawn(housekeeping::run(self.clone(), tasks.clone()));
    }

    async fn run(self, tasks: Tasks) {
        tokio::select! {
            () = self.tell_on() => {}
            () = tasks.stopping() => {}
        }
    }

    async fn tell_on(&self) {
        let mut commits = self.db.commits();
        let mut reader = None;
        loop {
            // What is committed from here on wakes the wait below.
            commits.borrow_and_update();
            let next = self.round(&mut reader).await.unwrap_or_else(|error| {
                tracing::error!(%error, "social notices have to wait");
                Next::Soon
            });
            tokio::time::sleep(REST).await;
            tokio::select! {
                // The database outlives this task, so the sender does too.
                _ = commits.changed() => {}
                () = self.wait_for(next) => {}
            }
        }
    }

    /// Reads what has happened, and tells whoever is to be told now.
    async fn round(&self, reader: &mut Option<reading::Reader>) -> Result<Next> {
        let reader = match reader {
            Some(reader) => reader,
            none => none.insert(reading::begin(self).await?),
        };
        let more_to_come = self.read(reader).await?;
        let next = self.tell_due().await?;
        Ok(if more_to_come { Next::Soon } else { next })
    }

    async fn wait_for(&self, next: Next) {
        match next {
            Next::At(at) => self.clock.sleep_until(at).await,
            Next::Soon => tokio::time::sleep(TRY_AGAIN).await,
            Next::Never => std::future::pending().await,
        }
    }
}
