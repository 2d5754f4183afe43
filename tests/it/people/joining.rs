// SPDX-License-Identifier: EUPL-1.2

//! Codes, sessions, a lost phone.

use std::time::Duration;

use serde_json::{Value, json};

use crate::world::{Answer, Client, Person, Stage, World, both};

both!(
    a_code_becomes_a_session_that_can_be_signed_out,
    unknown_used_and_expired_codes_are_three_problems,
    too_many_wrong_codes_make_one_wait,
    a_recovery_code_signs_the_lost_phone_out,
    one_session_does_not_end_anothers,
    what_is_no_sign_in_is_told_by_pointer,
    a_language_is_chosen_for_every_device,
);

async fn a_code_becomes_a_session_that_can_be_signed_out(stage: &Stage) {
    let world = stage.world().await;
    let admin = world.admin("Ada Amt").await;
    let anna = world.employee("Anna Kühn").await;
    let code = code_for(&admin, &anna, "first").await;
    world.clock.advance(Duration::from_secs(1));
    let session = sign_in(&world, &code.to_lowercase()).await.created();
    assert_eq!(session["person"]["family_name"], "Kühn");

    let phone = with_token(&world, &session);
    let sessions = phone.get("/api/v1/sessions").await.ok();
    assert_eq!(sessions["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(sessions["items"][0]["id"], session["id"]);
    assert_eq!(sessions["items"][0]["current"], true);
    assert_eq!(sessions["items"][0]["device_name"], "Pixel 9");

    phone.delete("/api/v1/sessions/current").await.done();
    phone.get("/api/v1/me").await.refused(401, "session-ended");
    anna.get("/api/v1/me").await.ok();
}

async fn unknown_used_and_expired_codes_are_three_problems(stage: &Stage) {
    let world = stage.world().await;
    let admin = world.admin("Ada Amt").await;
    let anna = world.employee("Anna Kühn").await;
    for code in ["0000-0000-0000", "nonsense"] {
        sign_in(&world, code)
            .await
            .refused(403, "unknown-join-code");
    }
    let used = code_for(&admin, &anna, "first").await;
    sign_in(&world, &used).await.created();
    sign_in(&world, &used).await.refused(410, "join-code-used");
    let replaced = code_for(&admin, &anna, "first").await;
    let late = code_for(&admin, &anna, "first").await;
    sign_in(&world, &replaced)
        .await
        .refused(410, "join-code-expired");
    world.clock.advance(Duration::from_hours(720));
    sign_in(&world, &late)
        .await
        .refused(410, "join-code-expired");
}

async fn too_many_wrong_codes_make_one_wait(stage: &Stage) {
    let world = stage.world().await;
    for _ in 0..30 {
        sign_in(&world, "0000-0000-0000")
            .await
            .refused(403, "unknown-join-code");
    }
    let refused = sign_in(&world, "0000-0000-0000").await;
    refused.refused(429, "too-many-attempts");
    assert_eq!(refused.header("retry-after"), Some("10"));
    world.clock.advance(Duration::from_secs(10));
    sign_in(&world, "0000-0000-0000")
        .await
        .refused(403, "unknown-join-code");
}

async fn a_recovery_code_signs_the_lost_phone_out(stage: &Stage) {
    let world = stage.world().await;
    let admin = world.admin("Ada Amt").await;
    let lost = world.employee("Anna Kühn").await;
    let code = code_for(&admin, &lost, "recovery").await;
    lost.get("/api/v1/me").await.ok();
    let session = sign_in(&world, &code).await.created();
    lost.get("/api/v1/me").await.refused(401, "session-ended");
    with_token(&world, &session).get("/api/v1/me").await.ok();
}

async fn one_session_does_not_end_anothers(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let ben = world.employee("Ben Lang").await;
    let bens = ben.get("/api/v1/sessions").await.ok()["items"][0]["id"].clone();
    let path = format!("/api/v1/sessions/{}", bens.as_str().expect("an id"));
    anna.delete(&path).await.refused(404, "not-found");
    ben.delete(&path).await.done();
    ben.get("/api/v1/me").await.refused(401, "session-ended");
}

async fn what_is_no_sign_in_is_told_by_pointer(stage: &Stage) {
    let world = stage.world().await;
    let stranger = world.stranger();
    for (body, pointer) in [
        (json!({"code": "x", "device_name": ""}), "/device_name"),
        (json!({"code": 7, "device_name": "Pixel"}), "/code"),
        (
            json!({"code": "x", "device_name": "a\u{0}b"}),
            "/device_name",
        ),
        (
            json!({"code": "x", "device_name": "Pixel", "more": 1}),
            "/more",
        ),
    ] {
        let problem = stranger
            .post("/api/v1/sessions", body)
            .await
            .refused(422, "invalid-body");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
}

async fn a_language_is_chosen_for_every_device(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let me = anna
        .patch("/api/v1/me", json!({"language": "en"}))
        .await
        .ok();
    assert_eq!(me["language"], "en");
    assert_eq!(anna.get("/api/v1/me").await.ok()["language"], "en");
    anna.patch("/api/v1/me", json!({"language": "fr"}))
        .await
        .refused(422, "invalid-body");
    anna.patch("/api/v1/me", json!({"roles": ["admin"]}))
        .await
        .refused(422, "invalid-body");
}

async fn code_for(admin: &Person, person: &Person, purpose: &str) -> String {
    let path = format!("/api/v1/people/{}/join-codes", person.account);
    let made = admin
        .post(&path, json!({"purpose": purpose}))
        .await
        .created();
    made["code"].as_str().expect("a code").to_owned()
}

async fn sign_in(world: &World, code: &str) -> Answer {
    let body = json!({"code": code, "device_name": "Pixel 9"});
    world.stranger().post("/api/v1/sessions", body).await
}

fn with_token(world: &World, session: &Value) -> Client {
    let mut client = world.stranger();
    client.token = session["token"].as_str().map(str::to_owned);
    client
}
