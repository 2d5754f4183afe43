// SPDX-License-Identifier: EUPL-1.2

//! What every answer bears, and who is asked to sign in.

use http::Method;
use stadtfunk::people::access::Role;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::world::{FIRE_STATION_1, Stage, both};

both!(
    a_stranger_is_asked_to_sign_in,
    a_session_says_who_one_is,
    a_token_of_no_session_has_ended,
    every_answer_forbids_sniffing_framing_and_referrers,
    a_problem_is_told_in_the_callers_language,
    an_answer_that_the_phone_still_has_is_not_sent_again,
    what_is_no_http_is_turned_away_and_the_server_goes_on,
);

async fn a_stranger_is_asked_to_sign_in(stage: &Stage) {
    let world = stage.world().await;
    let answer = world.stranger().get("/api/v1/me").await;
    answer.refused(401, "unauthenticated");
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
}

async fn a_session_says_who_one_is(stage: &Stage) {
    let world = stage.world().await;
    let anna = world
        .employee("Anna Kühn")
        .of(FIRE_STATION_1)
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

async fn a_problem_is_told_in_the_callers_language(stage: &Stage) {
    let world = stage.world().await;
    let (german, english) = ("Bitte melden Sie sich an.", "Please sign in.");
    for (accepted, title) in [("", german), ("fr", german), ("en-GB,de;q=0.5", english)] {
        let call = world.stranger().call(Method::GET, "/api/v1/me");
        let problem = call.header("accept-language", accepted).send().await;
        assert_eq!(
            problem.refused(401, "unauthenticated")["title"],
            title,
            "{accepted}"
        );
    }
}

async fn an_answer_that_the_phone_still_has_is_not_sent_again(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let first = anna.get("/api/v1/me").await;
    let tag = first.header("etag").expect("a tag");
    let again = anna
        .call(Method::GET, "/api/v1/me")
        .header("if-none-match", tag)
        .send()
        .await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("etag"), Some(tag));
    let other = anna
        .call(Method::GET, "/api/v1/me")
        .header("if-none-match", "\"other\"");
    assert_eq!(other.send().await.ok(), first.ok());
}

async fn what_is_no_http_is_turned_away_and_the_server_goes_on(stage: &Stage) {
    let world = stage.world().await;
    let long = "x".repeat(1 << 20);
    for nonsense in [
        "\0\0\0\0\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        "GET /api/v1/me HTTP/1.1\r\nno header\r\n\r\n".to_owned(),
        format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n"),
        format!("GET /api/v1/me HTTP/1.1\r\nhost: x\r\nx: {long}\r\n\r\n"),
        "POST /api/v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n".to_owned(),
        "POST /api/v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         transfer-encoding: chunked\r\n\r\nnonsense\r\n"
            .to_owned(),
    ] {
        let mut line = TcpStream::connect(world.address).await.expect("it listens");
        // It may hang up before it has heard everything, and resets what is still on its way.
        let _ = line.write_all(nonsense.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = line.read_to_end(&mut answer).await;
        let status = answer.get(9..12).map(String::from_utf8_lossy);
        let refused = status
            .as_deref()
            .is_none_or(|status| status.starts_with('4'));
        assert!(refused, "{}", String::from_utf8_lossy(&answer));
    }
    world
        .stranger()
        .get("/api/v1/me")
        .await
        .refused(401, "unauthenticated");
}
