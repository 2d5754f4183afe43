// SPDX-License-Identifier: EUPL-1.2

//! Access tokens: an assertion signed with the service account's key is exchanged for a bearer token that
//! lives for an hour (RFC 7523; developers.google.com/identity/protocols/oauth2/service-account).
//!
//! However many pushes wait, one request fetches the token: whoever finds none takes the lock, and those who
//! waited for it find the new one. In a token's last minutes a task fetches the next while the old serves.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Uri, header};
use serde::Deserialize;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::{
    clock::{At, Clock},
    config::push::ServiceAccount,
    push::{
        Gateway, Verdict,
        gateways::{
            GatewayError, Ground,
            answer::Answer,
            header_value,
            jwt::SigningKey,
            transport::{Origin, Parcel, Transport},
            wrong,
        },
    },
    tasks::Tasks,
};

#[derive(Clone)]
pub(super) struct AccessTokens(Arc<Inner>);

struct Inner {
    account: ServiceAccount,
    key: SigningKey,
    origin: Origin,
    uri: Uri,
    transport: Arc<Transport>,
    clock: Clock,
    tasks: Tasks,
    token: Mutex<Option<Token>>,
    /// Held by the one who fetches; holds the last failure.
    fetching: tokio::sync::Mutex<Option<Failure>>,
}

#[derive(Clone)]
struct Token {
    header: HeaderValue,
    ends: At,
}

/// Why there is no token, and how long the clock had [run](Clock::ran) when that was found out.
struct Failure {
    at: Duration,
    verdict: Verdict,
}

const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";
/// Google allows an hour at most.
const ASSERTION_SECONDS: i64 = 3_600;
/// A token this near to its end is followed by the next.
const SOON: Duration = Duration::from_mins(5);
/// A token this near to its end may be refused on arrival.
const TOO_LATE: Duration = Duration::from_secs(30);
/// After a failure all who ask are told of it for so long, instead of asking Google again.
const PAUSE: Duration = Duration::from_secs(1);

impl AccessTokens {
    pub(super) fn new(
        account: &ServiceAccount,
        transport: Arc<Transport>,
        ground: &Ground,
    ) -> Result<Self, GatewayError> {
        let bad = |what: String| wrong(Gateway::Fcm, "service_account_file", what);
        let key = SigningKey::rs256(&account.private_key)
            .map_err(|error| bad(format!("private_key: {error}")))?;
        let uri: Uri = account
            .token_uri
            .parse()
            .map_err(|error| bad(format!("token_uri: {error}")))?;
        let origin = Origin::of(&uri).map_err(|error| bad(format!("token_uri: {error}")))?;
        Ok(Self(Arc::new(Inner {
            account: account.clone(),
            key,
            origin,
            uri,
            transport,
            clock: ground.clock.clone(),
            tasks: ground.tasks.clone(),
            token: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
        })))
    }

    /// The `authorization` to send.
    pub(super) async fn current(&self) -> Result<HeaderValue, Verdict> {
        let now = self.0.clock.now();
        match self.0.usable(now) {
            Some(token) => {
                if token.ends.since(now) < SOON {
                    self.fetch_ahead(token.header.clone());
                }
                Ok(token.header)
            }
            None => Box::pin(self.0.fetch(None)).await,
        }
    }

    /// Another token than the one that Google has `refused`.
    pub(super) async fn renewed(&self, refused: &HeaderValue) -> Result<HeaderValue, Verdict> {
        self.0.fetch(Some(refused)).await
    }

    fn fetch_ahead(&self, old: HeaderValue) {
        if self
            .0
            .fetching
            .try_lock()
            .is_ok_and(|last| self.0.recent(last.as_ref()).is_none())
        {
            let inner = Arc::clone(&self.0);
            self.0.tasks.spawn(async move {
                if let Err(verdict) = inner.fetch(Some(&old)).await {
                    tracing::warn!(
                        ?verdict,
                        "no new access token for FCM; the old one still serves"
                    );
                }
            });
        }
    }
}

impl Inner {
    fn usable(&self, now: At) -> Option<Token> {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        token
            .clone()
            .filter(|token| token.ends.since(now) > TOO_LATE)
    }

