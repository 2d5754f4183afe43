// SPDX-License-Identifier: EUPL-1.2

//! What the three gateways have in common: each judges a push in its own words.

use std::{borrow::Cow, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header, request::Parts};
use http_body_util::Full;

use super::connection::Connection;
use crate::{clock::At, push::Gateway};

pub(super) type Reply = Response<Full<Bytes>>;

/// One gateway's protocol.
pub(super) trait Dialect: Send + Sync + 'static {
    fn gateway(&self) -> Gateway;

    /// The protocols it speaks inside TLS (RFC 7301), best first.
    fn protocols(&self) -> &'static [&'static str];

    /// Whether a connection takes one stream at a time until it is [widened](Connection::widen).
    fn begins_narrow(&self) -> bool {
        false
    }

    /// Answers what is no push, as the request for an access token.
    fn aside(&self, _request: &Parts, _body: &[u8]) -> Option<Reply> {
        None
    }

    /// Looks at a push as strictly as the vendor does.
    fn judge(&self, connection: &Connection, request: &Parts, body: &[u8]) -> Judgement;

    /// What it says of an address whose app is gone since then.
    fn gone(&self, since: At) -> Refusal;

    /// Says no in the vendor's words.
    fn refuse(&self, request: &Parts, refusal: &Refusal) -> Reply;
}

/// What a gateway thinks of a push.
pub(super) struct Judgement {
    /// Whom it is for, if the request came so far as to say so.
    pub(super) address: Option<Arc<str>>,
    pub(super) verdict: Result<Yes, Refusal>,
}

/// A push that is in order.
pub(super) struct Yes {
    pub(super) reply: Reply,
    /// Whether a phone will show it; FCM's `validate_only` shows nothing.
    pub(super) delivers: bool,
}

/// A push that is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    /// The vendor's word for it.
    pub(super) reason: Cow<'static, str>,
    /// A sentence for people, where the vendor writes one.
    pub(super) message: Option<String>,
    /// Where in the body, for FCM.
    pub(super) field: Option<String>,
    pub(super) retry_after: Option<Duration>,
    /// Since when the app is gone.
    pub(super) since: Option<At>,
}

impl Refusal {
    pub(super) fn new(status: u16, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            reason: reason.into(),
            message: None,
            field: None,
            retry_after: None,
            since: None,
        }
    }

    pub(super) fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// An answer with this refusal's status and `Retry-After`, and a JSON body.
    pub(super) fn reply(&self, json: &serde_json::Value) -> Reply {
        let mut reply = Reply::new(Full::from(json.to_string()));
        *reply.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = reply.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        if let Some(after) = self.retry_after {
            headers.insert(header::RETRY_AFTER, after.as_secs().into());
        }
        reply
    }
}

/// A header's value, if there is one and it is ASCII. Two of a kind are as wrong as none.
pub(super) fn text<'a>(request: &'a Parts, name: &str) -> Option<&'a str> {
    let mut values = request.headers.get_all(name).iter();
    values
        .next()
        .filter(|_| values.next().is_none())?
        .to_str()
        .ok()
}
