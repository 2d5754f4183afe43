// SPDX-License-Identifier: EUPL-1.2

//! Drafting, changing and scheduling, and what is refused.

use std::time::Duration;

use http::Method;
use serde_json::json;

use super::{EDITORIAL, draft, for_readers, schedule, to_everybody, with_phone};
use crate::world::{FIRE_STATION_2, Stage, both, eventually, people::same};

both!(
    the_last_state_before_t_is_what_is_released,
    t_is_moved_and_taken_away_until_the_last_moment,
    an_editor_who_has_not_seen_the_last_revision_is_refused,
    t_in_the_past_and_too_far_ahead_are_refused,
    an_audience_of_nobody_is_refused,
    bad_drafts_are_refused_by_pointer,
    what_was_released_can_no_longer_be_changed,
    editors_list_by_state_in_pages,
);

async fn the_last_state_before_t_is_what_is_released(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    with_phone(&editor).await;
    let address = draft(&editor, to_everybody()).await;
    schedule(&world, &editor, &address, 60).await;
    world.clock.advance(Duration::from_secs(59));
    let texts =
        json!({"en": {"title": "New bridge", "push_text": "It opens today.", "body": "At 3."}});
    editor
        .patch(&address, json!({"texts": texts, "class": "news"}))
        .await
        .ok();
    world.clock.advance(Duration::from_secs(1));
    let read = eventually("the release", async || {
        let read = editor.get(&for_readers(&address)).await;
        (read.status == 200).then(|| read.json())
    })
    .await;
    assert_eq!(read["title"], "New bridge");
    assert_eq!(read["language"], "en");
    let envelopes: Vec<(String,)> = world
        .app
        .db
        .query(same(
            "SELECT CAST(envelope AS text) FROM push_messages WHERE class = 'news'",
        ))
        .all()
        .await
        .expect("the outbox");
    assert_eq!(envelopes.len(), 1, "what was staged before is discarded");
    assert!(envelopes[0].0.contains("It opens today."), "{envelopes:?}");
    let (messages,): (i64,) = world
        .app
        .db
        .query(same("SELECT COUNT(*) FROM push_messages"))
        .one()
        .await
        .expect("a count");
    assert_eq!(messages, 1);
}

async fn t_is_moved_and_taken_away_until_the_last_moment(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let moved = draft(&editor, to_everybody()).await;
    let cancelled = draft(&editor, to_everybody()).await;
    let kept = draft(&editor, to_everybody()).await;
    for address in [&moved, &cancelled, &kept] {
        schedule(&world, &editor, address, 60).await;
    }
    world.clock.advance(Duration::from_secs(59));
    schedule(&world, &editor, &moved, 3_600).await;
    let again = editor.delete(&format!("{cancelled}/schedule")).await.ok();
    assert_eq!(again["state"], "draft");
    world.clock.advance(Duration::from_secs(1));
    eventually("the release of the one that was kept", async || {
        (editor.get(&kept).await.ok()["state"] == "released").then_some(())
    })
    .await;
    assert_eq!(editor.get(&moved).await.ok()["state"], "scheduled");
    assert_eq!(editor.get(&cancelled).await.ok()["state"], "draft");
}

async fn an_editor_who_has_not_seen_the_last_revision_is_refused(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let address = draft(&editor, to_everybody()).await;
    let patch = |revision: &'static str| {
        editor
            .call(Method::PATCH, &address)
            .header("if-match", revision)
            .json(&json!({"class": "news"}))
            .send()
    };
    assert_eq!(patch("\"1\"").await.ok()["revision"], 2);
    patch("\"1\"").await.refused(412, "revision-conflict");
    let delete = editor
        .call(Method::DELETE, &address)
        .header("if-match", "\"1\"")
        .send()
        .await;
    delete.refused(412, "revision-conflict");
    assert_eq!(patch("\"2\"").await.ok()["revision"], 3);
}

async fn t_in_the_past_and_too_far_ahead_are_refused(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let address = format!("{}/schedule", draft(&editor, to_everybody()).await);
    for (release_at, problem) in [
        ("2026-11-21T14:00:00Z", "release-in-past"),
        ("2020-01-01T00:00:00+01:00", "release-in-past"),
        ("2027-11-23T14:00:00Z", "release-too-far"),
        ("2026-11-21T15:00:00", "invalid-body"),
        ("tomorrow", "invalid-body"),
    ] {
        let refused = editor
            .put(&address, json!({"release_at": release_at}))
            .await;
        let refused = refused.refused(422, problem);
        assert_eq!(refused["errors"][0]["pointer"], "/release_at");
    }
    let scheduled = editor
        .put(&address, json!({"release_at": "2026-11-21T15:00:01+01:00"}))
        .await;
    assert_eq!(scheduled.ok()["release_at"], "2026-11-21T14:00:01.000Z");
}

