// SPDX-License-Identifier: EUPL-1.2

//! Moderators change anybody's words, with a reason and a trace.

use serde_json::json;

use super::{Board, comment, id_of, path_of, publish};
use crate::world::{Stage, both};

both!(
    a_moderator_edits_anothers_post_with_a_reason_and_it_shows,
    a_moderator_deletes_anothers_comment_and_the_words_stand_in_the_trace,
    a_moderators_own_words_are_no_moderation,
    only_moderators_read_the_trace,
);

async fn a_moderator_edits_anothers_post_with_a_reason_and_it_shows(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let (anna, mona) = (
        world.employee("Anna Kühn").await,
        world.moderator("Mona Moos").await,
    );
    let post = publish(&world, &anna, &board.channel, "Der Chef ist ein …").await;
    let path = path_of(&post);
    let silent = json!({"text": "Der Chef"});
    let refusal = mona
        .patch(&path, silent)
        .await
        .refused(422, "reason-required");
    assert_eq!(refusal["errors"][0]["pointer"], "/reason");

    let change = json!({"text": "Der Chef ist streng.", "reason": "Beleidigung entfernt"});
    mona.patch(&path, change).await.ok();
    let seen = anna.get(&path).await.ok();
    assert_eq!(seen["text"], "Der Chef ist streng.");
    assert_eq!(seen["edited_by_moderation"], true);

    let trace = mona.get("/api/v1/moderations").await.ok();
    let entry = &trace["items"][0];
    assert_eq!(entry["subject_kind"], "post");
    assert_eq!(entry["subject_id"], post["id"]);
    assert_eq!(entry["action"], "edited");
    assert_eq!(entry["reason"], "Beleidigung entfernt");
    assert_eq!(entry["text_before"], "Der Chef ist ein …");
    assert_eq!(entry["moderator"]["name"], "Mona Moos");
    assert_eq!(entry["author"]["name"], "Anna Kühn");
    assert_eq!(
        trace["items"].as_array().unwrap().len(),
        1,
        "the refused try left none"
    );
}

async fn a_moderator_deletes_anothers_comment_and_the_words_stand_in_the_trace(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let (anna, mona) = (
        world.employee("Anna Kühn").await,
        world.moderator("Mona Moos").await,
    );
    let post = publish(&world, &anna, &board.channel, "Fragen?").await;
    let words = comment(&world, &anna, &post, "Unfug").await;
    let path = format!("/api/v1/comments/{}", id_of(&words));
    mona.delete(&path).await.refused(422, "reason-required");
    let deletion = json!({"reason": "Gehört nicht hierher"});
    mona.call(http::Method::DELETE, &path)
        .json(&deletion)
        .send()
        .await
        .done();
    world.a_moment_later();
    mona.call(http::Method::DELETE, &path_of(&post))
        .json(&deletion)
        .send()
        .await
        .done();
    anna.get(&path_of(&post)).await.refused(404, "not-found");

    let first = mona.get("/api/v1/moderations?limit=1").await.ok();
    assert_eq!(first["items"][0]["text_before"], "Fragen?");
    let next = first["next_cursor"].as_str().unwrap();
    let second = mona
        .get(&format!("/api/v1/moderations?limit=1&cursor={next}"))
        .await
        .ok();
    assert_eq!(second["items"][0]["subject_kind"], "comment");
    assert_eq!(second["items"][0]["action"], "deleted");
    assert_eq!(second["items"][0]["text_before"], "Unfug");
    assert!(second.get("next_cursor").is_none());
}

async fn a_moderators_own_words_are_no_moderation(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let mona = world.moderator("Mona Moos").await;
    let path = path_of(&publish(&world, &mona, &board.channel, "Hallo").await);
    let edited = mona.patch(&path, json!({"text": "Hallo!"})).await.ok();
    assert!(edited.get("edited_by_moderation").is_none());
    mona.delete(&path).await.done();
    assert_eq!(
        mona.get("/api/v1/moderations").await.ok()["items"],
        json!([])
    );
}

async fn only_moderators_read_the_trace(stage: &Stage) {
    let world = stage.world().await;
    for person in [
        world.employee("Emil Eger").await,
        world.editor("Edda Eich").await,
        world.admin("Ada Amtmann").await,
    ] {
        person
            .get("/api/v1/moderations")
            .await
            .refused(403, "forbidden");
    }
}
