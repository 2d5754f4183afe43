// SPDX-License-Identifier: EUPL-1.2

//! Who may know of which channel, post and comment: what the change log asks before it tells phones.

use std::sync::Arc;

use futures::{FutureExt as _, future::BoxFuture};
use uuid::Uuid;

use super::{Feed, store::known};
use crate::{
    changes::{Known, Subjects, Thing},
    db::Result,
    id::AccountId,
};

impl Feed {
    /// What the change log asks of this room.
    pub fn subjects(&self) -> Arc<dyn Subjects> {
        Arc::new(self.clone())
    }
}

impl Subjects for Feed {
    fn things(&self) -> &'static [Thing] {
        &[Thing::Channel, Thing::Post, Thing::Comment]
    }

    fn known_to<'a>(
        &'a self,
        thing: Thing,
        subjects: &'a [Uuid],
        readers: &'a [AccountId],
    ) -> BoxFuture<'a, Result<Vec<Known>>> {
        async move {
            match thing {
                Thing::Channel => known::channels(&self.db, subjects, readers).await,
                Thing::Post => known::posts(&self.db, subjects, readers).await,
                Thing::Comment => known::comments(&self.db, subjects, readers).await,
                Thing::Announcement => Ok(Vec::new()),
            }
        }
        .boxed()
    }
}
