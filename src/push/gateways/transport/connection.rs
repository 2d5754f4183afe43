// SPDX-License-Identifier: EUPL-1.2

//! One connection: resolve, connect, TLS, HTTP/2, and then a task that drives it until it ends.

use std::{
    net::SocketAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    body::Incoming,
    client::conn::http2::{self, SendRequest},
};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls_pki_types::ServerName;
use tokio::{
    net::TcpStream,
    task::JoinHandle,
    time::{Instant, timeout},
};
use tokio_rustls::client::TlsStream;

use super::{Failure, Origin, Settings};
use crate::{push::gateways::answer::Answer, tasks::Tasks};

/// An open connection.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// When an answer last came over it, or else when it was opened.
    heard: Mutex<Instant>,
}

/// A request without an answer.
pub(super) struct Loss {
    pub(super) failure: Failure,
    /// The peer cannot have begun to process it, so that a repeat is no second push.
    pub(super) untouched: bool,
}

/// Gateways answer in a few hundred octets; a stranger's push service may try more.
const LONGEST_ANSWER: usize = 64 * 1024;
/// Addresses of one name that are tried in turn.
const MOST_ADDRESSES: usize = 4;

impl Connection {
    /// A connection, and the task that drives it, which ends with it.
    pub(super) async fn open(
        origin: &Origin,
        settings: &Settings,
    ) -> Result<(Self, JoinHandle<()>), Failure> {
        let tcp = connect(origin, settings).await?;
        let tls = encrypt(tcp, origin, settings).await?;
        let handshake = http2::Builder::new(Background(settings.tasks.clone()))
            .timer(TokioTimer::new())
            // Until the peer says how many it takes: APNs takes one before the first accepted token.
            .initial_max_send_streams(1)
            .keep_alive_interval(settings.patience.ping)
            .keep_alive_timeout(settings.patience.connect)
            .keep_alive_while_idle(false)
            .handshake(TokioIo::new(tls));
        let (sender, driver) = timeout(settings.patience.connect, handshake)
            .await
            .map_err(|_| Failure::Unreachable("HTTP/2 handshake timed out".to_owned()))?
            .map_err(|error| Failure::Unreachable(chain(&error)))?;
        let driver = settings.tasks.spawn(async move {
            // Whoever waits for an answer is told of the error; here it would be told twice.
            let _ = driver.await;
        });
        Ok((
            Self {
                sender,
                heard: Mutex::new(Instant::now()),
            },
            driver,
        ))
    }

    /// Whether a request may be sent over it: open, and not silent for so long that a firewall on the way
    /// may have forgotten it.
    pub(super) fn is_fit(&self, idle: Duration) -> bool {
        !self.sender.is_closed() && self.silence() < idle
    }

    /// How long ago something was last heard from the peer.
    pub(super) fn silence(&self) -> Duration {
        self.heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .elapsed()
    }

    pub(super) async fn send(
        &self,
        request: Request<Full<Bytes>>,
        settings: &Settings,
    ) -> Result<Answer, Loss> {
        let mut sender = self.sender.clone();
        let response = sender
            .try_send_request(request)
            .await
            .map_err(|error| Loss {
                untouched: error.message().is_some() || was_turned_away(error.error()),
                failure: Failure::Lost(chain(error.error())),
            })?;
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        collect(response, settings).await.map_err(|failure| Loss {
            failure,
            untouched: false,
        })
    }
}

async fn collect(response: Response<Incoming>, settings: &Settings) -> Result<Answer, Failure> {
    let (head, body) = response.into_parts();
    let body = Limited::new(body, LONGEST_ANSWER)
        .collect()
        .await
        .map_err(|error| Failure::Lost(chain(error.as_ref())))?
        .to_bytes();
    Ok(Answer {
        status: head.status,
        headers: head.headers,
        body,
        at: settings.clock.now(),
    })
}

async fn connect(origin: &Origin, settings: &Settings) -> Result<TcpStream, Failure> {
    let addresses = resolve(origin, settings).await?;
    let mut failure = Failure::NotPublic;
    let allowed = addresses
        .into_iter()
        .filter(|to| settings.reach.allows(origin, to.ip()));
    for address in allowed.take(MOST_ADDRESSES) {
        match timeout(settings.patience.connect, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => {
                // Without it every push waits up to 40 ms for the acknowledgement of the one before.
                tcp.set_nodelay(true)
                    .map_err(|error| Failure::Unreachable(error.to_string()))?;
                return Ok(tcp);
            }
            Ok(Err(error)) => failure = Failure::Unreachable(error.to_string()),
            Err(_) => failure = Failure::Unreachable("connecting timed out".to_owned()),
        }
    }
    Err(failure)
}

async fn resolve(origin: &Origin, settings: &Settings) -> Result<Vec<SocketAddr>, Failure> {
    let found = tokio::net::lookup_host((origin.host.as_str(), origin.port));
    match timeout(settings.patience.connect, found).await {
        Ok(Ok(addresses)) => Ok(addresses.collect()),
        Ok(Err(error)) => Err(Failure::Unreachable(error.to_string())),
        Err(_) => Err(Failure::Unreachable("name lookup timed out".to_owned())),
    }
}

async fn encrypt(
    tcp: TcpStream,
    origin: &Origin,
    settings: &Settings,
) -> Result<TlsStream<TcpStream>, Failure> {
    let name = ServerName::try_from(origin.host.clone())
        .map_err(|error| Failure::Unreachable(error.to_string()))?;
    let tls = timeout(settings.patience.connect, settings.tls.connect(name, tcp))
        .await
        .map_err(|_| Failure::Unreachable("TLS handshake timed out".to_owned()))?
        .map_err(|error| Failure::Unreachable(error.to_string()))?;
    if tls.get_ref().1.alpn_protocol() == Some(b"h2") {
        Ok(tls)
    } else {
        Err(Failure::Unreachable(
            "the peer does not speak HTTP/2".to_owned(),
        ))
    }
}

/// The peer says that it did not process the request (RFC 9113, section 8.7): by REFUSED_STREAM, or by a
/// GOAWAY that leaves it out.
fn was_turned_away(error: &hyper::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(h2) = cause.downcast_ref::<h2::Error>() {
            let refused = h2.reason() == Some(h2::Reason::REFUSED_STREAM);
            return h2.is_remote() && (refused || h2.is_go_away());
        }
        source = cause.source();
    }
    false
}

/// An error with its causes; hyper's own words say little.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// Runs hyper's own tasks, one for the connection and one for each large body, where a shutdown waits.
#[derive(Clone)]
struct Background(Tasks);

impl<F> hyper::rt::Executor<F> for Background
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    fn execute(&self, task: F) {
        self.0.spawn(task);
    }
}
