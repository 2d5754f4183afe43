// SPDX-License-Identifier: EUPL-1.2

//! Web hooks as the Standard Webhooks have them (standardwebhooks.com, version 1.0.0): what happened, told by a
//! signed POST.
//!
//! Each call bears `webhook-id` (the same for every attempt, by which the receiver knows a repeat),
//! `webhook-timestamp` (of the attempt, in seconds) and `webhook-signature`: `v1,` and the base64 of an
//! HMAC-SHA256 over `id.timestamp.body`. The secret is written `whsec_…`.
//!
//! One call is one attempt: who calls keeps the rows and decides when to try again. Redirects are not followed,
//! because what is signed for one receiver is for no other.

mod signature;

use std::{fmt, io, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::crypto::aws_lc_rs;

pub use self::signature::{Secret, SecretError};
use crate::clock::At;

/// Longer than this no receiver is obeyed when it asks for patience.
const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(1);

/// The calls to one receiver. Cheap to clone.
#[derive(Clone)]
pub struct WebHook {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    url: Uri,
    secret: Secret,
    timeout: Duration,
}

/// Why a web hook can't be called at all.
#[derive(Debug, thiserror::Error)]
pub enum WebHookError {
    #[error("the URL is none")]
    Url(#[from] http::uri::InvalidUri),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("the operating system's certificates: {0}")]
    Roots(#[from] io::Error),
}

/// What an attempt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 2xx: the receiver has it.
    Taken,
    /// 410: the receiver wants no more of it.
    Gone,
    /// Anything else. `after`: the receiver's own wish.
    Failed {
        reason: String,
        after: Option<Duration>,
    },
}

impl WebHook {
    /// Opens nothing yet. The configuration has checked that the URL is `https`, or on this machine.
    pub fn new(url: &str, secret: &str, timeout: Duration) -> Result<Self, WebHookError> {
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(aws_lc_rs::default_provider())?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            url: url.parse()?,
            secret: secret.parse()?,
            timeout,
        })
    }

    /// One attempt. `id` names the event, not the attempt.
    pub async fn call(&self, id: &str, at: At, body: Bytes) -> Answer {
        let request = match self.request(id, at, body) {
            Ok(request) => request,
            Err(error) => return failed(error),
        };
        match tokio::time::timeout(self.timeout, self.client.request(request)).await {
            Ok(Ok(response)) => judge(response.status(), response.headers()),
            Ok(Err(error)) => failed(chain(&error)),
            Err(_) => failed(format!("no answer in {} s", self.timeout.as_secs())),
        }
    }

    fn request(&self, id: &str, at: At, body: Bytes) -> http::Result<Request<Full<Bytes>>> {
        let timestamp = at.as_secs();
        let signature = self.secret.sign(id, timestamp, &body);
        Request::builder()
            .method(Method::POST)
            .uri(&self.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(
                header::USER_AGENT,
                concat!("stadtfunk/", env!("CARGO_PKG_VERSION")),
            )
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(Full::new(body))
    }
}

impl fmt::Debug for WebHook {
    /// Neither URL nor secret: both may let in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebHook").finish_non_exhaustive()
    }
}

fn judge(status: StatusCode, headers: &HeaderMap) -> Answer {
    if status.is_success() {
        return Answer::Taken;
    }
    if status == StatusCode::GONE {
        return Answer::Gone;
    }
    let seconds = headers
        .get(header::RETRY_AFTER)
        .and_then(|value: &HeaderValue| value.to_str().ok()?.parse().ok());
    Answer::Failed {
        reason: format!("status {}", status.as_u16()),
        after: seconds.map(|seconds| Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER)),
    }
}

fn failed(reason: impl fmt::Display) -> Answer {
    Answer::Failed {
        reason: reason.to_string(),
        after: None,
    }
}

/// hyper's own words say little without their causes.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_success_is_taken_and_only_410_is_final() {
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("90000"));
        assert_eq!(judge(StatusCode::NO_CONTENT, &headers), Answer::Taken);
        assert_eq!(judge(StatusCode::GONE, &headers), Answer::Gone);
        for status in [301, 400, 404, 429, 500] {
            let status = StatusCode::from_u16(status).unwrap();
            let Answer::Failed { after, .. } = judge(status, &headers) else {
                panic!("{status}");
            };
            assert_eq!(after, Some(LONGEST_RETRY_AFTER));
        }
    }
}
