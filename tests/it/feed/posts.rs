// SPDX-License-Identifier: EUPL-1.2

//! Posts: pages, photos, pins, edits, deletions.

use serde_json::{Value, json};
use stadtfunk::id::PhotoId;

use super::{Board, everybody, open_channel, path_of, publish, texts};
use crate::world::{Person, Stage, World, both, same};

both!(
    the_feed_comes_in_pages_newest_first_and_nothing_repeats_or_is_skipped,
    the_feed_of_one_channel_shows_no_other,
    a_post_tells_its_author_and_leaves_out_what_is_empty,
    a_post_shows_its_photos_in_order,
    a_photo_is_ones_own_and_stands_in_one_post,
    pinned_posts_stand_on_top_once_and_only_of_the_first_page,
    ones_own_post_is_edited_and_deleted_and_nobody_elses,
    a_repeated_post_with_the_same_key_is_published_once,
);

async fn the_feed_comes_in_pages_newest_first_and_nothing_repeats_or_is_skipped(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let anna = world.employee("Anna Kühn").await;
    for text in ["1", "2", "3", "4", "5"] {
        publish(&world, &anna, &board.channel, text).await;
    }
    let first = anna.get("/api/v1/feed?limit=2").await.ok();
    assert_eq!(texts(&first), ["5", "4"]);
    // What is posted meanwhile does not shift the next page.
    publish(&world, &anna, &board.channel, "6").await;
    let second = follow(&anna, "/api/v1/feed?limit=2", &first).await;
    assert_eq!(texts(&second), ["3", "2"]);
    let third = follow(&anna, "/api/v1/feed?limit=2", &second).await;
    assert_eq!(texts(&third), ["1"]);
    assert!(third.get("next_cursor").is_none());
}

async fn the_feed_of_one_channel_shows_no_other(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let market = open_channel(&board.admin, "Markt", "open", everybody()).await;
    let anna = world.employee("Anna Kühn").await;
    publish(&world, &anna, &board.channel, "Kaffee ist fertig").await;
    publish(&world, &anna, &market, "Fahrrad zu verkaufen").await;
    let page = anna
        .get(&format!("/api/v1/feed?channel={market}"))
        .await
        .ok();
    assert_eq!(texts(&page), ["Fahrrad zu verkaufen"]);
    assert_eq!(texts(&anna.get("/api/v1/feed").await.ok()).len(), 2);
    let unknown = "/api/v1/feed?channel=019a8f6e-7c00-7000-8000-000000000001";
    anna.get(unknown).await.refused(404, "not-found");
}

async fn a_post_tells_its_author_and_leaves_out_what_is_empty(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let anna = world.employee("Anna Kühn").await;
    let post = publish(&world, &anna, &board.channel, "Guten Morgen!").await;
    let expected = json!({
        "id": post["id"],
        "channel_id": board.channel,
        "author": {"id": anna.account, "name": "Anna Kühn", "unit": "Hauptamt"},
        "text": "Guten Morgen!",
        "created_at": world.clock.now(),
        "comments": 0,
    });
    assert_eq!(post, expected);
    assert_eq!(anna.get(&path_of(&post)).await.ok(), expected);
}

