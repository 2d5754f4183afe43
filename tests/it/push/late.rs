// SPDX-License-Identifier: EUPL-1.2

//! What is too late to be released by itself: the editors hear of it on their own phones, nobody else does.

use std::time::Duration;

use serde_json::json;
use stadtfunk::{
    id::MessageId,
    push::{
        Gateway,
        sandbox::{Entry, Filter},
    },
};

use super::faults::scene::Scene;
use crate::world::{Stage, Wiring, both, eventually, people::same};

both!(editors_hear_on_their_phones_what_is_held_and_staff_when_it_is_released);

async fn editors_hear_on_their_phones_what_is_held_and_staff_when_it_is_released(stage: &Stage) {
    let mut scene = Scene::open(stage, 3).await;
    let emil = scene.world.editor("Emil Redaktion").await;
    let phone = scene.sandbox.phone(Gateway::WebPush);
    emil.registers(&phone).await;
    let address = scene.draft().await;
    let t = scene.world.clock.now() + Duration::from_mins(1);
    let schedule = json!({"release_at": t});
    scene
        .editor
        .put(&format!("{address}/schedule"), schedule)
        .await
        .ok();
    stage.stop_servers().await;
    scene.time_passes(Duration::from_hours(1));
    scene.restart(stage, &Wiring::default()).await;

    let notice = eventually("the notice", async || notice(&scene).await).await;
    scene.settled(notice, Gateway::ALL).await;
    let arrived = scene.arrived(&Filter::default());
    assert_eq!(arrived.len(), 1, "one phone of an editor");
    assert_eq!(arrived[0].address.as_deref(), Some(&*phone.address));
    let read = read(&scene, &arrived[0]);
    assert_eq!(read["title"], "Eine Mitteilung wird zurückgehalten");
    let id = address.rsplit('/').next().expect("an id");
    assert_eq!(read["link"], format!("/console#/announcements/{id}"));
    assert!(!read.to_string().contains("Sturm"), "not a word of it");
    let tag = read["tag"].clone();

    scene.sandbox.journal().clear();
    let released = scene
        .editor
        .put(&format!("{address}/release"), json!({}))
        .await;
    assert_eq!(released.ok()["state"], "released");
    let message = scene.message(&address).await.expect("its message");
    scene.settled(message, Gateway::ALL).await;
    let arrived = scene.arrived(&Filter::default());
    assert_eq!(arrived.len(), 4);
    for entry in &arrived {
        let read = self::read(&scene, entry);
        assert_eq!(read["title"], "Sturm");
        assert_eq!(read["tag"], tag, "it takes the notice's place");
    }
}

/// The only message that there is.
async fn notice(scene: &Scene) -> Option<MessageId> {
    let messages: Vec<(MessageId,)> = scene
        .world
        .app
        .db
        .query(same(
            "SELECT id FROM push_messages WHERE opened_at IS NOT NULL",
        ))
        .all()
        .await
        .expect("the messages");
    messages.first().map(|(message,)| *message)
}

fn read(scene: &Scene, entry: &Entry) -> serde_json::Value {
    let seen = scene.sandbox.seen(entry);
    seen.decrypted.expect("readable on the phone")
}
