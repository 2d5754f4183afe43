// SPDX-License-Identifier: EUPL-1.2

//! The phone's side of Web Push encryption (RFC 8291 over RFC 8188), written apart from the server's side
//! and on another curve implementation, so that an error in the one is not mirrored in the other.

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    error::Unspecified,
    hkdf::{HKDF_SHA256, KeyType, Salt},
};
use p256::{PublicKey, SecretKey, ecdh::diffie_hellman, elliptic_curve::sec1::ToEncodedPoint};

/// Salt, record size, length of the key id (RFC 8188, section 2.1).
const FIXED_HEADER: usize = 16 + 4 + 1;
/// An uncompressed point on P-256 (RFC 8291, section 4).
const POINT: usize = 65;
/// The authentication tag of a record.
const TAG: usize = 16;

/// Why a phone can't read a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecryptError {
    #[error("the body is no aes128gcm record with a P-256 key in its header")]
    Header,
    #[error("the sender's key is no point on P-256")]
    Key,
    #[error("the text was not encrypted to this phone, or changed on the way")]
    Seal,
    #[error("the record has no delimiter that ends the last record")]
    Padding,
}

/// The header of an encrypted body, checked for its form alone.
pub(super) struct Header<'a> {
    salt: &'a [u8],
    sender: &'a [u8],
    record: &'a [u8],
}

impl<'a> Header<'a> {
    /// Takes a body apart. There must be a single record (RFC 8291, section 4).
    pub(super) fn read(body: &'a [u8]) -> Result<Self, DecryptError> {
        let (fixed, rest) = body
            .split_at_checked(FIXED_HEADER)
            .ok_or(DecryptError::Header)?;
        let (sender, record) = rest.split_at_checked(POINT).ok_or(DecryptError::Header)?;
        let size = u32::from_be_bytes([fixed[16], fixed[17], fixed[18], fixed[19]]);
        let fits =
            record.len() > TAG && record.len() <= usize::try_from(size).unwrap_or(usize::MAX);
        if usize::from(fixed[20]) != POINT || sender[0] != 0x04 || !fits {
            return Err(DecryptError::Header);
        }
        Ok(Self {
            salt: &fixed[..16],
            sender,
            record,
        })
    }
}

pub(super) fn decrypt(
    private_key: &SecretKey,
    auth: &[u8; 16],
    body: &[u8],
) -> Result<Vec<u8>, DecryptError> {
    let header = Header::read(body)?;
    let sender = PublicKey::from_sec1_bytes(header.sender).map_err(|_| DecryptError::Key)?;
    let shared = diffie_hellman(private_key.to_nonzero_scalar(), sender.as_affine());

    let receiver = private_key.public_key().to_encoded_point(false);
    let info = [b"WebPush: info\0", receiver.as_bytes(), header.sender];
    let ikm = derive::<32>(auth, shared.raw_secret_bytes(), &info)?;
    let key = derive::<16>(header.salt, &ikm, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce = derive::<12>(header.salt, &ikm, &[b"Content-Encoding: nonce\0"])?;

    let key = UnboundKey::new(&AES_128_GCM, &key).map_err(seal)?;
    let mut record = header.record.to_vec();
    let text = LessSafeKey::new(key)
        .open_in_place(
            Nonce::assume_unique_for_key(nonce),
            Aad::empty(),
            &mut record,
        )
        .map_err(seal)?;
    unpad(text)
}

/// Text, the delimiter 2 of the last record, zeros (RFC 8188, section 2).
fn unpad(text: &[u8]) -> Result<Vec<u8>, DecryptError> {
    match text.iter().rposition(|byte| *byte != 0) {
        Some(end) if text[end] == 2 => Ok(text[..end].to_vec()),
        _ => Err(DecryptError::Padding),
    }
}

/// HKDF-SHA-256 (RFC 5869), `N` bytes.
fn derive<const N: usize>(
    salt: &[u8],
    secret: &[u8],
    info: &[&[u8]],
) -> Result<[u8; N], DecryptError> {
    let mut derived = [0; N];
    Salt::new(HKDF_SHA256, salt)
        .extract(secret)
        .expand(info, Bytes::<N>)
        .and_then(|key| key.fill(&mut derived))
        .map_err(seal)?;
    Ok(derived)
}

/// `N` bytes of key material.
struct Bytes<const N: usize>;

impl<const N: usize> KeyType for Bytes<N> {
    fn len(&self) -> usize {
        N
    }
}

fn seal(_: Unspecified) -> DecryptError {
    DecryptError::Seal
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    /// RFC 8291, section 5 and appendix A.
    const BODY: &str = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIg\
        Dll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBW\
        LVWGNWQexSgSxsj_Qulcy4a-fN";
    const PRIVATE_KEY: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    fn key() -> (SecretKey, [u8; 16]) {
        let key = SecretKey::from_slice(&bytes(PRIVATE_KEY)).unwrap();
        (key, bytes(AUTH).try_into().unwrap())
    }

    #[test]
    fn the_example_of_rfc_8291_is_read() {
        let (key, auth) = key();
        let text = decrypt(&key, &auth, &bytes(BODY)).unwrap();
        assert_eq!(text, b"When I grow up, I want to be a watermelon");
    }

    #[test]
    fn a_changed_byte_breaks_the_seal() {
        let (key, auth) = key();
        let mut body = bytes(BODY);
        *body.last_mut().unwrap() ^= 1;
        assert_eq!(decrypt(&key, &auth, &body), Err(DecryptError::Seal));
    }

    #[test]
    fn every_prefix_of_a_body_is_refused() {
        let (key, auth) = key();
        let body = bytes(BODY);
        for end in 0..body.len() {
            assert!(decrypt(&key, &auth, &body[..end]).is_err(), "{end} bytes");
        }
    }
}
