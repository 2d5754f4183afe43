// SPDX-License-Identifier: EUPL-1.2

//! Connections that freeze, break or say goodbye, and pushes that stay without an answer.

use stadtfunk::push::{
    Gateway,
    sandbox::{Fault, Which},
};

use super::scene::{Scene, others};
use crate::world::{Stage, Wiring, both, eventually};

both!(
    a_frozen_gateway_holds_up_no_other,
    a_push_that_gets_no_answer_is_repeated,
    a_stream_that_is_reset_is_repeated,
    a_cut_connection_is_replaced,
    a_polite_goodbye_repeats_nothing,
    a_push_whose_answer_is_lost_is_repeated_under_the_same_ids,
    a_gateway_that_allows_one_stream_gets_one_after_the_other,
    a_gateway_that_hangs_up_is_rung_again,
);

const PHONES: usize = 120;

/// Waiting for answers that never come is real time.
fn impatient() -> Wiring {
    Wiring {
        answer_timeout_ms: 1_000,
        ..Wiring::default()
    }
}

fn everywhere(scene: &Scene, fault: &Fault, which: &Which) {
    for &gateway in Gateway::ALL {
        scene
            .sandbox
            .misbehave(gateway, fault.clone(), which.clone());
    }
}

async fn a_frozen_gateway_holds_up_no_other(stage: &Stage) {
    let scene = Scene::wired(stage, PHONES, impatient()).await;
    for &frozen in Gateway::ALL {
        scene.sandbox.journal().clear();
        scene.sandbox.misbehave(frozen, Fault::Freeze, Which::All);
        let message = scene.release().await;
        scene.settled(message, &others(frozen)).await;
        // Its claim may come after all the others' are settled.
        eventually("the frozen gateway's first push", async || {
            (scene.ended(frozen, "Freeze") > 0).then_some(())
        })
        .await;
        assert_eq!(
            scene.waiting(message, frozen).await,
            scene.phones(frozen),
            "{frozen} is frozen"
        );
        // What is still hoped for when the gateway thaws is taken, and may be given up at that very moment:
        // that is repeated, and rightly.
        let hoped_for = scene.claimed(message).await;
        scene.sandbox.behave();
        let repeats = scene.everybody_is_reached(message).await;
        assert!(
            repeats <= hoped_for as u64,
            "{repeats} repeats of {hoped_for} under way to a frozen {frozen}"
        );
    }
}

async fn a_push_that_gets_no_answer_is_repeated(stage: &Stage) {
    let scene = Scene::wired(stage, PHONES, impatient()).await;
    everywhere(&scene, &Fault::Stall, &Which::EveryNth(5));
    let message = scene.release().await;
    assert_eq!(scene.everybody_is_reached(message).await, 0);
    struck_everywhere(&scene, "Stall");
}

async fn a_stream_that_is_reset_is_repeated(stage: &Stage) {
    let scene = Scene::open(stage, PHONES).await;
    everywhere(&scene, &Fault::Reset, &Which::EveryNth(5));
    let message = scene.release().await;
    assert_eq!(scene.everybody_is_reached(message).await, 0);
    struck_everywhere(&scene, "Reset");
}

async fn a_cut_connection_is_replaced(stage: &Stage) {
    let scene = Scene::open(stage, PHONES).await;
    everywhere(&scene, &Fault::Drop, &Which::EveryNth(15));
    let message = scene.release().await;
    let repeats = scene.everybody_is_reached(message).await;
    struck_everywhere(&scene, "Drop");
    // Taken, and the answer was still to be read when the connection was cut.
    let cuts: u64 = Gateway::ALL.iter().map(|of| scene.ended(*of, "Drop")).sum();
    assert!(repeats <= cuts * 9, "{repeats} repeats after {cuts} cuts");
}

async fn a_polite_goodbye_repeats_nothing(stage: &Stage) {
    let scene = Scene::open(stage, PHONES).await;
    everywhere(&scene, &Fault::GoAway, &Which::EveryNth(7));
    let message = scene.release().await;
    assert_eq!(scene.everybody_is_reached(message).await, 0);
    for entry in scene.sandbox.misbehaviours() {
        assert!(entry.struck > 3, "{entry:?}");
    }
}

async fn a_push_whose_answer_is_lost_is_repeated_under_the_same_ids(stage: &Stage) {
    let scene = Scene::open(stage, PHONES).await;
    everywhere(&scene, &Fault::LoseAnswer, &Which::EveryNth(15));
    let message = scene.release().await;
    let repeats = scene.everybody_is_reached(message).await;
    struck_everywhere(&scene, "LoseAnswer");
    let lost: u64 = Gateway::ALL
        .iter()
        .map(|gateway| scene.ended(*gateway, "LoseAnswer"))
        .sum();
    // The ten that are under way on a connection lose their answers together.
    assert!(
        (lost..=lost * 10).contains(&repeats),
        "{repeats} repeats after {lost} lost answers"
    );
}

async fn a_gateway_that_allows_one_stream_gets_one_after_the_other(stage: &Stage) {
    let scene = Scene::open(stage, PHONES).await;
    everywhere(&scene, &Fault::OneStreamOnly, &Which::All);
    let message = scene.release().await;
    assert_eq!(scene.everybody_is_reached(message).await, 0);
    // And a gateway that allowed more before, and now says goodbye.
    scene.sandbox.behave();
    let message = scene.release().await;
    scene.settled(message, Gateway::ALL).await;
    scene.sandbox.journal().clear();
    everywhere(&scene, &Fault::OneStreamOnly, &Which::All);
    let message = scene.release().await;
    assert_eq!(scene.everybody_is_reached(message).await, 0);
}

async fn a_gateway_that_hangs_up_is_rung_again(stage: &Stage) {
    let scene = Scene::open(stage, PHONES).await;
    for &closed in Gateway::ALL {
        scene.sandbox.journal().clear();
        // Its open connections go with the first push, and there are no new ones.
        scene
            .sandbox
            .misbehave(closed, Fault::Unreachable, Which::All);
        scene.sandbox.misbehave(closed, Fault::Drop, Which::All);
        let message = scene.release().await;
        scene.settled(message, &others(closed)).await;
        assert_eq!(scene.waiting(message, closed).await, scene.phones(closed));
        scene.sandbox.behave();
        assert_eq!(scene.everybody_is_reached(message).await, 0, "{closed}");
    }
}

fn struck_everywhere(scene: &Scene, reason: &str) {
    for &gateway in Gateway::ALL {
        assert!(scene.ended(gateway, reason) > 0, "{gateway}: no {reason}");
    }
}
