// SPDX-License-Identifier: EUPL-1.2

//! After the release: a correction takes the notification's place on the phones, a withdrawal takes it down;
//! in the middle of a release too, and every account adds up.

use std::time::Duration;

use serde_json::json;
use stadtfunk::{
    id::{AnnouncementId, MessageId},
    push::{
        Class, Gateway, Outcome, Verdict,
        envelope::Manner,
        sandbox::{Entry, Filter},
    },
};

use super::{Counter, faults::scene::Scene};
use crate::world::{Staffer, Stage, Wiring, both, eventually, people::same};

both!(
    a_correction_takes_the_place_of_the_notification,
    a_silent_correction_wakes_nobody,
    a_withdrawal_takes_the_notification_down,
    nobody_is_sent_the_old_words_after_a_correction_in_mid_release,
    what_waits_in_mid_release_is_withdrawn_and_what_arrived_is_taken_down,
);

const OLD: &str = "Sturm";
const NEW: &str = "Sturm zieht ab";

async fn release(scene: &Scene) -> (String, MessageId) {
    let address = scene.draft().await;
    // No alert: what needed a second pair of eyes is not corrected by one editor.
    let important = json!({"class": "important"});
    scene.editor.patch(&address, important).await.ok();
    scene
        .editor
        .put(&format!("{address}/release"), json!({}))
        .await
        .ok();
    let message = scene.message(&address).await.expect("it has been staged");
    (address, message)
}

/// Corrects it, and gives the message that says so.
async fn correct(scene: &Scene, address: &str, silent: bool) -> MessageId {
    let words = json!({
        "texts": {"de": {
            "title": NEW, "push_text": "Sie können wieder hinaus.", "body": "Seit sieben.",
        }},
        "note": {"de": "Lage berichtigt."},
        "silent": silent,
    });
    scene
        .editor
        .put(&format!("{address}/correction"), words)
        .await
        .ok();
    let (message,): (MessageId,) = scene
        .world
        .app
        .db
        .query(same(
            "SELECT message_id FROM announcement_corrections WHERE announcement_id = $1",
        ))
        .bind(id(address))
        .one()
        .await
        .expect("the correction");
    message
}

/// Withdraws it, and gives the message that removes it.
async fn withdraw(scene: &Scene, address: &str) -> MessageId {
    scene.editor.delete(address).await.done();
    let (message,): (Option<MessageId>,) = scene
        .world
        .app
        .db
        .query(same("SELECT removal_id FROM announcements WHERE id = $1"))
        .bind(id(address))
        .one()
        .await
        .expect("the announcement");
    message.expect("somebody has it")
}

fn id(address: &str) -> AnnouncementId {
    let id = address.rsplit('/').next().and_then(|id| id.parse().ok());
    id.expect("an id")
}

/// Asserts what stands on every phone, and nothing else.
fn on_every_phone(scene: &Scene, titles: &[&str]) {
    for (gateway, address) in scene.staff.iter().map(Staffer::address) {
        let screen = scene.sandbox.lock_screen(gateway, address);
        let shown: Vec<_> = screen.iter().map(|note| note.title.as_str()).collect();
        assert_eq!(shown, titles, "{gateway}");
    }
}

/// How often old words have come over the wire.
fn with_old_words(scene: &Scene) -> usize {
    let is_old = |entry: &&std::sync::Arc<Entry>| {
        let seen = scene.sandbox.seen(entry).notification;
        seen.is_some_and(|note| note.title == OLD)
    };
    scene
        .arrived(&Filter::default())
        .iter()
        .filter(is_old)
        .count()
}

fn header<'a>(entry: &'a Entry, name: &str) -> &'a str {
    let value = entry.headers.get(name).expect("the header");
    value.to_str().expect("ASCII")
}

fn last(scene: &Scene, gateway: Gateway) -> std::sync::Arc<Entry> {
    let filter = Filter {
        gateway: Some(gateway),
        ..Filter::default()
    };
    scene.arrived(&filter).pop().expect("a push")
}

async fn a_correction_takes_the_place_of_the_notification(stage: &Stage) {
    let scene = Scene::open(stage, 9).await;
    let (address, message) = release(&scene).await;
    scene.settled(message, Gateway::ALL).await;
    on_every_phone(&scene, &[OLD]);
    let correction = correct(&scene, &address, false).await;
    scene.settled(correction, Gateway::ALL).await;
    on_every_phone(&scene, &[NEW]);
    for message in [message, correction] {
        let account = scene.account(message).await;
        assert_eq!(account.people.reached, 9);
    }
    // As loud as the release.
    let push = last(&scene, Gateway::Apns);
    assert_eq!(header(&push, "apns-priority"), "10");
}

