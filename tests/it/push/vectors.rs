// SPDX-License-Identifier: EUPL-1.2

//! The test vectors for app developers, read as docs/api/push.md tells an app to: by hand from HMAC up, on
//! another curve implementation than the server's, and (with the feature `oracles`) by `ece`.

use std::{fs, path::Path};

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hmac,
};
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use p256::{PublicKey, SecretKey, ecdh::diffie_hellman};
use serde_json::Value;

fn vectors() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api/push-vectors.json");
    let text = fs::read_to_string(file).expect("the vectors");
    serde_json::from_str(&text).expect("JSON")
}

fn octets(value: &Value) -> Vec<u8> {
    let text = value.as_str().expect("base64url");
    BASE64_URL_SAFE_NO_PAD.decode(text).expect("base64url")
}

/// What the gateway carries, out of the place where it stands.
fn ciphertext(vector: &Value) -> Vec<u8> {
    let inside = |pointer: &str| {
        let body = vector["body"].as_str().expect("a body");
        let body: Value = serde_json::from_str(body).expect("JSON");
        let text = body.pointer(pointer).and_then(Value::as_str);
        BASE64_STANDARD
            .decode(text.expect("the ciphertext"))
            .expect("base64")
    };
    match vector["gateway"].as_str() {
        Some("apns") => inside("/e"),
        Some("fcm") => inside("/message/data/e"),
        _ => octets(&vector["body_base64url"]),
    }
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text).as_ref().to_vec()
}

/// The steps of docs/api/push.md.
pub(super) fn read(device: &Value, body: &[u8]) -> String {
    let (salt, rest) = body.split_at(16);
    assert_eq!(rest[..4], 4_096_u32.to_be_bytes(), "the record size");
    assert_eq!(rest[4], 65, "the length of the sender's key");
    let (sender, sealed) = rest[5..].split_at(65);

    let private = SecretKey::from_slice(&octets(&device["private_key"])).expect("a private key");
    let public = PublicKey::from_sec1_bytes(sender).expect("a point");
    let secret = diffie_hellman(private.to_nonzero_scalar(), public.as_affine());

    let prk = hmac(&octets(&device["auth"]), secret.raw_secret_bytes());
    let own_public = octets(&device["p256dh"]);
    let info = [b"WebPush: info\0", own_public.as_slice(), sender, &[1]];
    let ikm = hmac(&prk, &info.concat());

    let prk = hmac(salt, &ikm);
    let key = hmac(&prk, b"Content-Encoding: aes128gcm\0\x01");
    let nonce = hmac(&prk, b"Content-Encoding: nonce\0\x01");

    let key = UnboundKey::new(&AES_128_GCM, &key[..16]).expect("a key");
    let nonce = Nonce::try_assume_unique_for_key(&nonce[..12]).expect("a nonce");
    let mut record = sealed.to_vec();
    let text = LessSafeKey::new(key)
        .open_in_place(nonce, Aad::empty(), &mut record)
        .expect("the seal is whole");
    let end = text.iter().rposition(|octet| *octet != 0);
    let end = end.expect("a delimiter");
    assert_eq!(text[end], 2, "the delimiter of the last record");
    String::from_utf8(text[..end].to_vec()).expect("UTF-8")
}

#[test]
fn every_vector_is_read_step_by_step() {
    let vectors = vectors();
    let encrypted = vectors["encrypted"].as_array().expect("vectors");
    assert_eq!(encrypted.len(), 6, "three gateways, two languages");
    for vector in encrypted {
        let text = read(&vectors["device"], &ciphertext(vector));
        assert_eq!(text, vector["plaintext"], "{}", vector["gateway"]);
        let message: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(message["v"], 1);
        assert_eq!(message["language"], vector["language"]);
        let body = message["body"].as_str().expect("a body");
        assert_eq!(body.ends_with('…'), vector["language"] == "en");
        let declarative = vector["gateway"] == "webpush";
        assert_eq!(message.get("web_push").is_some(), declarative);
    }
}

#[test]
fn the_header_is_the_senders() {
    let vectors = vectors();
    for vector in vectors["encrypted"].as_array().expect("vectors") {
        let body = ciphertext(vector);
        assert_eq!(body[..16], octets(&vectors["salt"]));
        assert_eq!(body[21..86], octets(&vectors["sender"]["public_key"]));
    }
}

#[test]
fn a_vector_without_key_has_no_words_and_a_link() {
    let vectors = vectors();
    let without_key = vectors["without_key"].as_array().expect("vectors");
    assert_eq!(without_key.len(), 4, "two gateways, two languages");
    for vector in without_key {
        let body = vector["body"].as_str().expect("a body");
        assert!(!body.contains("gesperrt") && !body.contains("closed"));
        assert!(body.contains("/announcements/019a8f6e"), "{body}");
    }
}

#[test]
fn a_removal_names_what_it_takes_down_and_shows_nothing() {
    let vectors = vectors();
    let removals = vectors["removals"].as_array().expect("vectors");
    assert_eq!(removals.len(), 5, "three gateways, two without a key");
    for vector in removals {
        let read = match vector.get("plaintext") {
            Some(plaintext) => {
                let text = read(&vectors["device"], &ciphertext(vector));
                assert_eq!(text, *plaintext);
                text
            }
            None => vector["body"].as_str().expect("a body").to_owned(),
        };
        assert!(
            read.contains(r#""remove":"AZqPbnwAcACAAAAAAAAAAg""#),
            "{read}"
        );
        assert!(!read.contains("title"), "{read}");
    }
}

#[cfg(feature = "oracles")]
#[test]
fn ece_reads_every_vector() {
    let vectors = vectors();
    let device = &vectors["device"];
    let keys = ece::EcKeyComponents::new(octets(&device["private_key"]), octets(&device["p256dh"]));
    for vector in vectors["encrypted"].as_array().expect("vectors") {
        let text = ece::decrypt(&keys, &octets(&device["auth"]), &ciphertext(vector));
        let text = String::from_utf8(text.expect("ece decrypts")).expect("UTF-8");
        assert_eq!(text, vector["plaintext"]);
    }
}
