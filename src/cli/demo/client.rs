// SPDX-License-Identifier: EUPL-1.2

//! The demo's app: a small HTTP client that keeps its connections, as a phone does.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpStream, sync::Mutex};

use crate::tasks::Tasks;

/// A server's address and the connections to it that are free.
pub(super) struct Client {
    server: SocketAddr,
    tasks: Tasks,
    free: Mutex<Vec<SendRequest<Full<Bytes>>>>,
}

/// Why a call brought no answer that can be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Http(#[from] hyper::Error),
    #[error("{0}")]
    Request(#[from] http::Error),
    #[error("the answer is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("{method} {path} was answered {status}: {body}")]
    Refused {
        method: Method,
        path: String,
        status: StatusCode,
        body: String,
    },
}

/// What is sent.
pub(super) enum Body {
    Nothing,
    Json(Value),
    /// No body, but the revision that was seen.
    Seen(i64),
    /// A form with one file, and what it shows.
    Photo {
        jpeg: &'static [u8],
        alt_text: String,
    },
}

const BOUNDARY: &str = "stadtfunk-demo-2f6c1e";

impl Client {
    pub(super) fn new(server: SocketAddr, tasks: Tasks) -> Self {
        Self {
            server,
            tasks,
            free: Mutex::default(),
        }
    }

    pub(super) async fn get(&self, token: &str, path: &str) -> Result<Value, CallError> {
        self.call(Method::GET, token, path, Body::Nothing).await
    }

    pub(super) async fn post(
        &self,
        token: &str,
        path: &str,
        body: Value,
    ) -> Result<Value, CallError> {
        self.call(Method::POST, token, path, Body::Json(body)).await
    }

    pub(super) async fn put(
        &self,
        token: &str,
        path: &str,
        body: Value,
    ) -> Result<Value, CallError> {
        self.call(Method::PUT, token, path, Body::Json(body)).await
    }

    /// Sends a request and returns the answer's JSON (null if it has no body).
    pub(super) async fn call(
        &self,
        method: Method,
        token: &str,
        path: &str,
        body: Body,
    ) -> Result<Value, CallError> {
        let mut connection = self.connection().await?;
        let request = self.request(&method, token, path, body)?;
        let response = connection.send_request(request).await?;
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        self.free.lock().await.push(connection);
        if !status.is_success() {
            let body = String::from_utf8_lossy(&bytes).into_owned();
            return Err(CallError::Refused {
                method,
                path: path.to_owned(),
                status,
                body,
            });
        }
        if bytes.is_empty() {
            Ok(Value::Null)
        } else {
            Ok(serde_json::from_slice(&bytes)?)
        }
    }

    fn request(
        &self,
        method: &Method,
        token: &str,
        path: &str,
        body: Body,
    ) -> Result<Request<Full<Bytes>>, CallError> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.server.to_string());
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let (media_type, bytes) = match body {
            Body::Nothing => return Ok(request.body(Full::default())?),
            Body::Seen(revision) => {
                let request = request.header(header::IF_MATCH, format!("\"{revision}\""));
                return Ok(request.body(Full::default())?);
            }
            Body::Json(value) => ("application/json".to_owned(), serde_json::to_vec(&value)?),
            Body::Photo { jpeg, alt_text } => (
                format!("multipart/form-data; boundary={BOUNDARY}"),
                form(jpeg, &alt_text),
            ),
        };
        let request = request.header(header::CONTENT_TYPE, media_type);
        Ok(request.body(Full::new(bytes.into()))?)
    }

    async fn connection(&self) -> Result<SendRequest<Full<Bytes>>, CallError> {
        while let Some(mut connection) = self.free.lock().await.pop() {
            if connection.ready().await.is_ok() {
                return Ok(connection);
            }
        }
        let stream = TcpStream::connect(self.server).await?;
        stream.set_nodelay(true)?;
        let (connection, driver) = handshake(TokioIo::new(stream)).await?;
        self.tasks.spawn(async move {
            if let Err(error) = driver.await {
                tracing::debug!(%error, "a demo connection ended early");
            }
        });
        Ok(connection)
    }
}

/// `multipart/form-data` (RFC 7578) with the description before the file.
fn form(jpeg: &[u8], alt_text: &str) -> Vec<u8> {
    let mut form = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"alt_text\"\r\n\r\n{alt_text}\r\n\
         --{BOUNDARY}\r\ncontent-disposition: form-data; name=\"photo\"; filename=\"photo.jpg\"\r\n\
         content-type: image/jpeg\r\n\r\n"
    )
    .into_bytes();
    form.extend_from_slice(jpeg);
    form.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    form
}
