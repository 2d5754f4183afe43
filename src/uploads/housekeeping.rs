// SPDX-License-Identifier: EUPL-1.2

//! What was uploaded and never shown is forgotten; so is what a crash left in the store.

use std::{fmt::Display, time::Duration};

use super::{Storage, StorageError};
use crate::{
    clock::{At, Clock},
    id::Id,
    tasks::Tasks,
};

/// How long an upload may wait for what shows it.
pub const UNATTACHED_FOR: Duration = Duration::from_hours(24);
/// How often a room is tidied.
const EVERY: Duration = Duration::from_hours(1);
/// Uploads that are forgotten in one go.
const BATCH: i64 = 100;

/// A room whose things are uploaded first and shown by something later.
pub trait Housekeeping: Clone + Send + Sync + 'static {
    /// What the ids name.
    type Thing: 'static;
    type Error: Display + From<StorageError> + Send;
    /// Where the store has them; and what they are called in the log.
    const FOLDER: &'static str;

    fn storage(&self) -> &Storage;
    fn clock(&self) -> &Clock;

    /// The objects of a thing with this id.
    fn keys(id: Id<Self::Thing>) -> Vec<String>;

    /// Up to `limit` things older than this that nothing shows, oldest first.
    fn unattached_before(
        &self,
        before: At,
        limit: i64,
    ) -> impl Future<Output = Result<Vec<Id<Self::Thing>>, Self::Error>> + Send;

    /// The row first, then the objects. `false`: something shows it by now, or it is gone.
    fn remove_unattached(
        &self,
        id: Id<Self::Thing>,
    ) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Whether there is a row.
    fn exists(&self, id: Id<Self::Thing>)
    -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Tidies up every hour until the process ends.
    fn keep_house(&self, tasks: &Tasks) {
        let (room, stopping) = (self.clone(), tasks.clone());
        tasks.spawn(async move {
            loop {
                // From the beginning of a round: a clock that moves on meanwhile is not slept over.
                let next = room.clock().now() + EVERY;
                tidy(&room).await;
                tokio::select! {
                    () = room.clock().sleep_until(next) => {}
                    () = stopping.stopping() => return,
                }
            }
        });
    }

    /// Forgets what nothing has shown for [`UNATTACHED_FOR`]; says how many things.
    fn forget_unattached(&self) -> impl Future<Output = Result<u64, Self::Error>> + Send {
        async {
            let before = self.clock().now() - UNATTACHED_FOR;
            let mut forgotten = 0;
            loop {
                let batch = self.unattached_before(before, BATCH).await?;
                let found = batch.len();
                let mut removed = 0;
                for id in batch {
                    removed += u64::from(self.remove_unattached(id).await?);
                }
                forgotten += removed;
                if removed == 0 || found < usize::try_from(BATCH).unwrap_or(usize::MAX) {
                    return Ok(forgotten);
                }
            }
        }
    }

    /// Removes objects of the last days that no row names, and those that are not whole: a crash came between. Says
    /// how many. The ids tell their age (UUIDv7), so an upload that is just being stored is left alone.
    fn forget_strays(&self) -> impl Future<Output = Result<u64, Self::Error>> + Send {
        async {
            let now = self.clock().now();
            let from = earliest_at(now - 2 * UNATTACHED_FOR);
            let until = earliest_at(now - EVERY);
            let half_written = self
                .storage()
                .forget_half_written::<Self::Thing>(Self::FOLDER, from..until);
            let mut forgotten = half_written.await?;
            for id in self.storage().ids_after(Self::FOLDER, from).await? {
                if id < until && !self.exists(id).await? {
                    self.storage().remove(&Self::keys(id)).await;
                    forgotten += 1;
                }
            }
            Ok(forgotten)
        }
    }
}

async fn tidy<R: Housekeeping>(room: &R) {
    let what = R::FOLDER;
    for forgotten in [room.forget_unattached().await, room.forget_strays().await] {
        match forgotten {
            Ok(0) => {}
            Ok(count) => tracing::info!(what, count, "uploads that nobody showed were forgotten"),
            Err(error) => tracing::error!(what, %error, "uploads could not be tidied up"),
        }
    }
}

/// The smallest id that can have been made at this instant.
fn earliest_at<K>(at: At) -> Id<K> {
    let millis = at.as_micros().max(0).unsigned_abs() / 1_000;
    let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]);
    Id::from_uuid(uuid.into_uuid())
}
