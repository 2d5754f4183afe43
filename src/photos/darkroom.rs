// SPDX-License-Identifier: EUPL-1.2

//! Where photos are developed: few at a time, off the threads that serve requests, and not for ever.
//!
//! A decoder can't be stopped from outside. What bounds it are the [`Limits`]; the deadline here is looked
//! at between the steps, and its caller is answered in time in any case. A place stays taken until the
//! work in it has really ended, so that slow pictures can't add up.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::{sync::Semaphore, time::timeout};

use super::{
    decode::{Limits, Refusal, decode},
    variants::{Developed, render},
};
use crate::tasks::Tasks;

/// At most two at once: two of the largest pictures take under a gigabyte, and a town's server has two
/// cores to give.
const PLACES: usize = 2;
/// How long an upload waits for a place.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long one picture may take. A phone's takes a tenth of a second to a whole one.
const TIME: Duration = Duration::from_secs(15);

#[derive(Clone)]
pub(super) struct Darkroom {
    limits: Limits,
    tasks: Tasks,
    places: Arc<Semaphore>,
}

/// Why a picture was not developed.
#[derive(Debug, thiserror::Error)]
pub(super) enum DarkroomError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Every place was taken for too long.
    #[error("too many photos at once")]
    Busy,
}

impl Darkroom {
    pub(super) fn new(limits: Limits, tasks: Tasks) -> Self {
        Self {
            limits,
            tasks,
            places: Arc::new(Semaphore::new(PLACES)),
        }
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Decodes a file and renders its variants.
    pub(super) async fn develop(&self, file: Bytes) -> Result<Developed, DarkroomError> {
        let Ok(Ok(place)) = timeout(PATIENCE, self.places.clone().acquire_owned()).await else {
            return Err(DarkroomError::Busy);
        };
        let limits = self.limits;
        let deadline = Instant::now() + TIME;
        let work = self.tasks.spawn_blocking(move || {
            let _place = place;
            let go_on = || {
                if Instant::now() < deadline {
                    Ok(())
                } else {
                    Err(Refusal::TooSlow)
                }
            };
            let decoded = decode(&file, &limits)?;
            drop(file);
            render(decoded, go_on)
        });
        match timeout(TIME, work).await {
            Err(_too_late) => Err(Refusal::TooSlow.into()),
            Ok(Ok(developed)) => Ok(developed?),
            Ok(Err(panic)) => {
                // The decoders are other people's code, fed with strangers' bytes.
                tracing::error!(%panic, "a picture made its decoder panic");
                Err(Refusal::Unreadable.into())
            }
        }
    }
}
