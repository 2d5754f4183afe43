// SPDX-License-Identifier: EUPL-1.2

//! What was uploaded and never shown is forgotten; so is what a crash left in the store.

use std::time::Duration;

use super::{Photos, PhotosError, Size, storage, store};
use crate::{clock::At, id::PhotoId};

/// How long a photo may wait for its post.
pub const UNATTACHED_FOR: Duration = Duration::from_hours(24);
/// How often the room is tidied.
const EVERY: Duration = Duration::from_hours(1);
/// Photos that are forgotten in one go.
const BATCH: i64 = 100;

impl Photos {
    /// Tidies up every hour until the process ends.
    pub fn start(&self) {
        let photos = self.clone();
        self.tasks.spawn(async move {
            loop {
                // From the beginning of a round: a clock that moves on meanwhile is not slept over.
                let next = photos.clock.now() + EVERY;
                photos.tidy().await;
                tokio::select! {
                    () = photos.clock.sleep_until(next) => {}
                    () = photos.tasks.stopping() => return,
                }
            }
        });
    }

    async fn tidy(&self) {
        for forgotten in [self.forget_unattached().await, self.forget_strays().await] {
            match forgotten {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "photos that nobody showed were forgotten"),
                Err(error) => tracing::error!(%error, "photos could not be tidied up"),
            }
        }
    }

    /// Forgets photos that nothing has shown for [`UNATTACHED_FOR`]; says how many.
    pub async fn forget_unattached(&self) -> Result<u64, PhotosError> {
        let before = self.clock.now() - UNATTACHED_FOR;
        let mut forgotten = 0;
        loop {
            let batch = store::unattached_before(&self.db, before, BATCH).await?;
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

    /// Removes objects of the last days that no row names: a crash came between the two. Says of how many
    /// photos. The ids tell their age (UUIDv7), so an upload that is just being stored is left alone.
    pub async fn forget_strays(&self) -> Result<u64, PhotosError> {
        let now = self.clock.now();
        let mut forgotten = 0;
        let from = earliest_at(now - 2 * UNATTACHED_FOR);
        let until = earliest_at(now - EVERY);
        for id in self.storage.photos_after(from).await? {
            if id < until && !store::exists(&self.db, id).await? {
                let keys = Size::ALL.iter().map(|size| storage::key(id, *size));
                let keys: Vec<String> = keys.collect();
                self.storage.remove(&keys).await;
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }
}

/// The smallest id that can have been made at this instant.
fn earliest_at(at: At) -> PhotoId {
    let millis = at.as_micros().max(0).unsigned_abs() / 1_000;
    let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]);
    PhotoId::from_uuid(uuid.into_uuid())
}
