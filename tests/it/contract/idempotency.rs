// SPDX-License-Identifier: EUPL-1.2

//! `Idempotency-Key`: a phone that did not hear the answer asks again; the thing is done once.

use http::Method;
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use super::subjects::Subjects;
use crate::world::{Answer, Client, Stage, both, eventually, people::same};

both!(
    what_is_asked_twice_is_done_once_and_answered_alike,
    a_key_belongs_to_one_request,
    a_key_is_ones_own,
    a_refused_request_can_be_mended_and_sent_again,
    what_was_begun_is_finished_though_the_phone_hangs_up,
    two_at_once_are_done_once,
);

async fn what_is_asked_twice_is_done_once_and_answered_alike(stage: &Stage) {
    let world = stage.world().await;
    let town = Subjects::of(&world).await;
    let first = comment(&town, &town.author, "once", "Einmal.").await;
    let again = comment(&town, &town.author, "once", "Einmal.").await;
    assert_eq!(first.created(), again.created());
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(count(&town, "Einmal.").await, 1);
}

async fn a_key_belongs_to_one_request(stage: &Stage) {
    let world = stage.world().await;
    let town = Subjects::of(&world).await;
    comment(&town, &town.author, "key", "Das eine.")
        .await
        .created();
    let other = comment(&town, &town.author, "key", "Das andere.").await;
    other.refused(422, "idempotency-key-reused");
    assert_eq!(count(&town, "Das andere.").await, 0);
}

async fn a_key_is_ones_own(stage: &Stage) {
    let world = stage.world().await;
    let town = Subjects::of(&world).await;
    let one = comment(&town, &town.author, "key", "Moin.").await.created();
    let other = comment(&town, &town.editor, "key", "Moin.").await.created();
    assert_ne!(one["id"], other["id"]);
}

async fn a_refused_request_can_be_mended_and_sent_again(stage: &Stage) {
    let world = stage.world().await;
    let town = Subjects::of(&world).await;
    let path = format!("/api/v1/posts/{}/comments", town.post);
    let wrong = json!({"text": ""});
    let call = town
        .author
        .call(Method::POST, &path)
        .header("idempotency-key", "key");
    call.json(&wrong).send().await.refused(422, "invalid-body");
    comment(&town, &town.author, "key", "Nun aber.")
        .await
        .created();
}

async fn what_was_begun_is_finished_though_the_phone_hangs_up(stage: &Stage) {
    let world = stage.world().await;
    let town = Subjects::of(&world).await;
    let token = town.author.token.as_deref().expect("a session");
    let body = json!({"text": "Aus dem Funkloch."}).to_string();
    let request = format!(
        "POST /api/v1/posts/{}/comments HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         idempotency-key: hang-up\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        town.post,
        body.len(),
    );
    let mut phone = TcpStream::connect(world.address)
        .await
        .expect("the server listens");
    phone
        .write_all(request.as_bytes())
        .await
        .expect("the request is sent");
    eventually("the server's having begun", async || {
        let begun = world.app.db.query(same(
            "SELECT COUNT(*) FROM idempotent_requests WHERE key = $1",
        ));
        let (begun,): (i64,) = begun
            .bind("hang-up".to_owned())
            .one()
            .await
            .expect("a count");
        (begun == 1).then_some(())
    })
    .await;
    drop(phone);
    eventually("the comment of the phone that hung up", async || {
        (count(&town, "Aus dem Funkloch.").await == 1).then_some(())
    })
    .await;
}

async fn two_at_once_are_done_once(stage: &Stage) {
    let world = stage.world().await;
    let town = Subjects::of(&world).await;
    let (one, other) = tokio::join!(
        comment(&town, &town.author, "both", "Zugleich."),
        comment(&town, &town.author, "both", "Zugleich."),
    );
    for answer in [one, other] {
        assert!(
            answer.status == 201 || answer.problem().as_deref() == Some("idempotency-in-progress"),
            "{answer}"
        );
    }
    assert_eq!(count(&town, "Zugleich.").await, 1);
}

async fn comment(town: &Subjects, author: &Client, key: &str, text: &str) -> Answer {
    let path = format!("/api/v1/posts/{}/comments", town.post);
    let call = author
        .call(Method::POST, &path)
        .header("idempotency-key", key);
    call.json(&json!({"text": text})).send().await
}

/// How many comments of this text stand under the post.
async fn count(town: &Subjects, text: &str) -> usize {
    let comments = town
        .author
        .get(&format!("/api/v1/posts/{}/comments?limit=100", town.post))
        .await;
    let comments: Value = comments.ok();
    let items = comments["items"].as_array().expect("items");
    items
        .iter()
        .filter(|comment| comment["text"] == text)
        .count()
}
