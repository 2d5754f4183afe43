// SPDX-License-Identifier: EUPL-1.2

//! Who may know of which announcement: what the change log asks before it tells phones.

use std::sync::Arc;

use futures::{FutureExt as _, future::BoxFuture};
use uuid::Uuid;

use super::{super::Announcements, store};
use crate::{
    changes::{Known, Subjects, Thing},
    db::Result,
    id::{AccountId, Id},
};

impl Announcements {
    /// What the change log asks of this room.
    pub fn subjects(&self) -> Arc<dyn Subjects> {
        Arc::new(self.clone())
    }
}

impl Subjects for Announcements {
    fn things(&self) -> &'static [Thing] {
        &[Thing::Announcement]
    }

    fn known_to<'a>(
        &'a self,
        _: Thing,
        subjects: &'a [Uuid],
        readers: &'a [AccountId],
    ) -> BoxFuture<'a, Result<Vec<Known>>> {
        async move {
            let announcements: Vec<_> = subjects.iter().copied().map(Id::from_uuid).collect();
            let rows = store::known_to(&self.db, &announcements, readers).await?;
            let known = rows.into_iter().map(|(id, reader, gone)| Known {
                subject: id.uuid(),
                reader,
                post: None,
                gone,
            });
            Ok(known.collect())
        }
        .boxed()
    }
}