async fn a_post_shows_its_photos_in_order(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let anna = world.employee("Anna Kühn").await;
    let mut photos = Vec::new();
    for _ in 0..10 {
        photos.push(photo(&world, &anna).await);
    }
    photos.reverse();
    let new = json!({"channel_id": board.channel, "text": "Sommerfest", "photo_ids": photos});
    let post = anna.post("/api/v1/posts", new).await.created();
    let shown: Vec<PhotoId> = post["photos"]
        .as_array()
        .unwrap()
        .iter()
        .map(|photo| photo["id"].as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(shown, photos);
    assert_eq!(
        post["photos"][0],
        json!({
            "id": photos[0], "url": format!("/api/v1/photos/{}/{{size}}", photos[0]),
            "width": 640, "height": 480, "placeholder": "3OcRJYB4d3h_iIeHeEh3eIhw+j2w", "alt_text": "Ein Zelt",
        })
    );
    assert_eq!(anna.get("/api/v1/feed").await.ok()["items"][0], post);

    photos.push(photo(&world, &anna).await);
    let too_many = json!({"channel_id": board.channel, "text": "Zu viel", "photo_ids": photos});
    let refusal = anna
        .post("/api/v1/posts", too_many)
        .await
        .refused(422, "invalid-body");
    assert_eq!(refusal["errors"][0]["pointer"], "/photo_ids");
}

async fn a_photo_is_ones_own_and_stands_in_one_post(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let (anna, emil) = (
        world.employee("Anna Kühn").await,
        world.employee("Emil Eger").await,
    );
    let (mine, used) = (photo(&world, &anna).await, photo(&world, &anna).await);
    let foreign = photo(&world, &emil).await;
    let with =
        |photos: &[PhotoId]| json!({"channel_id": board.channel, "text": "x", "photo_ids": photos});
    let post = anna.post("/api/v1/posts", with(&[used])).await.created();
    let unknown: PhotoId = world.app.ids.id();
    for bad in [used, foreign, unknown, mine] {
        let answer = anna.post("/api/v1/posts", with(&[mine, bad])).await;
        let refusal = answer.refused(422, "photo-not-usable");
        assert_eq!(refusal["errors"][0]["pointer"], "/photo_ids/1");
    }
    assert_eq!(
        texts(&anna.get("/api/v1/feed").await.ok()),
        ["x"],
        "nothing half done"
    );
    // A deleted post lets go of its photos.
    anna.delete(&path_of(&post)).await.done();
    anna.post("/api/v1/posts", with(&[mine, used]))
        .await
        .created();
}

async fn pinned_posts_stand_on_top_once_and_only_of_the_first_page(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let editor = world.editor("Edda Eich").await;
    let old = publish(&world, &editor, &board.channel, "alt").await;
    publish(&world, &editor, &board.channel, "mittel").await;
    let new = publish(&world, &editor, &board.channel, "neu").await;
    for post in [&new, &old] {
        world.a_moment_later();
        let pin = format!("{}/pin", path_of(post));
        board
            .admin
            .call(http::Method::PUT, &pin)
            .send()
            .await
            .refused(403, "forbidden");
        editor.call(http::Method::PUT, &pin).send().await.done();
        editor.call(http::Method::PUT, &pin).send().await.done();
    }
    let first = editor.get("/api/v1/feed?limit=2").await.ok();
    let pinned: Vec<_> = first["pinned"]
        .as_array()
        .unwrap()
        .iter()
        .map(|post| &post["text"])
        .collect();
    assert_eq!(pinned, ["alt", "neu"]);
    assert_eq!(first["pinned"][0]["pinned"], true);
    assert_eq!(texts(&first), ["mittel"]);
    let second = follow(&editor, "/api/v1/feed?limit=2", &first).await;
    assert!(second.get("pinned").is_none());
    assert_eq!(
        texts(&second),
        ["alt"],
        "in its place in time it is found too"
    );

    editor
        .delete(&format!("{}/pin", path_of(&old)))
        .await
        .done();
    editor.delete(&path_of(&new)).await.done();
    let feed = editor.get("/api/v1/feed").await.ok();
    assert!(feed.get("pinned").is_none());
    assert_eq!(texts(&feed), ["mittel", "alt"]);
}

async fn ones_own_post_is_edited_and_deleted_and_nobody_elses(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let (anna, editor) = (
        world.employee("Anna Kühn").await,
        world.editor("Edda Eich").await,
    );
    let path = path_of(&publish(&world, &anna, &board.channel, "Tippfeler").await);
    for other in [&board.admin, &editor] {
        other
            .patch(&path, json!({"text": "Meins"}))
            .await
            .refused(403, "forbidden");
        other.delete(&path).await.refused(403, "forbidden");
    }
    world.a_moment_later();
    let edited = anna.patch(&path, json!({"text": "Tippfehler"})).await.ok();
    assert_eq!(edited["text"], "Tippfehler");
    assert_eq!(edited["edited_at"], json!(world.clock.now()));
    assert!(edited.get("edited_by_moderation").is_none());

    anna.delete(&path).await.done();
    anna.get(&path).await.refused(404, "not-found");
    anna.delete(&path).await.refused(404, "not-found");
    anna.patch(&path, json!({"text": "Doch"}))
        .await
        .refused(404, "not-found");
    anna.put(&format!("{path}/reaction"), json!({"kind": "like"}))
        .await
        .refused(404, "not-found");
    let comments = format!("{path}/comments");
    anna.get(&comments).await.refused(404, "not-found");
    anna.post(&comments, json!({"text": "Schade"}))
        .await
        .refused(404, "not-found");
    let row = "SELECT text FROM posts WHERE deleted_at IS NOT NULL";
    let (text,): (String,) = world.app.db.query(same(row)).one().await.unwrap();
    assert_eq!(text, "", "what somebody takes back is gone");
}

async fn a_repeated_post_with_the_same_key_is_published_once(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let new = json!({"channel_id": board.channel, "text": "Einmal"});
    let call = board
        .admin
        .call(http::Method::POST, "/api/v1/posts")
        .json(&new);
    let call = call.header("idempotency-key", "k1");
    let first = call.clone().send().await.created();
    assert_eq!(call.send().await.created(), first);
    assert_eq!(
        texts(&board.admin.get("/api/v1/feed").await.ok()),
        ["Einmal"]
    );
}

async fn follow(person: &Person, path: &str, page: &Value) -> Value {
    let cursor = page["next_cursor"].as_str().expect("another page");
    person.get(&format!("{path}&cursor={cursor}")).await.ok()
}

/// A photo's row: what the feed needs of a photo is no more than that.
async fn photo(world: &World, owner: &Person) -> PhotoId {
    let id: PhotoId = world.app.ids.id();
    world
        .app
        .db
        .query(same(
            "INSERT INTO photos (id, owner_id, width, height, placeholder, alt_text, created_at)
             VALUES ($1, $2, 640, 480, '3OcRJYB4d3h_iIeHeEh3eIhw+j2w', 'Ein Zelt', $3)",
        ))
        .bind(id)
        .bind(owner.account)
        .bind(world.clock.now())
        .execute()
        .await
        .expect("a photo");
    id
}
