// SPDX-License-Identifier: EUPL-1.2

//! Connections that lead nowhere, though neither end was told, and the PING that finds them (RFC 9113, section
//! 6.7).

use std::time::{Duration, Instant};

use stadtfunk::push::{Gateway, sandbox::Filter};

use super::{relay::Relay, scene::Scene};
use crate::world::{Stage, Wiring, both, eventually};

both!(
    a_connection_that_leads_nowhere_is_found_by_a_ping,
    a_peer_that_is_slow_to_answer_keeps_its_connection,
);

const PHONES: usize = 60;
const RELAYED: [Gateway; 2] = [Gateway::Apns, Gateway::Fcm];
const IN_FLIGHT: usize = 10;

/// Apple and Google behind a relay each, which answer after this time and are asked by PING after that.
async fn relayed(stage: &Stage, latency: Duration, ping_after_ms: u64) -> (Scene, [Relay; 2]) {
    let mut relays = None;
    let scene = Scene::set(stage, PHONES, latency, |sandbox| {
        let [apns, fcm] = [sandbox.apns_url(), sandbox.fcm_url()].map(Relay::to);
        let wiring = Wiring {
            in_flight: IN_FLIGHT,
            ping_after_ms,
            apns_url: Some(apns.url.clone()),
            fcm_url: Some(fcm.url.clone()),
            ..Wiring::default()
        };
        relays = Some([apns, fcm]);
        wiring
    })
    .await;
    (scene, relays.expect("wired"))
}

async fn a_connection_that_leads_nowhere_is_found_by_a_ping(stage: &Stage) {
    let (scene, relays) = relayed(stage, Duration::from_millis(200), 500).await;
    let message = scene.release().await;
    for (gateway, relay) in RELAYED.into_iter().zip(&relays) {
        eventually("answers are due", async || {
            let of = Filter {
                gateway: Some(gateway),
                ..Filter::default()
            };
            (scene.arrived(&of).len() > 1).then_some(())
        })
        .await;
        relay.swallow();
    }
    let swallowed = Instant::now();
    let repeats = scene.everybody_is_reached(message).await;
    // What was taken, and its answer swallowed.
    let under_way = RELAYED.len() * IN_FLIGHT;
    assert!(
        (1..=under_way as u64).contains(&repeats),
        "{repeats} repeats"
    );
    assert_eq!(relays.map(|relay| relay.opened()), [2, 2]);
    // An answer may take 20.
    let took = swallowed.elapsed();
    assert!(took < Duration::from_secs(10), "found after {took:?}");
}

async fn a_peer_that_is_slow_to_answer_keeps_its_connection(stage: &Stage) {
    let (scene, relays) = relayed(stage, Duration::from_secs(1), 200).await;
    let message = scene.release().await;
    assert_eq!(scene.everybody_is_reached(message).await, 0);
    assert_eq!(relays.map(|relay| relay.opened()), [1, 1]);
}
