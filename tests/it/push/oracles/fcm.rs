// SPDX-License-Identifier: EUPL-1.2

//! The body of an FCM push, held against the types of `google-fcm1`: they are generated from Google's own
//! discovery document of the HTTP v1 API.
//!
//! We write the fields' original names (`direct_boot_ok`), those types the lowerCamelCase ones. Google's
//! parser takes either (<https://protobuf.dev/programming-guides/json/>), so ours are translated first.
//! An enum is any string to those types; [`priority`] has the names that Google gives.

use std::{collections::HashMap, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use google_fcm1::{
    api::{AndroidConfig, AndroidNotification, Message as GoogleMessage, SendMessageRequest},
    common::remove_json_null_values,
};
use serde::Deserialize as _;
use serde_json::{Map, Value, json};
use stadtfunk::{
    config::push::{ClassConfig, Classes, FcmPriority},
    push::{
        Gateway, Language, MessageClass, Verdict,
        envelope::{Message, Target, Text},
        gateways::Gateways,
    },
};

use super::{
    super::{Counter, config},
    Device, ciphertext,
};

#[tokio::test(flavor = "multi_thread")]
async fn google_fcm1_builds_the_same_message() {
    let classes = classes();
    let counter = counter(&classes).await;
    for &class in MessageClass::ALL {
        for &language in Language::ALL {
            for device in [Some(Device::new()), None] {
                let message = message(&counter, class);
                let target = target(&counter, language, device.as_ref());
                let ours = sent(&counter, &message, &target).await;
                assert_eq!(read_by_google(&ours).unwrap(), ours, "nothing lost");

                let data = match &device {
                    Some(device) => encrypted_data(&counter, &target, device, classes.get(class)),
                    None => reference_data(&message),
                };
                let theirs = built_by_google(&message, &target, classes.get(class), data);
                assert_eq!(ours, theirs, "{class} {language}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn google_reads_how_long_the_message_may_wait() {
    let counter = Counter::open().await;
    let target = target(&counter, Language::German, None);
    let message = counter.message(MessageClass::Alert, "Titel", "Text");
    let ours = sent(&counter, &message, &target).await;
    let read = SendMessageRequest::deserialize(&ours).unwrap();
    let ttl = read.message.unwrap().android.unwrap().ttl.unwrap();
    assert!((3_590..=3_600).contains(&ttl.num_seconds()), "{ttl}");
    assert_eq!(ttl.subsec_nanos(), 0);
}

#[test]
fn what_google_does_not_know_is_noticed() {
    let with = |android: Value| json!({ "message": { "token": "t", "android": android } });
    let unknown = with(json!({ "directBoot": true }));
    assert_ne!(read_by_google(&unknown).unwrap(), unknown);
    for wrong in [
        json!({ "ttl": "3600" }),
        json!({ "ttl": 3_600 }),
        json!({ "directBootOk": "true" }),
        json!({ "data": { "number": 1 } }),
        json!({ "notification": { "channelId": 1 } }),
    ] {
        assert!(read_by_google(&with(wrong.clone())).is_err(), "{wrong}");
    }
}

/// The usual classes, and a collapse key for one that has none.
fn classes() -> Classes {
    let mut classes = Classes::default();
    classes.news.fcm.collapse_key = Some("news".to_owned());
    classes
}

async fn counter(classes: &Classes) -> Counter {
    let mut counter = Counter::open().await;
    let mut config = config(&counter.sandbox);
    config.classes = classes.clone();
    let (clock, ids) = (counter.clock.clone(), counter.ids.clone());
    let gateways = Gateways::new(&config, clock, ids, &counter.tasks).unwrap();
    counter.gateways = gateways.into();
    counter
}

/// A message in both languages that may wait for longer than Google keeps one.
fn message(counter: &Counter, class: MessageClass) -> Message {
    let mut message = counter.message(class, "Titel", "Text");
    let text = Text {
        title: "Title".to_owned(),
        body: "Text".to_owned(),
    };
    message.envelope.texts.insert(Language::English, text);
    message.expires_at = counter.clock.now() + Duration::from_hours(40 * 24);
    message
}

fn target(counter: &Counter, language: Language, device: Option<&Device>) -> Target {
    let keys = device.map(|device| device.keys.clone());
    let phone = counter.sandbox.phone(Gateway::Fcm);
    Target {
        language,
        ..counter.target(&phone, keys)
    }
}

/// Our body as it arrived, in lowerCamelCase.
async fn sent(counter: &Counter, message: &Message, target: &Target) -> Value {
    assert_eq!(counter.push(message, target).await, Verdict::Accepted);
    camel_case(serde_json::from_slice(&counter.arrived(target).body).unwrap())
}

fn camel_case(value: Value) -> Value {
    let Value::Object(fields) = value else {
        return value;
    };
    let translated = fields.into_iter().map(|(name, value)| {
        // The keys of `data` are the app's, not fields.
        let value = if name == "data" {
            value
        } else {
            camel_case(value)
        };
        (camel_case_name(&name), value)
    });
    Value::Object(translated.collect::<Map<_, _>>())
}

fn camel_case_name(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(1);
        name + &initial.to_uppercase() + rest
    })
}

/// What Google's types understand of a body: they pass over what they don't know.
fn read_by_google(body: &Value) -> serde_json::Result<Value> {
    SendMessageRequest::deserialize(body).map(|request| written_by_google(&request))
}

/// As the client of `google-fcm1` would send it, which leaves out what is not set.
fn written_by_google(request: &SendMessageRequest) -> Value {
    let mut body = serde_json::to_value(request).unwrap();
    remove_json_null_values(&mut body);
    body
}

fn built_by_google(
    message: &Message,
    target: &Target,
    class: &ClassConfig,
    data: HashMap<String, String>,
) -> Value {
    let shown_by_android = || AndroidNotification {
        title: Some(class.without_content(target.language).to_owned()),
        channel_id: Some(class.fcm.channel.clone()),
        tag: Some(message.envelope.collapse_id.clone()),
        ..AndroidNotification::default()
    };
    let android = AndroidConfig {
        priority: Some(priority(class.fcm.priority).to_owned()),
        ttl: Some(chrono::Duration::weeks(4)),
        collapse_key: class.fcm.collapse_key.clone(),
        direct_boot_ok: Some(class.fcm.direct_boot_ok),
        notification: target.keys.is_none().then(shown_by_android),
        ..AndroidConfig::default()
    };
    let message = GoogleMessage {
        token: Some(target.address.clone()),
        data: Some(data),
        android: Some(android),
        ..GoogleMessage::default()
    };
    written_by_google(&SendMessageRequest {
        message: Some(message),
        validate_only: None,
    })
}

/// `AndroidMessagePriority` in
/// <https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages#androidmessagepriority>.
fn priority(priority: FcmPriority) -> &'static str {
    match priority {
        FcmPriority::Normal => "NORMAL",
        FcmPriority::High => "HIGH",
    }
}

/// What an app with keys gets. The ciphertext is never the same twice, so it is ours, once `ece` has read it.
fn encrypted_data(
    counter: &Counter,
    target: &Target,
    device: &Device,
    class: &ClassConfig,
) -> HashMap<String, String> {
    let ciphertext = ciphertext(&counter.arrived(target));
    let title = match target.language {
        Language::German => "Titel",
        Language::English => "Title",
    };
    assert_eq!(device.read(&ciphertext)["title"], title);
    HashMap::from([
        ("channel".to_owned(), class.fcm.channel.clone()),
        ("e".to_owned(), BASE64_STANDARD.encode(ciphertext)),
    ])
}

/// What an app without keys gets.
fn reference_data(message: &Message) -> HashMap<String, String> {
    HashMap::from([
        ("message_id".to_owned(), message.id.to_string()),
        ("class".to_owned(), message.class.to_string()),
        ("link".to_owned(), message.envelope.link.clone()),
    ])
}
