// SPDX-License-Identifier: EUPL-1.2

//! No server ran at T: what is less late than it may be is released at once, the rest is held until an editor
//! decides.

use std::time::Duration;

use serde_json::{Value, json};

use super::{EDITORIAL, draft, for_readers, schedule, to_everybody, with_phone};
use crate::world::{Client, Person, Settings, Stage, World, both, eventually, people::same};

both!(
    what_is_as_late_as_it_may_be_is_released_at_once,
    what_is_later_than_its_class_may_be_is_held,
    an_announcement_may_say_itself_how_late_it_may_be,
    what_is_held_is_scheduled_anew_released_or_deleted,
    what_is_held_becomes_what_it_was_before_t_was_set,
    what_is_changed_while_it_is_held_needs_its_eyes_again,
);

/// T, from when it is set.
const AHEAD: u64 = 60;
/// What an important announcement may be late, as the configuration has it.
const MOST: Duration = Duration::from_hours(1);
const A_LITTLE: Duration = Duration::from_micros(1);

/// No server runs until so long after T; the editor and the reader find the next one.
async fn down(
    stage: &Stage,
    world: World,
    late: Duration,
    people: [&Person; 2],
) -> (World, [Client; 2]) {
    stage.stop_servers().await;
    world.clock.advance(Duration::from_secs(AHEAD) + late);
    let settings = Settings {
        clock: world.clock,
        ..Settings::default()
    };
    let world = stage.world_with(settings).await;
    let people = people.map(|person| Client {
        server: world.address,
        ..(**person).clone()
    });
    (world, people)
}

/// Waits until it is no longer scheduled.
async fn decided(editor: &Client, address: &str) -> Value {
    eventually("the server has seen to T", async || {
        let read = editor.get(address).await.ok();
        (read["state"] != "scheduled").then_some(read)
    })
    .await
}

async fn held(stage: &Stage) -> (World, [Client; 2], String) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let anna = world.employee("Anna Kühn").await;
    let address = draft(&eva, to_everybody()).await;
    schedule(&world, &eva, &address, AHEAD).await;
    let (world, people) = down(stage, world, MOST + A_LITTLE, [&eva, &anna]).await;
    assert_eq!(decided(&people[0], &address).await["state"], "held");
    (world, people, address)
}

async fn what_is_as_late_as_it_may_be_is_released_at_once(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let anna = world.employee("Anna Kühn").await;
    let address = draft(&eva, to_everybody()).await;
    schedule(&world, &eva, &address, AHEAD).await;
    let (world, [eva, anna]) = down(stage, world, MOST, [&eva, &anna]).await;
    let released = decided(&eva, &address).await;
    assert_eq!(released["state"], "released");
    assert_eq!(released["released_at"], json!(world.clock.now()));
    assert_eq!(anna.get(&for_readers(&address)).await.status, 200);
}

async fn what_is_later_than_its_class_may_be_is_held(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let anna = world.employee("Anna Kühn").await;
    with_phone(&anna).await;
    let address = draft(&eva, to_everybody()).await;
    schedule(&world, &eva, &address, AHEAD).await;
    let t = world.clock.now() + Duration::from_secs(AHEAD);
    // Staged already when the server stops.
    eventually("the announcement is staged", async || {
        (recipients(&world).await == 2).then_some(())
    })
    .await;
    let scheduled = eva.get(&address).await.ok();
    let (world, [eva, anna]) = down(stage, world, MOST + A_LITTLE, [&eva, &anna]).await;

    let held = decided(&eva, &address).await;
    assert_eq!(held["state"], "held");
    assert_eq!(held["missed_release_at"], json!(t));
    assert_eq!(held["held_at"], json!(world.clock.now()));
    assert_eq!(held.get("release_at"), None);
    assert_ne!(held["revision"], scheduled["revision"]);
    let listed = eva.get(&format!("{EDITORIAL}?state=held")).await.ok();
    assert_eq!(listed["items"][0]["id"], held["id"]);
    assert_eq!(listed["items"][0]["state"], "held");
    let scheduled = eva.get(&format!("{EDITORIAL}?state=scheduled")).await.ok();
    assert_eq!(scheduled, json!({"items": []}));
    anna.get(&for_readers(&address))
        .await
        .refused(404, "not-found");
    eva.get(&format!("{address}/report"))
        .await
        .refused(409, "announcement-not-released");
    assert_eq!(recipients(&world).await, 1, "the editor, of the notice");

    let admin = world.admin("Ada Verwaltung").await;
    let entry = admin.get("/api/v1/audit?limit=1").await.ok()["items"][0].clone();
    assert_eq!(entry["action"], "announcement_held");
    assert_eq!(entry.get("actor"), None, "nobody did it");
    assert_eq!(
        entry["details"],
        json!({"late_by_seconds": 3600, "release_at": t})
    );
    let metrics = world.app.announcements.metrics().await;
    assert!(
        metrics.contains("stadtfunk_announcements_held 1"),
        "{metrics}"
    );
}

