// SPDX-License-Identifier: EUPL-1.2

//! The listeners: TLS, HTTP, and what a fault does to a request and its connection.

use std::{borrow::Cow, io, net::IpAddr, pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode, request::Parts};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, rt::Executor, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::conn::auto,
};
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use super::{
    connection::{Connection, Course},
    dialect::{Dialect, Judgement, Refusal, Reply, Yes},
    faults::{Fault, Faults},
    journal::{Entry, Journal},
    narrow::Narrow,
};
use crate::{clock::Clock, tasks::Tasks};

/// Above every gateway's limit, so that what is too large is read and gets the vendor's own answer.
const MAX_BODY: usize = 64 * 1_024;
/// What Apple allows a connection at a time.
const STREAMS: u32 = 1_000;
/// How long a connection may take to say goodbye when the process ends.
const FAREWELL: Duration = Duration::from_secs(1);

/// What every listener shares.
#[derive(Clone)]
pub(super) struct Common {
    pub(super) clock: Clock,
    pub(super) tasks: Tasks,
    pub(super) faults: Arc<Faults>,
    pub(super) journal: Journal,
    /// Between the arrival of a push and its answer.
    pub(super) latency: Duration,
}

/// One gateway's door.
struct Door<D> {
    common: Common,
    dialect: D,
}

/// A port of this machine, held before anybody needs to know who answers there.
pub(super) async fn bind(address: IpAddr, port: u16) -> io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind((address, port)).await?;
    let bound = listener.local_addr()?;
    Ok((listener, bound.to_string()))
}

/// Answers as this gateway until the process ends.
pub(super) fn open<D: Dialect>(
    listener: TcpListener,
    tls: Arc<ServerConfig>,
    dialect: D,
    common: Common,
) {
    let tasks = common.tasks.clone();
    let door = Arc::new(Door { common, dialect });
    let acceptor = TlsAcceptor::from(tls);
    tasks.clone().spawn(async move {
        loop {
            tokio::select! {
                () = tasks.stopping() => return,
                accepted = listener.accept() => {
                    // An error belongs to the one connection (`accept(2)`), or passes, as too many
                    // open files do; there is nobody to tell in a sandbox.
                    let Ok((stream, _)) = accepted else { tokio::task::yield_now().await; continue };
                    tasks.spawn(Arc::clone(&door).welcome(stream, acceptor.clone()));
                }
            }
        }
    });
}

impl<D: Dialect> Door<D> {
    async fn welcome(self: Arc<Self>, stream: TcpStream, acceptor: TlsAcceptor) {
        let holds = |fault| self.common.faults.holds(self.dialect.gateway(), &fault);
        if holds(Fault::Unreachable) || stream.set_nodelay(true).is_err() {
            return;
        }
        let one_stream = holds(Fault::OneStreamOnly);
        tokio::select! {
            () = self.common.tasks.stopping() => {}
            greeted = acceptor.accept(stream) => {
                // Who does not trust us, or speaks no protocol of ours, has been told so by TLS.
                let Ok(stream) = greeted else { return };
                let connection = Connection::new(one_stream);
                if self.dialect.begins_narrow() && !one_stream {
                    let stream = Narrow::new(stream, STREAMS, connection.is_wide());
                    self.serve(TokioIo::new(stream), connection).await;
                } else {
                    self.serve(TokioIo::new(stream), connection).await;
                }
            }
        }
    }

    async fn serve(
        self: &Arc<Self>,
        stream: TokioIo<impl AsyncRead + AsyncWrite + Unpin + Send + 'static>,
        connection: Connection,
    ) {
        let tasks = &self.common.tasks;
        let http = self.http(connection.one_stream);
        let connection = Arc::new(connection);
        let mut course = connection.course();
        let mut served = pin!(http.serve_connection(
            stream,
            service_fn(|request| { Arc::clone(self).answer(Arc::clone(&connection), request) })
        ));
        loop {
            tokio::select! {
                _ = served.as_mut() => return,
                () = tasks.stopping() => {
                    served.as_mut().graceful_shutdown();
                    let _ = tokio::time::timeout(FAREWELL, served).await;
                    return;
                }
                _ = course.changed() => {}
            }
            let steered = *course.borrow_and_update();
            match steered {
                Course::Serve => {}
                Course::Leave => served.as_mut().graceful_shutdown(),
                Course::Cut => return,
                Course::Freeze => tokio::select! {
                    () = tasks.stopping() => return,
                    () = self.common.faults.cleared() => {}
                },
            }
        }
    }

    fn http(&self, one_stream: bool) -> auto::Builder<TasksExecutor> {
        let mut http = auto::Builder::new(TasksExecutor(self.common.tasks.clone()));
        http.http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(if one_stream { 1 } else { STREAMS })
            // A client that gives up on stalled pushes resets them all; that is no attack here.
            .max_pending_accept_reset_streams(usize::MAX)
            .max_local_error_reset_streams(None)
            .initial_connection_window_size(4 * 1_024 * 1_024)
            .auto_date_header(true);
        http.http1().timer(TokioTimer::new());
        if self.dialect.protocols() == ["h2"] {
            http.http2_only()
        } else {
            http
        }
    }

