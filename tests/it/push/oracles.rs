// SPDX-License-Identifier: EUPL-1.2

//! Independent implementations judge what went over the wire: `ece` decrypts, `web-push` builds the same
//! headers and reads our VAPID token, `a2` builds the same `aps`, `google-fcm1` the same message for FCM.

mod fcm;

use a2::{DefaultNotificationBuilder, NotificationBuilder as _, NotificationOptions};
use base64::{Engine as _, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use ece::EcKeyComponents;
use serde_json::Value;
use stadtfunk::{
    clock::Clock,
    id::Ids,
    push::{Class, Gateway, Verdict, encryption::encrypt, envelope::DeviceKeys, sandbox::Entry},
};
use web_push::{
    ContentEncoding, SubscriptionInfo, Urgency, VapidSignatureBuilder, WebPushMessageBuilder,
};

use super::Counter;

/// A device whose keys another implementation made.
struct Device {
    private: EcKeyComponents,
    keys: DeviceKeys,
}

impl Device {
    fn new() -> Self {
        let (pair, auth) = ece::generate_keypair_and_auth_secret().unwrap();
        let private = pair.raw_components().unwrap();
        let p256dh = private.public_key().try_into().unwrap();
        Self {
            private,
            keys: DeviceKeys { p256dh, auth },
        }
    }

    fn read(&self, body: &[u8]) -> Value {
        let text = ece::decrypt(&self.private, &self.keys.auth, body).expect("ece decrypts");
        serde_json::from_slice(&text).unwrap()
    }
}

/// The encrypted part of a push, wherever its gateway has it.
fn ciphertext(entry: &Entry) -> Vec<u8> {
    let json = |pointer: &str| {
        let body: Value = serde_json::from_slice(&entry.body).unwrap();
        BASE64_STANDARD
            .decode(body.pointer(pointer).unwrap().as_str().unwrap())
            .unwrap()
    };
    match entry.gateway {
        Gateway::Apns => json("/e"),
        Gateway::Fcm => json("/message/data/e"),
        Gateway::WebPush => entry.body.to_vec(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ece_decrypts_what_each_gateway_carries() {
    let counter = Counter::open().await;
    for &gateway in Gateway::ALL {
        for body in ["", "Text", &"Ä".repeat(500), &"消防".repeat(5_000)] {
            let device = Device::new();
            let target = counter.target(&counter.sandbox.phone(gateway), Some(device.keys.clone()));
            let message = counter.message(Class::Alert, "Titel", body);
            assert_eq!(
                counter.push(&message, &target).await,
                Verdict::Accepted,
                "{gateway}"
            );
            let read = device.read(&ciphertext(&counter.arrived(&target)));
            assert_eq!(read["title"], "Titel");
            let shown = read["body"].as_str().unwrap();
            let shown = shown.strip_suffix('…').unwrap_or(shown);
            assert!(body.starts_with(shown), "{gateway}: {shown}");
        }
    }
}

/// Of every length that fits, to a new device each, padded to every room.
#[test]
fn ece_reads_ten_thousand_random_messages() {
    const MOST: usize = 4_096 - 17;
    let random = |most: usize| {
        let octets: [u8; 2] = rand();
        usize::from(u16::from_be_bytes(octets)) % (most + 1)
    };
    for _ in 0..10_000 {
        let device = Device::new();
        let length = random(MOST);
        let room = length + random(MOST - length);
        let text = &rand::<MOST>()[..length];
        let body = encrypt(text, &device.keys, room, rand()).expect("it fits");
        let read = ece::decrypt(&device.private, &device.keys.auth, &body).expect("ece decrypts");
        assert!(read == text, "{length} octets in a room of {room}");
    }
}

fn rand<const N: usize>() -> [u8; N] {
    Ids::new(Clock::wall()).secret()
}

#[tokio::test(flavor = "multi_thread")]
async fn web_push_builds_the_same_request() {
    let counter = Counter::open().await;
    let device = Device::new();
    let phone = counter.sandbox.phone(Gateway::WebPush);
    let target = counter.target(&phone, Some(device.keys.clone()));
    let message = counter.message(Class::Alert, "Titel", "Text");
    assert_eq!(counter.push(&message, &target).await, Verdict::Accepted);
    let ours = counter.arrived(&target);

    let subscription = SubscriptionInfo::new(
        phone.address.clone(),
        BASE64_URL_SAFE_NO_PAD.encode(device.keys.p256dh),
        BASE64_URL_SAFE_NO_PAD.encode(device.keys.auth),
    );
    let pem = counter
        .sandbox
        .credentials()
        .vapid
        .private_key_pem
        .as_bytes();
    let mut vapid = VapidSignatureBuilder::from_pem(pem, &subscription).unwrap();
    vapid.add_claim("sub", counter.sandbox.credentials().vapid.subject.as_str());
    let mut builder = WebPushMessageBuilder::new(&subscription);
    builder.set_ttl(3_600);
    builder.set_urgency(Urgency::High);
    builder.set_topic(message.envelope.collapse_id.clone());
    builder.set_payload(ContentEncoding::Aes128Gcm, b"Text");
    builder.set_vapid_signature(vapid.build().unwrap());
    let theirs = web_push::request_builder::build_request::<Vec<u8>>(builder.build().unwrap());

    assert_eq!(theirs.uri().path(), ours.path);
    for name in ["urgency", "topic", "content-encoding", "content-type"] {
        let theirs = theirs.headers()[name].to_str().unwrap();
        assert_eq!(ours.headers[name].to_str().unwrap(), theirs, "{name}");
    }
    let ttl: u64 = ours.headers["ttl"].to_str().unwrap().parse().unwrap();
    assert!((3_590..=3_600).contains(&ttl), "{ttl}");
    let key = |value: &str| {
        value
            .split("k=")
            .nth(1)
            .unwrap()
            .trim_end_matches('=')
            .to_owned()
    };
    let ours = ours.headers["authorization"].to_str().unwrap();
    let theirs = theirs.headers()["authorization"].to_str().unwrap();
    assert!(ours.starts_with("vapid t=") && theirs.starts_with("vapid t="));
    assert_eq!(key(ours), key(theirs));
}

#[tokio::test(flavor = "multi_thread")]
async fn a2_builds_the_same_alert() {
    let counter = Counter::open().await;
    let phone = counter.sandbox.phone(Gateway::Apns);
    let target = counter.target(&phone, Some(phone.keys()));
    let message = counter.message(Class::Alert, "Titel", "Text");
    assert_eq!(counter.push(&message, &target).await, Verdict::Accepted);
    let ours: Value = serde_json::from_slice(&counter.arrived(&target).body).unwrap();

    let theirs = DefaultNotificationBuilder::new()
        .set_title("Dringende Mitteilung")
        .set_sound("default")
        .set_mutable_content()
        .build(&phone.address, NotificationOptions::default());
    let theirs = serde_json::to_value(&theirs.aps).unwrap();
    // a2 knows no interruption level, and we group by class.
    let mut aps = ours["aps"].clone();
    let aps = aps.as_object_mut().unwrap();
    assert_eq!(aps.remove("interruption-level").unwrap(), "time-sensitive");
    assert_eq!(aps.remove("thread-id").unwrap(), "alert");
    assert_eq!(Value::from(aps.clone()), theirs);
}
