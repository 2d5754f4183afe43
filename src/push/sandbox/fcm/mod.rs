// SPDX-License-Identifier: EUPL-1.2

//! FCM's HTTP v1 API and the OAuth 2 endpoint before it (Google: "Send messages using the FCM HTTP v1
//! API", "REST Resource: projects.messages", "Using OAuth 2.0 for server to server applications").

mod message;
mod oauth;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use http::{HeaderValue, Method, Response, header, request::Parts};
use http_body_util::Full;
use serde_json::{Value, json};

use self::{
    message::{Recipient, Request},
    oauth::OAuth,
};
use super::{
    connection::Connection,
    credentials::{FcmCredentials, PROJECT},
    dialect::{Dialect, Judgement, Refusal, Reply, Yes, text},
    faults::Faults,
    phones::Phones,
};
use crate::{
    clock::{At, Clock},
    id::Ids,
    push::Gateway,
};

pub(super) struct Fcm {
    clock: Clock,
    phones: Arc<Phones>,
    oauth: OAuth,
    sent: AtomicU64,
}

impl Fcm {
    pub(super) fn new(
        credentials: &FcmCredentials,
        url: &str,
        phones: Arc<Phones>,
        faults: Arc<Faults>,
        clock: Clock,
        ids: Ids,
    ) -> Self {
        let oauth = OAuth::new(
            credentials,
            format!("{url}/token"),
            faults,
            clock.clone(),
            ids,
        );
        Self {
            clock,
            phones,
            oauth,
            sent: AtomicU64::new(0),
        }
    }
}

impl Dialect for Fcm {
    fn gateway(&self) -> Gateway {
        Gateway::Fcm
    }

    fn protocols(&self) -> &'static [&'static str] {
        &["h2", "http/1.1"]
    }

    fn aside(&self, request: &Parts, body: &[u8]) -> Option<Reply> {
        (request.uri.path() == "/token").then(|| self.oauth.grant(request, body))
    }

    fn judge(&self, _connection: &Connection, request: &Parts, body: &[u8]) -> Judgement {
        let read = self
            .check_request(request)
            .and_then(|()| message::read(body));
        let address = match &read {
            Ok(Request {
                recipient: Recipient::Token(token),
                ..
            }) => Some(Arc::from(&**token)),
            _ => None,
        };
        let verdict = read
            .and_then(|read| self.check_recipient(&read))
            .map(|validate_only| Yes {
                reply: self.accept(validate_only),
                delivers: !validate_only,
            });
        Judgement { address, verdict }
    }

    fn gone(&self, _since: At) -> Refusal {
        Refusal::new(404, "UNREGISTERED")
    }

    fn refuse(&self, _request: &Parts, refusal: &Refusal) -> Reply {
        refusal.reply(&error(refusal))
    }
}

impl Fcm {
    fn check_request(&self, request: &Parts) -> Result<(), Refusal> {
        let project = request
            .uri
            .path()
            .strip_prefix("/v1/projects/")
            .and_then(|rest| rest.strip_suffix("/messages:send"))
            .filter(|_| request.method == Method::POST)
            .ok_or_else(|| Refusal::new(404, "NOT_FOUND").saying("Method not found."))?;
        self.oauth.check(request)?;
        if project != PROJECT {
            return Err(Refusal::new(403, "PERMISSION_DENIED").saying(format!(
                "Permission 'cloudmessaging.messages.create' denied on resource \
                 '//cloudresourcemanager.googleapis.com/projects/{project}' (or it may not exist)."
            )));
        }
        let json = text(request, header::CONTENT_TYPE.as_str())
            .and_then(|kind| kind.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        if !json {
            return Err(message::invalid(
                "",
                "The request's Content-Type must be application/json.",
            ));
        }
        Ok(())
    }

    /// Whether the request only wants to be looked at.
    fn check_recipient(&self, request: &Request<'_>) -> Result<bool, Refusal> {
        let Recipient::Token(token) = &request.recipient else {
            return Ok(request.validate_only);
        };
        if self.phones.has_issued(Gateway::Fcm, token) {
            return Ok(request.validate_only);
        }
        // Google tells what can't be a token from what is none any more.
        if token.contains(':') && token.len() > 100 {
            return Err(Refusal::new(404, "UNREGISTERED").saying("Requested entity was not found."));
        }
        let why = "The registration token is not a valid FCM registration token";
        Err(message::invalid("message.token", why))
    }

    fn accept(&self, validate_only: bool) -> Reply {
        let id = if validate_only {
            "fake_message_id".to_owned()
        } else {
            let sent = self.sent.fetch_add(1, Ordering::Relaxed);
            format!("0:{}%{sent:016x}", self.clock.now().as_micros())
        };
        let body = format!("{{\n  \"name\": \"projects/{PROJECT}/messages/{id}\"\n}}\n");
        let mut reply = Response::new(Full::new(Bytes::from(body)));
        let json = HeaderValue::from_static("application/json; charset=UTF-8");
        reply.headers_mut().insert(header::CONTENT_TYPE, json);
        reply
    }
}

/// Google's error object (`google.rpc.Status`), with FCM's own code in the details.
fn error(refusal: &Refusal) -> Value {
    let message = refusal
        .message
        .as_deref()
        .unwrap_or(match &*refusal.reason {
            "SENDER_ID_MISMATCH" => "SenderId mismatch",
            "QUOTA_EXCEEDED" => "Message rate exceeded quota",
            "UNREGISTERED" => "Requested entity was not found.",
            "THIRD_PARTY_AUTH_ERROR" => "Auth error from APNS or Web Push Service",
            "UNAVAILABLE" => "The service is currently unavailable.",
            "INTERNAL" => "Internal error encountered.",
            other => other,
        });
    let mut details = Vec::new();
    if is_fcm_code(&refusal.reason) {
        details.push(json!({
            "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError",
            "errorCode": refusal.reason,
        }));
    }
    if let Some(field) = &refusal.field {
        details.push(json!({
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{ "field": field, "description": message }],
        }));
    }
    let mut error = json!({
        "code": refusal.status,
        "message": message,
        "status": status_word(refusal.status),
    });
    if !details.is_empty() {
        error["details"] = Value::from(details);
    }
    json!({ "error": error })
}

/// The members of `google.firebase.fcm.v1.FcmError.ErrorCode`.
fn is_fcm_code(reason: &str) -> bool {
    matches!(
        reason,
        "UNSPECIFIED_ERROR"
            | "INVALID_ARGUMENT"
            | "UNREGISTERED"
            | "SENDER_ID_MISMATCH"
            | "QUOTA_EXCEEDED"
            | "UNAVAILABLE"
            | "INTERNAL"
            | "THIRD_PARTY_AUTH_ERROR"
    )
}

/// `google.rpc.Code` as it goes with an HTTP status.
fn status_word(status: u16) -> &'static str {
    match status {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        429 => "RESOURCE_EXHAUSTED",
        500 => "INTERNAL",
        503 => "UNAVAILABLE",
        _ => "UNKNOWN",
    }
}
