// SPDX-License-Identifier: EUPL-1.2

//! When sessions were last used: gathered, and written down for all together. When everybody is told something, everybody
//! opens the app at the same moment, and nobody's page is to wait for a write of which the hour is all that matters.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::store;
use crate::{clock::At, db::Result, id::SessionId, people::People, push::devices, tasks::Tasks};

/// How often.
const EVERY: Duration = Duration::from_secs(1);
/// Sessions in one statement.
const PORTION: usize = 1_000;

/// What is not written yet: the hour in which each session was last used.
#[derive(Default)]
pub(in crate::people) struct Seen(Mutex<HashMap<SessionId, At>>);

impl Seen {
    pub(super) fn note(&self, session: SessionId, hour: At) {
        self.lock().insert(session, hour);
    }

    /// The hour in which a session was last used, if it is not written yet.
    pub(super) fn of(&self, session: SessionId) -> Option<At> {
        self.lock().get(&session).copied()
    }

    fn some(&self) -> Vec<(SessionId, At)> {
        let seen = self.lock();
        seen.iter()
            .take(PORTION)
            .map(|(&id, &hour)| (id, hour))
            .collect()
    }

    /// Forgets what is written, unless there is something newer.
    fn forget(&self, written: &[(SessionId, At)]) {
        let mut seen = self.lock();
        for (session, hour) in written {
            if seen.get(session) == Some(hour) {
                seen.remove(session);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, At>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl People {
    /// Writes down every second which sessions were used, and once more at a shutdown.
    pub(in crate::people) fn keep_seen(&self, tasks: &Tasks) {
        let (people, stopping) = (self.clone(), tasks.clone());
        tasks.spawn(async move {
            loop {
                let is_over = tokio::select! {
                    () = people.clock.sleep(EVERY) => false,
                    () = stopping.stopping() => true,
                };
                if let Err(error) = people.write_seen().await {
                    tracing::error!(%error, "it is not written down yet which sessions were used");
                }
                if is_over {
                    return;
                }
            }
        });
    }

    async fn write_seen(&self) -> Result<()> {
        loop {
            let written = self.seen.some();
            let Some(&(_, hour)) = written.first() else {
                return Ok(());
            };
            // Nearly always all of them.
            let written: Vec<_> = written.into_iter().filter(|seen| seen.1 == hour).collect();
            let sessions = || written.iter().map(|&(session, _)| session).collect();
            store::seen(&self.db, sessions(), hour).await?;
            devices::seen(&self.db, sessions(), hour).await?;
            self.seen.forget(&written);
        }
    }
}
