// SPDX-License-Identifier: EUPL-1.2

//! Hand-over, limits and what becomes of a push when the gateway or the network misbehaves.

use std::collections::HashSet;

use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::Value;
use stadtfunk::{
    config::push::PushConfig,
    push::{
        Class, Gateway, Language, Verdict,
        envelope::{MOST_BODY, MOST_TITLE, Message, Target, Text},
        gateways::Gateways,
        sandbox::{Fault, Which},
    },
};

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use unicode_segmentation::UnicodeSegmentation as _;

use super::{Counter, config};

/// No gateway takes more octets.
const LIMIT: usize = 4_096;

#[tokio::test(flavor = "multi_thread")]
async fn each_gateway_takes_a_push_that_only_the_phone_can_read() {
    let counter = Counter::open().await;
    counter.gateways.warm().await;
    for &gateway in Gateway::ALL {
        let phone = counter.sandbox.phone(gateway);
        let target = counter.target(&phone, Some(phone.keys()));
        let message = counter.message(Class::Alert, "Brücke gesperrt", "Bitte über die Au fahren.");
        assert_eq!(
            counter.push(&message, &target).await,
            Verdict::Accepted,
            "{gateway}"
        );

        let entry = counter.arrived(&target);
        assert!(
            !String::from_utf8_lossy(&entry.body).contains("gesperrt"),
            "{gateway}"
        );
        let read = counter
            .sandbox
            .seen(&entry)
            .decrypted
            .expect("readable on the phone");
        assert_eq!(read["v"], 1);
        assert_eq!(read["message_id"], message.id.to_string());
        assert_eq!(read["title"], "Brücke gesperrt");
        assert_eq!(read["body"], "Bitte über die Au fahren.");
        assert_eq!(read["class"], "alert");
        assert_eq!(read["language"], "de");
        assert_eq!(read["link"], message.envelope.link);
    }
    counter.tasks.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_without_keys_gets_a_text_without_content() {
    let counter = Counter::open().await;
    for gateway in [Gateway::Apns, Gateway::Fcm] {
        let phone = counter.sandbox.phone(gateway);
        let target = counter.target(&phone, None);
        let message = counter.message(Class::Important, "Geheim", "Geheim");
        assert_eq!(
            counter.push(&message, &target).await,
            Verdict::Accepted,
            "{gateway}"
        );
        let entry = counter.arrived(&target);
        assert!(
            !String::from_utf8_lossy(&entry.body).contains("Geheim"),
            "{gateway}"
        );
        let shown = counter
            .sandbox
            .seen(&entry)
            .notification
            .expect("something is shown");
        assert_eq!(shown.title, "Neue Mitteilung", "{gateway}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_push_is_a_declarative_one_as_well() {
    let counter = Counter::open().await;
    let phone = counter.sandbox.phone(Gateway::WebPush);
    let target = counter.target(&phone, Some(phone.keys()));
    let message = counter.message(Class::News, "Titel", "Text");
    assert_eq!(counter.push(&message, &target).await, Verdict::Accepted);
    let read = phone.decrypt(&counter.arrived(&target).body).unwrap();
    let read: Value = serde_json::from_slice(&read).unwrap();
    assert_eq!(read["web_push"], 8030);
    assert_eq!(
        read["notification"],
        serde_json::json!({
            "title": "Titel",
            "body": "Text",
            "lang": "de",
            "tag": message.envelope.collapse_id,
            "navigate": format!("https://app.stadt.de{}", message.envelope.link),
        })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_carries_the_same_ids() {
    let counter = Counter::open().await;
    let phone = counter.sandbox.phone(Gateway::Apns);
    let target = counter.target(&phone, Some(phone.keys()));
    let message = counter.message(Class::Alert, "Titel", "Text");
    let mut ids = HashSet::new();
    for _ in 0..2 {
        let prepared = counter.gateways.prepare(&message, &target);
        let reply = counter
            .gateways
            .send(&prepared, &CancellationToken::new())
            .await;
        assert_eq!(reply.verdict, Verdict::Accepted);
        let headers = &counter.arrived(&target).headers;
        assert_eq!(
            headers["apns-id"].to_str().unwrap(),
            prepared.push_id().to_string()
        );
        assert_eq!(
            headers["apns-collapse-id"],
            message.envelope.collapse_id.as_str()
        );
        ids.insert(prepared.push_id());
    }
    assert_eq!(ids.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_pushes_at_once_all_arrive_through_goaways() {
    let counter = Counter::open().await;
    counter
        .sandbox
        .misbehave(Gateway::Fcm, Fault::GoAway, Which::EveryNth(100));
    let message = counter.message(Class::News, "Titel", "Text");
    let targets: Vec<Target> = (0..1_000)
        .map(|_| counter.target(&counter.sandbox.phone(Gateway::Fcm), None))
        .collect();
    let pushes = targets
        .iter()
        .map(|target| settle(&counter, &message, target));
    let ends = futures::future::join_all(pushes).await;
    assert!(ends.iter().all(|end| *end == Verdict::Accepted), "{ends:?}");
    assert_eq!(
        counter.sandbox.journal().accepted(Gateway::Fcm).len(),
        1_000
    );
}

/// As a dispatcher without patience: what may be tried again is tried again at once, ten times.
async fn settle(counter: &Counter, message: &Message, target: &Target) -> Verdict {
    let mut verdict = counter.push(message, target).await;
    for _ in 0..10 {
        if !matches!(verdict, Verdict::Retry { .. }) {
            break;
        }
        verdict = counter.push(message, target).await;
    }
    verdict
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_push_endpoint_inside_the_network_is_not_knocked_at() {
    let counter = Counter::open().await;
    let mut strict: PushConfig = config(&counter.sandbox);
    strict.web_push.as_mut().unwrap().allowed_hosts.clear();
    let (clock, ids) = (counter.clock.clone(), counter.ids.clone());
    let gateways = Gateways::new(&strict, clock, ids, &counter.tasks).unwrap();
    let phone = counter.sandbox.phone(Gateway::WebPush);
    let target = counter.target(&phone, Some(phone.keys()));
    let message = counter.message(Class::News, "Titel", "Text");
    let reply = gateways
        .send(
            &gateways.prepare(&message, &target),
            &CancellationToken::new(),
        )
        .await;
    let verdict = reply.verdict;
    let reason = "the address is not public".to_owned();
    assert_eq!(verdict, Verdict::Quarantined { reason });
    assert_eq!(counter.sandbox.journal().newest(), 0, "nothing arrived");
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_are_none_are_kept_apart() {
    let counter = Counter::open().await;
    let message = counter.message(Class::News, "Titel", "Text");
    for (gateway, address) in [
        (Gateway::Apns, "../../etc"),
        (Gateway::Apns, ""),
        (Gateway::Fcm, ""),
        (Gateway::WebPush, "http://push.stadt.de/x"),
        (Gateway::WebPush, "https://user@push.stadt.de/x"),
        (Gateway::WebPush, "no address"),
    ] {
        let phone = counter.sandbox.phone(gateway);
        let mut target = counter.target(&phone, Some(phone.keys()));
        address.clone_into(&mut target.address);
        let verdict = counter.push(&message, &target).await;
        assert!(
            matches!(verdict, Verdict::Quarantined { .. }),
            "{gateway} {address}: {verdict:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_in_any_script_makes_a_body_too_long() {
    let counter = Counter::open().await;
    let targets: Vec<Target> = Gateway::ALL
        .iter()
        .map(|gateway| {
            let phone = counter.sandbox.phone(*gateway);
            counter.target(&phone, Some(phone.keys()))
        })
        .collect();
    // Any characters, and those that JSON escapes: every length from nothing to far beyond the limit.
    let text = || {
        prop_oneof![
            proptest::collection::vec(any::<char>(), 0..3_000)
                .prop_map(|chars| chars.into_iter().collect::<String>()),
            ("[\"\\\\\n\u{1}äб中👨‍👩‍👧]{0,40}", 0..200_usize)
                .prop_map(|(part, times)| part.repeat(times)),
        ]
    };
    TestRunner::new(ProptestConfig::with_cases(64))
        .run(&(text(), text()), |(title, body)| {
            let message = counter.message(Class::Alert, &title, &body);
            for target in &targets {
                let size = counter.gateways.prepare(&message, target).size();
                prop_assert!((256..=LIMIT).contains(&size), "{}: {size}", target.gateway);
                let read = tokio::task::block_in_place(|| {
                    Handle::current().block_on(counter.push(&message, target));
                    counter.sandbox.seen(&counter.arrived(target)).decrypted
                });
                let read = read.expect("the phone reads it");
                let (shown_title, shown_body) = (&read["title"], &read["body"]);
                prop_assert!(
                    is_beginning(shown_title, &title),
                    "{shown_title} of {title:?}"
                );
                prop_assert!(is_beginning(shown_body, &body) || shown_body == "");
                prop_assert!(
                    shown_title == &title || shown_body == "",
                    "the body is cut first"
                );
            }
            Ok(())
        })
        .unwrap();
}

/// What an announcement may say at most, in characters of four bytes and in those that JSON escapes.
#[tokio::test(flavor = "multi_thread")]
async fn the_longest_words_are_shown_whole_on_every_phone() {
    let counter = Counter::open().await;
    for character in ["🚒", "\"", "\\"] {
        let title = character.repeat(MOST_TITLE);
        let body = character.repeat(MOST_BODY);
        let message = counter.message(Class::Alert, &title, &body);
        for &gateway in Gateway::ALL {
            let phone = counter.sandbox.phone(gateway);
            let target = counter.target(&phone, Some(phone.keys()));
            assert_eq!(counter.push(&message, &target).await, Verdict::Accepted);
            let read = counter.sandbox.seen(&counter.arrived(&target)).decrypted;
            let read = read.expect("the phone reads it");
            assert_eq!(read["title"], title, "{gateway}");
            assert_eq!(read["body"], body, "{gateway}");
        }
    }
}

/// The whole of a text, or what stands before the end of one of its graphemes and an ellipsis; white space
/// before the ellipsis is left out.
fn is_beginning(shown: &Value, whole: &str) -> bool {
    let shown = shown.as_str().expect("a text");
    if shown == whole {
        return true;
    }
    let Some(rest) = shown
        .strip_suffix('…')
        .and_then(|beginning| whole.strip_prefix(beginning))
    else {
        return false;
    };
    let beginning = whole.len() - rest.len();
    let spaces = rest.len() - rest.trim_start().len();
    let ends = whole.grapheme_indices(true).map(|(start, _)| start);
    let mut ends = ends.filter(|end| (beginning..=beginning + spaces).contains(end));
    ends.next().is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_may_choose_text_in_the_clear_for_a_class() {
    let counter = Counter::open().await;
    let mut config = config(&counter.sandbox);
    config.classes.alert.full_text_without_key = true;
    let (clock, ids) = (counter.clock.clone(), counter.ids.clone());
    let gateways = Gateways::new(&config, clock, ids, &counter.tasks).unwrap();
    let never = CancellationToken::new();
    for gateway in [Gateway::Apns, Gateway::Fcm] {
        for (language, title) in [
            (Language::German, "Brücke zu"),
            (Language::English, "Closed"),
        ] {
            let phone = counter.sandbox.phone(gateway);
            let mut target = counter.target(&phone, None);
            target.language = language;
            for (class, in_the_clear) in [(Class::Alert, true), (Class::Important, false)] {
                let mut message = counter.message(class, "Brücke zu", "Über die Au");
                let english = Text {
                    title: "Closed".to_owned(),
                    body: "消防 ".repeat(3_000),
                };
                message.envelope.texts.insert(Language::English, english);
                let prepared = gateways.prepare(&message, &target);
                assert!(prepared.size() <= LIMIT, "{gateway}: {}", prepared.size());
                let reply = gateways.send(&prepared, &never).await;
                assert_eq!(reply.verdict, Verdict::Accepted, "{gateway}");
                let entry = counter.arrived(&target);
                let shown = counter.sandbox.seen(&entry).notification.unwrap();
                assert_eq!(shown.title == title, in_the_clear, "{gateway}: {shown:?}");
                let whole = &message.envelope.texts[&language].body;
                let body = Value::from(shown.body.as_str());
                assert_eq!(is_beginning(&body, whole), in_the_clear, "{gateway}");
                assert_eq!(shown.body.is_empty(), !in_the_clear, "{gateway}");
            }
            // A device with keys is none of the class's business.
            let target = counter.target(&phone, Some(phone.keys()));
            let message = counter.message(Class::Alert, "Geheim", "Geheim");
            gateways
                .send(&gateways.prepare(&message, &target), &never)
                .await;
            let body = counter.arrived(&target).body.clone();
            assert!(
                !String::from_utf8_lossy(&body).contains("Geheim"),
                "{gateway}"
            );
        }
    }
}

/// With a registration token as long as they come.
#[tokio::test(flavor = "multi_thread")]
async fn no_text_in_the_clear_makes_a_body_too_long() {
    let counter = Counter::open().await;
    let mut config = config(&counter.sandbox);
    config.classes.alert.full_text_without_key = true;
    let (clock, ids) = (counter.clock.clone(), counter.ids.clone());
    let gateways = Gateways::new(&config, clock, ids, &counter.tasks).unwrap();
    let text = || ("[\"\\\\\n\u{1}äб中👨‍👩‍👧 ]{0,40}", 0..200_usize);
    let text = || text().prop_map(|(part, times)| part.repeat(times));
    TestRunner::new(ProptestConfig::with_cases(64))
        .run(&(text(), text()), |(title, body)| {
            let message = counter.message(Class::Alert, &title, &body);
            for gateway in [Gateway::Apns, Gateway::Fcm] {
                let mut target = counter.target(&counter.sandbox.phone(gateway), None);
                if gateway == Gateway::Fcm {
                    target.address = "x".repeat(1_000);
                }
                let size = gateways.prepare(&message, &target).size();
                prop_assert!((1..=LIMIT).contains(&size), "{gateway}: {size}");
            }
            Ok(())
        })
        .unwrap();
}
