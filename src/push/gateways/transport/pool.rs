// SPDX-License-Identifier: EUPL-1.2

//! A few connections to one origin.
//!
//! A request takes a permit (their [number](super::limit) adapts to the peer), then the place with the most
//! room, then the connection in it. Each place has one asynchronous lock: who finds no usable connection opens one while
//! the others wait for it, and a failure is told to all who waited instead of being found by each in turn.
//! At a shutdown a task empties the places, so that connections end once their last answers are in.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use h2::client::SendRequest;
use http::{HeaderValue, StatusCode};
use tokio::{
    sync::Mutex,
    task::JoinHandle,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    Failure, Origin, Parcel, Settings,
    connection::{Connection, Loss},
    limit::{Limit, Sign},
};
use crate::push::gateways::answer::Answer;

pub(super) struct Pool {
    origin: Origin,
    settings: Arc<Settings>,
    limit: Limit,
    places: Vec<Arc<Place>>,
}

/// Room for one connection.
#[derive(Default)]
struct Place {
    /// Requests that use it or wait for it.
    busy: AtomicUsize,
    /// How many the peer allows on its connection; 0 while there is none.
    streams: AtomicUsize,
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
        let most = connections * settings.link.in_flight.max(1);
        let limit = Limit::new(origin.to_string(), most);
        let places = (0..connections).map(|_| Arc::default()).collect();
        Self {
            origin,
            settings,
            limit,
            places,
        }
    }

    /// Opens every connection that is not open; tells the first failure.
    pub(super) async fn open(&self) -> Result<(), Failure> {
        let opened = self.places.iter().map(|place| self.connection(place));
        futures::future::try_join_all(opened).await.map(drop)
    }

    /// Opens every connection that is not open, and hands the parcel over on each that allows one request at a
    /// time so far; the answers, or the first failure.
    pub(super) async fn open_with(
        &self,
        parcel: &Parcel,
        authorization: Option<&HeaderValue>,
    ) -> Result<Vec<Answer>, Failure> {
        let begun = self
            .places
            .iter()
            .map(|place| self.begin(place, parcel, authorization));
        let answers = futures::future::join_all(begun).await;
        answers.into_iter().filter_map(Result::transpose).collect()
    }

    async fn begin(
        &self,
        place: &Arc<Place>,
        parcel: &Parcel,
        authorization: Option<&HeaderValue>,
    ) -> Result<Option<Answer>, Failure> {
        let connection = self.connection(place).await?;
        if connection.streams() > 1 {
            return Ok(None);
        }
        let turn = self
            .limit
            .acquire(parcel.lane, self.settings.patience.turn)
            .await;
        let _permit = turn.ok_or(Failure::KeptWaiting)?;
        let _busy = Busy::at(place);
        let answer = async {
            let stream = connection.stream().await?;
            self.exchange(place, &connection, stream, parcel, authorization)
                .await
        };
        answer.await.map(Some).map_err(|loss| loss.failure)
    }

    pub(super) async fn send(
        &self,
        parcel: &Parcel,
        authorization: Option<&HeaderValue>,
        curfew: &CancellationToken,
    ) -> Result<Answer, Failure> {
        // A thousand of these futures are in memory at once: what is rarely needed is boxed, and nothing is
        // moved from one into another.
        let turn = pin!(self.limit.acquire(parcel.lane, self.settings.patience.turn));
        let turn = before(curfew, turn).await.ok_or(Failure::Unsent)?;
        let _permit = turn.ok_or(Failure::KeptWaiting)?;
        let mut end = self.attempt(parcel, authorization, curfew).await;
        if end.as_ref().is_err_and(|loss| loss.untouched) {
            end = Box::pin(self.attempt(parcel, authorization, curfew)).await;
        }
        end.map_err(|loss| loss.failure)
    }

    async fn attempt(
        &self,
        parcel: &Parcel,
        authorization: Option<&HeaderValue>,
        curfew: &CancellationToken,
    ) -> Result<Answer, Loss> {
        let place = self.roomiest();
        let _busy = Busy::at(place);
        let connection = match self.open_connection(place) {
            Some(connection) => connection,
            None => before(curfew, Box::pin(self.connection(place)))
                .await
                .unwrap_or(Err(Failure::Unsent))
                .map_err(Loss::finally)?,
        };
        let stream = pin!(connection.stream());
        let stream = before(curfew, stream)
            .await
            .unwrap_or_else(|| Err(Loss::finally(Failure::Unsent)))?;
        self.exchange(place, &connection, stream, parcel, authorization)
            .await
    }

    /// Sends over a stream of the place's connection, and learns from what comes back.
    async fn exchange(
        &self,
        place: &Place,
        connection: &Arc<Connection>,
        stream: SendRequest<Bytes>,
        parcel: &Parcel,
        authorization: Option<&HeaderValue>,
    ) -> Result<Answer, Loss> {
        let sent = Instant::now();
        let answer = pin!(connection.send(stream, parcel, authorization, &self.settings));
        let Ok(answer) = timeout(self.settings.patience.answer, answer).await else {
            self.limit.learn(sent, Sign::Lost);
            if connection.silence() >= self.settings.patience.answer {
                place.leave(connection).await;
                self.count_streams();
            }
            return Err(Loss::finally(Failure::TimedOut));
        };
        place.allow(connection.streams().min(self.settings.link.in_flight));
        self.count_streams();
        self.limit.learn(sent, sign(&answer));
        answer
    }

    /// What the connections allow together. A place without one counts for the request that opens it.
    fn count_streams(&self) {
        let streams = self.places.iter().map(|place| place.streams().max(1));
        self.limit.allow(streams.sum());
    }

    fn roomiest(&self) -> &Arc<Place> {
        // There is at least one place, see `new`.
        self.places
            .iter()
            .max_by_key(|place| place.room())
            .unwrap_or(&self.places[0])
    }

    /// The place's connection, if it is fit and nobody is just replacing it.
    fn open_connection(&self, place: &Place) -> Option<Arc<Connection>> {
        let state = place.state.try_lock().ok()?;
        match &*state {
            State::Open(connection) if connection.is_fit(self.settings.patience.idle) => {
                Some(Arc::clone(connection))
            }
            _ => None,
        }
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
                place.allow(connection.streams().min(self.settings.link.in_flight));
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
            self.allow(0);
        }
    }

    fn streams(&self) -> usize {
        self.streams.load(Ordering::Relaxed)
    }

    fn allow(&self, streams: usize) {
        self.streams.store(streams, Ordering::Relaxed);
    }

    /// How many more requests would begin at once, below zero if some wait already.
    fn room(&self) -> i64 {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        count(self.streams().max(1)) - count(self.busy.load(Ordering::Relaxed))
    }
}

/// What comes before the curfew.
async fn before<T>(curfew: &CancellationToken, what: impl Future<Output = T> + Unpin) -> Option<T> {
    // Also what could begin without waiting: a second try after the curfew would outlast the lease.
    if curfew.is_cancelled() {
        return None;
    }
    tokio::select! {
        biased;
        it = what => Some(it),
        () = curfew.cancelled() => None,
    }
}

/// What an end says about how much the peer can take.
fn sign(answer: &Result<Answer, Loss>) -> Sign {
    match answer {
        Ok(answer) => match answer.status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Sign::TooMuch,
            _ => Sign::Fine,
        },
        // Told to go away in good order.
        Err(loss) if loss.untouched => Sign::Fine,
        Err(_) => Sign::Lost,
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
