// SPDX-License-Identifier: EUPL-1.2

//! APNs' provider API ("Sending notification requests to APNs", "Handling notification responses from
//! APNs", "Establishing a token-based connection to APNs" in Apple's documentation).

use std::{collections::HashMap, sync::Arc, time::Duration};

use aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED;
use bytes::Bytes;
use http::{HeaderValue, Method, Response, header, request::Parts};
use http_body_util::Full;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    connection::{Connection, ProviderToken},
    credentials::ApnsCredentials,
    dialect::{Dialect, Judgement, Refusal, Reply, Yes, text},
    jwt::Verifier,
    phones::Phones,
};
use crate::{
    clock::{At, Clock},
    id::Ids,
    push::Gateway,
};

/// Bytes of a notification; VoIP pushes, which may have more, are none of ours.
const MAX_PAYLOAD: usize = 4_096;
const MAX_COLLAPSE_ID: usize = 64;
/// A provider token is good for an hour after its `iat`.
const TOKEN_LIFE: Duration = Duration::from_hours(1);
/// A connection may not change its token more often.
const TOKEN_UPDATE: Duration = Duration::from_mins(20);
/// How far ahead of ours the provider's clock may be.
const SKEW: Duration = Duration::from_mins(1);

const PUSH_TYPES: [&str; 11] = [
    "alert",
    "background",
    "location",
    "voip",
    "complication",
    "fileprovider",
    "mdm",
    "liveactivity",
    "pushtotalk",
    "widgets",
    "controls",
];

pub(super) struct Apns {
    clock: Clock,
    ids: Ids,
    phones: Arc<Phones>,
    verifier: Verifier,
    key_id: String,
    team_id: String,
    topic: String,
}

impl Apns {
    pub(super) fn new(
        credentials: &ApnsCredentials,
        phones: Arc<Phones>,
        clock: Clock,
        ids: Ids,
    ) -> Self {
        Self {
            clock,
            ids,
            phones,
            verifier: Verifier::new(
                "ES256",
                &ECDSA_P256_SHA256_FIXED,
                credentials.public_key.clone(),
            ),
            key_id: credentials.key_id.clone(),
            team_id: credentials.team_id.clone(),
            topic: credentials.topic.clone(),
        }
    }
}

impl Dialect for Apns {
    fn gateway(&self) -> Gateway {
        Gateway::Apns
    }

    fn protocols(&self) -> &'static [&'static str] {
        &["h2"]
    }

    /// So Apple does with whoever shows a provider token instead of a certificate, until one is accepted.
    fn begins_narrow(&self) -> bool {
        true
    }

    fn judge(&self, connection: &Connection, request: &Parts, body: &[u8]) -> Judgement {
        let address = request
            .uri
            .path()
            .strip_prefix("/3/device/")
            .filter(|token| !token.is_empty());
        let verdict = self
            .check(connection, request, address, body)
            .map(|()| Yes {
                reply: self.accept(request),
                delivers: true,
            });
        Judgement {
            address: address.map(Arc::from),
            verdict,
        }
    }

    fn gone(&self, since: At) -> Refusal {
        Refusal {
            since: Some(since),
            ..Refusal::new(410, "Unregistered")
        }
    }

    fn refuse(&self, request: &Parts, refusal: &Refusal) -> Reply {
        let mut json = json!({ "reason": refusal.reason });
        if let Some(since) = refusal.since {
            json["timestamp"] = Value::from(since.as_micros() / 1_000);
        }
        let mut reply = refusal.reply(&json);
        reply.headers_mut().insert("apns-id", self.apns_id(request));
        reply
    }
}

impl Apns {
    fn check(
        &self,
        connection: &Connection,
        request: &Parts,
        address: Option<&str>,
        body: &[u8],
    ) -> Result<(), Refusal> {
        if !request.uri.path().starts_with("/3/device/") {
            return Err(Refusal::new(404, "BadPath"));
        }
        if request.method != Method::POST {
            return Err(Refusal::new(405, "MethodNotAllowed"));
        }
        self.check_token(connection, request)?;
        self.check_headers(request)?;
        check_payload(body)?;
        let address = address.ok_or(Refusal::new(400, "MissingDeviceToken"))?;
        if !self.phones.has_issued(Gateway::Apns, address) {
            return Err(Refusal::new(400, "BadDeviceToken"));
        }
        Ok(())
    }

