// SPDX-License-Identifier: EUPL-1.2

//! Comments and replies.

use serde_json::{Value, json};

use super::{Board, comment, id_of, path_of, publish, texts};
use crate::world::{Person, Stage, World, both};

both!(
    comments_come_oldest_first_each_followed_by_its_replies,
    comments_come_in_pages_that_may_end_within_a_thread,
    a_reply_to_a_reply_is_refused,
    a_deleted_comment_with_replies_leaves_its_place_and_without_them_nothing,
    a_post_counts_the_comments_that_stand,
    ones_own_comment_is_edited_and_nobody_elses,
);

async fn comments_come_oldest_first_each_followed_by_its_replies(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let anna = world.employee("Anna Kühn").await;
    let post = publish(&world, &anna, &board.channel, "Fragen?").await;
    let first = comment(&world, &anna, &post, "1").await;
    comment(&world, &anna, &post, "2").await;
    let answer = reply(&world, &anna, &post, &first, "1a").await;
    reply(&world, &anna, &post, &first, "1b").await;
    let page = anna.get(&format!("{}/comments", path_of(&post))).await.ok();
    assert_eq!(texts(&page), ["1", "1a", "1b", "2"]);
    assert_eq!(
        page["items"][1],
        json!({
            "id": answer["id"], "parent_id": first["id"], "created_at": answer["created_at"],
            "author": {"id": anna.account, "name": "Anna Kühn", "unit": "Hauptamt"}, "text": "1a",
        })
    );
}

async fn comments_come_in_pages_that_may_end_within_a_thread(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let anna = world.employee("Anna Kühn").await;
    let post = publish(&world, &anna, &board.channel, "Fragen?").await;
    let first = comment(&world, &anna, &post, "1").await;
    for text in ["1a", "1b", "1c"] {
        reply(&world, &anna, &post, &first, text).await;
    }
    comment(&world, &anna, &post, "2").await;
    let mut path = format!("{}/comments?limit=2", path_of(&post));
    let mut seen = Vec::new();
    loop {
        let page = anna.get(&path).await.ok();
        seen.extend(texts(&page).into_iter().map(str::to_owned));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("{}/comments?limit=2&cursor={cursor}", path_of(&post));
    }
    assert_eq!(seen, ["1", "1a", "1b", "1c", "2"]);
}

async fn a_reply_to_a_reply_is_refused(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let anna = world.employee("Anna Kühn").await;
    let post = publish(&world, &anna, &board.channel, "Fragen?").await;
    let first = comment(&world, &anna, &post, "1").await;
    let answer = reply(&world, &anna, &post, &first, "1a").await;
    let path = format!("{}/comments", path_of(&post));
    let deeper = json!({"text": "1a1", "parent_id": answer["id"]});
    let refusal = anna
        .post(&path, deeper)
        .await
        .refused(422, "reply-to-reply");
    assert_eq!(refusal["errors"][0]["pointer"], "/parent_id");

    // A comment of another post is none of this one's, and a deleted one is none any more.
    let other = publish(&world, &anna, &board.channel, "Anderes").await;
    let elsewhere = comment(&world, &anna, &other, "dort").await;
    let gone = comment(&world, &anna, &post, "weg").await;
    anna.delete(&format!("/api/v1/comments/{}", id_of(&gone)))
        .await
        .done();
    for parent in [&elsewhere, &gone] {
        let lost = json!({"text": "Wohin?", "parent_id": parent["id"]});
        anna.post(&path, lost).await.refused(422, "invalid-body");
    }
}

async fn a_deleted_comment_with_replies_leaves_its_place_and_without_them_nothing(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let anna = world.employee("Anna Kühn").await;
    let post = publish(&world, &anna, &board.channel, "Fragen?").await;
    let first = comment(&world, &anna, &post, "1").await;
    let answer = reply(&world, &anna, &post, &first, "1a").await;
    let path = format!("{}/comments", path_of(&post));
    anna.delete(&format!("/api/v1/comments/{}", id_of(&first)))
        .await
        .done();
    let page = anna.get(&path).await.ok();
    let place = json!({"id": first["id"], "created_at": first["created_at"]});
    assert_eq!(page["items"][0], place);
    assert_eq!(page["items"][1]["text"], "1a");

    anna.delete(&format!("/api/v1/comments/{}", id_of(&answer)))
        .await
        .done();
    assert_eq!(anna.get(&path).await.ok()["items"], json!([]));
}

async fn a_post_counts_the_comments_that_stand(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let anna = world.employee("Anna Kühn").await;
    let post = publish(&world, &anna, &board.channel, "Fragen?").await;
    let first = comment(&world, &anna, &post, "1").await;
    reply(&world, &anna, &post, &first, "1a").await;
    assert_eq!(anna.get(&path_of(&post)).await.ok()["comments"], 2);
    let path = format!("/api/v1/comments/{}", id_of(&first));
    anna.delete(&path).await.done();
    anna.delete(&path).await.refused(404, "not-found");
    assert_eq!(anna.get(&path_of(&post)).await.ok()["comments"], 1);
}

async fn ones_own_comment_is_edited_and_nobody_elses(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let anna = world.employee("Anna Kühn").await;
    let post = publish(&world, &anna, &board.channel, "Fragen?").await;
    let words = comment(&world, &anna, &post, "Ja,").await;
    let path = format!("/api/v1/comments/{}", id_of(&words));
    board
        .admin
        .patch(&path, json!({"text": "Nein"}))
        .await
        .refused(403, "forbidden");
    board.admin.delete(&path).await.refused(403, "forbidden");
    let edited = anna.patch(&path, json!({"text": "Ja, viele"})).await.ok();
    assert_eq!(edited["text"], "Ja, viele");
    assert!(edited["edited_at"].is_string());
}

async fn reply(world: &World, author: &Person, post: &Value, to: &Value, text: &str) -> Value {
    world.a_moment_later();
    let path = format!("{}/comments", path_of(post));
    let new = json!({"text": text, "parent_id": to["id"]});
    author.post(&path, new).await.created()
}
