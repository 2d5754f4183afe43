// SPDX-License-Identifier: EUPL-1.2

use std::{future::Future, pin::pin, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use serde_json::json;
use stadtfunk::push::{
    Gateway,
    sandbox::{Fault, SandboxConfig, Which},
};

use super::client::{Client, World, es256, post};

/// A push without a body, the least there is to send.
fn push(world: &World, endpoint: &str) -> Request<Full<Bytes>> {
    let vapid = &world.sandbox.credentials().vapid;
    let claims = json!({
        "aud": world.sandbox.web_push_url(), "exp": world.now() + 3_600, "sub": vapid.subject,
    });
    let token = es256(&vapid.private_key_pem, json!({}), &claims);
    let vapid = format!(
        "vapid t={token}, k={}",
        URL_SAFE_NO_PAD.encode(&vapid.public_key)
    );
    post(endpoint, &[("authorization", &vapid), ("ttl", "60")], "")
}

fn endpoint(world: &World) -> String {
    world.sandbox.phone(Gateway::WebPush).address
}

async fn client(world: &World) -> Client {
    world.connect(world.sandbox.web_push_url()).await
}

async fn status(world: &World, client: &Client) -> u16 {
    client
        .send(push(world, &endpoint(world)))
        .await
        .status
        .as_u16()
}

fn misbehave(world: &World, fault: Fault, which: Which) {
    world.sandbox.misbehave(Gateway::WebPush, fault, which);
}

/// Sends a push that must stay without an answer until the journal knows of it.
async fn unanswered(world: &World, client: &Client) {
    let mut answer = pin!(client.try_send(push(world, &endpoint(world))));
    tokio::select! {
        biased;
        answer = answer.as_mut() => assert!(answer.is_err(), "{answer:?}"),
        () = world.sandbox.journal().reaches(1) => {}
    }
}

#[tokio::test]
async fn a_refusal_carries_status_and_retry_after_and_ends_by_itself() {
    let world = World::new().await;
    let client = client(&world).await;
    let refuse = Fault::Refuse {
        status: 429,
        reason: "slow down".into(),
        retry_after: Some(Duration::from_secs(7)),
    };
    misbehave(&world, refuse, Which::Next(1));
    let answer = client.send(push(&world, &endpoint(&world))).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.headers["retry-after"]),
        (429, &"7".parse().unwrap())
    );
    assert_eq!(status(&world, &client).await, 201);
    assert_eq!(world.sandbox.journal().accepted_total(), 1);
}

#[tokio::test]
async fn an_unregistered_phone_is_gone_and_the_others_are_not() {
    let world = World::new().await;
    let client = client(&world).await;
    let gone = endpoint(&world);
    let since = world.clock.now();
    misbehave(
        &world,
        Fault::Unregister { since },
        Which::Address(gone.clone()),
    );
    assert_eq!(client.send(push(&world, &gone)).await.status, 410);
    assert_eq!(status(&world, &client).await, 201);
}

#[tokio::test]
async fn a_stalled_push_is_never_answered_and_the_next_one_is() {
    let world = World::new().await;
    let client = client(&world).await;
    misbehave(&world, Fault::Stall, Which::Next(1));
    unanswered(&world, &client).await;
    assert_eq!(status(&world, &client).await, 201);
    world.tasks.stop().await;
}

#[tokio::test]
async fn a_reset_ends_one_stream_and_not_the_connection() {
    let world = World::new().await;
    let client = client(&world).await;
    misbehave(&world, Fault::Reset, Which::EveryNth(2));
    assert_eq!(status(&world, &client).await, 201);
    assert!(
        client
            .try_send(push(&world, &endpoint(&world)))
            .await
            .is_err()
    );
    assert_eq!(status(&world, &client).await, 201);
}

