// SPDX-License-Identifier: EUPL-1.2

//! JSON Web Tokens (RFC 7515, 7519), read as strictly as the gateways do. A signature costs as much as
//! ten pushes, so what was verified once is remembered by its bytes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use aws_lc_rs::signature::{UnparsedPublicKey, VerificationAlgorithm};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, de::DeserializeOwned};

/// More tokens than this in use at once are no honest client's.
const REMEMBERED: usize = 256;

/// The claims that any of the three gateways looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claims {
    pub(super) kid: Option<String>,
    pub(super) iss: Option<String>,
    pub(super) aud: Option<String>,
    pub(super) sub: Option<String>,
    pub(super) scope: Option<String>,
    /// Seconds since 1970.
    pub(super) iat: Option<i64>,
    /// Seconds since 1970.
    pub(super) exp: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum JwtError {
    #[error("not three parts of unpadded base64url with JSON objects in the first two")]
    Malformed,
    #[error("signed with another algorithm than the gateway takes")]
    Algorithm,
    #[error("the signature does not match")]
    Signature,
}

/// Verifies tokens of one key. Cheap for a token that it has seen.
pub(super) struct Verifier {
    algorithm: &'static str,
    key: UnparsedPublicKey<Vec<u8>>,
    verified: Mutex<HashMap<Box<str>, Arc<Claims>>>,
}

impl Verifier {
    /// `algorithm` as the JOSE header names it (RFC 7518, section 3.1).
    pub(super) fn new(
        algorithm: &'static str,
        verification: &'static dyn VerificationAlgorithm,
        public_key: Vec<u8>,
    ) -> Self {
        Self {
            algorithm,
            key: UnparsedPublicKey::new(verification, public_key),
            verified: Mutex::default(),
        }
    }

    /// The claims of a token that this key has signed. Whether they still hold is the caller's to judge.
    pub(super) fn verify(&self, token: &str) -> Result<Arc<Claims>, JwtError> {
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(claims) = verified.get(token) {
            return Ok(Arc::clone(claims));
        }
        let claims = Arc::new(self.read(token)?);
        if verified.len() >= REMEMBERED {
            verified.clear();
        }
        verified.insert(token.into(), Arc::clone(&claims));
        Ok(claims)
    }

    fn read(&self, token: &str) -> Result<Claims, JwtError> {
        let (signed, signature) = token.rsplit_once('.').ok_or(JwtError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(JwtError::Malformed)?;
        let header: Header = part(header)?;
        let payload: Payload = part(payload)?;
        let signature = URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| JwtError::Malformed)?;
        if header.alg != self.algorithm {
            return Err(JwtError::Algorithm);
        }
        self.key
            .verify(signed.as_bytes(), &signature)
            .map_err(|_| JwtError::Signature)?;
        Ok(Claims {
            kid: header.kid,
            iss: payload.iss,
            aud: payload.aud,
            sub: payload.sub,
            scope: payload.scope,
            iat: payload.iat,
            exp: payload.exp,
        })
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

#[derive(Deserialize)]
struct Payload {
    iss: Option<String>,
    aud: Option<String>,
    sub: Option<String>,
    scope: Option<String>,
    iat: Option<i64>,
    exp: Option<i64>,
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, JwtError> {
    let json = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| JwtError::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| JwtError::Malformed)
}
