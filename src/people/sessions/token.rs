// SPDX-License-Identifier: EUPL-1.2

//! A session's token: what a phone keeps, and what stands in the database instead.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::id::Ids;

/// Tells scanners for leaked secrets what they have found, and the server what can't be a token.
const PREFIX: &str = "sf_";

/// 256 random bits, base64url after a prefix. Known to one phone alone.
pub struct SessionToken(String);

impl SessionToken {
    pub(super) fn random(ids: &Ids) -> Self {
        Self(format!(
            "{PREFIX}{}",
            BASE64_URL_SAFE_NO_PAD.encode(ids.secret::<32>())
        ))
    }

    /// The secret itself, for the one answer that hands it over.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// What `sessions.token_hash` holds; `None` if this can't be a token of ours. A random secret of 256 bits
/// needs no slow hash.
pub(super) fn hash(token: &str) -> Option<Vec<u8>> {
    token.strip_prefix(PREFIX)?;
    let mut context = Context::new(&SHA256);
    context.update(b"stadtfunk session v1\0");
    context.update(token.as_bytes());
    Some(context.finish().as_ref().to_vec())
}