/// Of all messages there are.
async fn recipients(world: &World) -> i64 {
    let (count,): (i64,) = world
        .app
        .db
        .query(same("SELECT COUNT(*) FROM push_recipients"))
        .one()
        .await
        .expect("a count");
    count
}

async fn an_announcement_may_say_itself_how_late_it_may_be(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let anna = world.employee("Anna Kühn").await;
    let mut patient = to_everybody();
    patient["max_lateness_seconds"] = json!(7200);
    let patient = draft(&eva, patient).await;
    let usual = draft(&eva, to_everybody()).await;
    let strict = draft(&eva, to_everybody()).await;
    assert_eq!(eva.get(&patient).await.ok()["max_lateness_seconds"], 7200);
    assert_eq!(eva.get(&usual).await.ok()["max_lateness_seconds"], 3600);
    for (seconds, said) in [(json!(60), 60), (json!(null), 3600), (json!(60), 60)] {
        let change = json!({"max_lateness_seconds": seconds});
        let changed = eva.patch(&strict, change).await.ok();
        assert_eq!(changed["max_lateness_seconds"], said);
    }
    let as_alert = eva.patch(&usual, json!({"class": "alert"})).await.ok();
    assert_eq!(as_alert["max_lateness_seconds"], 900, "as its class has it");
    for wrong in [json!(59), json!(604_801), json!(-1)] {
        let refused = eva
            .patch(&strict, json!({"max_lateness_seconds": wrong}))
            .await;
        let problem = refused.refused(422, "invalid-body");
        assert_eq!(problem["errors"][0]["pointer"], "/max_lateness_seconds");
    }
    assert_eq!(eva.get(&strict).await.ok()["max_lateness_seconds"], 60);

    schedule(&world, &eva, &patient, AHEAD).await;
    schedule(&world, &eva, &strict, AHEAD).await;
    let (_world, [eva, _]) = down(stage, world, Duration::from_hours(2), [&eva, &anna]).await;
    assert_eq!(decided(&eva, &patient).await["state"], "released");
    assert_eq!(decided(&eva, &strict).await["state"], "held");
}

async fn what_is_held_is_scheduled_anew_released_or_deleted(stage: &Stage) {
    let (world, [eva, anna], address) = held(stage).await;
    schedule(&world, &eva, &address, AHEAD).await;
    let scheduled = eva.get(&address).await.ok();
    assert_eq!(scheduled["state"], "scheduled");
    assert_eq!(scheduled.get("missed_release_at"), None);
    world.clock.advance(Duration::from_secs(AHEAD));
    assert_eq!(decided(&eva, &address).await["state"], "released");
    assert_eq!(anna.get(&for_readers(&address)).await.status, 200);

    // A clock that leaps over T is no different from a server that was not there.
    let release = draft(&eva, to_everybody()).await;
    let delete = draft(&eva, to_everybody()).await;
    schedule(&world, &eva, &release, AHEAD).await;
    schedule(&world, &eva, &delete, AHEAD).await;
    world.clock.advance(MOST * 2);
    assert_eq!(decided(&eva, &release).await["state"], "held");
    assert_eq!(decided(&eva, &delete).await["state"], "held");
    let released = eva.put(&format!("{release}/release"), json!({})).await;
    assert_eq!(released.ok()["state"], "released");
    eva.delete(&delete).await.done();
    eva.get(&delete).await.refused(404, "not-found");
    let metrics = world.app.announcements.metrics().await;
    assert!(
        metrics.contains("stadtfunk_announcements_held 0"),
        "{metrics}"
    );
}

async fn what_is_held_becomes_what_it_was_before_t_was_set(stage: &Stage) {
    let (_world, [eva, _], address) = held(stage).await;
    let back = eva.delete(&format!("{address}/schedule")).await.ok();
    assert_eq!(back["state"], "draft");
    assert_eq!(back.get("held_at"), None);
    let submitted = eva.put(&format!("{address}/review"), json!({})).await.ok();
    assert_eq!(submitted["state"], "in_review");
}

async fn what_is_changed_while_it_is_held_needs_its_eyes_again(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let edda = world.editor("Edda Editor").await;
    let mut alert = to_everybody();
    alert["class"] = json!("alert");
    let address = draft(&eva, alert).await;
    edda.approves(&address).await;
    schedule(&world, &eva, &address, AHEAD).await;
    let (_world, [eva, _]) = down(stage, world, MOST, [&eva, &edda]).await;
    let held = decided(&eva, &address).await;
    assert_eq!(held["state"], "held");
    assert!(held.get("approval").is_some(), "T is not what was approved");
    let changed = eva.patch(&address, json!({"class": "alert"})).await.ok();
    assert_eq!(changed["state"], "in_review");
    assert_eq!(changed.get("approval"), None);
    eva.put(&format!("{address}/release"), json!({}))
        .await
        .refused(409, "approval-required");
}
