// SPDX-License-Identifier: EUPL-1.2

//! Gateways that ask for patience: 429, 500, 503.

use std::{collections::HashMap, time::Duration};

use stadtfunk::push::{
    Gateway,
    sandbox::{Fault, Filter, Which},
};

use super::scene::Scene;
use crate::world::{Stage, both};

both!(
    the_time_that_a_gateway_names_is_kept,
    a_throttling_gateway_that_names_no_time_is_asked_again,
    a_gateway_in_trouble_is_asked_again,
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
    for (gateway, address) in scene.staff.iter().map(|staffer| staffer.address()) {
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
