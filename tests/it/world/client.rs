// SPDX-License-Identifier: EUPL-1.2

//! A small HTTP client over real TCP: what an app on a phone would send, byte for byte.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// Somebody who calls a server: with a session's token or as a stranger.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) server: SocketAddr,
    pub(crate) token: Option<String>,
}

/// A request that is being put together.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub(crate) struct Call {
    server: SocketAddr,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The request, for messages.
    asked: String,
}

impl Client {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).send().await
    }

    /// Submits the announcement at this address and approves it as it stands.
    pub(crate) async fn approves(&self, address: &str) {
        let review = self.put(&format!("{address}/review"), Value::Null).await;
        let revision = review.ok()["revision"].to_string();
        let approval = self.call(Method::PUT, &format!("{address}/approval"));
        approval.header("if-match", &revision).send().await.ok();
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path).json(&body).send().await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path).json(&body).send().await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path).json(&body).send().await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path).send().await
    }

    /// A request of any shape.
    pub(crate) fn call(&self, method: Method, path: &str) -> Call {
        let call = Call {
            server: self.server,
            method,
            path: path.to_owned(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        };
        match &self.token {
            Some(token) => call.header("authorization", &format!("Bearer {token}")),
            None => call,
        }
    }
}

impl Call {
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_str(value).expect("a header's value");
        self.headers.insert(HeaderName::from_static(name), value);
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub(crate) fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    /// Sends it over a connection of its own and reads the answer to its end.
    pub(crate) async fn send(self) -> Answer {
        let asked = format!("{} {}", self.method, self.path);
        let answer = self.exchange().await;
        let (head, body) = answer.unwrap_or_else(|error| panic!("{asked}: {error}"));
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
            asked,
        }
    }

    async fn exchange(self) -> Result<(http::response::Parts, Bytes), Box<dyn std::error::Error>> {
        let stream = TcpStream::connect(self.server).await?;
        stream.set_nodelay(true)?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let mut request = Request::builder().method(self.method).uri(&self.path);
        if let Some(headers) = request.headers_mut() {
            *headers = self.headers;
            headers.insert(
                header::HOST,
                HeaderValue::from_str(&self.server.to_string())?,
            );
        }
        let request = request.body(Full::new(self.body))?;
        let exchange = async move {
            let (head, body) = sender.send_request(request).await?.into_parts();
            let body = match head.headers.get(header::CONTENT_TYPE) {
                // A stream of events has no end; what it begins with is its answer.
                Some(kind) if kind == "text/event-stream" => beginning(body).await?,
                _ => body.collect().await?.to_bytes(),
            };
            Ok::<_, hyper::Error>((head, body))
        };
        // The connection does the work; it ends when the exchange has dropped its sender. A server that
        // answers before it has read the whole body may then close it, which is no error of the exchange.
        let (answer, _connection) = tokio::join!(exchange, connection);
        Ok(answer?)
    }
}

async fn beginning(mut body: Incoming) -> hyper::Result<Bytes> {
    let frame = body.frame().await.transpose()?;
    let data = frame.and_then(|frame| frame.into_data().ok());
    Ok(data.unwrap_or_default())
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{self} is not JSON: {error}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The name of the problem, if this is one.
    pub(crate) fn problem(&self) -> Option<String> {
        if self.header("content-type") != Some("application/problem+json") {
            return None;
        }
        let problem = self.json();
        let slug = problem["type"].as_str()?.strip_prefix("/problems/")?;
        Some(slug.to_owned())
    }

    /// 200 with JSON.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self}");
        self.json()
    }

    /// 201 with JSON.
    #[track_caller]
    pub(crate) fn created(&self) -> Value {
        assert_eq!(self.status, 201, "{self}");
        self.json()
    }

    /// 204.
    #[track_caller]
    pub(crate) fn done(&self) {
        assert_eq!(self.status, 204, "{self}");
    }

    /// This status with this problem.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, problem: &str) -> Value {
        assert_eq!(
            (self.status, self.problem().as_deref()),
            (status, Some(problem)),
            "{self}"
        );
        self.json()
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        let body: String = body.chars().take(2_000).collect();
        write!(f, "{} answered {}: {body}", self.asked, self.status)
    }
}