async fn a_silent_correction_wakes_nobody(stage: &Stage) {
    let scene = Scene::open(stage, 3).await;
    let (address, message) = release(&scene).await;
    scene.settled(message, Gateway::ALL).await;
    let correction = correct(&scene, &address, true).await;
    scene.settled(correction, Gateway::ALL).await;
    on_every_phone(&scene, &[NEW]);
    let [apns, fcm, web_push] =
        [Gateway::Apns, Gateway::Fcm, Gateway::WebPush].map(|gateway| last(&scene, gateway));
    assert_eq!(header(&apns, "apns-priority"), "5");
    let body: serde_json::Value = serde_json::from_slice(&apns.body).expect("JSON");
    assert_eq!(body["aps"]["interruption-level"], "passive");
    assert!(body["aps"].get("sound").is_none());
    let body: serde_json::Value = serde_json::from_slice(&fcm.body).expect("JSON");
    assert_eq!(body["message"]["android"]["priority"], "NORMAL");
    assert_eq!(header(&web_push, "urgency"), "low");
    for push in [apns, fcm, web_push] {
        let read = scene.sandbox.seen(&push).decrypted.expect("readable");
        assert_eq!(read["silent"], true);
    }
}

async fn a_withdrawal_takes_the_notification_down(stage: &Stage) {
    let scene = Scene::open(stage, 9).await;
    let (kept, message) = release(&scene).await;
    scene.settled(message, Gateway::ALL).await;
    let (address, message) = release(&scene).await;
    scene.settled(message, Gateway::ALL).await;
    let correction = correct(&scene, &address, false).await;
    scene.settled(correction, Gateway::ALL).await;
    on_every_phone(&scene, &[OLD, NEW]);
    let removal = withdraw(&scene, &address).await;
    scene.settled(removal, Gateway::ALL).await;
    on_every_phone(&scene, &[OLD]);
    assert_eq!(scene.account(removal).await.people.reached, 9);
    let push = last(&scene, Gateway::Apns);
    assert_eq!(header(&push, "apns-push-type"), "background");
    assert_eq!(header(&push, "apns-priority"), "5");
    let removal = withdraw(&scene, &kept).await;
    scene.settled(removal, Gateway::ALL).await;
    on_every_phone(&scene, &[]);
}

/// So many phones that a release takes some rounds, of which the first has been answered.
async fn in_mid_release(stage: &Stage) -> (Scene, String, MessageId) {
    let latency = Duration::from_millis(300);
    let scene = Scene::set(stage, PHONES, latency, |_| Wiring::default()).await;
    let (address, message) = release(&scene).await;
    eventually("the first phones are reached", async || {
        (with_old_words(&scene) > 0).then_some(())
    })
    .await;
    (scene, address, message)
}

const PHONES: usize = 240;
/// What may be under way at once: ten at each gateway.
const UNDER_WAY: usize = 30;

async fn nobody_is_sent_the_old_words_after_a_correction_in_mid_release(stage: &Stage) {
    let (scene, address, message) = in_mid_release(stage).await;
    let correction = correct(&scene, &address, false).await;
    let before = with_old_words(&scene);
    assert_eq!(scene.settled_at_once(message).await, PHONES);
    scene.settled(correction, Gateway::ALL).await;
    let after = with_old_words(&scene);
    assert!(
        after <= before + UNDER_WAY,
        "{after} were sent the old words, {before} before the correction"
    );
    assert!(after < PHONES, "the correction came too late to be tested");
    on_every_phone(&scene, &[NEW]);

    let outcomes = scene.outcomes(message).await;
    assert_eq!(outcomes.values().sum::<i64>(), 240);
    let superseded = outcomes
        .iter()
        .filter(|((_, outcome), _)| *outcome == Outcome::Superseded);
    assert!(superseded.map(|(_, count)| count).sum::<i64>() > 0);
    let account = scene.account(correction).await;
    assert_eq!(account.people.reached, 240);
    assert_eq!(account.recipients, scene.account(message).await.recipients);
}

async fn what_waits_in_mid_release_is_withdrawn_and_what_arrived_is_taken_down(stage: &Stage) {
    let (scene, address, message) = in_mid_release(stage).await;
    let removal = withdraw(&scene, &address).await;
    assert_eq!(scene.settled_at_once(message).await, PHONES);
    scene.settled(removal, Gateway::ALL).await;
    on_every_phone(&scene, &[]);
    let outcomes = scene.outcomes(message).await;
    assert_eq!(outcomes.values().sum::<i64>(), 240);
    let withdrawn = outcomes
        .iter()
        .filter(|((_, outcome), _)| *outcome == Outcome::Withdrawn);
    assert!(withdrawn.map(|(_, count)| count).sum::<i64>() > 0);
    let told = scene.account(removal).await.people.reached;
    let told = usize::try_from(told).expect("a few");
    assert!((with_old_words(&scene)..=PHONES).contains(&told), "{told}");
}

#[tokio::test]
async fn a_phone_without_keys_reads_in_the_clear_what_to_take_down() {
    let counter = Counter::open().await;
    for gateway in [Gateway::Apns, Gateway::Fcm] {
        let phone = counter.sandbox.phone(gateway);
        let target = counter.target(&phone, None);
        let shown = counter.message(Class::Important, OLD, "");
        let mut removal = counter.message(Class::Important, "", "");
        removal.envelope.texts.clear();
        removal.envelope.manner = Manner::Remove;
        for (message, standing) in [(&shown, 1), (&removal, 0)] {
            assert_eq!(counter.push(message, &target).await, Verdict::Accepted);
            let screen = counter.sandbox.lock_screen(gateway, &phone.address);
            assert_eq!(screen.len(), standing, "{gateway}: {screen:?}");
        }
    }
    counter.tasks.stop().await;
}