    /// Reads, judges, misbehaves as told, writes down, answers.
    async fn answer(
        self: Arc<Self>,
        connection: Arc<Connection>,
        request: Request<Incoming>,
    ) -> Result<Reply, Reset> {
        let (request, body) = request.into_parts();
        let body = match Limited::new(body, MAX_BODY).collect().await {
            Ok(body) => body.to_bytes(),
            Err(why) if why.is::<http_body_util::LengthLimitError>() => {
                let mut reply = Reply::new(Full::default());
                *reply.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
                return Ok(reply);
            }
            Err(_) => return Err(Reset),
        };
        if let Some(reply) = self.dialect.aside(&request, &body) {
            return Ok(reply);
        }
        let gateway = self.dialect.gateway();
        if !connection.one_stream && self.common.faults.holds(gateway, &Fault::OneStreamOnly) {
            connection.steer(Course::Leave);
        }
        let Judgement { address, verdict } = self.dialect.judge(&connection, &request, &body);
        let arrived = Arrived {
            request,
            body,
            address,
        };
        let reply = match verdict {
            Err(refusal) => self.refuse(arrived, &refusal),
            Ok(yes) => {
                let address = arrived.address.as_deref().unwrap_or_default();
                match self.common.faults.strike(gateway, address) {
                    None => self.take(arrived, yes),
                    Some(fault) => self.misbehave(&connection, arrived, yes, fault).await?,
                }
            }
        };
        // What was taken is taken, even if the client is gone before it hears so.
        self.pause(self.common.latency).await?;
        Ok(reply)
    }

    /// A push that is in order, and struck by a fault.
    async fn misbehave(
        &self,
        connection: &Connection,
        push: Arrived,
        yes: Yes,
        fault: Fault,
    ) -> Result<Reply, Reset> {
        match fault {
            Fault::Refuse {
                status,
                reason,
                retry_after,
            } => {
                connection.forget_provider_token();
                let refusal = Refusal {
                    retry_after,
                    ..Refusal::new(status, reason)
                };
                Ok(self.refuse(push, &refusal))
            }
            Fault::Unregister { since } => Ok(self.refuse(push, &self.dialect.gone(since))),
            Fault::Latency { by } => {
                let reply = self.take(push, yes);
                self.pause(by).await?;
                Ok(reply)
            }
            Fault::GoAway => {
                connection.steer(Course::Leave);
                Ok(self.take(push, yes))
            }
            Fault::LoseAnswer => {
                self.record(push, None, yes.delivers, "LoseAnswer".into());
                connection.steer(Course::Cut);
                self.silence().await
            }
            Fault::Drop => {
                self.record(push, None, false, "Drop".into());
                connection.steer(Course::Cut);
                self.silence().await
            }
            Fault::Freeze => {
                self.record(push, None, false, "Freeze".into());
                connection.steer(Course::Freeze);
                self.silence().await
            }
            Fault::Stall => {
                self.record(push, None, false, "Stall".into());
                self.silence().await
            }
            Fault::Reset => {
                self.record(push, None, false, "Reset".into());
                Err(Reset)
            }
            // These hold for a whole gateway and strike no single push.
            Fault::OneStreamOnly | Fault::Unreachable | Fault::RevokeAccess => {
                Ok(self.take(push, yes))
            }
        }
    }

    fn take(&self, push: Arrived, yes: Yes) -> Reply {
        self.record(
            push,
            Some(yes.reply.status().as_u16()),
            yes.delivers,
            "".into(),
        );
        yes.reply
    }

    fn refuse(&self, push: Arrived, refusal: &Refusal) -> Reply {
        let reply = self.dialect.refuse(&push.request, refusal);
        self.record(
            push,
            Some(reply.status().as_u16()),
            false,
            refusal.reason.clone(),
        );
        reply
    }

    fn record(
        &self,
        push: Arrived,
        status: Option<u16>,
        accepted: bool,
        reason: Cow<'static, str>,
    ) {
        let Parts { uri, headers, .. } = push.request;
        self.common.journal.record(Entry {
            number: 0,
            at: self.common.clock.now(),
            gateway: self.dialect.gateway(),
            address: push.address,
            status,
            accepted,
            reason,
            path: uri.path().to_owned(),
            headers,
            body: push.body,
        });
    }

    /// Lets time pass on the wire. It is the network that is slow, not the town's clock, so this is real
    /// time even where a test holds the clock.
    async fn pause(&self, by: Duration) -> Result<(), Reset> {
        if by.is_zero() {
            return Ok(());
        }
        tokio::select! {
            () = tokio::time::sleep(by) => Ok(()),
            () = self.common.tasks.stopping() => Err(Reset),
        }
    }

    /// No answer, for as long as the client waits.
    async fn silence(&self) -> Result<Reply, Reset> {
        self.common.tasks.stopping().await;
        Err(Reset)
    }
}

/// A push that was read and judged.
struct Arrived {
    request: Parts,
    body: Bytes,
    address: Option<Arc<str>>,
}

/// The stream ends without an answer; hyper makes `RST_STREAM` of it.
#[derive(Debug, thiserror::Error)]
#[error("the stream is reset")]
struct Reset;

/// Runs a connection's streams as tasks that a shutdown waits for.
#[derive(Clone)]
struct TasksExecutor(Tasks);

impl<F> Executor<F> for TasksExecutor
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    fn execute(&self, stream: F) {
        self.0.spawn(stream);
    }
}
