// SPDX-License-Identifier: EUPL-1.2

use std::time::Duration;

use serde_json::{Value, json};
use stadtfunk::push::{Gateway, sandbox::Fault, sandbox::Which};

use super::client::{Answer, World, post, rs256};

const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";

fn account(world: &World) -> Value {
    serde_json::from_str(&world.sandbox.credentials().fcm.service_account_json).unwrap()
}

/// The claims of an assertion that is in order.
fn claims(world: &World) -> Value {
    let account = account(world);
    json!({
        "iss": account["client_email"], "aud": account["token_uri"], "scope": SCOPE,
        "iat": world.now(), "exp": world.now() + 3_600,
    })
}

async fn ask(world: &World, claims: &Value) -> Answer {
    let account = account(world);
    let assertion = rs256(account["private_key"].as_str().unwrap(), claims);
    let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
    let form = format!("grant_type={grant}&assertion={assertion}");
    let uri = account["token_uri"].as_str().unwrap();
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    world
        .connect(world.sandbox.fcm_url())
        .await
        .send(post(uri, &kind, form))
        .await
}

async fn bearer(world: &World) -> String {
    let answer = ask(world, &claims(world)).await;
    format!("Bearer {}", answer.json["access_token"].as_str().unwrap())
}

async fn send(world: &World, bearer: &str, body: &Value) -> Answer {
    let url = world.sandbox.fcm_url();
    let project = &world.sandbox.credentials().fcm.project_id;
    let uri = format!("{url}/v1/projects/{project}/messages:send");
    let headers = [
        ("authorization", bearer),
        ("content-type", "application/json"),
    ];
    world
        .connect(url)
        .await
        .send(post(&uri, &headers, body.to_string()))
        .await
}

#[tokio::test]
async fn an_assertion_in_order_is_granted_a_token_that_carries_a_push() {
    let world = World::new().await;
    let answer = ask(&world, &claims(&world)).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json["expires_in"]),
        (200, &json!(3_599))
    );
    let bearer = format!("Bearer {}", answer.json["access_token"].as_str().unwrap());

    let phone = world.sandbox.phone(Gateway::Fcm).address;
    let message = json!({ "message": { "token": phone, "data": { "e": "AAAA" } } });
    let answer = send(&world, &bearer, &message).await;
    assert_eq!(answer.status, 200);
    let name = answer.json["name"].as_str().unwrap();
    assert!(
        name.starts_with("projects/stadtfunk-sandbox/messages/0:"),
        "{name}"
    );
    assert_eq!(
        world.sandbox.journal().accepted(Gateway::Fcm)[phone.as_str()],
        1
    );
    world.tasks.stop().await;
}

#[tokio::test]
async fn each_wrong_claim_is_refused() {
    let world = World::new().await;
    let now = world.now();
    for (claim, value, error) in [
        ("iss", json!("nobody@example.org"), "invalid_grant"),
        (
            "aud",
            json!("https://oauth2.googleapis.com/token"),
            "invalid_grant",
        ),
        ("exp", json!(now + 3_601), "invalid_grant"),
        ("exp", json!(now - 1), "invalid_grant"),
        ("iat", json!(now + 600), "invalid_grant"),
        (
            "scope",
            json!("https://www.googleapis.com/auth/drive"),
            "invalid_scope",
        ),
    ] {
        let mut claims = claims(&world);
        claims[claim] = value.clone();
        let answer = ask(&world, &claims).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json["error"]),
            (400, &json!(error)),
            "{value}"
        );
    }
}

#[tokio::test]
async fn an_access_token_ends_after_its_hour_and_at_once_when_it_is_revoked() {
    let world = World::new().await;
    let bearer = bearer(&world).await;
    let phone = world.sandbox.phone(Gateway::Fcm).address;
    let message = json!({ "message": { "token": phone } });
    assert_eq!(send(&world, &bearer, &message).await.status, 200);

    world
        .sandbox
        .misbehave(Gateway::Fcm, Fault::RevokeAccess, Which::All);
    let answer = send(&world, &bearer, &message).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json["error"]["status"]),
        (401, &json!("UNAUTHENTICATED"))
    );
    assert_eq!(
        ask(&world, &claims(&world)).await.json["error"],
        "invalid_grant"
    );
    world.sandbox.behave();
    assert_eq!(send(&world, &bearer, &message).await.status, 200);

    world.pass(Duration::from_hours(1));
    assert_eq!(send(&world, &bearer, &message).await.status, 401);
    assert_eq!(send(&world, "Bearer made-up", &message).await.status, 401);
}

#[tokio::test]
async fn errors_are_worded_as_googles() {
    let world = World::new().await;
    let bearer = bearer(&world).await;
    let unknown = format!("{}:APA91b{}", "x".repeat(22), "y".repeat(134));
    let answer = send(&world, &bearer, &json!({ "message": { "token": unknown } })).await;
    assert_eq!(
        answer.json,
        json!({ "error": {
            "code": 404,
            "message": "Requested entity was not found.",
            "status": "NOT_FOUND",
            "details": [{
                "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError",
                "errorCode": "UNREGISTERED",
            }],
        }})
    );
    let answer = send(
        &world,
        &bearer,
        &json!({ "message": { "token": "x", "prio": 1 } }),
    )
    .await;
    let error = &answer.json["error"];
    assert_eq!(
        (&error["code"], &error["status"]),
        (&json!(400), &json!("INVALID_ARGUMENT"))
    );
    assert_eq!(error["details"][0]["errorCode"], "INVALID_ARGUMENT");
    assert_eq!(
        error["details"][1]["@type"],
        "type.googleapis.com/google.rpc.BadRequest"
    );
    assert_eq!(
        error["details"][1]["fieldViolations"][0]["field"],
        "message"
    );
    assert_eq!(
        send(&world, &bearer, &json!({ "message": { "token": "x" } }))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn what_is_only_validated_reaches_no_phone() {
    let world = World::new().await;
    let bearer = bearer(&world).await;
    let phone = world.sandbox.phone(Gateway::Fcm).address;
    let message = json!({ "validate_only": true, "message": { "token": phone } });
    let answer = send(&world, &bearer, &message).await;
    assert_eq!(
        answer.json["name"],
        "projects/stadtfunk-sandbox/messages/fake_message_id"
    );
    assert!(world.sandbox.journal().accepted(Gateway::Fcm).is_empty());
}

#[tokio::test]
async fn another_project_is_not_ours() {
    let world = World::new().await;
    let bearer = bearer(&world).await;
    let url = world.sandbox.fcm_url();
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let request = post(
        &format!("{url}/v1/projects/other/messages:send"),
        &headers,
        "{}",
    );
    let answer = world.connect(url).await.send(request).await;
    assert_eq!(answer.json["error"]["status"], "PERMISSION_DENIED");
}
