// SPDX-License-Identifier: EUPL-1.2

//! The last seconds before T: pushes are claimed, built and held ready, nothing leaves, and what changes
//! until T still counts.

use std::time::Duration;

use serde_json::json;
use stadtfunk::{
    id::MessageId,
    push::{
        Gateway, Outcome, outbox,
        sandbox::{Filter, Phone},
    },
};

use super::faults::scene::Scene;
use crate::world::{Person, Stage, both, eventually};

both!(
    what_is_held_ready_leaves_at_t_and_not_before,
    a_phone_that_signs_out_before_t_gets_nothing,
    a_new_address_before_t_gets_the_push_and_the_old_one_does_not,
    a_phone_that_is_new_before_t_gets_the_push,
    what_is_unscheduled_or_deleted_before_t_reaches_nobody,
    words_that_are_changed_before_t_are_the_words_that_leave,
    what_is_put_off_before_t_leaves_at_the_new_t,
);

const PHONES: usize = 30;
/// T, from when it is set.
const AHEAD: Duration = Duration::from_mins(1);
/// Pushes are held ready from five seconds before T. So long before T the test looks,
const BEFORE: Duration = Duration::from_secs(4);
/// and so long after T was set.
const UNTIL_THEN: Duration = Duration::from_secs(56);
const AN_INSTANT: Duration = Duration::from_micros(1);

/// An announcement whose pushes are held ready, four seconds before T.
struct Held {
    scene: Scene,
    address: String,
    message: MessageId,
    /// The person with a phone and the session for it.
    anna: Person,
    phone: Phone,
}

impl Held {
    async fn open(stage: &Stage) -> Self {
        let scene = Scene::open(stage, PHONES).await;
        let anna = scene.world.employee("Anna Kühn").await;
        let phone = scene.sandbox.phone(Gateway::Apns);
        anna.registers(&phone).await;
        let address = scene.draft().await;
        schedule(&scene, &address, AHEAD).await;
        let message = eventually("the announcement is staged", async || {
            scene.message(&address).await
        })
        .await;
        assert_eq!(scene.claimed(message).await, 0, "a minute is too early");
        scene.time_passes(UNTIL_THEN);
        held(&scene, message, PHONES + 1).await;
        Self {
            scene,
            address,
            message,
            anna,
            phone,
        }
    }

    /// Until T, and until every delivery of the message has its outcome.
    async fn t(&self) {
        assert_eq!(self.scene.pushes(), 0, "a push before T");
        self.scene.time_passes(BEFORE);
        self.scene.settled(self.message, Gateway::ALL).await;
    }

    /// Asserts that each of the staff got the push once, and gives how many pushes others got.
    fn others(&self) -> usize {
        for (gateway, address) in self.scene.staff.iter().map(crate::world::Staffer::address) {
            assert_eq!(times(&self.scene, gateway, address), 1);
        }
        self.scene.pushes() - PHONES
    }

    async fn outcome_of_anna(&self) -> Option<Outcome> {
        let outcomes = self.scene.outcomes(self.message).await;
        let other = outcomes
            .into_iter()
            .find(|((_, outcome), count)| *outcome != Outcome::Accepted && *count == 1);
        other.map(|((_, outcome), _)| outcome)
    }
}

async fn what_is_held_ready_leaves_at_t_and_not_before(stage: &Stage) {
    let held = Held::open(stage).await;
    held.scene.time_passes(BEFORE.saturating_sub(AN_INSTANT));
    // A commit of no consequence has everybody look whether the gate is open.
    held.anna.registers(&held.phone).await;
    self::held(&held.scene, held.message, PHONES + 1).await;
    assert_eq!(held.scene.pushes(), 0, "a push before T");
    held.scene.time_passes(AN_INSTANT);
    held.scene.settled(held.message, Gateway::ALL).await;
    assert_eq!(held.others(), 1);
    assert_eq!(times(&held.scene, Gateway::Apns, &held.phone.address), 1);
    let account = outbox::account(&held.scene.world.app.db, held.message).await;
    let timing = account.expect("an account").timing.expect("pushes");
    assert!(timing.first_ms >= 0.0, "{timing:?}");
}