    /// The token that somebody else fetched meanwhile, if it is not the `unwanted` one; or else a new one.
    async fn fetch(&self, unwanted: Option<&HeaderValue>) -> Result<HeaderValue, Verdict> {
        let mut last_failure = self.fetching.lock().await;
        let wanted = |token: &Token| unwanted.is_none_or(|unwanted| token.header != *unwanted);
        if let Some(token) = self.usable(self.clock.now()).filter(wanted) {
            return Ok(token.header);
        }
        if let Some(failure) = self.recent(last_failure.as_ref()) {
            return Err(failure.verdict.clone());
        }
        match self.exchange().await {
            Ok(token) => {
                *last_failure = None;
                let header = token.header.clone();
                *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token);
                Ok(header)
            }
            Err(verdict) => {
                *last_failure = Some(Failure {
                    at: self.clock.ran(),
                    verdict: verdict.clone(),
                });
                Err(verdict)
            }
        }
    }

    /// The failure, if it is too young to ask Google again.
    fn recent<'a>(&self, failure: Option<&'a Failure>) -> Option<&'a Failure> {
        failure.filter(|failure| self.clock.ran().saturating_sub(failure.at) < PAUSE)
    }

    async fn exchange(&self) -> Result<Token, Verdict> {
        let assertion = self.assertion()?;
        let body = format!(
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={assertion}"
        );
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        let parcel = Parcel {
            origin: self.origin.clone(),
            uri: self.uri.clone(),
            headers: HeaderMap::from_iter([(header::CONTENT_TYPE, form)]),
            body: Bytes::from(body),
            // Everything else waits for it.
            lane: i16::MIN,
        };
        // Whoever waits for it may give up; the token is fetched for all.
        let no_curfew = CancellationToken::new();
        read(&self.transport.send(&parcel, None, &no_curfew).await?)
    }

    fn assertion(&self) -> Result<String, Verdict> {
        let now = self.clock.now().as_secs();
        let claims = json!({
            "iss": self.account.client_email,
            "scope": SCOPE,
            "aud": self.account.token_uri,
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
        });
        Ok(self.key.sign(Some(&self.account.private_key_id), &claims)?)
    }
}

/// RFC 6749, sections 5.1 and 5.2.
fn read(answer: &Answer) -> Result<Token, Verdict> {
    #[derive(Deserialize)]
    struct Granted {
        access_token: String,
        expires_in: u32,
    }
    #[derive(Default, Deserialize)]
    struct Denied {
        error: Option<String>,
    }
    let status = answer.status.as_u16();
    if status == 200 {
        let granted: Granted = serde_json::from_slice(&answer.body)
            .map_err(|_| answer.retry("access token: unreadable answer"))?;
        let mut header = header_value(&format!("Bearer {}", granted.access_token))?;
        header.set_sensitive(true);
        let ends = answer.at + Duration::from_secs(granted.expires_in.into());
        return Ok(Token { header, ends });
    }
    let denied: Denied = serde_json::from_slice(&answer.body).unwrap_or_default();
    let reason = format!("access token: {}", answer.reason(denied.error.as_deref()));
    match status {
        429 => Err(answer.retry(reason)),
        400..500 => Err(Verdict::Closed { reason }),
        _ => Err(answer.retry(reason)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::gateways::answer::tests::answer;

    #[test]
    fn a_granted_token_lives_as_long_as_it_says() {
        let granted = answer(
            200,
            r#"{"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"}"#,
        );
        let token = read(&granted).ok().unwrap();
        assert_eq!(token.header, "Bearer ya29.x");
        assert!(token.header.is_sensitive());
        assert_eq!(token.ends.since(granted.at), Duration::from_secs(3_599));
    }

    #[test]
    fn a_denied_token_closes_the_gateway_and_a_troubled_server_does_not() {
        let verdict = |status, body| read(&answer(status, body)).err().unwrap();
        assert_eq!(
            verdict(
                400,
                r#"{"error":"invalid_grant","error_description":"Invalid JWT"}"#
            ),
            Verdict::Closed {
                reason: "access token: 400 invalid_grant".to_owned()
            }
        );
        for (status, body) in [(503, ""), (429, ""), (200, "<html>"), (302, "")] {
            assert!(
                matches!(verdict(status, body), Verdict::Retry { .. }),
                "{status}"
            );
        }
    }
}