    fn check_token(&self, connection: &Connection, request: &Parts) -> Result<(), Refusal> {
        let token = text(request, header::AUTHORIZATION.as_str())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token)
            .ok_or(Refusal::new(403, "MissingProviderToken"))?;
        let invalid = || Refusal::new(403, "InvalidProviderToken");
        let claims = self.verifier.verify(token).map_err(|_| invalid())?;
        let ours = claims.kid.as_deref() == Some(&self.key_id)
            && claims.iss.as_deref() == Some(&self.team_id);
        let issued = claims.iat.filter(|_| ours).ok_or_else(invalid)?;
        let now = self.clock.now();
        if issued > (now + SKEW).as_secs() {
            return Err(invalid());
        }
        if issued < (now - TOKEN_LIFE).as_secs() {
            connection.forget_provider_token();
            return Err(Refusal::new(403, "ExpiredProviderToken"));
        }
        let token = ProviderToken {
            token: token.into(),
            issued,
        };
        if !connection.present_provider_token(token, TOKEN_UPDATE) {
            return Err(Refusal::new(429, "TooManyProviderTokenUpdates"));
        }
        connection.widen();
        Ok(())
    }

    fn check_headers(&self, request: &Parts) -> Result<(), Refusal> {
        let bad = |reason: &'static str| Err(Refusal::new(400, reason));
        let header = |name: &'static str| text(request, name);
        match header("apns-topic") {
            None => return bad("MissingTopic"),
            Some(topic) if topic != self.topic => return bad("TopicDisallowed"),
            Some(_) => {}
        }
        let push_type = header("apns-push-type").unwrap_or_default();
        if !PUSH_TYPES.contains(&push_type) {
            return bad("InvalidPushType");
        }
        match header("apns-priority") {
            // Apple: "Specifying priority 10 for a background notification is an error", and 10 is
            // what no header means.
            None | Some("10") if push_type == "background" => return bad("BadPriority"),
            None | Some("10" | "5" | "1") => {}
            Some(_) => return bad("BadPriority"),
        }
        if header("apns-expiration").is_some_and(|at| at.parse::<u32>().is_err()) {
            return bad("BadExpirationDate");
        }
        if header("apns-collapse-id").is_some_and(|id| id.len() > MAX_COLLAPSE_ID) {
            return bad("BadCollapseId");
        }
        if header("apns-id").is_some_and(|id| id.len() != 36 || Uuid::try_parse(id).is_err()) {
            return bad("BadMessageId");
        }
        Ok(())
    }

    fn accept(&self, request: &Parts) -> Reply {
        let mut reply = Response::new(Full::new(Bytes::new()));
        reply.headers_mut().insert("apns-id", self.apns_id(request));
        reply
    }

    /// The request's own id, or one made for it.
    fn apns_id(&self, request: &Parts) -> HeaderValue {
        request.headers.get("apns-id").cloned().unwrap_or_else(|| {
            let id = uuid::Builder::from_random_bytes(self.ids.secret()).into_uuid();
            HeaderValue::try_from(id.to_string().to_uppercase())
                .unwrap_or(HeaderValue::from_static(""))
        })
    }
}

/// A JSON object whose `aps` is one too. What the app makes of it is the app's business.
#[derive(Deserialize)]
#[expect(
    clippy::zero_sized_map_values,
    reason = "only that it is an object matters"
)]
struct Payload {
    #[serde(rename = "aps")]
    _aps: HashMap<String, IgnoredAny>,
}

fn check_payload(body: &[u8]) -> Result<(), Refusal> {
    if body.len() > MAX_PAYLOAD {
        return Err(Refusal::new(413, "PayloadTooLarge"));
    }
    serde_json::from_slice::<Payload>(body)
        .map(drop)
        .map_err(|_| Refusal::new(400, "PayloadEmpty"))
}
