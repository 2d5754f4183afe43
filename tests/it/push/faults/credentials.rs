// SPDX-License-Identifier: EUPL-1.2

//! Credentials that a gateway no longer takes: it alone stops, its rows stay, somebody is told.

use std::{sync::Arc, time::Duration};

use stadtfunk::{
    id::MessageId,
    push::{
        AlarmKind, Gateway,
        sandbox::{Entry, Fault, Filter, Which},
    },
};

use super::scene::{Scene, others};
use crate::world::{Stage, both, eventually};

both!(
    a_token_that_has_become_too_old_is_renewed_at_once,
    refused_credentials_stop_one_gateway_until_they_are_taken_again,
    revoked_access_stops_google_alone,
    access_revoked_in_the_middle_stops_google_alone,
    what_a_newer_alert_tries_first_goes_before_what_an_older_one_repeats,
    a_repeat_that_is_given_back_is_still_a_repeat,
);

const PHONES: usize = 90;
/// How long a gateway that refuses our credentials is left alone.
const LEFT_ALONE: Duration = Duration::from_mins(1);
/// How long a gateway that is too busy wants to be left alone.
const BUSY_FOR: Duration = Duration::from_secs(30);

async fn a_token_that_has_become_too_old_is_renewed_at_once(stage: &Stage) {
    let scene = Scene::open(stage, PHONES).await;
    let first = scene.release().await;
    assert_eq!(scene.everybody_is_reached(first).await, 0);
    scene.sandbox.journal().clear();
    // By our clock the token of the first release is 25 minutes old and good for as long again; by Apple's
    // it has ended.
    scene.their_clock.advance(Duration::from_mins(65));
    scene.world.clock.advance(Duration::from_mins(25));
    let second = scene.release().await;
    scene.settled(second, &[Gateway::Apns]).await;
    assert!(scene.alarm(Gateway::Apns).is_none());
    assert!(scene.ended(Gateway::Apns, "ExpiredProviderToken") > 0);
    let repeats = scene.everybody_is_reached(second).await;
    assert_eq!(repeats, 0, "what was refused was not shown");
}

async fn refused_credentials_stop_one_gateway_until_they_are_taken_again(stage: &Stage) {
    let scene = Scene::open(stage, PHONES).await;
    let expired = Fault::Refuse {
        status: 403,
        reason: "ExpiredProviderToken".to_owned(),
        retry_after: None,
    };
    scene.sandbox.misbehave(Gateway::Apns, expired, Which::All);
    let message = scene.release().await;
    scene.settled(message, &others(Gateway::Apns)).await;
    let alarm = alarm(&scene, Gateway::Apns).await;
    assert_eq!(
        (alarm.kind, alarm.reason.as_str()),
        (AlarmKind::Closed, "403 ExpiredProviderToken")
    );
    for other in others(Gateway::Apns) {
        assert_eq!(scene.alarm(other), None);
    }
    given_back(&scene, message, Gateway::Apns).await;

    // A minute later one push tries, and no more.
    let tried = scene.sandbox.journal().newest();
    scene.time_passes(LEFT_ALONE);
    scene.sandbox.journal().reaches(tried + 1).await;
    given_back(&scene, message, Gateway::Apns).await;
    let trial = Filter {
        after: tried,
        ..Filter::default()
    };
    assert_eq!(scene.arrived(&trial).len(), 1);

    scene.sandbox.behave();
    scene.time_passes(LEFT_ALONE);
    assert_eq!(scene.everybody_is_reached(message).await, 0);
    assert_eq!(scene.alarm(Gateway::Apns), None);
}

async fn revoked_access_stops_google_alone(stage: &Stage) {
    let scene = Scene::open(stage, PHONES).await;
    scene
        .sandbox
        .misbehave(Gateway::Fcm, Fault::RevokeAccess, Which::All);
    let message = scene.release().await;
    google_is_stopped_and_comes_back(&scene, message).await;
    let newest = scene.sandbox.journal().newest();
    assert_eq!(newest, PHONES as u64, "no push went out without a token");
}

async fn access_revoked_in_the_middle_stops_google_alone(stage: &Stage) {
    let latency = Duration::from_millis(30);
    let scene = Scene::set(stage, PHONES, latency, |_| crate::world::Wiring::default()).await;
    let message = scene.release().await;
    eventually("half of Google's phones", async || {
        let accepted = scene.sandbox.journal().accepted(Gateway::Fcm).len();
        (accepted >= scene.phones(Gateway::Fcm) / 3).then_some(())
    })
    .await;
    scene
        .sandbox
        .misbehave(Gateway::Fcm, Fault::RevokeAccess, Which::All);
    google_is_stopped_and_comes_back(&scene, message).await;
}

