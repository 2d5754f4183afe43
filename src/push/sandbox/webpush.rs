// SPDX-License-Identifier: EUPL-1.2

//! A browser's push service: RFC 8030 with VAPID (RFC 8292) and `aes128gcm` bodies (RFC 8188, 8291). Where
//! the RFCs leave the words to the service, it answers as Mozilla's does.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header, request::Parts};
use http_body_util::Full;
use serde_json::json;

use super::{
    connection::Connection,
    credentials::VapidCredentials,
    decrypt::Header,
    dialect::{Dialect, Judgement, Refusal, Reply, Yes, text},
    jwt::{Claims, Verifier},
    phones::Phones,
};
use crate::{
    clock::{At, Clock},
    push::Gateway,
};

/// What a push service must take (RFC 8030, section 7.2), and this one takes no more.
const MAX_BODY: usize = 4_096;
const MAX_TOPIC: usize = 32;
/// A VAPID token lives a day at most (RFC 8292, section 2).
const TOKEN_LIFE: i64 = 24 * 60 * 60;
/// How far the application server's clock may be ahead.
const SKEW: i64 = 60;

pub(super) struct WebPush {
    clock: Clock,
    phones: Arc<Phones>,
    verifier: Verifier,
    /// The key that every subscription is restricted to (RFC 8292, section 4), base64url.
    server_key: String,
    /// The origin of all endpoints, with its port.
    origin: String,
    messages: AtomicU64,
}

impl WebPush {
    pub(super) fn new(
        credentials: &VapidCredentials,
        origin: &str,
        phones: Arc<Phones>,
        clock: Clock,
    ) -> Self {
        let public_key = credentials.public_key.clone();
        Self {
            clock,
            phones,
            server_key: URL_SAFE_NO_PAD.encode(&public_key),
            verifier: Verifier::new("ES256", &ECDSA_P256_SHA256_FIXED, public_key),
            origin: origin.into(),
            messages: AtomicU64::new(0),
        }
    }
}

impl Dialect for WebPush {
    fn gateway(&self) -> Gateway {
        Gateway::WebPush
    }

    fn protocols(&self) -> &'static [&'static str] {
        &["h2", "http/1.1"]
    }

    fn judge(&self, _connection: &Connection, request: &Parts, body: &[u8]) -> Judgement {
        let path = request.uri.path();
        let address = path
            .starts_with("/push/")
            .then(|| format!("{}{path}", self.origin));
        let verdict = self
            .check(request, address.as_deref(), body)
            .map(|ttl| Yes {
                reply: self.accept(ttl),
                delivers: true,
            });
        Judgement {
            address: address.map(Arc::from),
            verdict,
        }
    }

    fn gone(&self, _since: At) -> Refusal {
        Refusal::new(410, "The subscription has ended")
    }

    fn refuse(&self, _request: &Parts, refusal: &Refusal) -> Reply {
        let status = StatusCode::from_u16(refusal.status).ok();
        refusal.reply(&json!({
            "code": refusal.status,
            "error": status.and_then(|status| status.canonical_reason()),
            "message": refusal.message.as_deref().unwrap_or(&refusal.reason),
        }))
    }
}

impl WebPush {
    /// The TTL of a push that is in order.
    fn check(&self, request: &Parts, address: Option<&str>, body: &[u8]) -> Result<u32, Refusal> {
        let address = address.ok_or_else(|| Refusal::new(404, "No such resource"))?;
        if request.method != Method::POST {
            return Err(Refusal::new(405, "Only POST is for a push resource"));
        }
        if !self.phones.has_issued(Gateway::WebPush, address) {
            return Err(Refusal::new(404, "No such subscription"));
        }
        self.check_vapid(request)?;
        let ttl = check_headers(request)?;
        check_body(request, body)?;
        Ok(ttl)
    }

    fn check_vapid(&self, request: &Parts) -> Result<(), Refusal> {
        let unauthorized = |why| Refusal::new(401, why);
        let (token, key) = text(request, header::AUTHORIZATION.as_str())
            .and_then(vapid)
            .ok_or_else(|| unauthorized("Authorization is not `vapid t=..., k=...`"))?;
        if key != self.server_key {
            return Err(Refusal::new(
                403,
                "The subscription is restricted to another key",
            ));
        }
        let claims = self
            .verifier
            .verify(token)
            .map_err(|_| unauthorized("The VAPID token is not signed with the key beside it"))?;
        self.check_claims(&claims)
            .map_err(|why| Refusal::new(403, why))
    }

