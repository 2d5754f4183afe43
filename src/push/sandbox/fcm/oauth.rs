// SPDX-License-Identifier: EUPL-1.2

//! Google's token endpoint: a service account signs an assertion (RFC 7523) and gets an access token.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Method, header, request::Parts};
use serde::Deserialize;
use serde_json::json;

use crate::{
    clock::{At, Clock},
    id::Ids,
    push::{
        Gateway,
        sandbox::{
            credentials::{CLIENT_EMAIL, FcmCredentials},
            dialect::{Refusal, Reply, text},
            faults::{Fault, Faults},
            jwt::{Claims, Verifier},
        },
    },
};

const SCOPES: [&str; 2] = [
    "https://www.googleapis.com/auth/firebase.messaging",
    "https://www.googleapis.com/auth/cloud-platform",
];
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// Google says 3,599 s of a token that lives an hour.
const TOKEN_LIFE: Duration = Duration::from_secs(3_599);
/// An assertion may live an hour at most; clocks may differ by a little.
const ASSERTION_LIFE: i64 = 3_600;
const SKEW: i64 = 60;

pub(super) struct OAuth {
    clock: Clock,
    ids: Ids,
    faults: Arc<Faults>,
    verifier: Verifier,
    key_id: String,
    audience: String,
    /// Access tokens and when each ends.
    granted: Mutex<HashMap<String, At>>,
}

#[derive(Deserialize)]
struct Form {
    grant_type: Option<String>,
    assertion: Option<String>,
}

impl OAuth {
    pub(super) fn new(
        credentials: &FcmCredentials,
        audience: String,
        faults: Arc<Faults>,
        clock: Clock,
        ids: Ids,
    ) -> Self {
        let public_key = credentials.public_key.clone();
        Self {
            clock,
            ids,
            faults,
            verifier: Verifier::new("RS256", &RSA_PKCS1_2048_8192_SHA256, public_key),
            key_id: credentials.key_id.clone(),
            audience,
            granted: Mutex::default(),
        }
    }

    /// Answers `POST /token`.
    pub(super) fn grant(&self, request: &Parts, body: &[u8]) -> Reply {
        match self.check_assertion(request, body) {
            Ok(()) => {
                let token = format!("ya29.{}", URL_SAFE_NO_PAD.encode(self.ids.secret::<32>()));
                let now = self.clock.now();
                let mut granted = self.granted();
                granted.retain(|_, ends| *ends > now);
                granted.insert(token.clone(), now + TOKEN_LIFE);
                Refusal::new(200, "").reply(&json!({
                    "access_token": token,
                    "expires_in": TOKEN_LIFE.as_secs(),
                    "token_type": "Bearer",
                }))
            }
            Err(refusal) => refusal.reply(&json!({
                "error": refusal.reason,
                "error_description": refusal.message,
            })),
        }
    }

    /// Whether a push brings an access token that is still good.
    pub(super) fn check(&self, request: &Parts) -> Result<(), Refusal> {
        let token = text(request, header::AUTHORIZATION.as_str())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token);
        let ends = token.and_then(|token| self.granted().get(token).copied());
        if ends.is_none_or(|ends| ends <= self.clock.now()) || self.is_revoked() {
            return Err(Refusal::new(401, "UNAUTHENTICATED").saying(
                "Request had invalid authentication credentials. Expected OAuth 2 access token, login \
                 cookie or other valid authentication credential. See \
                 https://developers.google.com/identity/sign-in/web/devconsole-project.",
            ));
        }
        Ok(())
    }

    fn check_assertion(&self, request: &Parts, body: &[u8]) -> Result<(), Refusal> {
        let bad = |why: &str| Refusal::new(400, "invalid_request").saying(why);
        if request.method != Method::POST {
            return Err(Refusal::new(405, "invalid_request").saying("Use POST."));
        }
        let form: Form = read_form(body).ok_or_else(|| bad("The body is no form."))?;
        if form.grant_type.as_deref() != Some(GRANT) {
            let why = format!(
                "Invalid grant_type: {}",
                form.grant_type.unwrap_or_default()
            );
            return Err(Refusal::new(400, "unsupported_grant_type").saying(why));
        }
        let assertion = form
            .assertion
            .ok_or_else(|| bad("Missing required parameter: assertion"))?;
        let invalid = |why: String| Refusal::new(400, "invalid_grant").saying(why);
        let claims = self
            .verifier
            .verify(&assertion)
            .map_err(|why| invalid(format!("Invalid JWT: {why}.")))?;
        self.check_claims(&claims)
            .map_err(|why| invalid(why.into()))?;
        let asked = claims.scope.as_deref().unwrap_or_default();
        if !asked.split(' ').any(|scope| SCOPES.contains(&scope)) {
            let why = "Invalid OAuth scope or ID token audience provided.";
            return Err(Refusal::new(400, "invalid_scope").saying(why));
        }
        Ok(())
    }

    fn check_claims(&self, claims: &Claims) -> Result<(), &'static str> {
        let now = self.clock.now().as_secs();
        if self.is_revoked() || claims.iss.as_deref() != Some(CLIENT_EMAIL) {
            return Err("Invalid grant: account not found");
        }
        if claims.kid.as_ref().is_some_and(|kid| *kid != self.key_id) {
            return Err("Invalid JWT Signature.");
        }
        if claims.aud.as_ref() != Some(&self.audience) {
            return Err("Invalid JWT: Failed audience check. The right audience is the token_uri");
        }
        match (claims.iat, claims.exp) {
            (Some(iat), Some(exp))
                if iat <= now + SKEW
                    && exp > now
                    && exp > iat
                    && exp.saturating_sub(iat) <= ASSERTION_LIFE =>
            {
                Ok(())
            }
            _ => Err(
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable \
                      timeframe. Check your iat and exp values in the JWT claim.",
            ),
        }
    }

    fn is_revoked(&self) -> bool {
        self.faults.holds(Gateway::Fcm, &Fault::RevokeAccess)
    }

    fn granted(&self) -> MutexGuard<'_, HashMap<String, At>> {
        self.granted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `application/x-www-form-urlencoded`, read by axum's own reader.
fn read_form(body: &[u8]) -> Option<Form> {
    let query = str::from_utf8(body).ok()?;
    let uri = http::Uri::builder()
        .path_and_query(format!("/?{query}"))
        .build()
        .ok()?;
    axum::extract::Query::try_from_uri(&uri)
        .ok()
        .map(|axum::extract::Query(form)| form)
}
