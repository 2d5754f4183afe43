// SPDX-License-Identifier: EUPL-1.2

//! Text that only the device can read: RFC 8291 (Message Encryption for Web Push) with the content coding
//! `aes128gcm` of RFC 8188, on aws-lc. The same for all three gateways, so Apple and Google carry what they
//! can't read either.
//!
//! Every message gets a key pair and a salt of its own. What a carrier sees is the length; it is padded to
//! steps of [`STEP`] octets.

use aws_lc_rs::{aead, agreement, hkdf, rand::SystemRandom};

use super::envelope::DeviceKeys;

/// The octets that encryption adds: a header of 86 (salt 16, record size 4, key length 1, key 65), the
/// delimiter 1 and the tag 16.
pub const OVERHEAD: usize = HEADER + 1 + TAG;
/// Lengths are padded to a multiple of this, so that they say little about the words.
pub const STEP: usize = 256;

const SALT: usize = 16;
/// An uncompressed point on P-256; the header says its length in one octet.
const KEY_LENGTH: u8 = 65;
const KEY: usize = KEY_LENGTH as usize;
const HEADER: usize = SALT + 4 + 1 + KEY;
const TAG: usize = 16;
/// The record size that the header announces. One record holds everything, because no gateway carries more.
const RECORD: u32 = 4_096;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncryptionError {
    #[error("the device's key is not a point on P-256")]
    Key,
    #[error("the text does not fit into one record")]
    TooLong,
    #[error("the machine has no randomness")]
    Random,
}

/// Encrypts `plaintext` to a device, padded to a multiple of [`STEP`] but to no more than `room` octets. The
/// result is [`OVERHEAD`] octets longer than the padded text. `salt` is random and used once. CPU only:
/// about 50 µs.
pub fn encrypt(
    plaintext: &[u8],
    keys: &DeviceKeys,
    room: usize,
    salt: [u8; SALT],
) -> Result<Vec<u8>, EncryptionError> {
    let agreement = Agreement::ephemeral(keys)?;
    encrypt_by(&agreement, plaintext, keys, room, salt)
}

/// What sender and device alone know of one message: made anew for each, but in the test vectors.
pub(super) struct Agreement {
    /// The sender's public key.
    pub(super) sender: [u8; KEY],
    /// ECDH of the two key pairs.
    pub(super) secret: [u8; 32],
}

impl Agreement {
    fn ephemeral(keys: &DeviceKeys) -> Result<Self, EncryptionError> {
        let private =
            agreement::EphemeralPrivateKey::generate(&agreement::ECDH_P256, &SystemRandom::new())
                .map_err(|_| EncryptionError::Random)?;
        let public = private
            .compute_public_key()
            .map_err(|_| EncryptionError::Random)?;
        let mut agreed = Self {
            sender: [0; KEY],
            secret: [0; 32],
        };
        agreed.sender.copy_from_slice(public.as_ref());
        let device = agreement::UnparsedPublicKey::new(&agreement::ECDH_P256, &keys.p256dh);
        agreement::agree_ephemeral(private, device, EncryptionError::Key, |secret| {
            agreed.secret.copy_from_slice(secret);
            Ok(())
        })?;
        Ok(agreed)
    }
}

pub(super) fn encrypt_by(
    agreement: &Agreement,
    plaintext: &[u8],
    keys: &DeviceKeys,
    room: usize,
    salt: [u8; SALT],
) -> Result<Vec<u8>, EncryptionError> {
    let Agreement { sender, secret } = agreement;
    let padding = padded(plaintext.len(), room).saturating_sub(plaintext.len());
    Sealing::derive(secret, keys, sender, &salt).seal(plaintext, padding, sender, &salt)
}

/// The length that a text of `length` octets is padded to where there is `room` for so many.
fn padded(length: usize, room: usize) -> usize {
    length.next_multiple_of(STEP).min(room).max(length)
}

/// Content encryption key and nonce of one message.
struct Sealing {
    key: [u8; 16],
    nonce: [u8; 12],
}

impl Sealing {
    /// RFC 8291, section 3.4.
    fn derive(secret: &[u8], keys: &DeviceKeys, sender: &[u8], salt: &[u8]) -> Self {
        let mut shared = [0; 32];
        let shared_info: [&[u8]; 3] = [b"WebPush: info\0", &keys.p256dh, sender];
        expand(&keys.auth, secret, &shared_info, &mut shared);
        let (mut key, mut nonce) = ([0; 16], [0; 12]);
        expand(salt, &shared, &[b"Content-Encoding: aes128gcm\0"], &mut key);
        expand(salt, &shared, &[b"Content-Encoding: nonce\0"], &mut nonce);
        Self { key, nonce }
    }

