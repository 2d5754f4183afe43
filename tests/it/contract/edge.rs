//! What every answer bears, and who is asked to sign in.

use crate::world::{FIRE_STATION_1, Stage, both, town::Unit};
use stadtfunk::people::access::Role;

both!(
    a_stranger_is_asked_to_sign_in,
    a_session_says_who_one_is,
    a_token_of_no_session_has_ended,
    every_answer_forbids_sniffing_framing_and_referrers,
);

async fn a_stranger_is_asked_to_sign_in(stage: &Stage) {
    let world = stage.world().await;
    let answer = world.stranger().get("/api/v1/me").await;
    answer.refused(401, "unauthenticated");
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
}

async fn a_session_says_who_one_is(stage: &Stage) {
    let world = stage.world().await;
    let unit: Unit = FIRE_STATION_1;
    let anna = world
        .employee("Anna Kühn")
        .of(unit)
        .with(Role::Editor)
        .await;
    let me = anna.get("/api/v1/me").await.ok();
    assert_eq!(me["id"], anna.account.to_string());
    assert_eq!(me["roles"], serde_json::json!(["editor"]));
}

async fn a_token_of_no_session_has_ended(stage: &Stage) {
    let world = stage.world().await;
    let mut nobody = world.stranger();
    nobody.token = Some("of nobody".to_owned());
    nobody.get("/api/v1/me").await.refused(401, "session-ended");
}

async fn every_answer_forbids_sniffing_framing_and_referrers(stage: &Stage) {
    let world = stage.world().await;
    for path in [
        "/api/v1/me",
        "/api/openapi.json",
        "/api/docs",
        "/no/such/thing",
    ] {
        let answer = world.stranger().get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}: {name}");
        }
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
    }
}
