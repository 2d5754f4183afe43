// SPDX-License-Identifier: EUPL-1.2

//! A phone that listens: the events of one stream, as the HTML standard has them.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Request, header};
use http_body_util::{BodyExt as _, Empty};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use stadtfunk::tasks::Tasks;
use tokio::net::TcpStream;

use super::{Client, World, eventually, people::same};

/// How long something may take to be heard; far more than it should ever need.
const PATIENCE: Duration = Duration::from_secs(10);

/// An open stream; hangs up when dropped.
pub(crate) struct Listener {
    pub(crate) headers: HeaderMap,
    body: Incoming,
    heard: String,
}

/// A block of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Event {
        name: String,
        id: String,
        data: Value,
    },
    /// A sign of life, with the position.
    Beat { id: String },
    /// When to come back.
    Retry(u64),
}

impl Client {
    /// Listens, from a position on or from now.
    pub(crate) async fn listens(&self, after: Option<&str>) -> Listener {
        let token = self.token.as_deref().unwrap_or_default();
        let stream = connect(self.server).await;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
        Tasks::new().spawn(async {
            let _ = connection.await;
        });
        let mut request = Request::get("/api/v1/live")
            .header(header::HOST, self.server.to_string())
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        if let Some(after) = after {
            request = request.header("last-event-id", after);
        }
        let request = request.body(Empty::<Bytes>::new()).expect("a request");
        let (head, body) = sender
            .send_request(request)
            .await
            .expect("an answer")
            .into_parts();
        assert_eq!(head.status, 200);
        Listener {
            headers: head.headers,
            body,
            heard: String::new(),
        }
    }
}

impl World {
    /// Waits until everything that was committed can be read from the change log: on `PostgreSQL` a reader stays below
    /// the oldest transaction of the whole cluster, and other tests have theirs.
    pub(crate) async fn log_settles(&self) {
        if self.app.db.is_sqlite() {
            return;
        }
        eventually("the end of older transactions", async || {
            let to_come = self.app.db.query(same(
                "SELECT COUNT(*) FROM changes
                 WHERE turn >= CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)",
            ));
            let (to_come,): (i64,) = to_come.one().await.expect("a count");
            (to_come == 0).then_some(())
        })
        .await;
    }
}

async fn connect(server: SocketAddr) -> TcpStream {
    TcpStream::connect(server)
        .await
        .expect("the server listens")
}

impl Listener {
    /// The next block; `None`: the stream has ended.
    pub(crate) async fn hears(&mut self) -> Option<Heard> {
        let heard = tokio::time::timeout(PATIENCE, self.block()).await;
        heard.expect("something is heard").as_deref().map(parsed)
    }

    /// The next event whatever signs of life come before it: its position and its data. It must bear this name.
    #[track_caller]
    pub(crate) fn expects(&mut self, name: &str) -> impl Future<Output = (String, Value)> {
        let caller = std::panic::Location::caller();
        async move {
            loop {
                match self.hears().await {
                    Some(Heard::Beat { .. }) => {}
                    Some(Heard::Event { name: of, id, data }) if of == name => return (id, data),
                    other => panic!("{caller}: {name} is heard, not {other:?}"),
                }
            }
        }
    }

    /// The rest is signs of life and the advice when to come back.
    pub(crate) async fn ends(mut self) {
        let mut last = self.hears().await;
        while let Some(Heard::Beat { .. }) = last {
            last = self.hears().await;
        }
        assert!(
            matches!(last, Some(Heard::Retry(1_000..=11_000))),
            "{last:?}"
        );
        assert_eq!(self.hears().await, None);
    }

    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.heard.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.heard = rest;
                return Some(block);
            }
            let frame = self.body.frame().await?.expect("the stream is whole");
            let data = frame.into_data().expect("no trailers");
            self.heard
                .push_str(std::str::from_utf8(&data).expect("UTF-8"));
        }
    }
}

fn parsed(block: &str) -> Heard {
    let field = |name: &str| {
        let prefix = format!("{name}: ");
        let mut lines = block.lines();
        lines.find_map(|line| line.strip_prefix(&prefix).map(str::to_owned))
    };
    if let Some(retry) = field("retry") {
        return Heard::Retry(retry.parse().expect("milliseconds"));
    }
    let id = field("id").expect("a position");
    match field("event") {
        Some(name) => Heard::Event {
            name,
            id,
            data: serde_json::from_str(&field("data").expect("data")).expect("JSON"),
        },
        None => Heard::Beat { id },
    }
}