#[tokio::test]
async fn a_drop_cuts_the_connection_before_the_push_is_taken() {
    let world = World::new().await;
    let client = client(&world).await;
    misbehave(&world, Fault::Drop, Which::All);
    assert!(
        client
            .try_send(push(&world, &endpoint(&world)))
            .await
            .is_err()
    );
    client.closed().await;
    assert_eq!(world.sandbox.journal().accepted_total(), 0);
}

#[tokio::test]
async fn a_lost_answer_cuts_the_connection_after_the_push_was_taken() {
    let world = World::new().await;
    let client = client(&world).await;
    misbehave(&world, Fault::LoseAnswer, Which::All);
    assert!(
        client
            .try_send(push(&world, &endpoint(&world)))
            .await
            .is_err()
    );
    assert_eq!(world.sandbox.journal().accepted_total(), 1);
}

#[tokio::test]
async fn a_goodbye_comes_with_the_answer_and_the_next_push_needs_a_new_connection() {
    let world = World::new().await;
    let leaving = client(&world).await;
    misbehave(&world, Fault::GoAway, Which::Next(1));
    assert_eq!(status(&world, &leaving).await, 201);
    leaving.closed().await;
    assert_eq!(status(&world, &client(&world).await).await, 201);
}

#[tokio::test]
async fn a_frozen_connection_goes_on_when_the_gateway_behaves() {
    let world = World::new().await;
    let client = client(&world).await;
    misbehave(&world, Fault::Freeze, Which::Next(1));
    unanswered(&world, &client).await;
    let mut second = pin!(client.try_send(push(&world, &endpoint(&world))));
    assert!(futures::poll!(second.as_mut()).is_pending());
    world.sandbox.behave();
    assert_eq!(second.await.unwrap().status, 201);
    world.tasks.stop().await;
}

#[tokio::test]
async fn one_stream_only_makes_the_second_push_wait_for_the_first() {
    let world = World::new().await;
    let old = client(&world).await;
    misbehave(&world, Fault::OneStreamOnly, Which::All);
    assert_eq!(status(&world, &old).await, 201);
    old.closed().await;

    let narrow = client(&world).await;
    assert_eq!(status(&world, &narrow).await, 201);
    misbehave(&world, Fault::Stall, Which::Next(1));
    let mut first = pin!(narrow.try_send(push(&world, &endpoint(&world))));
    let mut second = pin!(narrow.try_send(push(&world, &endpoint(&world))));
    let written = world.sandbox.journal().reaches(3);
    tokio::select! {
        _ = both(first.as_mut(), second.as_mut()) => panic!("both were answered"),
        () = written => {}
    }
    assert_eq!(
        world.sandbox.journal().newest(),
        3,
        "the second has not arrived"
    );
}

async fn both<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    futures::join!(a, b)
}

#[tokio::test]
async fn an_unreachable_gateway_closes_before_tls() {
    let world = World::new().await;
    misbehave(&world, Fault::Unreachable, Which::All);
    assert!(
        world
            .try_connect(world.sandbox.web_push_url())
            .await
            .is_none()
    );
    world.sandbox.behave();
    assert_eq!(status(&world, &client(&world).await).await, 201);
}

#[tokio::test]
async fn a_push_is_taken_before_the_latency_and_answered_after_it() {
    let latency = Duration::from_millis(40);
    let world = World::with(SandboxConfig {
        latency,
        ..SandboxConfig::default()
    })
    .await;
    let client = client(&world).await;
    let started = std::time::Instant::now();
    let mut answer = pin!(client.send(push(&world, &endpoint(&world))));
    tokio::select! {
        _ = answer.as_mut() => panic!("answered before it was written down"),
        () = world.sandbox.journal().reaches(1) => {}
    }
    assert_eq!(answer.await.status, 201);
    assert!(started.elapsed() >= latency);
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_stalled_pushes_and_open_connections() {
    let world = World::new().await;
    let client = client(&world).await;
    misbehave(&world, Fault::Stall, Which::All);
    unanswered(&world, &client).await;
    world.tasks.stop().await;
    assert!(!client.is_open().await);
}