async fn google_is_stopped_and_comes_back(scene: &Scene, message: MessageId) {
    scene.settled(message, &others(Gateway::Fcm)).await;
    let alarm = alarm(scene, Gateway::Fcm).await;
    assert_eq!(
        (alarm.kind, alarm.reason.as_str()),
        (AlarmKind::Closed, "access token: 400 invalid_grant")
    );
    for other in others(Gateway::Fcm) {
        assert_eq!(scene.alarm(other), None);
    }
    given_back(scene, message, Gateway::Fcm).await;
    // Granted again.
    scene.sandbox.behave();
    scene.time_passes(LEFT_ALONE);
    assert_eq!(scene.everybody_is_reached(message).await, 0);
    assert_eq!(scene.alarm(Gateway::Fcm), None);
}

async fn what_a_newer_alert_tries_first_goes_before_what_an_older_one_repeats(stage: &Stage) {
    let scene = Scene::open(stage, PHONES).await;
    let older = waits_to_be_repeated(&scene).await;

    // The newer one finds Apple closed, and is given back untried. Its id tells that it is newer.
    scene.time_passes(Duration::from_secs(1));
    apple_is_closed(&scene);
    let before = scene.sandbox.journal().newest();
    let newer = scene.release().await;
    scene.settled(newer, &others(Gateway::Apns)).await;
    alarm(&scene, Gateway::Apns).await;
    given_back(&scene, newer, Gateway::Apns).await;
    let newer_id = collapse_ids(&scene, before)
        .pop()
        .expect("a push that was refused");

    let tried = apple_opens_again(&scene, [newer, older]).await;
    assert_eq!(tried[0], newer_id);
}

async fn a_repeat_that_is_given_back_is_still_a_repeat(stage: &Stage) {
    let scene = Scene::open(stage, PHONES).await;
    let older = waits_to_be_repeated(&scene).await;
    let older_id = collapse_ids(&scene, 0)
        .pop()
        .expect("a push that was refused");

    // Its repeats find Apple closed; the newer one is not even tried.
    apple_is_closed(&scene);
    scene.time_passes(BUSY_FOR + Duration::from_secs(1));
    alarm(&scene, Gateway::Apns).await;
    given_back(&scene, older, Gateway::Apns).await;
    let newer = scene.release().await;
    scene.settled(newer, &others(Gateway::Apns)).await;

    let tried = apple_opens_again(&scene, [newer, older]).await;
    assert_ne!(tried[0], older_id);
}

/// A message that Apple was too busy for.
async fn waits_to_be_repeated(scene: &Scene) -> MessageId {
    let busy = refuse(503, "ServiceUnavailable", Some(BUSY_FOR));
    scene.sandbox.misbehave(Gateway::Apns, busy, Which::All);
    let message = scene.release().await;
    scene.settled(message, &others(Gateway::Apns)).await;
    eventually("the message waits to be tried again", async || {
        scene.resting(message).await.1
    })
    .await;
    message
}

fn apple_is_closed(scene: &Scene) {
    scene.sandbox.behave();
    let expired = refuse(403, "ExpiredProviderToken", None);
    scene.sandbox.misbehave(Gateway::Apns, expired, Which::All);
}

/// When Apple is tried again one push goes ahead, while both messages are due. The collapse ids of what comes, in order.
async fn apple_opens_again(scene: &Scene, messages: [MessageId; 2]) -> Vec<String> {
    scene.sandbox.behave();
    let before = scene.sandbox.journal().newest();
    scene.time_passes(LEFT_ALONE);
    for message in messages {
        scene.settled(message, Gateway::ALL).await;
        scene.account(message).await;
    }
    let tried = collapse_ids(scene, before);
    assert_eq!(tried.len(), 2 * scene.phones(Gateway::Apns));
    tried
}

fn refuse(status: u16, reason: &str, retry_after: Option<Duration>) -> Fault {
    Fault::Refuse {
        status,
        reason: reason.to_owned(),
        retry_after,
    }
}

/// Of the pushes that Apple got after this one.
fn collapse_ids(scene: &Scene, after: u64) -> Vec<String> {
    let arrived = scene.arrived(&Filter {
        after,
        gateway: Some(Gateway::Apns),
        ..Filter::default()
    });
    let id = |entry: &Arc<Entry>| {
        let id = entry.headers.get("apns-collapse-id").expect("a header");
        id.to_str().expect("ASCII").to_owned()
    };
    arrived.iter().map(id).collect()
}

async fn alarm(scene: &Scene, gateway: Gateway) -> stadtfunk::push::Alarm {
    eventually("an alarm", async || scene.alarm(gateway)).await
}

/// What a closed gateway did not take waits as if it had never been claimed, and nothing is lost.
async fn given_back(scene: &Scene, message: MessageId, gateway: Gateway) {
    eventually("the pushes are given back", async || {
        let claimed = scene.claimed(message).await;
        (claimed == 0).then_some(())
    })
    .await;
    let taken = scene.sandbox.journal().accepted(gateway).len();
    let waiting = scene.waiting(message, gateway).await;
    assert_eq!(taken + waiting, scene.phones(gateway));
}