async fn a_phone_that_signs_out_before_t_gets_nothing(stage: &Stage) {
    let held = Held::open(stage).await;
    let sessions = held.anna.get("/api/v1/sessions").await.ok();
    let session = sessions["items"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    held.anna
        .delete(&format!("/api/v1/sessions/{session}"))
        .await
        .done();
    held.t().await;
    assert_eq!(held.others(), 0);
    assert_eq!(held.outcome_of_anna().await, Some(Outcome::SignedOut));
}

async fn a_new_address_before_t_gets_the_push_and_the_old_one_does_not(stage: &Stage) {
    let held = Held::open(stage).await;
    // The person has another kind of phone now.
    let new = held.scene.sandbox.phone(Gateway::WebPush);
    held.anna.registers(&new).await;
    // It is made ready again, for the new address.
    self::held(&held.scene, held.message, PHONES + 1).await;
    held.t().await;
    assert_eq!(times(&held.scene, Gateway::Apns, &held.phone.address), 0);
    assert_eq!(times(&held.scene, Gateway::WebPush, &new.address), 1);
    assert_eq!(held.others(), 1);
    assert_eq!(held.outcome_of_anna().await, None, "all were accepted");
}

async fn a_phone_that_is_new_before_t_gets_the_push(stage: &Stage) {
    let held = Held::open(stage).await;
    // A recipient, for the editor belongs to everybody, and without a phone so far.
    let first = held.scene.sandbox.phone(Gateway::Fcm);
    let registration =
        json!({"gateway": "fcm", "token": first.address, "language": "de", "app_version": "1"});
    let editor = &held.scene.editor;
    editor
        .put("/api/v1/devices/current", registration)
        .await
        .ok();
    self::held(&held.scene, held.message, PHONES + 2).await;
    held.t().await;
    assert_eq!(times(&held.scene, Gateway::Fcm, &first.address), 1);
    assert_eq!(held.others(), 2);
}

async fn what_is_unscheduled_or_deleted_before_t_reaches_nobody(stage: &Stage) {
    let held = Held::open(stage).await;
    let (scene, editor) = (&held.scene, &held.scene.editor);
    let unscheduled = editor.delete(&format!("{}/schedule", held.address)).await;
    assert_eq!(unscheduled.ok()["state"], "in_review");
    scene.time_passes(BEFORE);
    nothing_leaves(&held).await;

    schedule(scene, &held.address, BEFORE).await;
    let message = eventually("it is staged again", async || {
        scene.message(&held.address).await
    })
    .await;
    self::held(scene, message, PHONES + 1).await;
    editor.delete(&held.address).await.done();
    scene.time_passes(BEFORE);
    nothing_leaves(&held).await;
}

/// Another announcement goes out to everybody, and nothing but it: whatever was to leave has had its turn.
async fn nothing_leaves(held: &Held) {
    held.scene.sandbox.journal().clear();
    let probe = held.scene.release().await;
    held.scene.settled(probe, Gateway::ALL).await;
    assert_eq!(held.others(), 1);
    held.scene.repeats_carry_the_same_ids();
    held.scene.sandbox.journal().clear();
}

async fn words_that_are_changed_before_t_are_the_words_that_leave(stage: &Stage) {
    let mut held = Held::open(stage).await;
    let words = json!({"texts": {"de": {
        "title": "Entwarnung", "push_text": "Der Sturm zieht vorbei.", "body": "Bis acht.",
    }}});
    held.scene.editor.patch(&held.address, words).await.ok();
    held.scene.approve(&held.address).await;
    schedule(&held.scene, &held.address, BEFORE).await;
    held.message = eventually("it is staged again", async || {
        held.scene.message(&held.address).await
    })
    .await;
    self::held(&held.scene, held.message, PHONES + 1).await;
    held.t().await;
    assert_eq!(held.others(), 1);
    for entry in held.scene.arrived(&Filter::default()) {
        let read = held.scene.sandbox.seen(&entry).decrypted;
        assert_eq!(read.expect("readable on the phone")["title"], "Entwarnung");
    }
}

async fn what_is_put_off_before_t_leaves_at_the_new_t(stage: &Stage) {
    let mut held = Held::open(stage).await;
    schedule(&held.scene, &held.address, AHEAD).await;
    held.message = eventually("it is staged again", async || {
        held.scene.message(&held.address).await
    })
    .await;
    held.scene.time_passes(UNTIL_THEN);
    self::held(&held.scene, held.message, PHONES + 1).await;
    held.t().await;
    assert_eq!(held.others(), 1);
}

/// Sets T so far ahead.
async fn schedule(scene: &Scene, address: &str, ahead: Duration) {
    let at = scene.world.clock.now() + ahead;
    scene
        .editor
        .put(&format!("{address}/schedule"), json!({"release_at": at}))
        .await
        .ok();
}

/// Waits until so many pushes are claimed, before their gate is open.
async fn held(scene: &Scene, message: MessageId, pushes: usize) {
    eventually("the pushes are held ready", async || {
        (scene.claimed(message).await == pushes).then_some(())
    })
    .await;
    assert_eq!(scene.pushes(), 0, "a push before T");
}

/// How often a phone was shown something.
fn times(scene: &Scene, gateway: Gateway, address: &str) -> u32 {
    let accepted = scene.sandbox.journal().accepted(gateway);
    accepted.get(address).copied().unwrap_or_default()
}
