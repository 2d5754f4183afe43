// SPDX-License-Identifier: EUPL-1.2

//! Credentials that a gateway no longer takes: it alone stops, its rows stay, somebody is told.

use std::time::Duration;

use stadtfunk::push::{
    AlarmKind, Gateway,
    sandbox::{Fault, Filter, Which},
};

use super::scene::{Scene, others};
use crate::world::{Stage, both, eventually};

both!(
    a_token_that_has_become_too_old_is_renewed_at_once,
    refused_credentials_stop_one_gateway_until_they_are_taken_again,
    revoked_access_stops_google_alone,
    access_revoked_in_the_middle_stops_google_alone,
    what_a_newer_alert_tries_first_goes_before_what_an_older_one_repeats,
);

const PHONES: usize = 90;
/// How long a gateway that refuses our credentials is left alone.
const LEFT_ALONE: Duration = Duration::from_mins(1);

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

async fn google_is_stopped_and_comes_back(scene: &Scene, message: stadtfunk::id::MessageId) {
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
    let refuse = |status, reason: &str, retry_after| Fault::Refuse {
        status,
        reason: reason.to_owned(),
        retry_after,
    };
    let collapse_ids = |after| {
        let arrived = scene.arrived(&Filter {
            after,
            gateway: Some(Gateway::Apns),
            ..Filter::default()
        });
        let id = |entry: &std::sync::Arc<stadtfunk::push::sandbox::Entry>| {
            let id = entry.headers.get("apns-collapse-id").expect("a header");
            id.to_str().expect("ASCII").to_owned()
        };
        arrived.iter().map(id).collect::<Vec<_>>()
    };
    let busy = refuse(503, "ServiceUnavailable", Some(LEFT_ALONE / 2));
    scene.sandbox.misbehave(Gateway::Apns, busy, Which::All);
    let older = scene.release().await;
    scene.settled(older, &others(Gateway::Apns)).await;
    eventually("the older alert waits to be tried again", async || {
        scene.resting(older).await.1
    })
    .await;

    // The newer one finds Apple closed, and is given back untried. Its id tells that it is newer.
    scene.time_passes(Duration::from_secs(1));
    scene.sandbox.behave();
    let expired = refuse(403, "ExpiredProviderToken", None);
    scene.sandbox.misbehave(Gateway::Apns, expired, Which::All);
    let before = scene.sandbox.journal().newest();
    let newer = scene.release().await;
    scene.settled(newer, &others(Gateway::Apns)).await;
    alarm(&scene, Gateway::Apns).await;
    given_back(&scene, newer, Gateway::Apns).await;
    let newer_id = collapse_ids(before).pop().expect("a push that was refused");

    // When Apple is tried again, one push goes ahead; both alerts are due.
    scene.sandbox.behave();
    let before = scene.sandbox.journal().newest();
    scene.time_passes(LEFT_ALONE);
    for message in [newer, older] {
        scene.settled(message, Gateway::ALL).await;
        scene.account(message).await;
    }
    let tried = collapse_ids(before);
    assert_eq!(tried.len(), 2 * scene.phones(Gateway::Apns));
    assert_eq!(tried[0], newer_id);
}

async fn alarm(scene: &Scene, gateway: Gateway) -> stadtfunk::push::Alarm {
    eventually("an alarm", async || scene.alarm(gateway)).await
}

/// What a closed gateway did not take waits as if it had never been claimed, and nothing is lost.
async fn given_back(scene: &Scene, message: stadtfunk::id::MessageId, gateway: Gateway) {
    eventually("the pushes are given back", async || {
        let claimed = scene.claimed(message).await;
        (claimed == 0).then_some(())
    })
    .await;
    let taken = scene.sandbox.journal().accepted(gateway).len();
    let waiting = scene.waiting(message, gateway).await;
    assert_eq!(taken + waiting, scene.phones(gateway));
}
