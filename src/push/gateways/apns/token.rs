// SPDX-License-Identifier: EUPL-1.2

//! The provider authentication token: signed once, used for every push until it is 50 minutes old. Apple
//! wants it renewed at least every 60 minutes and at most every 20 ("Establishing a token-based connection
//! to APNs"); renewing it oftener is answered by 429 `TooManyProviderTokenUpdates`.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use http::HeaderValue;
use serde_json::json;

use crate::{
    clock::{At, Clock},
    config::push::ApnsConfig,
    push::{
        Verdict,
        gateways::{
            header_value,
            jwt::{KeyError, SigningKey},
        },
    },
};

pub(super) struct ProviderToken {
    key: SigningKey,
    key_id: String,
    team_id: String,
    clock: Clock,
    signed: Mutex<Option<Signed>>,
}

#[derive(Clone)]
struct Signed {
    header: HeaderValue,
    at: At,
}

const OLD: Duration = Duration::from_mins(50);
const OFTENEST: Duration = Duration::from_mins(20);

impl ProviderToken {
    pub(super) fn new(config: &ApnsConfig, clock: Clock) -> Result<Self, KeyError> {
        Ok(Self {
            key: SigningKey::es256(&config.key)?,
            key_id: config.key_id.clone(),
            team_id: config.team_id.clone(),
            clock,
            signed: Mutex::default(),
        })
    }

    /// The `authorization` to send, signed anew if the last one is old.
    pub(super) fn current(&self) -> Result<HeaderValue, Verdict> {
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        match &*signed {
            // A clock that was set back makes a token of the future, which Apple refuses.
            Some(last) if last.at <= now && now.since(last.at) < OLD => Ok(last.header.clone()),
            _ => self.sign(&mut signed, now),
        }
    }

    /// Another token than the one that Apple has `refused`, if there is one or if the last one is old enough
    /// to be followed by another.
    pub(super) fn renewed(&self, refused: &HeaderValue) -> Result<Option<HeaderValue>, Verdict> {
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        match &*signed {
            Some(last) if last.header != *refused => Ok(Some(last.header.clone())),
            Some(last) if last.at <= now && now.since(last.at) < OFTENEST => Ok(None),
            _ => self.sign(&mut signed, now).map(Some),
        }
    }

    fn sign(&self, signed: &mut Option<Signed>, now: At) -> Result<HeaderValue, Verdict> {
        let claims = json!({ "iss": self.team_id, "iat": now.as_secs() });
        let token = self
            .key
            .sign(Some(&self.key_id), &claims)
            .map_err(Verdict::from)?;
        let mut header = header_value(&format!("bearer {token}"))?;
        header.set_sensitive(true);
        *signed = Some(Signed {
            header: header.clone(),
            at: now,
        });
        Ok(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::gateways::generate_p256_key;

    fn token() -> (ProviderToken, Clock) {
        let clock = Clock::manual("2026-11-21T14:00:00Z".parse().unwrap());
        let key = generate_p256_key().unwrap();
        let config = ApnsConfig::new(key, "ABC123DEFG", "DEF123GHIJ", "de.stadt.app");
        (ProviderToken::new(&config, clock.clone()).unwrap(), clock)
    }

    #[test]
    fn a_token_serves_for_fifty_minutes() {
        let (token, clock) = token();
        let first = token.current().unwrap();
        clock.advance(Duration::from_mins(49));
        assert_eq!(token.current().unwrap(), first);
        clock.advance(Duration::from_mins(1));
        assert_ne!(token.current().unwrap(), first);
    }

    #[test]
    fn a_refused_token_is_not_renewed_within_twenty_minutes() {
        let (token, clock) = token();
        let first = token.current().unwrap();
        clock.advance(Duration::from_mins(19));
        assert_eq!(token.renewed(&first).unwrap(), None);
        clock.advance(Duration::from_mins(1));
        let second = token.renewed(&first).unwrap().unwrap();
        assert_ne!(second, first);
        assert_eq!(
            token.renewed(&first).unwrap(),
            Some(second),
            "others get the same new one"
        );
    }
}
