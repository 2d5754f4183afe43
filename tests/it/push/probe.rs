// SPDX-License-Identifier: EUPL-1.2

//! Credentials are tried, and connections made ready, without disturbing anybody.

use futures::{StreamExt as _, stream::FuturesUnordered};
use stadtfunk::{
    config::push::PushConfig,
    push::{
        Class, Gateway, Verdict,
        gateways::{Gateways, generate_p256_key},
        sandbox::{Fault, Filter, Which},
    },
};
use tokio_util::sync::CancellationToken;

use super::{Counter, config};

/// Of one gateway, in the usual configuration.
const CONNECTIONS: usize = 2;

#[tokio::test(flavor = "multi_thread")]
async fn good_credentials_are_found_good_and_nobody_is_disturbed() {
    let counter = Counter::open().await;
    for &gateway in Gateway::ALL {
        counter.sandbox.phone(gateway);
        assert_eq!(counter.gateways.probe(gateway).await, Ok(()), "{gateway}");
    }
    assert_eq!(
        counter.sandbox.journal().newest(),
        2,
        "Apple and Google were asked"
    );
    assert_eq!(counter.sandbox.journal().accepted_total(), 0);
    counter.tasks.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_key_is_told_by_the_gateway_it_is_foreign_to() {
    let counter = Counter::open().await;
    let mut config = config(&counter.sandbox);
    let apns = config.apns.as_mut().unwrap();
    apns.key = generate_p256_key().unwrap();
    config.fcm.as_mut().unwrap().account.project_id = "another-city".to_owned();
    let gateways = gateways(&counter, &config);
    let told = |reason: &str| {
        Err(Verdict::Closed {
            reason: reason.to_owned(),
        })
    };
    assert_eq!(
        gateways.probe(Gateway::Apns).await,
        told("403 InvalidProviderToken")
    );
    assert_eq!(
        gateways.probe(Gateway::Fcm).await,
        told("403 PERMISSION_DENIED")
    );
    assert_eq!(gateways.probe(Gateway::WebPush).await, Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_account_a_wrong_topic_and_nothing_at_all_are_told_apart() {
    let counter = Counter::open().await;
    let mut config = config(&counter.sandbox);
    config.apns.as_mut().unwrap().topic = "de.other.app".to_owned();
    config.web_push = None;
    counter
        .sandbox
        .misbehave(Gateway::Fcm, Fault::RevokeAccess, Which::All);
    let gateways = gateways(&counter, &config);
    for (gateway, expected) in [
        (Gateway::Apns, "400 TopicDisallowed"),
        (Gateway::Fcm, "access token: 400 invalid_grant"),
        (Gateway::WebPush, "not configured"),
    ] {
        let reason = expected.to_owned();
        assert_eq!(
            gateways.probe(gateway).await,
            Err(Verdict::Closed { reason })
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_not_there_is_no_matter_of_credentials() {
    let counter = Counter::open().await;
    for gateway in [Gateway::Apns, Gateway::Fcm] {
        counter
            .sandbox
            .misbehave(gateway, Fault::Unreachable, Which::All);
        let told = counter.gateways.probe(gateway).await;
        assert!(
            matches!(told, Err(Verdict::Retry { .. })),
            "{gateway}: {told:?}"
        );
    }
}

/// A cold connection to Apple takes one request at a time; a warmed one takes what it is given, so that no push
/// of a release waits for the first one's answer.
#[tokio::test(flavor = "multi_thread")]
async fn each_new_connection_to_apple_begins_with_a_probe_and_is_wide_after_it() {
    const AT_ONCE: usize = 20;
    let counter = Counter::open().await;
    for _ in 0..2 {
        counter.gateways.warm().await;
        let probes = Filter {
            gateway: Some(Gateway::Apns),
            status: Some(400),
            ..Filter::default()
        };
        let probes = counter.sandbox.journal().entries(&probes);
        assert_eq!(probes.len(), CONNECTIONS, "one for each connection, once");
        assert!(probes.iter().all(|probe| probe.reason == "BadDeviceToken"));
    }
    counter
        .sandbox
        .misbehave(Gateway::Apns, Fault::Stall, Which::All);
    let message = counter.message(Class::Alert, "Titel", "Text");
    let curfew = CancellationToken::new();
    let pushes: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let target = counter.target(&counter.sandbox.phone(Gateway::Apns), None);
            counter.gateways.prepare(&message, &target)
        })
        .collect();
    let mut sends: FuturesUnordered<_> = pushes
        .iter()
        .map(|push| counter.gateways.send(push, &curfew))
        .collect();
    tokio::select! {
        Some(reply) = sends.next() => panic!("nothing is answered: {reply:?}"),
        () = counter.sandbox.journal().reaches((CONNECTIONS + AT_ONCE) as u64) => {}
    }
}

fn gateways(counter: &Counter, config: &PushConfig) -> Gateways {
    let (clock, ids) = (counter.clock.clone(), counter.ids.clone());
    Gateways::new(config, clock, ids, &counter.tasks).unwrap()
}
