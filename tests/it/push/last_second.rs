// SPDX-License-Identifier: EUPL-1.2

//! One second before T an editor moves it, cancels, edits the words, changes who is meant: the phones get the
//! last state, and nothing else.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};
use stadtfunk::push::{
    Gateway,
    sandbox::{Filter, Phone},
};

use super::faults::scene::Scene;
use crate::world::{FIRE_BRIGADE, FIRE_STATION_1, Stage, both, eventually};

both!(
    words_that_are_changed_one_second_before_t_are_the_words_that_leave,
    only_who_is_meant_one_second_before_t_gets_it,
    what_is_moved_one_second_before_t_leaves_at_the_new_t_alone,
    what_is_cancelled_one_second_before_t_reaches_nobody,
    of_many_changes_in_the_last_second_the_last_state_leaves,
);

const PHONES: usize = 9;
const DRAFTS: &str = "/api/v1/editorial/announcements";
const SECOND: Duration = Duration::from_secs(1);

/// An announcement one second before T, its pushes held ready: at the town hall, and of one firefighter.
struct LastSecond {
    scene: Scene,
    address: String,
    firefighter: Phone,
}

impl LastSecond {
    async fn of(stage: &Stage) -> Self {
        let scene = Scene::open(stage, PHONES).await;
        let florian = scene.world.employee("Florian Brand");
        let florian = florian.of(FIRE_STATION_1).await;
        let firefighter = scene.sandbox.phone(Gateway::Fcm);
        florian.registers(&firefighter).await;
        // Of a class that needs no second pair of eyes, so that an edit leaves T as it is.
        let draft = json!({
            "class": "important",
            "audience": {"kind": "everybody"},
            "texts": words("Alt", "Das Alte um {release_time}."),
        });
        let drafted = scene.editor.post(DRAFTS, draft).await.created();
        let address = format!("{DRAFTS}/{}", drafted["id"].as_str().expect("an id"));
        let before = Self {
            scene,
            address,
            firefighter,
        };
        before.schedule(Duration::from_mins(1)).await;
        before.scene.time_passes(Duration::from_secs(56));
        before.held(PHONES + 1).await;
        before.scene.time_passes(Duration::from_secs(3));
        before
    }

    async fn schedule(&self, ahead: Duration) {
        let at = self.scene.world.clock.now() + ahead;
        let place = format!("{}/schedule", self.address);
        let schedule = json!({"release_at": at});
        self.scene.editor.put(&place, schedule).await.ok();
    }

    async fn change(&self, change: Value) {
        self.scene.editor.patch(&self.address, change).await.ok();
    }

    /// Waits until so many pushes are claimed, before their gate is open.
    async fn held(&self, pushes: usize) {
        eventually("the pushes are held ready", async || {
            let message = self.scene.message(&self.address).await?;
            (self.scene.claimed(message).await == pushes).then_some(())
        })
        .await;
        assert_eq!(self.scene.pushes(), 0, "a push before T");
    }

    /// T comes; what arrived on which phones, and what each of them read, when all is over.
    async fn t(&self) -> (BTreeSet<String>, Vec<Value>) {
        assert_eq!(self.scene.pushes(), 0, "a push before T");
        self.scene.time_passes(SECOND);
        let message = eventually("the release", async || {
            let read = self.scene.editor.get(&self.address).await.ok();
            let message = self.scene.message(&self.address).await;
            message.filter(|_| read["state"] == "released")
        })
        .await;
        self.scene.settled(message, Gateway::ALL).await;
        let arrived = self.scene.arrived(&Filter::default());
        let phones: BTreeSet<_> = arrived
            .iter()
            .filter_map(|entry| entry.address.as_deref().map(str::to_owned))
            .collect();
        assert_eq!(phones.len(), arrived.len(), "one push for each phone");
        let read = arrived
            .iter()
            .filter_map(|entry| self.scene.sandbox.seen(entry).decrypted)
            .collect();
        (phones, read)
    }

