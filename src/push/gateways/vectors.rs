// SPDX-License-Identifier: EUPL-1.2

//! The test vectors for app developers, docs/api/push-vectors.json, made by the code that makes every push:
//! with keys, salt and ids that are fixed here and nowhere else. That they can be read as docs/api/push.md
//! says is tested apart, in tests/it/push/vectors.rs.

use std::{collections::BTreeMap, env, fs, path::Path};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use p256::{SecretKey, ecdh::diffie_hellman, elliptic_curve::sec1::ToEncodedPoint as _};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Client, Draft, Encrypt, Gateways, push_id, transport::Parcel};
use crate::{
    clock::{At, Clock},
    id::{DeviceId, Ids, MessageId},
    push::{
        ApnsEnvironment, Gateway, Language, MessageClass,
        encryption::{self, Agreement},
        envelope::{DeviceKeys, Envelope, Manner, Message, Target, Text},
        sandbox::{Sandbox, SandboxConfig},
    },
    tasks::Tasks,
};

const FILE: &str = "docs/api/push-vectors.json";
const SALT: [u8; 16] = *b"salt for vectors";
const AUTH: [u8; 16] = *b"auth for vectors";
const APP_URL: &str = "https://app.example.org";

fn pair(octet: u8) -> (SecretKey, [u8; 65]) {
    let private = SecretKey::from_slice(&[octet; 32]).unwrap();
    let public = private.public_key().to_encoded_point(false);
    (private, public.as_bytes().try_into().unwrap())
}

fn message() -> Message {
    let text = |title: &str, body: String| Text {
        title: title.to_owned(),
        body,
    };
    let german = "Die Hafenbrücke ist bis 18 Uhr gesperrt. Bitte über die Au fahren.";
    // Far too long for any gateway.
    let english = "The harbour bridge is closed until 6 p.m. 👩🏽‍🚒 ".repeat(100);
    Message {
        id: MessageId::from_uuid(Uuid::from_u128(0x019a_8f6e_7c00_7000_8000_0000_0000_0001)),
        class: MessageClass::Alert,
        envelope: Envelope {
            texts: BTreeMap::from([
                (Language::German, text("Brücke gesperrt", german.to_owned())),
                (Language::English, text("Bridge closed", english)),
            ]),
            link: "/announcements/019a8f6e-7c00-7000-8000-000000000002".to_owned(),
            collapse_id: "AZqPbnwAcACAAAAAAAAAAg".to_owned(),
            manner: Manner::Show,
        },
        expires_at: now() + std::time::Duration::from_hours(4),
    }
}

/// Takes down what the message above has put on the lock screen.
fn removal() -> Message {
    let mut removal = message();
    removal.id = MessageId::from_uuid(Uuid::from_u128(0x019a_8f6e_7c00_7000_8000_0000_0000_0004));
    removal.envelope.texts.clear();
    removal.envelope.manner = Manner::Remove;
    removal
}

fn now() -> At {
    "2026-11-21T14:00:00Z".parse().unwrap()
}

fn target(gateway: Gateway, language: Language, keys: Option<DeviceKeys>) -> Target {
    let address = match gateway {
        Gateway::Apns => "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0",
        Gateway::Fcm => "cVectorDevice0123456789:APA91bExampleRegistrationTokenForTheVectors",
        Gateway::WebPush => "https://push.example.org/send/vector",
    };
    Target {
        device: DeviceId::from_uuid(Uuid::from_u128(0x019a_8f6e_7c00_7000_8000_0000_0000_0003)),
        gateway,
        address: address.to_owned(),
        apns_environment: (gateway == Gateway::Apns).then_some(ApnsEnvironment::Production),
        keys,
        language,
        is_silent: false,
    }
}

fn prepared(
    gateways: &Gateways,
    message: &Message,
    target: &Target,
    encrypt: &Encrypt<'_>,
) -> Parcel {
    let draft = Draft {
        message,
        target,
        class: gateways.classes.get(message.class),
        push_id: push_id(message.id, target.device),
        now: now(),
        encrypt,
    };
    let parcel = match target.gateway {
        Gateway::Apns => gateways.apns.as_ref().unwrap().prepare(&draft),
        Gateway::Fcm => gateways.fcm.as_ref().unwrap().prepare(&draft),
        Gateway::WebPush => gateways.web_push.as_ref().unwrap().prepare(&draft),
    };
    parcel.expect("a push")
}

