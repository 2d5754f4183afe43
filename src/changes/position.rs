// SPDX-License-Identifier: EUPL-1.2

//! Positions: what a phone keeps of how far it has come in the log.
//!
//! A position tells its holder nothing. It is the place of a line, encrypted and authenticated under a key of
//! that person's own with a random nonce, and as long as any other. So neither two positions nor their distance
//! say whether something has happened between them that is not for their holder.

use aws_lc_rs::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use super::Place;
use crate::{
    clock::At,
    id::{AccountId, Ids},
};

/// What decides, beside the things themselves, what a person may see: where they stand in the city. A phone
/// whose owner has come to stand elsewhere begins anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing(pub [u8; 8]);

/// Whose positions they are.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    pub account: AccountId,
    pub standing: Standing,
}

/// A position as it is sent.
pub(super) type Position = String;

/// Why a position says nothing to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    /// It is no position, or another person's.
    Unreadable,
    /// Its holder may see other things now.
    StandsElsewhere,
}

const CONTEXT: &[u8] = b"stadtfunk position v1";
/// Turn, number in it, microseconds, standing.
const PLAIN_LEN: usize = 8 + 4 + 8 + 8;

/// Makes positions and reads them.
#[derive(Clone)]
pub(super) struct Seal {
    secret: hmac::Key,
    ids: Ids,
}

impl Seal {
    pub(super) fn new(secret: &[u8], ids: Ids) -> Self {
        Self {
            secret: hmac::Key::new(hmac::HMAC_SHA256, secret),
            ids,
        }
    }

    pub(super) fn close(&self, place: Place, reader: &Reader) -> Position {
        let mut sealed = Vec::with_capacity(NONCE_LEN + PLAIN_LEN + 16);
        sealed.extend(place.turn.to_be_bytes());
        sealed.extend(place.nth.to_be_bytes());
        sealed.extend(place.at.as_micros().to_be_bytes());
        sealed.extend(reader.standing.0);
        let nonce = self.ids.secret::<NONCE_LEN>();
        let bound = Aad::from(CONTEXT);
        let done = self.key(reader.account).is_some_and(|key| {
            let nonce = Nonce::assume_unique_for_key(nonce);
            key.seal_in_place_append_tag(nonce, bound, &mut sealed)
                .is_ok()
        });
        // Fails for what is longer than any memory alone; then nothing is told rather than too much.
        if !done {
            return Position::new();
        }
        sealed.splice(0..0, nonce);
        BASE64_URL_SAFE_NO_PAD.encode(sealed)
    }

    pub(super) fn open(&self, position: &str, reader: &Reader) -> Result<Place, Unusable> {
        let (place, standing) = self
            .read(position, reader.account)
            .ok_or(Unusable::Unreadable)?;
        if standing == reader.standing {
            Ok(place)
        } else {
            Err(Unusable::StandsElsewhere)
        }
    }

    fn read(&self, position: &str, account: AccountId) -> Option<(Place, Standing)> {
        let mut sealed = BASE64_URL_SAFE_NO_PAD.decode(position).ok()?;
        let (nonce, rest) = sealed.split_first_chunk_mut::<NONCE_LEN>()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let key = self.key(account)?;
        let plain = key.open_in_place(nonce, Aad::from(CONTEXT), rest).ok()?;
        let (turn, rest) = plain.split_first_chunk()?;
        let (nth, rest) = rest.split_first_chunk()?;
        let (micros, rest) = rest.split_first_chunk()?;
        let place = Place {
            turn: i64::from_be_bytes(*turn),
            nth: i32::from_be_bytes(*nth),
            at: At::from_micros(i64::from_be_bytes(*micros))?,
        };
        Some((place, Standing(rest.try_into().ok()?)))
    }

    /// A key for each person: random nonces of 96 bits are for a few billion positions, not for a whole city's.
    fn key(&self, account: AccountId) -> Option<LessSafeKey> {
        let key = hmac::sign(&self.secret, account.uuid().as_bytes());
        let key = UnboundKey::new(&CHACHA20_POLY1305, key.as_ref()).ok()?;
        Some(LessSafeKey::new(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    const PLACE: Place = Place {
        turn: 4_711,
        nth: 2,
        at: At::constant(1_795_266_000),
    };

    fn seal_and_reader() -> (Seal, Reader) {
        let ids = Ids::new(Clock::wall());
        let reader = Reader {
            account: ids.id(),
            standing: Standing([7; 8]),
        };
        (Seal::new(&ids.secret::<32>(), ids), reader)
    }

    #[test]
    fn a_position_is_read_back_by_its_owner_where_they_stood() {
        let (seal, reader) = seal_and_reader();
        let position = seal.close(PLACE, &reader);
        assert_eq!(seal.open(&position, &reader), Ok(PLACE));
        let elsewhere = Reader {
            standing: Standing([8; 8]),
            ..reader
        };
        let told = seal.open(&position, &elsewhere);
        assert_eq!(told, Err(Unusable::StandsElsewhere));
        let (_, other) = seal_and_reader();
        assert_eq!(seal.open(&position, &other), Err(Unusable::Unreadable));
    }

    #[test]
    fn two_positions_of_one_place_have_nothing_in_common_but_their_length() {
        let (seal, reader) = seal_and_reader();
        let far = Place {
            turn: i64::MAX,
            ..PLACE
        };
        let (one, same) = (seal.close(PLACE, &reader), seal.close(PLACE, &reader));
        assert_ne!(one[..16], same[..16]);
        assert_ne!(one[16..], same[16..]);
        assert_eq!(one.len(), seal.close(far, &reader).len());
    }

    #[test]
    fn what_was_not_made_here_is_unreadable() {
        let (seal, reader) = seal_and_reader();
        let position = seal.close(PLACE, &reader);
        let mut changed = position.clone();
        changed.replace_range(30..31, if &position[30..31] == "A" { "B" } else { "A" });
        for bad in ["", "0", "4711", "!!", &position[..40], &changed] {
            let told = seal.open(bad, &reader);
            assert_eq!(told, Err(Unusable::Unreadable), "{bad}");
        }
    }
}