    /// RFC 8188, section 2: the header, then the one record, its text ended by 0x02 and padded by zeros.
    fn seal(
        &self,
        plaintext: &[u8],
        padding: usize,
        sender: &[u8],
        salt: &[u8],
    ) -> Result<Vec<u8>, EncryptionError> {
        let record = plaintext.len() + 1 + padding;
        if record + TAG > RECORD as usize {
            return Err(EncryptionError::TooLong);
        }
        let mut body = Vec::with_capacity(HEADER + record + TAG);
        body.extend_from_slice(salt);
        body.extend_from_slice(&RECORD.to_be_bytes());
        body.push(KEY_LENGTH);
        body.extend_from_slice(sender);
        body.extend_from_slice(plaintext);
        body.push(0x02);
        body.resize(HEADER + record, 0);
        let key = aead::UnboundKey::new(&aead::AES_128_GCM, &self.key)
            .map_err(|_| EncryptionError::TooLong)?;
        let nonce = aead::Nonce::assume_unique_for_key(self.nonce);
        let tag = aead::LessSafeKey::new(key)
            .seal_in_place_separate_tag(nonce, aead::Aad::empty(), &mut body[HEADER..])
            .map_err(|_| EncryptionError::TooLong)?;
        body.extend_from_slice(tag.as_ref());
        Ok(body)
    }
}

/// HKDF-SHA-256 (RFC 5869).
fn expand<const N: usize>(salt: &[u8], secret: &[u8], info: &[&[u8]], octets: &mut [u8; N]) {
    struct Length(usize);
    impl hkdf::KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let key = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret);
    // HKDF fails only beyond 255 blocks of 32 octets; `N` is 32 at most. Were it to fail all the same, the
    // zeros left in `octets` must not be used as a key, so nothing may go on.
    #[expect(
        clippy::expect_used,
        reason = "12, 16 and 32 octets are never too many"
    )]
    key.expand(info, Length(N))
        .and_then(|okm| okm.fill(octets))
        .expect("at most 32 octets");
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};

    use super::*;

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        BASE64.decode(text).unwrap().try_into().unwrap()
    }

    /// The receiver of RFC 8291, section 5.
    fn receiver() -> DeviceKeys {
        DeviceKeys {
            p256dh: bytes(
                "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            ),
            auth: bytes("BTBZMqHH6r4Tts7J_aSIgg"),
        }
    }

    #[test]
    fn the_example_of_rfc_8291_is_reproduced() {
        let sender: [u8; 65] = bytes(
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
        );
        let salt: [u8; 16] = bytes("DGv6ra1nlYgDCS1FRnbzlw");
        // Appendix A, `ecdh_secret`: aws-lc makes its own ephemeral keys and takes none.
        let secret: [u8; 32] = bytes("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");
        let text = b"When I grow up, I want to be a watermelon";
        let agreement = Agreement { sender, secret };
        // No more room than the text: the example is not padded.
        let body = encrypt_by(&agreement, text, &receiver(), text.len(), salt).unwrap();
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vC\
                        YLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXL\
                        WyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(BASE64.encode(body), expected);
    }

    #[test]
    fn the_length_is_hidden_in_steps_and_never_passes_the_room() {
        let length = |text: usize, room| {
            encrypt(&vec![b'x'; text], &receiver(), room, [7; 16])
                .unwrap()
                .len()
                - OVERHEAD
        };
        assert_eq!(length(1, 2_700), 256);
        assert_eq!(length(256, 2_700), 256);
        assert_eq!(length(257, 2_700), 512);
        assert_eq!(length(2_600, 2_700), 2_700);
        assert_eq!(length(2_700, 2_700), 2_700);
    }

    #[test]
    fn no_two_bodies_of_one_text_are_alike() {
        let body = || encrypt(b"the same", &receiver(), 256, [7; 16]).unwrap();
        assert_ne!(
            body()[21..86],
            body()[21..86],
            "the sender's key is made anew"
        );
    }

    #[test]
    fn a_key_off_the_curve_and_a_text_beyond_one_record_are_refused() {
        let mut keys = receiver();
        keys.p256dh[64] ^= 1;
        assert_eq!(
            encrypt(b"x", &keys, 256, [7; 16]),
            Err(EncryptionError::Key)
        );
        let long = vec![0; 4_080];
        assert_eq!(
            encrypt(&long, &receiver(), 4_080, [7; 16]),
            Err(EncryptionError::TooLong)
        );
    }
}
