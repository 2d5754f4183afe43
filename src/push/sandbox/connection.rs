// SPDX-License-Identifier: EUPL-1.2

//! One accepted connection: what its requests tell it to do, and what the gateway remembers about it.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::watch;

/// How a connection goes on. Requests set it, the loop in `server.rs` obeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    Serve,
    /// GOAWAY, then whatever was accepted is finished.
    Leave,
    /// The socket is closed at once.
    Cut,
    /// Neither read nor written.
    Freeze,
}

/// The token that a provider has shown on this connection.
#[derive(Clone, Debug)]
pub(super) struct ProviderToken {
    pub(super) token: Box<str>,
    /// Seconds since 1970.
    pub(super) issued: i64,
}

pub(super) struct Connection {
    /// Whether it allows a single stream at a time.
    pub(super) one_stream: bool,
    /// Whether it has been widened, where it begins [narrow](super::narrow).
    is_wide: Arc<AtomicBool>,
    course: watch::Sender<Course>,
    provider_token: Mutex<Option<ProviderToken>>,
}

impl Connection {
    pub(super) fn new(one_stream: bool) -> Self {
        Self {
            one_stream,
            is_wide: Arc::default(),
            course: watch::Sender::new(Course::Serve),
            provider_token: Mutex::default(),
        }
    }

    /// From the next answer on it takes as many streams as any.
    pub(super) fn widen(&self) {
        self.is_wide.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_wide(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.is_wide)
    }

    pub(super) fn steer(&self, course: Course) {
        self.course.send_replace(course);
    }

    pub(super) fn course(&self) -> watch::Receiver<Course> {
        self.course.subscribe()
    }

    /// Whether this token may be used here: the one of before, or one that was issued at least `pause`
    /// after it.
    pub(super) fn present_provider_token(&self, shown: ProviderToken, pause: Duration) -> bool {
        let mut known = self
            .provider_token
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let pause = i64::try_from(pause.as_secs()).unwrap_or(i64::MAX);
        match &*known {
            Some(known) if known.token == shown.token => return true,
            Some(known) if shown.issued < known.issued.saturating_add(pause) => return false,
            _ => {}
        }
        *known = Some(shown);
        true
    }

    /// After a token was refused, the next one is welcome at once.
    pub(super) fn forget_provider_token(&self) {
        *self
            .provider_token
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
    }
}
