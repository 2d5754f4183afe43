// SPDX-License-Identifier: EUPL-1.2

//! One connection: resolve, connect, TLS, HTTP/2, and then a task that drives it until it ends.
//!
//! On the `h2` crate itself: a request costs a stream and nothing else, no task and no channel, and the
//! instant at which it is written is known.

use std::{
    error::Error as _,
    future::poll_fn,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use h2::{
    Ping, PingPong,
    client::{self, SendRequest},
};
use http::{HeaderValue, Response};
use rustls_pki_types::ServerName;
use tokio::{
    net::TcpStream,
    task::JoinHandle,
    time::{Instant, timeout},
};
use tokio_rustls::client::TlsStream;

use super::{Failure, Origin, Parcel, Patience, Settings, gather::Gathered, tunnel};
use crate::{clock::At, push::gateways::answer::Answer};

/// An open connection.
pub(super) struct Connection {
    sender: SendRequest<Bytes>,
    vital: Arc<Vital>,
}

/// Signs of life, shared with the task that drives the connection.
struct Vital {
    opened: Instant,
    /// When something was last heard from the peer, in microseconds after `opened`.
    heard: AtomicU64,
    waiting: AtomicUsize,
    ended: AtomicBool,
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
/// What the peer may send on one connection before we have read it: a thousand answers.
const WINDOW: u32 = 1024 * 1024;

impl Connection {
    /// A connection, and the task that drives it, which ends with it.
    pub(super) async fn open(
        origin: &Origin,
        settings: &Settings,
    ) -> Result<(Self, JoinHandle<()>), Failure> {
        let tcp = connect(origin, settings).await?;
        let stream = Gathered::new(encrypt(tcp, origin, settings).await?);
        let handshake = client::Builder::new()
            // Until the peer says how many it takes: APNs takes one before the first accepted token.
            .initial_max_send_streams(1)
            .initial_connection_window_size(WINDOW)
            .enable_push(false)
            .handshake(stream.share());
        let (sender, mut connection) = timeout(settings.patience.connect, handshake)
            .await
            .map_err(|_| Failure::Unreachable("HTTP/2 handshake timed out".to_owned()))?
            .map_err(|error| Failure::Unreachable(chain(&error)))?;
        let vital = Arc::new(Vital {
            opened: Instant::now(),
            heard: AtomicU64::new(0),
            waiting: AtomicUsize::new(0),
            ended: AtomicBool::new(false),
        });
        let (pings, alive, patience) = (connection.ping_pong(), vital.clone(), settings.patience);
        // Whatever it is woken for, what it then has to say leaves together.
        let speaking = poll_fn(move |cx| {
            let end = Pin::new(&mut connection).poll(cx).map(drop);
            match stream.poll_write_out(cx) {
                Poll::Ready(Err(_)) => Poll::Ready(()),
                _ => end,
            }
        });
        let driver = settings.tasks.spawn(async move {
            // Whoever waits for an answer is told of an error; here it would be told twice. A connection
            // that no longer answers is dropped, which tells all who wait on it.
            tokio::select! {
                () = speaking => {}
                () = listen(pings, &alive, patience) => {}
            }
            alive.ended.store(true, Ordering::Relaxed);
        });
        Ok((Self { sender, vital }, driver))
    }

    /// Whether a request may be sent over it: open, and not silent for so long that a firewall on the way
    /// may have forgotten it.
    pub(super) fn is_fit(&self, idle: Duration) -> bool {
        !self.vital.ended.load(Ordering::Relaxed) && self.silence() < idle
    }

    /// How long ago something was last heard from the peer.
    pub(super) fn silence(&self) -> Duration {
        self.vital.silence()
    }

    /// How many requests the peer allows at once.
    pub(super) fn streams(&self) -> usize {
        self.sender.current_max_send_streams()
    }

    /// Waits until the peer takes another request.
    pub(super) async fn stream(&self) -> Result<SendRequest<Bytes>, Loss> {
        let _waiting = self.vital.wait();
        self.sender.clone().ready().await.map_err(|error| {
            // Told to go away, or gone: nothing more is sent here.
            self.vital.ended.store(true, Ordering::Relaxed);
            Loss::untouched(&error)
        })
    }

    /// Sends over a [stream](Self::stream) of this connection, and waits for the answer.
    pub(super) async fn send(
        &self,
        mut stream: SendRequest<Bytes>,
        parcel: &Parcel,
        authorization: Option<&HeaderValue>,
        settings: &Settings,
    ) -> Result<Answer, Loss> {
        let _waiting = self.vital.wait();
        let (response, mut body) = stream
            .send_request(parcel.request(authorization), false)
            .map_err(|error| Loss::untouched(&error))?;
        let sent_at = settings.clock.now();
        body.send_data(parcel.body.clone(), true)
            .map_err(|error| Loss::of(&error))?;
        let response = response.await.map_err(|error| Loss::of(&error))?;
        self.vital.hear();
        collect(response, sent_at, settings)
            .await
            .map_err(Loss::finally)
    }
}

impl Vital {
    fn hear(&self) {
        let micros = u64::try_from(self.opened.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.heard.store(micros, Ordering::Relaxed);
    }

    fn silence(&self) -> Duration {
        let heard = Duration::from_micros(self.heard.load(Ordering::Relaxed));
        self.opened.elapsed().saturating_sub(heard)
    }

    /// Counts one who waits for an answer, until it is dropped.
    fn wait(&self) -> impl Drop + '_ {
        struct Waiting<'a>(&'a Vital);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.waiting.fetch_sub(1, Ordering::Relaxed);
            }
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        Waiting(self)
    }
}