    /// Another announcement goes out to everybody, and nothing but it: whatever was to leave has had its turn.
    async fn nothing_leaves(&self) {
        self.scene.time_passes(SECOND);
        let probe = self.scene.release().await;
        self.scene.settled(probe, Gateway::ALL).await;
        let arrived = self.scene.arrived(&Filter::default());
        assert_eq!(arrived.len(), PHONES + 1);
        for entry in arrived {
            let read = self.scene.sandbox.seen(&entry).decrypted;
            assert_eq!(read.expect("readable on the phone")["title"], "Sturm");
        }
        self.scene.sandbox.journal().clear();
    }
}

fn words(title: &str, push_text: &str) -> Value {
    json!({"de": {"title": title, "push_text": push_text, "body": "Mehr."}})
}

async fn words_that_are_changed_one_second_before_t_are_the_words_that_leave(stage: &Stage) {
    let last = LastSecond::of(stage).await;
    let new = json!({"texts": words("Neu", "Das Neue um {release_time}.")});
    last.change(new).await;
    let (phones, read) = last.t().await;
    assert_eq!((phones.len(), read.len()), (PHONES + 1, PHONES + 1));
    for read in read {
        assert_eq!(read["title"], "Neu");
        // 14:01 UTC, in Berlin.
        assert_eq!(read["body"], "Das Neue um 15:01.");
    }
}

async fn only_who_is_meant_one_second_before_t_gets_it(stage: &Stage) {
    let last = LastSecond::of(stage).await;
    let brigade = last.scene.world.unit_id(FIRE_BRIGADE).await;
    let audience = json!({"audience": {"kind": "units", "units": [brigade]}});
    last.change(audience).await;
    let (phones, _) = last.t().await;
    assert_eq!(phones, BTreeSet::from([last.firefighter.address.clone()]));
    let report = format!("{}/report", last.address);
    let report = last.scene.editor.get(&report).await.ok();
    assert_eq!(report["people"]["recipients"], 1);
}

async fn what_is_moved_one_second_before_t_leaves_at_the_new_t_alone(stage: &Stage) {
    let last = LastSecond::of(stage).await;
    last.schedule(Duration::from_mins(2)).await;
    last.nothing_leaves().await;
    last.scene.time_passes(Duration::from_secs(115));
    last.held(PHONES + 1).await;
    last.scene.time_passes(Duration::from_secs(3));
    let (phones, read) = last.t().await;
    assert_eq!((phones.len(), read.len()), (PHONES + 1, PHONES + 1));
    for read in read {
        assert_eq!(read["body"], "Das Alte um 15:02.");
    }
}

async fn what_is_cancelled_one_second_before_t_reaches_nobody(stage: &Stage) {
    let last = LastSecond::of(stage).await;
    let place = format!("{}/schedule", last.address);
    let cancelled = last.scene.editor.delete(&place).await.ok();
    assert_eq!(cancelled["state"], "draft");
    last.nothing_leaves().await;
}

async fn of_many_changes_in_the_last_second_the_last_state_leaves(stage: &Stage) {
    let last = LastSecond::of(stage).await;
    let brigade = last.scene.world.unit_id(FIRE_BRIGADE).await;
    last.change(json!({"texts": words("Neu", "Erst so.")}))
        .await;
    last.schedule(Duration::from_mins(10)).await;
    let place = format!("{}/schedule", last.address);
    last.scene.editor.delete(&place).await.ok();
    last.change(json!({
        "audience": {"kind": "units", "units": [brigade]},
        "texts": words("Zuletzt", "Nur so."),
    }))
    .await;
    last.schedule(SECOND).await;
    let (phones, read) = last.t().await;
    assert_eq!(phones, BTreeSet::from([last.firefighter.address.clone()]));
    assert_eq!(read[0]["title"], "Zuletzt");
}
