// SPDX-License-Identifier: EUPL-1.2

//! A few connections to one origin.
//!
//! A request takes a permit (they bound what is in flight), then the place with the least to do, then the
//! connection in it. Each place has one asynchronous lock: who finds no usable connection opens one while
//! the others wait for it, and a failure is told to all who waited instead of being found by each in turn.
//! At a shutdown a task empties the places, so that connections end once their last answers are in.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use http::HeaderValue;
use tokio::{
    sync::{Mutex, Semaphore},
    task::JoinHandle,
    time::{Instant, timeout},
};

use super::{
    Failure, Origin, Parcel, Settings,
    connection::{Connection, Loss},
};
use crate::push::gateways::answer::Answer;

pub(super) struct Pool {
    origin: Origin,
    settings: Arc<Settings>,
    permits: Semaphore,
    places: Vec<Arc<Place>>,
}

/// Room for one connection.
#[derive(Default)]
struct Place {
    /// Requests that use it or wait for it.
    busy: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Default)]
enum State {
    #[default]
    Empty,
    Open(Arc<Connection>),
    Failed {
        since: Instant,
        failure: Failure,
    },
}

impl Pool {
    pub(super) fn new(origin: Origin, settings: Arc<Settings>) -> Self {
        let connections = settings.link.connections.max(1);
        let permits = Semaphore::new(connections * settings.link.in_flight.max(1));
        let places = (0..connections).map(|_| Arc::default()).collect();
        Self {
            origin,
            settings,
            permits,
            places,
        }
    }

    /// Opens every connection that is not open; tells the first failure.
    pub(super) async fn open(&self) -> Result<(), Failure> {
        let opened = self.places.iter().map(|place| self.connection(place));
        futures::future::try_join_all(opened).await.map(drop)
    }

    pub(super) async fn send(
        &self,
        parcel: &Parcel,
        authorization: Option<&HeaderValue>,
    ) -> Result<Answer, Failure> {
        // The semaphore is never closed; were it, the push would go out unbounded rather than not at all.
        let _permit = self.permits.acquire().await;
        match self.attempt(parcel, authorization).await {
            Err(Loss {
                untouched: true, ..
            }) => self
                .attempt(parcel, authorization)
                .await
                .map_err(|loss| loss.failure),
            Err(loss) => Err(loss.failure),
            Ok(answer) => Ok(answer),
        }
    }

    async fn attempt(
        &self,
        parcel: &Parcel,
        authorization: Option<&HeaderValue>,
    ) -> Result<Answer, Loss> {
        let place = self.least_busy();
        let _busy = Busy::at(place);
        let connection = self.connection(place).await.map_err(|failure| Loss {
            failure,
            untouched: false,
        })?;
        let sent = connection.send(parcel.request(authorization), &self.settings);
        if let Ok(answer) = timeout(self.settings.patience.answer, sent).await {
            return answer;
        }
        if connection.silence() >= self.settings.patience.answer {
            place.leave(&connection).await;
        }
        Err(Loss {
            failure: Failure::TimedOut,
            untouched: false,
        })
    }

    fn least_busy(&self) -> &Arc<Place> {
        let busy = |place: &&Arc<Place>| place.busy.load(Ordering::Relaxed);
        // There is at least one place, see `new`.
        self.places
            .iter()
            .min_by_key(busy)
            .unwrap_or(&self.places[0])
    }

    async fn connection(&self, place: &Arc<Place>) -> Result<Arc<Connection>, Failure> {
        let patience = self.settings.patience;
        let mut state = place.state.lock().await;
        match &*state {
            State::Open(connection) if connection.is_fit(patience.idle) => {
                return Ok(Arc::clone(connection));
            }
            State::Failed { since, failure } if since.elapsed() < patience.pause => {
                return Err(failure.clone());
            }
            _ => {}
        }
        match Connection::open(&self.origin, &self.settings).await {
            Ok((connection, driver)) => {
                let connection = Arc::new(connection);
                *state = State::Open(Arc::clone(&connection));
                self.empty_at_shutdown(place, driver);
                tracing::debug!(origin = %self.origin, "connected to a push gateway");
                Ok(connection)
            }
            Err(failure) => {
                tracing::warn!(origin = %self.origin, %failure, "no connection to a push gateway");
                *state = State::Failed {
                    since: Instant::now(),
                    failure: failure.clone(),
                };
                Err(failure)
            }
        }
    }

    /// A place that keeps its connection would keep the connection's task, and a shutdown waiting for it.
    fn empty_at_shutdown(&self, place: &Arc<Place>, driver: JoinHandle<()>) {
        let (place, tasks) = (Arc::downgrade(place), self.settings.tasks.clone());
        self.settings.tasks.spawn(async move {
            tokio::select! {
                _ = driver => {}
                () = tasks.stopping() => if let Some(place) = place.upgrade() {
                    *place.state.lock().await = State::Empty;
                },
            }
        });
    }
}

impl Place {
    /// Gives up a connection whose peer has fallen silent, unless another has taken its place.
    async fn leave(&self, silent: &Arc<Connection>) {
        let mut state = self.state.lock().await;
        if matches!(&*state, State::Open(current) if Arc::ptr_eq(current, silent)) {
            *state = State::Empty;
        }
    }
}

/// Counts a request at its place, also when its future is dropped.
struct Busy<'a>(&'a Place);

impl<'a> Busy<'a> {
    fn at(place: &'a Place) -> Self {
        place.busy.fetch_add(1, Ordering::Relaxed);
        Self(place)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}