/// One push as its gateway gets it, without our credentials, and as the app gets it.
fn vector(parcel: &Parcel, target: &Target, plaintext: Option<&str>) -> Value {
    let headers: BTreeMap<String, &str> = parcel
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap()))
        .collect();
    let mut vector = json!({
        "gateway": target.gateway,
        "language": target.language,
        "headers": headers,
    });
    if let Some(plaintext) = plaintext {
        vector["plaintext"] = json!(plaintext);
    }
    match target.gateway {
        Gateway::WebPush => vector["body_base64url"] = json!(BASE64.encode(&parcel.body)),
        Gateway::Apns | Gateway::Fcm => {
            vector["body"] = json!(std::str::from_utf8(&parcel.body).unwrap());
        }
    }
    vector
}

fn vectors(gateways: &Gateways) -> Value {
    let (device, p256dh) = pair(0x11);
    let (sender, sender_public) = pair(0x22);
    let secret = diffie_hellman(sender.to_nonzero_scalar(), device.public_key().as_affine());
    let agreement = Agreement {
        sender: sender_public,
        secret: (*secret.raw_secret_bytes()).into(),
    };
    let keys = DeviceKeys { p256dh, auth: AUTH };
    let plaintext = std::cell::RefCell::new(String::new());
    let encrypt = |text: &[u8], keys: &DeviceKeys, room| {
        *plaintext.borrow_mut() = String::from_utf8(text.to_vec()).unwrap();
        encryption::encrypt_by(&agreement, text, keys, room, SALT)
    };
    let (message, removal) = (message(), removal());
    let (mut encrypted, mut removals) = (Vec::new(), Vec::new());
    for gateway in Gateway::ALL {
        for language in Language::ALL {
            let target = target(*gateway, *language, Some(keys.clone()));
            let parcel = prepared(gateways, &message, &target, &encrypt);
            encrypted.push(vector(&parcel, &target, Some(&plaintext.borrow())));
        }
        let target = target(*gateway, Language::German, Some(keys.clone()));
        let parcel = prepared(gateways, &removal, &target, &encrypt);
        removals.push(vector(&parcel, &target, Some(&plaintext.borrow())));
    }
    let mut without_key = Vec::new();
    for gateway in [Gateway::Apns, Gateway::Fcm] {
        for language in Language::ALL {
            let target = target(gateway, *language, None);
            let parcel = prepared(gateways, &message, &target, &encrypt);
            without_key.push(vector(&parcel, &target, None));
        }
        let target = target(gateway, Language::German, None);
        let parcel = prepared(gateways, &removal, &target, &encrypt);
        removals.push(vector(&parcel, &target, None));
    }
    json!({
        "about": "See push.md. Keys, salt and ids are fixed here and nowhere else; binary values are \
                  base64url without padding.",
        "device": {
            "private_key": BASE64.encode(device.to_bytes()),
            "p256dh": BASE64.encode(p256dh),
            "auth": BASE64.encode(AUTH),
        },
        "sender": {
            "private_key": BASE64.encode(sender.to_bytes()),
            "public_key": BASE64.encode(sender_public),
        },
        "salt": BASE64.encode(SALT),
        "ecdh_secret": BASE64.encode(agreement.secret),
        "encrypted": encrypted,
        "without_key": without_key,
        "removals": removals,
    })
}

#[tokio::test]
async fn the_vectors_in_docs_are_what_the_code_makes() {
    let clock = Clock::manual(now());
    let (ids, tasks) = (Ids::new(clock.clone()), Tasks::new());
    // For credentials and configuration: nothing is sent.
    let sandbox = Sandbox::start(SandboxConfig::default(), clock.clone(), ids.clone(), &tasks);
    let config = sandbox.await.unwrap().settings().push_config().unwrap();
    assert_eq!(config.web_push.as_ref().unwrap().app_url, APP_URL);
    let gateways = Gateways::new(&config, clock, ids, &tasks).unwrap();
    let made = vectors(&gateways);
    tasks.stop().await;

    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch of the tests, not of the program"
    )]
    let update = env::var_os("UPDATE").is_some_and(|value| value == "1");
    if update {
        let text = serde_json::to_string_pretty(&made).unwrap();
        fs::write(&file, text + "\n").unwrap();
    }
    let known = fs::read_to_string(&file).unwrap_or_default();
    let known: Value = serde_json::from_str(&known).unwrap_or_default();
    assert!(
        known == made,
        "pushes have changed: if that is meant, `UPDATE=1 cargo test --lib vectors` writes {FILE}"
    );
}