    fn check_claims(&self, claims: &Claims) -> Result<(), &'static str> {
        let now = self.clock.now().as_secs();
        if claims.aud.as_deref() != Some(&self.origin) {
            return Err("`aud` is not the origin of the endpoint");
        }
        match claims.exp {
            Some(exp) if exp <= now => return Err("The VAPID token has expired"),
            Some(exp) if exp > now + TOKEN_LIFE + SKEW => {
                return Err("`exp` is more than 24 hours ahead");
            }
            Some(_) => {}
            None => return Err("The VAPID token has no `exp`"),
        }
        let contact = |sub: &String| sub.starts_with("mailto:") || sub.starts_with("https://");
        if !claims.sub.as_ref().is_some_and(contact) {
            return Err("`sub` is neither a mailto: nor an https: address");
        }
        Ok(())
    }

    fn accept(&self, ttl: u32) -> Reply {
        let message = self.messages.fetch_add(1, Ordering::Relaxed);
        let mut reply = Response::new(Full::new(Bytes::new()));
        *reply.status_mut() = StatusCode::CREATED;
        let headers = reply.headers_mut();
        if let Ok(location) =
            HeaderValue::try_from(format!("{}/message/{message:016x}", self.origin))
        {
            headers.insert(header::LOCATION, location);
        }
        headers.insert("ttl", ttl.into());
        reply
    }
}

/// The token and the key of `vapid t=..., k=...` (RFC 8292, section 3).
fn vapid(value: &str) -> Option<(&str, &str)> {
    let (scheme, parameters) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("vapid") {
        return None;
    }
    let parameter = |name: &str| {
        parameters.split(',').find_map(|part| {
            let (key, value) = part.trim().split_once('=')?;
            (key == name).then(|| value.trim_matches('"'))
        })
    };
    Some((parameter("t")?, parameter("k")?))
}

/// TTL, Topic and Urgency (RFC 8030, sections 5.2 to 5.4).
fn check_headers(request: &Parts) -> Result<u32, Refusal> {
    let bad = |why| Refusal::new(400, why);
    let ttl = text(request, "ttl")
        .and_then(|ttl| ttl.parse().ok())
        .ok_or_else(|| bad("TTL is missing or no number of seconds"))?;
    let base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if request.headers.contains_key("topic") {
        let topic = text(request, "topic").unwrap_or_default();
        if topic.is_empty() || topic.len() > MAX_TOPIC || !topic.bytes().all(base64url) {
            return Err(bad("Topic is not 1 to 32 characters of base64url"));
        }
    }
    if request.headers.contains_key("urgency") {
        match text(request, "urgency") {
            Some("very-low" | "low" | "normal" | "high") => {}
            _ => return Err(bad("Urgency is none of very-low, low, normal, high")),
        }
    }
    Ok(ttl)
}

/// A push without a body is allowed; one with a body is encrypted.
fn check_body(request: &Parts, body: &[u8]) -> Result<(), Refusal> {
    if body.is_empty() {
        return Ok(());
    }
    if body.len() > MAX_BODY {
        return Err(Refusal::new(413, "The body is longer than 4096 bytes"));
    }
    if text(request, header::CONTENT_ENCODING.as_str()) != Some("aes128gcm") {
        return Err(Refusal::new(400, "Content-Encoding is not aes128gcm"));
    }
    Header::read(body)
        .map(drop)
        .map_err(|_| Refusal::new(400, "The body is no aes128gcm record"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vapid_parameters_are_read_in_any_order_with_and_without_quotes() {
        assert_eq!(vapid("vapid t=a.b.c, k=xyz"), Some(("a.b.c", "xyz")));
        assert_eq!(vapid("Vapid k=\"xyz\",t=\"a.b.c\""), Some(("a.b.c", "xyz")));
        assert_eq!(vapid("Bearer a.b.c"), None);
        assert_eq!(vapid("vapid t=a.b.c"), None);
    }
}
