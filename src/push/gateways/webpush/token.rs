// SPDX-License-Identifier: EUPL-1.2

//! VAPID (RFC 8292): a token that says who we are, signed once for each push service and kept for half of
//! its life.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use http::HeaderValue;
use serde_json::json;

use crate::{
    clock::{At, Clock},
    config::push::WebPushConfig,
    push::{
        Verdict,
        gateways::{
            header_value,
            jwt::{KeyError, SigningKey},
            transport::Origin,
        },
    },
};

pub(super) struct VapidTokens {
    key: SigningKey,
    subject: String,
    clock: Clock,
    signed: Mutex<HashMap<Origin, Signed>>,
}

struct Signed {
    header: HeaderValue,
    at: At,
}

/// RFC 8292, section 2, allows 24 hours from the moment at which the push service looks at it.
const LIFE: Duration = Duration::from_hours(12);
const OLD: Duration = Duration::from_hours(6);
/// A token that was just signed is not refused because of its age.
const YOUNG: Duration = Duration::from_mins(1);
/// Tokens that are kept; origins are named by strangers.
const MOST: usize = 1_024;

impl VapidTokens {
    pub(super) fn new(config: &WebPushConfig, clock: Clock) -> Result<Self, KeyError> {
        let key = SigningKey::es256(&config.key)?;
        Ok(Self {
            key,
            subject: config.subject.clone(),
            clock,
            signed: Mutex::default(),
        })
    }

    pub(super) fn public_key(&self) -> String {
        self.key.public_key()
    }

    /// The `authorization` for a push service.
    pub(super) fn current(&self, origin: &Origin) -> Result<HeaderValue, Verdict> {
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        match signed.get(origin) {
            // A clock that was set back must not leave us with a token that lives too long.
            Some(last) if last.at <= now && now.since(last.at) < OLD => Ok(last.header.clone()),
            _ => self.sign(&mut signed, origin, now),
        }
    }

    /// Another token than the `refused` one, unless that was signed just now.
    pub(super) fn renewed(
        &self,
        origin: &Origin,
        refused: &HeaderValue,
    ) -> Result<Option<HeaderValue>, Verdict> {
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        match signed.get(origin) {
            Some(last) if last.header != *refused => Ok(Some(last.header.clone())),
            Some(last) if last.at <= now && now.since(last.at) < YOUNG => Ok(None),
            _ => self.sign(&mut signed, origin, now).map(Some),
        }
    }

    fn sign(
        &self,
        signed: &mut HashMap<Origin, Signed>,
        origin: &Origin,
        now: At,
    ) -> Result<HeaderValue, Verdict> {
        let claims = json!({
            "aud": origin.to_string(),
            "exp": (now + LIFE).as_secs(),
            "sub": self.subject,
        });
        let token = self.key.sign(None, &claims)?;
        let mut header = header_value(&format!("vapid t={token}, k={}", self.key.public_key()))?;
        header.set_sensitive(true);
        if signed.len() >= MOST {
            signed.clear();
        }
        signed.insert(
            origin.clone(),
            Signed {
                header: header.clone(),
                at: now,
            },
        );
        Ok(header)
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
    use serde_json::Value;

    use super::*;
    use crate::push::gateways::generate_p256_key;

    fn tokens() -> (VapidTokens, Clock) {
        let clock = Clock::manual("2026-11-21T14:00:00Z".parse().unwrap());
        let key = generate_p256_key().unwrap();
        let config = WebPushConfig::new(key, "mailto:a@stadt.de", "https://app.stadt.de");
        (VapidTokens::new(&config, clock.clone()).unwrap(), clock)
    }

    fn origin(url: &str) -> Origin {
        Origin::of(&url.parse().unwrap()).unwrap()
    }

    #[test]
    fn the_audience_is_the_origin_with_its_port() {
        let (tokens, clock) = tokens();
        let header = tokens
            .current(&origin("https://push.stadt.de:8443/up/1"))
            .unwrap();
        let token = header.to_str().unwrap().strip_prefix("vapid t=").unwrap();
        let (token, key) = token.split_once(", k=").unwrap();
        assert_eq!(key, tokens.public_key());
        let claims = BASE64.decode(token.split('.').nth(1).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["aud"], "https://push.stadt.de:8443");
        assert_eq!(claims["sub"], "mailto:a@stadt.de");
        assert_eq!(claims["exp"], clock.now().as_secs() + 12 * 60 * 60);
    }

    #[test]
    fn each_push_service_has_a_token_of_its_own_for_six_hours() {
        let (tokens, clock) = tokens();
        let (one, two) = (origin("https://a.example"), origin("https://b.example"));
        let first = tokens.current(&one).unwrap();
        assert_eq!(tokens.current(&one).unwrap(), first);
        assert_ne!(tokens.current(&two).unwrap(), first);
        clock.advance(OLD);
        assert_ne!(tokens.current(&one).unwrap(), first);
    }

    #[test]
    fn a_refused_token_is_renewed_once() {
        let (tokens, clock) = tokens();
        let origin = origin("https://a.example");
        let first = tokens.current(&origin).unwrap();
        assert_eq!(tokens.renewed(&origin, &first).unwrap(), None);
        clock.advance(YOUNG);
        let second = tokens.renewed(&origin, &first).unwrap();
        assert!(second.as_ref().is_some_and(|second| *second != first));
        assert_eq!(tokens.renewed(&origin, &first).unwrap(), second);
    }
}
