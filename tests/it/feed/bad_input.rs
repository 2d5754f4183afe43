// SPDX-License-Identifier: EUPL-1.2

//! Bad input of every kind gets its own problem.

use serde_json::json;

use super::{Board, everybody, path_of, publish};
use crate::world::{Stage, both};

both!(
    a_bad_post_is_refused_at_the_value_that_is_wrong,
    a_bad_audience_is_refused_at_the_unit_that_is_wrong,
    a_cursor_of_another_list_is_refused,
    a_deletion_with_a_broken_body_is_refused,
);

async fn a_bad_post_is_refused_at_the_value_that_is_wrong(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let channel = &board.channel;
    let long = "ä".repeat(5_001);
    for (body, pointer) in [
        (json!({"channel_id": channel}), ""),
        (json!({"channel_id": channel, "text": "  "}), "/text"),
        (json!({"channel_id": channel, "text": long}), "/text"),
        (json!({"channel_id": channel, "text": "a\u{0}b"}), "/text"),
        (json!({"channel_id": channel, "text": 7}), "/text"),
        (json!({"channel_id": "x", "text": "a"}), "/channel_id"),
        (
            json!({"channel_id": channel, "text": "a", "pinned": true}),
            "/pinned",
        ),
        (
            json!({"channel_id": channel, "text": "a", "photo_ids": [1]}),
            "/photo_ids/0",
        ),
    ] {
        let refusal = board
            .admin
            .post("/api/v1/posts", body)
            .await
            .refused(422, "invalid-body");
        assert_eq!(refusal["errors"][0]["pointer"], pointer);
    }
    let most = json!({"channel_id": channel, "text": "ä".repeat(5_000)});
    let post = board.admin.post("/api/v1/posts", most).await.created();
    let comments = format!("{}/comments", path_of(&post));
    let long = json!({"text": "ä".repeat(2_001)});
    board
        .admin
        .post(&comments, long)
        .await
        .refused(422, "invalid-body");
    let reaction = format!("{}/reaction", path_of(&post));
    let unknown = json!({"kind": "hate"});
    board
        .admin
        .put(&reaction, unknown)
        .await
        .refused(422, "invalid-body");
}

async fn a_bad_audience_is_refused_at_the_unit_that_is_wrong(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let unknown = "019a8f6e-7c00-7000-8000-000000000001";
    for (audience, pointer) in [
        (json!({"kind": "units", "units": []}), "/audience/units"),
        (
            json!({"kind": "units", "units": [unknown]}),
            "/audience/units/0",
        ),
    ] {
        let new = json!({"channel_id": board.channel, "text": "An wen?", "audience": audience});
        let refusal = board
            .admin
            .post("/api/v1/posts", new)
            .await
            .refused(422, "invalid-body");
        assert_eq!(refusal["errors"][0]["pointer"], pointer);
        let new = json!({"name": "K", "description": "K", "kind": "open", "audience": audience});
        board
            .admin
            .post("/api/v1/channels", new)
            .await
            .refused(422, "invalid-body");
    }
}

async fn a_cursor_of_another_list_is_refused(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    super::open_channel(&board.admin, "Markt", "open", everybody()).await;
    let channels = board.admin.get("/api/v1/channels?limit=1").await.ok();
    let cursor = channels["next_cursor"].as_str().unwrap();
    let post = publish(&world, &board.admin, &board.channel, "Da").await;
    let comments = format!("{}/comments", path_of(&post));
    for list in ["/api/v1/feed", &comments] {
        let answer = board.admin.get(&format!("{list}?cursor={cursor}")).await;
        answer.refused(422, "invalid-cursor");
        board
            .admin
            .get(&format!("{list}?limit=0"))
            .await
            .refused(422, "invalid-query");
        board
            .admin
            .get(&format!("{list}?page=2"))
            .await
            .refused(422, "invalid-query");
    }
}

async fn a_deletion_with_a_broken_body_is_refused(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let path = path_of(&publish(&world, &board.admin, &board.channel, "Bleibt").await);
    let call = board.admin.call(http::Method::DELETE, &path);
    let broken = call.clone().body("application/json", "{").send().await;
    broken.refused(400, "malformed-json");
    let wrong = call.clone().body("text/plain", "weil").send().await;
    wrong.refused(415, "unsupported-media-type");
    let unknown = call.json(&json!({"why": "darum"})).send().await;
    unknown.refused(422, "invalid-body");
    assert_eq!(board.admin.get(&path).await.ok()["text"], "Bleibt");
}