async fn an_audience_of_nobody_is_refused(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let mut announcement = to_everybody();
    announcement["audience"] = json!({"kind": "units", "units": []});
    editor
        .post(EDITORIAL, announcement.clone())
        .await
        .refused(422, "empty-audience");
    let deserted = world.unit_id(FIRE_STATION_2).await;
    announcement["audience"] = json!({"kind": "units", "units": [deserted]});
    let address = draft(&editor, announcement).await;
    let later = world.clock.now() + Duration::from_mins(1);
    let scheduled = editor
        .put(&format!("{address}/schedule"), json!({"release_at": later}))
        .await;
    scheduled.refused(422, "empty-audience");
    let released = editor.put(&format!("{address}/release"), json!({})).await;
    released.refused(422, "empty-audience");
    assert_eq!(editor.get(&address).await.ok()["state"], "draft");
}

async fn bad_drafts_are_refused_by_pointer(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let id = "019a0000-0000-7000-8000-000000000000";
    let long = "x".repeat(20_001);
    let many: Vec<&str> = vec![id; 11];
    for (pointer, value, at) in [
        ("/texts", json!({}), "/texts"),
        ("/texts/de/title", json!(long), "/texts/de/title"),
        (
            "/texts/de/push_text",
            json!("a\u{0}b"),
            "/texts/de/push_text",
        ),
        ("/class", json!("urgent"), "/class"),
        ("/photos", json!([id]), "/photos/0"),
        ("/photos", json!(many), "/photos"),
        (
            "/audience",
            json!({"kind": "units", "units": [id]}),
            "/audience/units/0",
        ),
    ] {
        let mut announcement = to_everybody();
        announcement["photos"] = json!([]);
        *announcement.pointer_mut(pointer).expect("a value to spoil") = value;
        let refused = editor
            .post(EDITORIAL, announcement)
            .await
            .refused(422, "invalid-body");
        assert_eq!(refused["errors"][0]["pointer"], at);
    }
    assert_eq!(
        editor.get(EDITORIAL).await.ok()["items"],
        json!([]),
        "nothing half done"
    );
}

async fn what_was_released_can_no_longer_be_changed(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let address = draft(&editor, to_everybody()).await;
    editor
        .put(&format!("{address}/release"), json!({}))
        .await
        .ok();
    let edited = editor.patch(&address, json!({"class": "news"})).await;
    edited.refused(409, "announcement-already-released");
    let later = world.clock.now() + Duration::from_mins(1);
    let scheduled = editor
        .put(&format!("{address}/schedule"), json!({"release_at": later}))
        .await;
    scheduled.refused(409, "announcement-already-released");
    let cancelled = editor.delete(&format!("{address}/schedule")).await;
    cancelled.refused(409, "announcement-already-released");
}

async fn editors_list_by_state_in_pages(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let mut drafted = Vec::new();
    for _ in 0..3 {
        drafted.push(draft(&editor, to_everybody()).await);
        world.a_moment_later();
    }
    schedule(&world, &editor, &drafted[1], 600).await;
    let first = editor
        .get(&format!("{EDITORIAL}?state=draft&limit=1"))
        .await
        .ok();
    assert!(drafted[2].ends_with(first["items"][0]["id"].as_str().expect("an id")));
    assert_eq!(first["items"][0]["titles"]["de"], "Neue Brücke");
    let cursor = first["next_cursor"].as_str().expect("more");
    let second = editor
        .get(&format!("{EDITORIAL}?state=draft&limit=1&cursor={cursor}"))
        .await
        .ok();
    assert!(drafted[0].ends_with(second["items"][0]["id"].as_str().expect("an id")));
    assert!(second.get("next_cursor").is_none());
    editor
        .get(&format!("{EDITORIAL}?state=gone"))
        .await
        .refused(422, "invalid-query");
    editor
        .get(&format!("{EDITORIAL}?cursor=x"))
        .await
        .refused(422, "invalid-cursor");
}