/// Ends when the peer no longer answers PINGs (RFC 9113, section 6.7), which are sent while answers are due
/// and nothing comes.
async fn listen(pings: Option<PingPong>, vital: &Vital, patience: Patience) {
    let Some(mut pings) = pings else {
        return std::future::pending().await;
    };
    loop {
        let left = patience.ping.saturating_sub(vital.silence());
        tokio::time::sleep(left.max(Duration::from_millis(10))).await;
        let is_waiting = vital.waiting.load(Ordering::Relaxed) > 0;
        if !is_waiting || vital.silence() < patience.ping {
            // An idle connection is left in peace: Apple wants few PINGs on it.
            if !is_waiting {
                tokio::time::sleep(patience.ping).await;
            }
            continue;
        }
        match timeout(patience.ping, pings.ping(Ping::opaque())).await {
            Ok(Ok(_)) => vital.hear(),
            _ => return,
        }
    }
}

impl Loss {
    fn of(error: &h2::Error) -> Self {
        Self {
            failure: Failure::Lost(chain(error)),
            untouched: was_turned_away(error),
        }
    }

    /// Nothing that another connection would better, or would be allowed to.
    pub(super) fn finally(failure: Failure) -> Self {
        Self {
            failure,
            untouched: false,
        }
    }

    fn untouched(error: &h2::Error) -> Self {
        Self {
            failure: Failure::Lost(chain(error)),
            untouched: true,
        }
    }
}

async fn collect(
    response: Response<h2::RecvStream>,
    sent_at: At,
    settings: &Settings,
) -> Result<Answer, Failure> {
    let (head, mut stream) = response.into_parts();
    let lost = |error: h2::Error| Failure::Lost(chain(&error));
    let mut body = BytesMut::new();
    while let Some(part) = stream.data().await {
        let part = part.map_err(lost)?;
        stream
            .flow_control()
            .release_capacity(part.len())
            .map_err(lost)?;
        if body.len() + part.len() > LONGEST_ANSWER {
            return Err(Failure::Lost("the answer is too long".to_owned()));
        }
        body.extend_from_slice(&part);
    }
    Ok(Answer {
        status: head.status,
        headers: head.headers,
        body: body.freeze(),
        sent_at,
        at: settings.clock.now(),
    })
}

/// A socket that leads to the origin, through the proxy if there is one.
async fn connect(origin: &Origin, settings: &Settings) -> Result<TcpStream, Failure> {
    let Some(proxy) = &settings.link.proxy else {
        let reach = |to: &SocketAddr| settings.reach.allows(origin, to.ip());
        return dial(&origin.host, origin.port, settings, reach).await;
    };
    // The proxy resolves the name, so that only what is an address already can be judged here.
    if let Ok(address) = origin.host.parse()
        && !settings.reach.allows(origin, address)
    {
        return Err(Failure::NotPublic);
    }
    let tcp = dial(proxy.host(), proxy.port(), settings, |_| true).await?;
    let tunnel = tunnel::open(tcp, origin, proxy, &settings.tasks);
    timeout(settings.patience.connect, tunnel)
        .await
        .map_err(|_| Failure::Unreachable("the proxy does not answer".to_owned()))?
}

async fn dial(
    host: &str,
    port: u16,
    settings: &Settings,
    allowed: impl Fn(&SocketAddr) -> bool,
) -> Result<TcpStream, Failure> {
    let addresses = resolve(host, port, settings).await?;
    let mut failure = Failure::NotPublic;
    for address in addresses.into_iter().filter(allowed).take(MOST_ADDRESSES) {
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

async fn resolve(host: &str, port: u16, settings: &Settings) -> Result<Vec<SocketAddr>, Failure> {
    let found = tokio::net::lookup_host((host, port));
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
fn was_turned_away(error: &h2::Error) -> bool {
    let refused = error.reason() == Some(h2::Reason::REFUSED_STREAM);
    error.is_remote() && (refused || error.is_go_away())
}

/// An error with its causes.
fn chain(error: &h2::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
