// SPDX-License-Identifier: EUPL-1.2

//! The server's clock is set while pushes are under way.

use std::time::Duration;

use stadtfunk::{
    clock::{At, Clock},
    push::{
        AlarmKind, Gateway,
        sandbox::{Fault, Filter, Which},
    },
};

use super::scene::Scene;
use crate::world::{Staffer, Stage, both, eventually};

both!(
    a_clock_that_is_an_hour_ahead_and_set_right_loses_nothing,
    a_clock_that_is_an_hour_behind_and_set_right_loses_nothing,
    a_clock_that_is_set_neither_hurries_nor_delays_a_retry,
    a_clock_that_is_set_takes_no_push_from_its_sender,
);

const PHONES: usize = 60;
/// Tokens are written in whole seconds.
const AN_HOUR_AND_MORE: Duration = Duration::from_secs(3_605);

fn forward(now: At) -> At {
    now + AN_HOUR_AND_MORE
}

fn back(now: At) -> At {
    now - AN_HOUR_AND_MORE
}

fn turn(clock: &Clock, by: fn(At) -> At) {
    clock.set(by(clock.now()));
}

async fn a_clock_that_is_an_hour_ahead_and_set_right_loses_nothing(stage: &Stage) {
    wrong_and_set_right(stage, forward, back).await;
}

async fn a_clock_that_is_an_hour_behind_and_set_right_loses_nothing(stage: &Stage) {
    wrong_and_set_right(stage, back, forward).await;
}

async fn wrong_and_set_right(stage: &Stage, wrong: fn(At) -> At, right: fn(At) -> At) {
    let scene = Scene::open(stage, PHONES).await;
    turn(&scene.world.clock, wrong);
    let message = scene.release().await;
    // Browsers' push services look at the end of our token alone, which is hours away.
    scene.settled(message, &[Gateway::WebPush]).await;
    for gateway in [Gateway::Apns, Gateway::Fcm] {
        let alarm = eventually("an alarm", async || scene.alarm(gateway)).await;
        assert_eq!(alarm.kind, AlarmKind::Closed, "{alarm:?}");
        assert_eq!(scene.waiting(message, gateway).await, scene.phones(gateway));
    }
    turn(&scene.world.clock, right);
    scene.time_passes(Duration::from_mins(1));
    assert_eq!(scene.everybody_is_reached(message).await, 0);
}

/// Phones at browsers' push services: Apple and Google would close their doors to a server whose clock is
/// wrong.
async fn browsers(stage: &Stage) -> Scene {
    let mut scene = Scene::open(stage, 0).await;
    let gateways = [Gateway::WebPush; PHONES];
    scene.staff = scene.world.hire_with_phones(&scene.sandbox, gateways).await;
    scene
}

async fn a_clock_that_is_set_neither_hurries_nor_delays_a_retry(stage: &Stage) {
    let scene = browsers(stage).await;
    let named = Duration::from_mins(2);
    for turned in [forward, back] {
        scene.sandbox.journal().clear();
        let busy = Fault::Refuse {
            status: 503,
            reason: "not now".to_owned(),
            retry_after: Some(named),
        };
        scene.sandbox.misbehave(Gateway::WebPush, busy, Which::All);
        let message = scene.release().await;
        let due = eventually("everybody is refused once", async || {
            let (waiting, due) = scene.resting(message).await;
            due.filter(|_| waiting == PHONES)
        })
        .await;
        scene.sandbox.behave();
        let left = due.since(scene.world.clock.now());
        turn(&scene.world.clock, turned);
        eventually("the waits have moved with the clock", async || {
            let due = scene.resting(message).await.1?;
            (due.since(scene.world.clock.now()) == left).then_some(())
        })
        .await;
        assert_eq!(scene.everybody_is_reached(message).await, 0);
        // By a clock that nobody has set.
        for (_, address) in scene.staff.iter().map(Staffer::address) {
            let theirs = Filter {
                address: Some(address.to_owned()),
                ..Filter::default()
            };
            let [refused, taken] = &scene.arrived(&theirs)[..] else {
                panic!("refused once and taken once")
            };
            let wait = taken.at.since(refused.at);
            assert!(wait >= named && wait <= named + JITTER, "{wait:?}");
        }
    }
}

/// So much a wait may be longer than the gateway said.
const JITTER: Duration = Duration::from_secs(1);

async fn a_clock_that_is_set_takes_no_push_from_its_sender(stage: &Stage) {
    let scene = browsers(stage).await;
    for turned in [forward, back, back, forward] {
        scene.sandbox.journal().clear();
        let slow = Fault::Latency {
            by: Duration::from_millis(1_200),
        };
        scene
            .sandbox
            .misbehave(Gateway::WebPush, slow, Which::Next(8));
        let message = scene.release().await;
        scene.sandbox.journal().reaches(1).await;
        // Some are under way and wait for their answer for longer than it takes to look for ended leases;
        // all are claimed.
        assert_eq!(scene.claimed(message).await, PHONES);
        turn(&scene.world.clock, turned);
        let repeats = scene.everybody_is_reached(message).await;
        assert_eq!(repeats, 0, "a lease was taken for ended");
    }
}
