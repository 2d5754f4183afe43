// SPDX-License-Identifier: EUPL-1.2

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use stadtfunk::push::Gateway;

use super::client::{Answer, World, es256, post};

fn vapid(world: &World, claims: &Value) -> String {
    let credentials = &world.sandbox.credentials().vapid;
    let token = es256(
        &credentials.private_key_pem,
        json!({ "typ": "JWT" }),
        claims,
    );
    format!(
        "vapid t={token}, k={}",
        URL_SAFE_NO_PAD.encode(&credentials.public_key)
    )
}

fn claims(world: &World) -> Value {
    let vapid = &world.sandbox.credentials().vapid;
    json!({
        "aud": world.sandbox.web_push_url(), "exp": world.now() + 24 * 3_600, "sub": vapid.subject,
    })
}

/// A body of the right form; whether it can be read is the phone's business.
fn body(length: usize) -> Vec<u8> {
    let mut body = vec![7; length];
    body[16..20].copy_from_slice(&4_096_u32.to_be_bytes());
    body[20] = 65;
    body[21] = 4;
    body
}

/// A good push with one header changed (`Some`) or left out (`None`).
async fn changed(world: &World, name: &str, value: Option<&str>) -> u16 {
    let vapid = vapid(world, &claims(world));
    let mut headers = vec![
        ("authorization", vapid.as_str()),
        ("ttl", "60"),
        ("topic", "fire-1"),
        ("urgency", "high"),
        ("content-encoding", "aes128gcm"),
    ];
    headers.retain(|header| header.0 != name);
    headers.extend(value.map(|value| (name, value)));
    let phone = world.sandbox.phone(Gateway::WebPush).address;
    send(world, &phone, &headers, body(200))
        .await
        .status
        .as_u16()
}

async fn send(world: &World, endpoint: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
    let client = world.connect(world.sandbox.web_push_url()).await;
    client.send(post(endpoint, headers, body)).await
}

#[tokio::test]
async fn a_push_in_order_is_created_with_a_location() {
    let world = World::new().await;
    let vapid = vapid(&world, &claims(&world));
    let headers = [
        ("authorization", vapid.as_str()),
        ("ttl", "60"),
        ("content-encoding", "aes128gcm"),
    ];
    let phone = world.sandbox.phone(Gateway::WebPush).address;
    let answer = send(&world, &phone, &headers, body(200)).await;
    assert_eq!(answer.status, 201);
    let location = answer.headers["location"].to_str().unwrap();
    assert!(
        location.starts_with(world.sandbox.web_push_url()),
        "{location}"
    );

    let host = world
        .sandbox
        .web_push_url()
        .trim_start_matches("https://")
        .to_owned();
    let mut request = post(
        phone.split_at(phone.find("/push/").unwrap()).1,
        &headers,
        body(200),
    );
    request.headers_mut().insert("host", host.parse().unwrap());
    let answer = world
        .send_http1(world.sandbox.web_push_url(), request)
        .await;
    assert_eq!(answer.status, 201, "over HTTP/1.1");
    assert_eq!(
        world.sandbox.journal().accepted(Gateway::WebPush)[phone.as_str()],
        2
    );
    world.tasks.stop().await;
}

#[tokio::test]
async fn each_wrong_header_is_refused() {
    let world = World::new().await;
    let long = "x".repeat(33);
    for (name, value, status) in [
        ("ttl", None, 400),
        ("ttl", Some("-1"), 400),
        ("topic", Some(long.as_str()), 400),
        ("topic", Some("fire 1"), 400),
        ("urgency", Some("urgent"), 400),
        ("content-encoding", Some("aesgcm"), 400),
        ("content-encoding", None, 400),
        ("authorization", None, 401),
        ("authorization", Some("Bearer x"), 401),
        ("topic", None, 201),
        ("urgency", None, 201),
        ("ttl", Some("0"), 201),
    ] {
        assert_eq!(
            changed(&world, name, value).await,
            status,
            "{name}: {value:?}"
        );
    }
}

#[tokio::test]
async fn each_wrong_vapid_claim_is_refused() {
    let world = World::new().await;
    for (claim, value) in [
        ("aud", json!("https://127.0.0.1")),
        ("exp", json!(world.now())),
        ("exp", json!(world.now() + 25 * 3_600)),
        ("exp", Value::Null),
        ("sub", Value::Null),
        ("sub", json!("Stadt")),
    ] {
        let mut claims = claims(&world);
        claims[claim] = value.clone();
        let vapid = vapid(&world, &claims);
        let status = changed(&world, "authorization", Some(&vapid)).await;
        assert_eq!(status, 403, "{claim}: {value}");
    }
}

#[tokio::test]
async fn bodies_are_limited_and_subscriptions_known() {
    let world = World::new().await;
    let vapid = vapid(&world, &claims(&world));
    let headers = [
        ("authorization", vapid.as_str()),
        ("ttl", "60"),
        ("content-encoding", "aes128gcm"),
    ];
    let phone = world.sandbox.phone(Gateway::WebPush).address;
    for (length, status) in [(4_096, 201), (4_097, 413), (86, 400), (103, 201)] {
        let answer = send(&world, &phone, &headers, body(length)).await;
        assert_eq!(answer.status, status, "{length} bytes");
    }
    assert_eq!(
        send(&world, &phone, &headers[..2], Vec::new()).await.status,
        201,
        "without a body"
    );
    let unknown = format!("{}/push/{}", world.sandbox.web_push_url(), "x".repeat(43));
    assert_eq!(
        send(&world, &unknown, &headers, body(200)).await.status,
        404
    );
}
