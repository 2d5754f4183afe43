// SPDX-License-Identifier: EUPL-1.2

use std::time::Duration;

use http::Request;
use http_body_util::Full;
use serde_json::json;
use stadtfunk::push::{Gateway, sandbox::Filter};

use super::client::{World, es256, post};

const BODY: &str = r#"{"aps":{"alert":"Neue Mitteilung","mutable-content":1}}"#;
const ID: &str = "019a8f6e-7c00-7000-8000-000000000001";

fn token(world: &World, kid: &str, iss: &str, iat: i64) -> String {
    let key = &world.sandbox.credentials().apns.key_p8_pem;
    let claims = json!({ "iss": iss, "iat": iat });
    format!("bearer {}", es256(key, json!({ "kid": kid }), &claims))
}

fn good_token(world: &World) -> String {
    let apns = &world.sandbox.credentials().apns;
    token(world, &apns.key_id, &apns.team_id, world.now())
}

/// The address and headers of a push that is in order.
fn good(world: &World) -> (String, Vec<(&'static str, String)>) {
    let phone = world.sandbox.phone(Gateway::Apns);
    let headers = vec![
        ("authorization", good_token(world)),
        ("apns-topic", world.sandbox.credentials().apns.topic.clone()),
        ("apns-push-type", "alert".into()),
        ("apns-priority", "10".into()),
        ("apns-expiration", "0".into()),
        ("apns-collapse-id", "fire-1".into()),
        ("apns-id", ID.into()),
    ];
    (phone.address, headers)
}

/// A good push with one header changed (`Some`) or left out (`None`), and the answer's status and reason.
async fn changed(world: &World, name: &str, value: Option<&str>) -> (u16, String) {
    let (address, headers) = good(world);
    let mut headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .filter(|h| h.0 != name)
        .collect();
    headers.extend(value.map(|value| (name, value)));
    send(world, &address, &headers, BODY.into()).await
}

async fn send(
    world: &World,
    address: &str,
    headers: &[(&str, &str)],
    body: String,
) -> (u16, String) {
    let url = world.sandbox.apns_url();
    let request = post(&format!("{url}/3/device/{address}"), headers, body);
    let answer = world.connect(url).await.send(request).await;
    let reason = answer.json["reason"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (answer.status.as_u16(), reason)
}

#[tokio::test]
async fn a_push_in_order_is_accepted_and_its_id_echoed() {
    let world = World::new().await;
    let (address, headers) = good(&world);
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let url = world.sandbox.apns_url();
    let client = world.connect(url).await;
    let answer = client
        .send(post(&format!("{url}/3/device/{address}"), &headers, BODY))
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["apns-id"], ID);
    let journal = world.sandbox.journal();
    assert_eq!(journal.accepted(Gateway::Apns)[address.as_str()], 1);
    let entry = journal.entries(&Filter::default()).pop().unwrap();
    assert_eq!(entry.headers["apns-collapse-id"], "fire-1");
    assert_eq!(entry.body, BODY);
    world.tasks.stop().await;
}

#[tokio::test]
async fn each_wrong_header_has_its_own_reason() {
    let world = World::new().await;
    let long = "x".repeat(65);
    for (name, value, reason) in [
        ("apns-topic", None, "MissingTopic"),
        ("apns-topic", Some("com.example.other"), "TopicDisallowed"),
        ("apns-push-type", None, "InvalidPushType"),
        ("apns-push-type", Some("alarm"), "InvalidPushType"),
        ("apns-push-type", Some("background"), "BadPriority"),
        ("apns-priority", Some("7"), "BadPriority"),
        ("apns-expiration", Some("tomorrow"), "BadExpirationDate"),
        ("apns-collapse-id", Some(long.as_str()), "BadCollapseId"),
        ("apns-id", Some("1"), "BadMessageId"),
    ] {
        let answer = changed(&world, name, value).await;
        assert_eq!(answer, (400, reason.to_owned()), "{name}: {value:?}");
    }
    for (name, value) in [
        ("apns-priority", Some("5")),
        ("apns-id", None),
        ("apns-collapse-id", None),
    ] {
        assert_eq!(
            changed(&world, name, value).await.0,
            200,
            "{name}: {value:?}"
        );
    }
}

#[tokio::test]
async fn a_provider_token_is_checked_for_key_team_signature_and_age() {
    let world = World::new().await;
    let apns = &world.sandbox.credentials().apns;
    let (key, team, now) = (&apns.key_id, &apns.team_id, world.now());
    let mut forged = good_token(&world);
    forged.replace_range(forged.len() - 10..forged.len() - 8, "__");
    for (value, reason) in [
        (None, "MissingProviderToken"),
        (
            Some(token(&world, "OTHERKEY00", team, now)),
            "InvalidProviderToken",
        ),
        (
            Some(token(&world, key, "OTHERTEAM0", now)),
            "InvalidProviderToken",
        ),
        (
            Some(token(&world, key, team, now + 3_600)),
            "InvalidProviderToken",
        ),
        (
            Some(token(&world, key, team, now - 3_601)),
            "ExpiredProviderToken",
        ),
        (Some(forged), "InvalidProviderToken"),
    ] {
        let answer = changed(&world, "authorization", value.as_deref()).await;
        assert_eq!(answer, (403, reason.to_owned()), "{value:?}");
    }
}

#[tokio::test]
async fn a_connection_may_not_change_its_token_more_often_than_every_twenty_minutes() {
    let world = World::new().await;
    let url = world.sandbox.apns_url();
    let client = world.connect(url).await;
    let push = async || {
        let (address, headers) = good(&world);
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let answer = client
            .send(post(&format!("{url}/3/device/{address}"), &headers, BODY))
            .await;
        (
            answer.status.as_u16(),
            answer.json["reason"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        )
    };
    assert_eq!(push().await.0, 200);
    world.pass(Duration::from_mins(19));
    assert_eq!(
        push().await,
        (429, "TooManyProviderTokenUpdates".to_owned())
    );
    world.pass(Duration::from_mins(1));
    assert_eq!(push().await.0, 200);
}

#[tokio::test]
async fn a_connection_takes_one_stream_until_a_provider_token_is_accepted() {
    let world = World::new().await;
    let url = world.sandbox.apns_url();
    let stream = world.tls(url, "h2").await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    world.tasks.spawn(async move { connection.await.ok() });
    let mut client = client.ready().await.unwrap();
    let nobody = format!("{url}/3/device/{}", "0".repeat(64));
    let good = good_token(&world);
    // The last ones: both ends have understood each other, and the connection goes on.
    for (token, status, streams) in [
        ("bearer a.b.c", 403, 1),
        (&good, 400, 1_000),
        (&good, 400, 1_000),
        (&good, 400, 1_000),
    ] {
        let request = Request::post(&nobody)
            .header("authorization", token)
            .header("apns-topic", &world.sandbox.credentials().apns.topic)
            .header("apns-push-type", "background")
            .header("apns-priority", "5");
        let (answer, mut body) = client
            .send_request(request.body(()).unwrap(), false)
            .unwrap();
        body.send_data(BODY.into(), true).unwrap();
        assert_eq!(answer.await.unwrap().status(), status);
        assert_eq!(client.current_max_send_streams(), streams);
        client = client.ready().await.unwrap();
    }
}

#[tokio::test]
async fn payload_path_and_method_are_checked() {
    let world = World::new().await;
    let (address, headers) = good(&world);
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let fitting = format!(r#"{{"aps":{{}},"e":"{}"}}"#, "x".repeat(4_096 - 17));
    assert_eq!(fitting.len(), 4_096);
    assert_eq!(
        send(&world, &address, &headers, fitting.clone()).await.0,
        200
    );
    for (address, body, status, reason) in [
        (address.as_str(), fitting + " ", 413, "PayloadTooLarge"),
        (&address, String::new(), 400, "PayloadEmpty"),
        (&address, r#"{"alert":"x"}"#.into(), 400, "PayloadEmpty"),
        (&address, r#"{"aps":"x"}"#.into(), 400, "PayloadEmpty"),
        ("abcd", BODY.into(), 400, "BadDeviceToken"),
        (&"0".repeat(64), BODY.into(), 400, "BadDeviceToken"),
        ("", BODY.into(), 400, "MissingDeviceToken"),
    ] {
        let answer = send(&world, address, &headers, body).await;
        assert_eq!(answer, (status, reason.to_owned()), "{address}");
    }
    let url = world.sandbox.apns_url();
    let client = world.connect(url).await;
    assert_eq!(
        client
            .send(post(&format!("{url}/3/devices/x"), &[], ""))
            .await
            .status,
        404
    );
    let get = Request::get(format!("{url}/3/device/{address}"))
        .body(Full::default())
        .unwrap();
    assert_eq!(client.send(get).await.status, 405);
}
