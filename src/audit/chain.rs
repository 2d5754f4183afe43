// SPDX-License-Identifier: EUPL-1.2

//! The canonical form of an entry, and its hash.
//!
//! The form is fixed: each field after the other, whatever has no fixed length with its length before it, so
//! that no two entries have the same bytes. It is made of what is stored, so that JSON, which can be written
//! in many ways, need not be understood to be checked.

use std::{fmt, str::FromStr};

use aws_lc_rs::digest::{Context, SHA256};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::{clock::At, id::AccountId};

/// Opens every canonical form: a change of the form is another word.
const FORM: &[u8] = b"stadtfunk audit 1";

/// A SHA-256. In JSON and in print 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(as = AuditHash, value_type = String)]
pub struct Hash(pub(super) [u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 hexadecimal digits")]
pub struct HashError;

impl FromStr for Hash {
    type Err = HashError;
    fn from_str(text: &str) -> Result<Self, HashError> {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash).map_err(|_| HashError)?;
        Ok(Self(hash))
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An entry as it is chained.
pub(super) struct Link {
    pub(super) position: i64,
    pub(super) at: At,
    pub(super) action: String,
    pub(super) actor: Option<AccountId>,
    pub(super) subject: uuid::Uuid,
    pub(super) details: String,
}

impl Link {
    /// `before`: the hash of the entry before; empty for the first.
    pub(super) fn hash(&self, before: &[u8]) -> Hash {
        let mut digest = Context::new(&SHA256);
        let actor = self.actor.map(|actor| actor.uuid().into_bytes());
        let fields: [&[u8]; 8] = [
            FORM,
            before,
            &self.position.to_be_bytes(),
            &self.at.as_micros().to_be_bytes(),
            self.action.as_bytes(),
            actor.as_ref().map_or(&[], |actor| actor),
            self.subject.as_bytes(),
            self.details.as_bytes(),
        ];
        for field in fields {
            digest.update(&(field.len() as u64).to_be_bytes());
            digest.update(field);
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(digest.finish().as_ref());
        Hash(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> Link {
        Link {
            position: 7,
            at: "2026-11-21T14:00:00Z".parse().unwrap(),
            action: "announcement_edited".to_owned(),
            actor: Some(AccountId::from_uuid(uuid::Uuid::from_u128(1))),
            subject: uuid::Uuid::from_u128(2),
            details: "{}".to_owned(),
        }
    }

    #[test]
    fn the_form_is_fixed() {
        // Computed apart from this code: a change here breaks every chain that was written before.
        let expected = "de97f0af7d522ad18ddaf2585906202f6da17f1b9b2d369e96d71856195b8b5f";
        assert_eq!(link().hash(&[9; 32]).to_string(), expected);
    }

    #[test]
    fn a_hash_is_read_as_it_is_printed() {
        let hash = link().hash(&[9; 32]);
        assert_eq!(hash.to_string().parse(), Ok(hash));
        for bad in ["", "5d", &"+1".repeat(32), &"g".repeat(64), &"ä".repeat(32)] {
            assert_eq!(bad.parse::<Hash>(), Err(HashError), "{bad}");
        }
    }

    #[test]
    fn every_field_and_the_entry_before_count() {
        let before = [9; 32];
        let changes: [fn(&mut Link); 6] = [
            |link| link.position = 8,
            |link| link.at = "2026-11-21T14:00:00.000001Z".parse().unwrap(),
            |link| link.action.push(' '),
            |link| link.actor = None,
            |link| link.subject = uuid::Uuid::from_u128(3),
            |link| link.details = "{ }".to_owned(),
        ];
        let whole = link().hash(&before);
        for change in changes {
            let mut other = link();
            change(&mut other);
            assert_ne!(other.hash(&before), whole);
        }
        assert_ne!(link().hash(&[]), whole);
    }
}
