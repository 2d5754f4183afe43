// SPDX-License-Identifier: EUPL-1.2

//! All browsers' push services are one gateway, and their phones stand in the same queues. One that is silent
//! must not keep the others' phones waiting.

use std::time::Duration;

use stadtfunk::{
    id::MessageId,
    push::{Gateway, Outcome},
};

use super::{push_service::PushService, scene::Scene};
use crate::world::{Stage, Wiring, both, eventually, people::same};

both!(
    a_push_service_that_never_answers_keeps_no_other_waiting,
    a_push_service_that_falls_silent_keeps_no_other_waiting,
);

const PHONES: usize = 60;
/// Phones at the silent service: more than all batches of a queue that are under way at once.
const AT_THE_SILENT: usize = 3_500;

async fn a_push_service_that_never_answers_keeps_no_other_waiting(stage: &Stage) {
    serves_the_others(stage, 0).await;
}

async fn a_push_service_that_falls_silent_keeps_no_other_waiting(stage: &Stage) {
    // The first answer opens the doors: hundreds of each batch are under way when no other comes.
    serves_the_others(stage, 1).await;
}

/// The phones of all others are handed over within seconds, however many of a service that answers `answers`
/// pushes, and no more, are before them: an answer may take 20 s, and a batch is given back after 30.
async fn serves_the_others(stage: &Stage, answers: usize) {
    let service = PushService::open(answers).await;
    let scene = town(stage, &service).await;
    let first = scene.release().await;
    the_others_are_shown(&scene, &service.host, first, 1).await;
    // What the silent service has not taken is due again, and the older message comes first.
    scene.time_passes(Duration::from_mins(1));
    let second = scene.release().await;
    the_others_are_shown(&scene, &service.host, second, 2).await;

    service.recovers();
    for message in [first, second] {
        everybody_is_reached(&scene, message).await;
    }
    // What was repeated came under the topic of its message.
    assert_eq!(service.told(), vec![2; AT_THE_SILENT]);
    assert_eq!(scene.sandbox.journal().accepted_total(), 2 * PHONES as u64);
}

/// A town hall most of whose phones are at this push service, and come first: their people are on duty.
async fn town(stage: &Stage, service: &PushService) -> Scene {
    let wiring = Wiring {
        // A service may take all that is ready for it at once.
        connections: 3,
        in_flight: 4_000,
        push_service: Some((service.host.clone(), service.ca_pem.clone())),
        ..Wiring::default()
    };
    let mut scene = Scene::wired(stage, 0, wiring).await;
    let phone = scene.sandbox.phone(Gateway::WebPush);
    let silent = (0..AT_THE_SILENT).map(|number| {
        let mut phone = phone.clone();
        phone.address = service.endpoint(number);
        phone
    });
    scene.world.hire_with(silent).await;
    let now = scene.world.clock.now();
    let on_duty = scene.world.app.db.query(same(
        "INSERT INTO duties (account_id, source, starts_at, ends_at)
         SELECT account_id, 'roster', $1, $2 FROM devices",
    ));
    let on_duty = on_duty.bind(now).bind(now + Duration::from_hours(24));
    on_duty.execute().await.expect("their shifts");
    let gateways = Gateway::ALL.iter().copied().cycle().take(PHONES);
    scene.staff = scene.world.hire_with_phones(&scene.sandbox, gateways).await;
    scene
}

/// Each so often; and it is written down, before the time passes in which it must be.
async fn the_others_are_shown(scene: &Scene, silent: &str, message: MessageId, times: u32) {
    eventually("the phones at other push services", async || {
        let shown = scene.sandbox.journal().accepted(Gateway::WebPush);
        let all = shown.len() == scene.phones(Gateway::WebPush);
        (all && shown.values().all(|shown| *shown == times)).then_some(())
    })
    .await;
    eventually("what was shown is written down", async || {
        let accepted = "SELECT COUNT(*) FROM deliveries d JOIN devices v ON v.id = d.device_id
                        WHERE d.message_id = $1 AND d.outcome = 'accepted' AND v.address NOT LIKE $2";
        let accepted = scene.world.app.db.query(same(accepted)).bind(message);
        let accepted = accepted.bind(format!("%{silent}%"));
        let (accepted,): (i64,) = accepted.one().await.expect("a count");
        (usize::try_from(accepted) == Ok(PHONES)).then_some(())
    })
    .await;
}

async fn everybody_is_reached(scene: &Scene, message: MessageId) {
    scene.settled(message, Gateway::ALL).await;
    let accepted = |gateway| {
        let silent = if gateway == Gateway::WebPush {
            AT_THE_SILENT
        } else {
            0
        };
        let count = i64::try_from(scene.phones(gateway) + silent).expect("a few");
        ((gateway, Outcome::Accepted), count)
    };
    let expected = Gateway::ALL.iter().copied().map(accepted).collect();
    assert_eq!(scene.outcomes(message).await, expected);
}
