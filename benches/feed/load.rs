// SPDX-License-Identifier: EUPL-1.2

//! Phones that ask again and again, each over one kept HTTP/1.1 connection.

use std::{
    net::SocketAddr,
    ops::Range,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use stadtfunk::tasks::Tasks;
use tokio::net::TcpStream;

use super::Result;

/// How long each answer took.
pub(super) struct Load {
    elapsed: Duration,
    /// Sorted.
    latencies: Vec<Duration>,
}

impl Load {
    pub(super) fn per_s(&self) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a count of answers fits 52 bits"
        )]
        let answers = self.latencies.len() as f64;
        answers / self.elapsed.as_secs_f64()
    }

    /// In milliseconds.
    pub(super) fn percentile(&self, percent: usize) -> f64 {
        let place = (self.latencies.len() * percent / 100).min(self.latencies.len() - 1);
        self.latencies[place].as_secs_f64() * 1_000.0
    }
}

/// How phones ask.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    /// What is asked in this time does not count yet: caches and connections get warm, as on any working day.
    pub(super) warm_up: Duration,
    pub(super) time: Duration,
    /// After each answer, on average: from half of it to half as much again, as nobody keeps step with the others.
    pub(super) pause: Duration,
}

/// Every phone (by its session's token) asks for the path until the time is over.
pub(super) async fn run(
    server: SocketAddr,
    path: &'static str,
    phones: &[String],
    pace: Pace,
) -> Result<Load> {
    let tasks = Tasks::new();
    let from = Instant::now() + pace.warm_up;
    let asking: Vec<_> = phones
        .iter()
        .map(|token| {
            let (token, counted) = (token.clone(), from..from + pace.time);
            tasks.spawn(ask(server, path, token, counted, pace.pause))
        })
        .collect();
    let mut latencies = Vec::new();
    for phone in asking {
        latencies.extend(phone.await??);
    }
    let elapsed = from.elapsed();
    latencies.sort_unstable();
    if latencies.is_empty() {
        return Err("nothing was answered in time".into());
    }
    Ok(Load { elapsed, latencies })
}

/// One answer's body, in this encoding if any.
pub(super) async fn fetch(
    server: SocketAddr,
    path: &str,
    token: &str,
    encoding: Option<&'static str>,
) -> Result<Bytes> {
    let mut connection = connect(server).await?;
    let mut request = request(server, path, token)?;
    if let Some(encoding) = encoding {
        let value = header::HeaderValue::from_static(encoding);
        request.headers_mut().insert(header::ACCEPT_ENCODING, value);
    }
    answer(&mut connection, request).await
}

/// How long each answer took to what was asked within this time.
async fn ask(
    server: SocketAddr,
    path: &str,
    token: String,
    counted: Range<Instant>,
    pause: Duration,
) -> Result<Vec<Duration>> {
    let mut connection = connect(server).await?;
    let mut latencies = Vec::new();
    loop {
        let asked = Instant::now();
        if asked >= counted.end {
            return Ok(latencies);
        }
        answer(&mut connection, request(server, path, &token)?).await?;
        if counted.contains(&asked) {
            latencies.push(asked.elapsed());
        }
        if !pause.is_zero() {
            tokio::time::sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
        }
    }
}

async fn connect(server: SocketAddr) -> Result<SendRequest<Empty<Bytes>>> {
    let stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends when its sender is dropped.
    Tasks::new().spawn(connection);
    Ok(sender)
}

fn request(server: SocketAddr, path: &str, token: &str) -> Result<Request<Empty<Bytes>>> {
    Ok(Request::get(path)
        .header(header::HOST, server.to_string())
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Empty::new())?)
}

async fn answer(
    connection: &mut SendRequest<Empty<Bytes>>,
    request: Request<Empty<Bytes>>,
) -> Result<Bytes> {
    connection.ready().await?;
    let response = connection.send_request(request).await?;
    if response.status() != http::StatusCode::OK {
        return Err(format!("the server answered {}", response.status()).into());
    }
    Ok(response.into_body().collect().await?.to_bytes())
}
