// SPDX-License-Identifier: EUPL-1.2

//! HTTP/2 over TLS to the gateways: what the three have in common on the wire.
//!
//! A [`Transport`] keeps a [pool](pool::Pool) of connections for each origin. A connection is opened when
//! it is first needed, or [ahead of need](Transport::open); it sends PINGs while it waits for answers, is
//! left when the peer says GOAWAY or falls silent, and is replaced by the next request. How many requests are
//! under way [adapts](limit) to what the peer can take. A request that the
//! peer cannot have begun to process is repeated once on another connection; any other loss is told to the
//! caller, who alone knows whether a repeat is harmless.
//!
//! Time-outs here are those of the network and run by the machine's monotonic clock, so that a wall clock
//! that is set neither shortens nor prolongs them.

mod connection;
mod gather;
mod limit;
mod origin;
mod pool;
mod reach;
mod tls;
mod tunnel;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Uri, header};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

use self::pool::Pool;
pub(super) use self::{origin::Origin, reach::Reach, tls::Roots};
use super::answer::Answer;
use crate::{clock::Clock, config::push::Link, push::Verdict, tasks::Tasks};

/// Connections to any number of origins, bounded by [`Settings::most_origins`].
pub(super) struct Transport {
    settings: Arc<Settings>,
    pools: Mutex<HashMap<Origin, Kept>>,
}

pub(super) struct Settings {
    pub(super) link: Link,
    pub(super) tls: TlsConnector,
    pub(super) reach: Reach,
    /// Pools that are kept at once; the one that was not used for longest makes way.
    pub(super) most_origins: usize,
    pub(super) patience: Patience,
    pub(super) clock: Clock,
    pub(super) tasks: Tasks,
}

/// How long the network may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For a TCP connection to one address and for the handshakes on it, each.
    pub(super) connect: Duration,
    /// For an answer. FCM asks for 10 s at least.
    pub(super) answer: Duration,
    /// For a turn, where a peer allows no more at once and answers none: who waits is turned away then, because
    /// others could use the time. `None`: there are no others.
    pub(super) turn: Option<Duration>,
    /// Without an answer while answers are due, before a PING is sent; and for the answer to that.
    pub(super) ping: Duration,
    /// A connection that nothing came over for so long is not trusted with a push: home routers and
    /// firewalls forget such connections without telling either end.
    pub(super) idle: Duration,
    /// After a failed attempt to connect, everybody who waits is told so, until one may try again.
    pub(super) pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(20),
            turn: None,
            ping: Duration::from_secs(5),
            idle: Duration::from_mins(4),
            pause: Duration::from_secs(1),
        }
    }
}

/// A POST that is ready but for its credentials.
pub(super) struct Parcel {
    pub(super) origin: Origin,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    /// As large as its content: many thousand may wait for T.
    pub(super) body: Bytes,
    /// Who goes first where not all can go at once: the lowest.
    pub(super) lane: i16,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    #[error("unreachable: {0}")]
    Unreachable(String),
    #[error("the address is not public")]
    NotPublic,
    /// The peer may have processed the request.
    #[error("connection lost: {0}")]
    Lost(String),
    /// The peer may have processed the request.
    #[error("no answer in time")]
    TimedOut,
    #[error("too many push services at once")]
    Crowded,
    /// The peer is too slow for all that is meant for it.
    #[error("kept waiting")]
    KeptWaiting,
    /// At the curfew.
    #[error("its turn did not come")]
    Unsent,
}

impl From<Failure> for Verdict {
    fn from(failure: Failure) -> Self {
        let reason = failure.to_string();
        match failure {
            Failure::NotPublic => Self::Quarantined { reason },
            Failure::Unsent => Self::Unsent,
            _ => Self::Retry {
                after: None,
                reason,
            },
        }
    }
}

struct Kept {
    pool: Arc<Pool>,
    used: Instant,
}

impl Transport {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings: Arc::new(settings),
            pools: Mutex::default(),
        }
    }

    /// Opens all connections to an origin that are not open.
    pub(super) async fn open(&self, origin: &Origin) -> Result<(), Failure> {
        self.pool(origin)?.open().await
    }

    /// Opens all connections to the parcel's origin that are not open, and hands the parcel over on each that
    /// allows one request at a time so far. The answers, fewer than connections if some allow more already.
    pub(super) async fn open_with(
        &self,
        parcel: &Parcel,
        authorization: Option<&HeaderValue>,
    ) -> Result<Vec<Answer>, Failure> {
        let pool = self.pool(&parcel.origin)?;
        pool.open_with(parcel, authorization).await
    }

    /// Hands a parcel over and waits for the answer, or until patience ends. What has not been begun at the
    /// curfew stays [unsent](Failure::Unsent).
    pub(super) async fn send(
        &self,
        parcel: &Parcel,
        authorization: Option<&HeaderValue>,
        curfew: &CancellationToken,
    ) -> Result<Answer, Failure> {
        let pool = self.pool(&parcel.origin)?;
        pool.send(parcel, authorization, curfew).await
    }

    fn pool(&self, origin: &Origin) -> Result<Arc<Pool>, Failure> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if let Some(kept) = pools.get_mut(origin) {
            kept.used = now;
            return Ok(Arc::clone(&kept.pool));
        }
        if pools.len() >= self.settings.most_origins {
            make_room(&mut pools)?;
        }
        let pool = Arc::new(Pool::new(origin.clone(), Arc::clone(&self.settings)));
        pools.insert(
            origin.clone(),
            Kept {
                pool: Arc::clone(&pool),
                used: now,
            },
        );
        Ok(pool)
    }
}

/// Drops the pool that nobody has used for longest. One in use is held by its users as well.
fn make_room(pools: &mut HashMap<Origin, Kept>) -> Result<(), Failure> {
    let idle = pools
        .iter()
        .filter(|(_, kept)| Arc::strong_count(&kept.pool) == 1);
    let oldest = idle
        .min_by_key(|(_, kept)| kept.used)
        .map(|(origin, _)| origin.clone());
    pools.remove(&oldest.ok_or(Failure::Crowded)?);
    Ok(())
}

impl Parcel {
    fn request(&self, authorization: Option<&HeaderValue>) -> Request<()> {
        let mut request = Request::new(());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_LENGTH, self.body.len().into());
        if let Some(authorization) = authorization {
            headers.insert(header::AUTHORIZATION, authorization.clone());
        }
        request
    }
}
