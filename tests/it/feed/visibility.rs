// SPDX-License-Identifier: EUPL-1.2

//! Who sees what. What somebody may not see is answered exactly like an id that does not exist.

use serde_json::{Value, json};

use super::{Board, comment, everybody, open_channel, path_of, publish, texts};
use crate::world::{
    Answer, FIRE_BRIGADE, FIRE_STATION_1, FIRE_STATION_2, Person, Stage, World, both, same,
};

both!(
    a_post_for_one_station_is_hidden_from_the_other_like_an_unknown_id,
    a_reader_must_be_in_the_channels_audience_and_in_the_posts,
    an_author_outside_the_audience_still_finds_and_corrects_the_post,
    whoever_moves_to_another_unit_sees_what_is_meant_for_it,
    pinning_shows_a_post_to_nobody_else,
);

const UNKNOWN: &str = "/api/v1/posts/019a8f6e-7c00-7000-8000-000000000001";

async fn a_post_for_one_station_is_hidden_from_the_other_like_an_unknown_id(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let author = world.employee("Fritz Feuer").of(FIRE_STATION_1).await;
    let post = for_station_1(&world, &board, &author).await;
    let words = comment(&world, &author, &post, "Bin dabei").await;

    let mate = world.employee("Frieda Funke").of(FIRE_STATION_1).await;
    assert_eq!(
        mate.get(&path_of(&post)).await.ok(),
        author.get(&path_of(&post)).await.ok()
    );
    assert_eq!(
        texts(&mate.get("/api/v1/feed").await.ok()),
        ["Schichttausch?"]
    );

    let stranger = world
        .editor("Volker Vogt")
        .with(stadtfunk::people::access::Role::Moderator)
        .of(FIRE_STATION_2)
        .await;
    assert!(texts(&stranger.get("/api/v1/feed").await.ok()).is_empty());
    let hidden = every_door(&stranger, &path_of(&post)).await;
    let unknown = every_door(&stranger, UNKNOWN).await;
    for (hidden, unknown) in hidden.iter().zip(&unknown) {
        assert_eq!(
            hidden.refused(404, "not-found"),
            unknown.refused(404, "not-found")
        );
    }
    let words = format!("/api/v1/comments/{}", words["id"].as_str().unwrap());
    let change = json!({"text": "Nein", "reason": "Darum"});
    stranger
        .patch(&words, change)
        .await
        .refused(404, "not-found");
    stranger.delete(&words).await.refused(404, "not-found");
}

/// Every way to touch a post.
async fn every_door(person: &Person, post: &str) -> Vec<Answer> {
    let reason = json!({"reason": "Darum"});
    vec![
        person.get(post).await,
        person
            .patch(post, json!({"text": "Nein", "reason": "Darum"}))
            .await,
        person
            .call(http::Method::DELETE, post)
            .json(&reason)
            .send()
            .await,
        person.put(&format!("{post}/pin"), json!({})).await,
        person.delete(&format!("{post}/pin")).await,
        person
            .put(&format!("{post}/reaction"), json!({"kind": "like"}))
            .await,
        person.delete(&format!("{post}/reaction")).await,
        person.get(&format!("{post}/comments")).await,
        person
            .post(&format!("{post}/comments"), json!({"text": "Ich auch"}))
            .await,
    ]
}

async fn a_reader_must_be_in_the_channels_audience_and_in_the_posts(stage: &Stage) {
    let world = stage.world().await;
    let admin = world.admin("Ada Amtmann").await;
    let brigade = json!({"kind": "units", "units": [world.unit_id(FIRE_BRIGADE).await]});
    let channel = open_channel(&admin, "Wachen", "open", brigade).await;
    let author = world.employee("Fritz Feuer").of(FIRE_STATION_1).await;
    // Meant for everybody, in a channel that only the brigade reads.
    let new = json!({"channel_id": channel, "text": "An alle", "audience": everybody()});
    let post = path_of(&author.post("/api/v1/posts", new).await.created());
    let mate = world.employee("Frieda Funke").of(FIRE_STATION_2).await;
    mate.get(&post).await.ok();
    let clerk = world.employee("Klara Klee").await;
    clerk.get(&post).await.refused(404, "not-found");
    // When the channel opens up, so does the post.
    let open = json!({"audience": everybody()});
    admin
        .patch(&format!("/api/v1/channels/{channel}"), open)
        .await
        .ok();
    clerk.get(&post).await.ok();
}

async fn an_author_outside_the_audience_still_finds_and_corrects_the_post(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let editor = world.editor("Edda Eich").await;
    let post = path_of(&for_station_1(&world, &board, &editor).await);
    assert_eq!(texts(&editor.get("/api/v1/feed").await.ok()).len(), 1);
    editor
        .patch(&post, json!({"text": "Schichttausch!"}))
        .await
        .ok();
    editor.delete(&post).await.done();
    editor.get(&post).await.refused(404, "not-found");
}

async fn whoever_moves_to_another_unit_sees_what_is_meant_for_it(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let author = world.employee("Fritz Feuer").of(FIRE_STATION_1).await;
    let post = path_of(&for_station_1(&world, &board, &author).await);
    let mover = world.employee("Uwe Um").of(FIRE_STATION_2).await;
    mover.get(&post).await.refused(404, "not-found");
    world
        .app
        .db
        .query(same("UPDATE accounts SET unit_id = $1 WHERE id = $2"))
        .bind(world.unit_id(FIRE_STATION_1).await)
        .bind(mover.account)
        .execute()
        .await
        .unwrap();
    mover.get(&post).await.ok();
}

async fn pinning_shows_a_post_to_nobody_else(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let editor = world.editor("Edda Eich").of(FIRE_STATION_1).await;
    let post = for_station_1(&world, &board, &editor).await;
    editor
        .put(&format!("{}/pin", path_of(&post)), json!({}))
        .await
        .done();
    publish(&world, &editor, &board.channel, "Für alle").await;
    let clerk = world.employee("Klara Klee").await;
    let feed = clerk.get("/api/v1/feed").await.ok();
    assert_eq!(texts(&feed), ["Für alle"]);
    assert!(feed.get("pinned").is_none());
}

/// A post in everybody's channel that is meant for one fire station.
async fn for_station_1(world: &World, board: &Board, author: &Person) -> Value {
    world.a_moment_later();
    let audience = json!({"kind": "units", "units": [world.unit_id(FIRE_STATION_1).await]});
    let new = json!({"channel_id": board.channel, "text": "Schichttausch?", "audience": audience});
    author.post("/api/v1/posts", new).await.created()
}
