// SPDX-License-Identifier: EUPL-1.2

//! Gateways that ask for patience: 429, 500, 503.

use std::{collections::HashMap, time::Duration};

use stadtfunk::push::{
    Gateway, Outcome,
    sandbox::{Fault, Filter, Which},
};

use super::scene::Scene;
use crate::world::{Staffer, Stage, both, eventually};

both!(
    the_time_that_a_gateway_names_is_kept,
    a_throttling_gateway_that_names_no_time_is_asked_again,
    a_gateway_in_trouble_is_asked_again,
    what_could_not_be_handed_over_in_its_time_is_expired,
);

const PHONES: usize = 60;
/// How much later than it may a push is repeated at most, so that not all return at once.
const JITTER: Duration = Duration::from_secs(1);

async fn the_time_that_a_gateway_names_is_kept(stage: &Stage) {
    let scene = Scene::open(stage, PHONES).await;
    for (status, seconds) in [(429, 30), (503, 120)] {
        let named = Duration::from_secs(seconds);
        let waits = refused_at_first(&scene, status, Some(named)).await;
        for (gateway, waits) in waits {
            for wait in waits {
                assert!(
                    wait >= named && wait <= named + JITTER,
                    "{status} {gateway}: after {wait:?}"
                );
            }
        }
    }
}

async fn a_throttling_gateway_that_names_no_time_is_asked_again(stage: &Stage) {
    let scene = Scene::open(stage, PHONES).await;
    let waits = refused_at_first(&scene, 429, None).await;
    let quota = Duration::from_mins(1);
    assert!(
        waits[&Gateway::Fcm].iter().all(|wait| *wait >= quota),
        "{waits:?}"
    );
}

async fn a_gateway_in_trouble_is_asked_again(stage: &Stage) {
    let scene = Scene::open(stage, PHONES).await;
    for status in [500, 503] {
        refused_at_first(&scene, status, None).await;
    }
}

/// How long an alert matters (`push-config/classes.toml`).
const ALERT_LIVES: Duration = Duration::from_hours(4);

async fn what_could_not_be_handed_over_in_its_time_is_expired(stage: &Stage) {
    let scene = Scene::open(stage, PHONES).await;
    // Apple is in trouble for longer; Google asks to be left alone for longer.
    let trouble = |status, gateway, retry_after| Fault::Refuse {
        status,
        reason: word(gateway, status).to_owned(),
        retry_after,
    };
    let apple = trouble(500, Gateway::Apns, None);
    scene.sandbox.misbehave(Gateway::Apns, apple, Which::All);
    let google = trouble(503, Gateway::Fcm, Some(ALERT_LIVES));
    scene.sandbox.misbehave(Gateway::Fcm, google, Which::All);
    let message = scene.release().await;
    scene
        .settled(message, &[Gateway::Fcm, Gateway::WebPush])
        .await;
    eventually("Apple has refused all", async || {
        let (waiting, due) = scene.resting(message).await;
        (waiting == PHONES / 3 && due.is_some()).then_some(())
    })
    .await;
    let arrived = scene.sandbox.journal().newest();
    scene.sandbox.behave();
    scene.time_passes(ALERT_LIVES);
    let third = i64::try_from(PHONES / 3).expect("a few");
    let expected = [
        ((Gateway::Apns, Outcome::Expired), third),
        ((Gateway::Fcm, Outcome::Expired), third),
        ((Gateway::WebPush, Outcome::Accepted), third),
    ];
    assert_eq!(scene.outcomes(message).await, expected.into());
    let newest = scene.sandbox.journal().newest();
    assert_eq!(newest, arrived, "an alert after its time");
}

/// A release of which every gateway refuses every third push. Everybody is reached, nobody twice. Gives how
/// long after each refusal the repeat came.
async fn refused_at_first(
    scene: &Scene,
    status: u16,
    retry_after: Option<Duration>,
) -> HashMap<Gateway, Vec<Duration>> {
    scene.sandbox.journal().clear();
    for &gateway in Gateway::ALL {
        let refuse = Fault::Refuse {
            status,
            reason: word(gateway, status).to_owned(),
            retry_after,
        };
        scene.sandbox.misbehave(gateway, refuse, Which::EveryNth(3));
    }
    let message = scene.release().await;
    let repeats = scene.everybody_is_reached(message).await;
    assert_eq!(repeats, 0, "what is refused is not shown");
    scene.sandbox.behave();

    let mut waits: HashMap<Gateway, Vec<Duration>> = HashMap::new();
    for (gateway, address) in scene.staff.iter().map(Staffer::address) {
        let theirs = Filter {
            address: Some(address.to_owned()),
            ..Filter::default()
        };
        let entries = scene.arrived(&theirs);
        let pairs = entries.windows(2).map(|pair| pair[1].at.since(pair[0].at));
        waits.entry(gateway).or_default().extend(pairs);
    }
    for &gateway in Gateway::ALL {
        assert!(!waits[&gateway].is_empty(), "{gateway} refused nothing");
        assert!(scene.alarm(gateway).is_none(), "{gateway}");
    }
    waits
}

/// The vendor's own.
fn word(gateway: Gateway, status: u16) -> &'static str {
    match (gateway, status) {
        (Gateway::Apns, 429) => "TooManyRequests",
        (Gateway::Apns, 500) => "InternalServerError",
        (Gateway::Apns, _) => "ServiceUnavailable",
        (Gateway::Fcm, 429) => "QUOTA_EXCEEDED",
        (Gateway::Fcm, 500) => "INTERNAL",
        (Gateway::Fcm, _) => "UNAVAILABLE",
        (Gateway::WebPush, _) => "not now",
    }
}
