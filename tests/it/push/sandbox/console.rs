// SPDX-License-Identifier: EUPL-1.2

use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use stadtfunk::push::{
    Gateway,
    sandbox::{Fault, Which},
};
use tokio::net::TcpStream;

use super::client::{World, post};

/// Asks the console, by the name that it goes by.
async fn ask(world: &World, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let host = world
        .sandbox
        .console_url()
        .trim_start_matches("http://")
        .to_owned();
    ask_as(world, &host, method, path, body).await
}

async fn ask_as(
    world: &World,
    host: &str,
    method: Method,
    path: &str,
    body: &Value,
) -> (u16, Value) {
    let address = world.sandbox.console_url().trim_start_matches("http://");
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut http, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    world.tasks.spawn(async move { connection.await.ok() });
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", host)
        .header("content-type", "application/json")
        .body(Full::<bytes::Bytes>::from(body.to_string()))
        .unwrap();
    let answer = http.send_request(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

#[tokio::test]
async fn a_fault_ordered_on_the_page_is_in_force_until_it_is_ended_there() {
    let world = World::new().await;
    let order = json!({
        "gateway": "fcm",
        "fault": { "kind": "refuse", "status": 503, "reason": "UNAVAILABLE", "retry_after_s": 9 },
        "which": { "kind": "every_nth", "value": 3 },
    });
    assert_eq!(
        ask(&world, Method::POST, "/api/faults", &order).await.0,
        204
    );
    let faults = world.sandbox.misbehaviours();
    assert_eq!((faults.len(), &faults[0].which), (1, &Which::EveryNth(3)));
    assert!(matches!(faults[0].fault, Fault::Refuse { status: 503, .. }));
    let overview = ask(&world, Method::GET, "/api/overview", &Value::Null)
        .await
        .1;
    assert_eq!(overview["faults"][0]["fault"], order["fault"]);

    assert_eq!(
        ask(&world, Method::DELETE, "/api/faults", &Value::Null)
            .await
            .0,
        204
    );
    assert!(world.sandbox.misbehaviours().is_empty());
}

#[tokio::test]
async fn a_refusal_that_is_no_error_is_no_fault() {
    let world = World::new().await;
    let order = json!({
        "gateway": "fcm",
        "fault": { "kind": "refuse", "status": 200, "reason": "" },
        "which": { "kind": "all" },
    });
    assert_eq!(
        ask(&world, Method::POST, "/api/faults", &order).await.0,
        422
    );
    assert!(world.sandbox.misbehaviours().is_empty());
}

#[tokio::test]
async fn a_phone_made_by_the_console_is_one_of_the_sandboxs() {
    let world = World::new().await;
    let (status, phone) = ask(
        &world,
        Method::POST,
        "/api/phones",
        &json!({ "gateway": "webpush" }),
    )
    .await;
    assert_eq!(status, 201);
    let address = phone["address"].as_str().unwrap();
    assert!(world.sandbox.phone_at(Gateway::WebPush, address).is_some());
}

#[tokio::test]
async fn a_refused_push_stands_in_the_journal_with_its_reason() {
    let world = World::new().await;
    let url = world.sandbox.apns_url();
    let request = post(&format!("{url}/3/device/00"), &[("apns-topic", "x")], "<b>");
    world.connect(url).await.send(request).await;
    let path = "/api/journal?gateway=apns&accepted=false";
    let (_, entries) = ask(&world, Method::GET, path, &Value::Null).await;
    let entry = &entries[0];
    assert_eq!(
        (&entry["status"], &entry["reason"]),
        (&json!(403), &json!("MissingProviderToken"))
    );
    assert_eq!(
        (&entry["address"], &entry["body"]),
        (&json!("00"), &json!("<b>"))
    );
    assert_eq!(
        ask(
            &world,
            Method::GET,
            "/api/journal?gateway=fcm",
            &Value::Null
        )
        .await
        .1,
        json!([])
    );
    assert_eq!(
        ask(&world, Method::GET, "/api/journal?gatewy=fcm", &Value::Null)
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn every_file_of_the_page_is_served() {
    let world = World::new().await;
    for path in [
        "/",
        "/style.css",
        "/phones.css",
        "/console.js",
        "/screens.js",
        "/words.js",
    ] {
        assert_eq!(
            ask(&world, Method::GET, path, &Value::Null).await.0,
            200,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_page_that_reaches_the_console_by_a_foreign_name_is_turned_away() {
    let world = World::new().await;
    for (host, status) in [("evil.example", 421), ("localhost", 200), ("[::1]:80", 200)] {
        let answer = ask_as(&world, host, Method::GET, "/api/overview", &Value::Null).await;
        assert_eq!(answer.0, status, "{host}");
    }
}
