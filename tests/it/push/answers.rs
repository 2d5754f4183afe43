// SPDX-License-Identifier: EUPL-1.2

//! What each vendor's answers mean: how the delivery ends, and what becomes of the address.
//!
//! The tables are read row by row: every row is a phone of its own in one release, among many to which the
//! gateway says yes, so that its word about single addresses is believed. Answers that close a gateway have a
//! release each.

use std::{collections::HashMap, time::Duration};

use stadtfunk::{
    clock::{At, Clock},
    id::{DeviceId, Ids, MessageId},
    push::{
        AlarmKind, Gateway, Outcome,
        sandbox::{Fault, Phone, Sandbox, SandboxConfig, Which},
    },
    tasks::Tasks,
};

use super::faults::scene::{Scene, others};
use crate::world::{Staffer, Stage, both, eventually, people::same};

both!(
    every_answer_has_its_outcome_and_its_consequence_for_the_address,
    an_address_that_was_registered_after_it_ended_elsewhere_is_kept,
    addresses_of_another_house_are_removed_or_kept_apart,
    answers_about_our_credentials_close_the_gateway_and_keep_the_rows,
    a_gateway_that_refuses_most_pushes_is_not_believed,
);

/// What becomes of the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Address {
    Kept,
    Removed,
    /// Kept, and not pushed to.
    Quarantined,
}
use Address::{Kept, Quarantined, Removed};
use Gateway::{Apns, Fcm, WebPush};
use Outcome::{Accepted, Refused, Unregistered};

/// A gateway's answer to the first attempt, and how it ends. `Accepted`: it is tried again, and taken.
type Row = (Gateway, u16, &'static str, Outcome, Address);

const ROWS: &[Row] = &[
    // Apple ("Handling notification responses from APNs").
    (Apns, 400, "BadCollapseId", Refused, Kept),
    (
        Apns,
        400,
        "BadDeviceToken",
        Outcome::Quarantined,
        Quarantined,
    ),
    (Apns, 400, "BadExpirationDate", Refused, Kept),
    (Apns, 400, "BadMessageId", Refused, Kept),
    (Apns, 400, "BadPriority", Refused, Kept),
    (
        Apns,
        400,
        "DeviceTokenNotForTopic",
        Outcome::Quarantined,
        Quarantined,
    ),
    (Apns, 400, "DuplicateHeaders", Refused, Kept),
    (Apns, 400, "IdleTimeout", Accepted, Kept),
    (Apns, 400, "InvalidPushType", Refused, Kept),
    (Apns, 400, "MissingDeviceToken", Refused, Kept),
    (Apns, 400, "PayloadEmpty", Refused, Kept),
    (Apns, 404, "BadPath", Refused, Kept),
    (Apns, 405, "MethodNotAllowed", Refused, Kept),
    (Apns, 410, "ExpiredToken", Unregistered, Removed),
    (Apns, 410, "Unregistered", Unregistered, Removed),
    (Apns, 413, "PayloadTooLarge", Refused, Kept),
    (Apns, 429, "TooManyProviderTokenUpdates", Accepted, Kept),
    (Apns, 429, "TooManyRequests", Accepted, Kept),
    (Apns, 500, "InternalServerError", Accepted, Kept),
    (Apns, 503, "ServiceUnavailable", Accepted, Kept),
    (Apns, 503, "Shutdown", Accepted, Kept),
    (Apns, 400, "SomethingNew", Refused, Kept),
    (Apns, 410, "SomethingNew", Unregistered, Removed),
    (Apns, 418, "SomethingNew", Refused, Kept),
    (Apns, 429, "SomethingNew", Accepted, Kept),
    (Apns, 599, "SomethingNew", Accepted, Kept),
    (Apns, 302, "SomethingNew", Accepted, Kept),
    // Google (ErrorCode of the HTTP v1 API). Which of the arguments is invalid is in no code: see below.
    (Fcm, 400, "INVALID_ARGUMENT", Refused, Kept),
    (
        Fcm,
        403,
        "SENDER_ID_MISMATCH",
        Outcome::Quarantined,
        Quarantined,
    ),
    (Fcm, 404, "UNREGISTERED", Unregistered, Removed),
    (Fcm, 413, "SOMETHING_NEW", Refused, Kept),
    (Fcm, 429, "QUOTA_EXCEEDED", Accepted, Kept),
    (Fcm, 500, "INTERNAL", Accepted, Kept),
    (Fcm, 503, "UNAVAILABLE", Accepted, Kept),
    (Fcm, 400, "SOMETHING_NEW", Refused, Kept),
    (Fcm, 429, "SOMETHING_NEW", Accepted, Kept),
    (Fcm, 502, "SOMETHING_NEW", Accepted, Kept),
    (Fcm, 302, "SOMETHING_NEW", Accepted, Kept),
    // Push services (RFC 8030, section 5; RFC 8292, section 4.2). Their words are their own.
    (WebPush, 301, "elsewhere", Outcome::Quarantined, Quarantined),
    (WebPush, 400, "no", Refused, Kept),
    (
        WebPush,
        401,
        "who are you",
        Outcome::Quarantined,
        Quarantined,
    ),
    (
        WebPush,
        403,
        "another key",
        Outcome::Quarantined,
        Quarantined,
    ),
    (WebPush, 404, "none", Unregistered, Removed),
    (WebPush, 408, "too slow", Accepted, Kept),
    (WebPush, 410, "gone", Unregistered, Removed),
    (WebPush, 413, "too long", Refused, Kept),
    (WebPush, 418, "something new", Refused, Kept),
    (WebPush, 429, "later", Accepted, Kept),
    (WebPush, 500, "sorry", Accepted, Kept),
    (WebPush, 503, "busy", Accepted, Kept),
    (WebPush, 599, "something new", Accepted, Kept),
];

/// Answers that say that every push would be answered so.
const CLOSING: &[(Gateway, u16, &str)] = &[
    (Apns, 400, "BadTopic"),
    (Apns, 400, "MissingTopic"),
    (Apns, 400, "TopicDisallowed"),
    (Apns, 403, "BadCertificateEnvironment"),
    (Apns, 403, "ExpiredProviderToken"),
    (Apns, 403, "Forbidden"),
    (Apns, 403, "InvalidProviderToken"),
    (Apns, 403, "SomethingNew"),
    (Fcm, 401, "THIRD_PARTY_AUTH_ERROR"),
    (Fcm, 401, "SOMETHING_NEW"),
    (Fcm, 403, "SOMETHING_NEW"),
    (Fcm, 404, "SOMETHING_NEW"),
];

/// More than there are rows of any gateway.
const CONTENT: usize = 3 * 40;

async fn every_answer_has_its_outcome_and_its_consequence_for_the_address(stage: &Stage) {
    let mut scene = Scene::open(stage, CONTENT).await;
    let gateways = ROWS.iter().map(|row| row.0);
    let staff = scene.world.hire_with_phones(&scene.sandbox, gateways).await;
    for (staffer, (gateway, status, reason, ..)) in staff.iter().zip(ROWS) {
        let refuse = refuse(*status, reason);
        let address = Which::Address(staffer.phone.address.clone());
        scene.sandbox.misbehave(*gateway, refuse, address);
    }
    let message = scene.release().await;
    // Until only those wait whom the gateway has asked to.
    let asked = ROWS.iter().filter(|row| row.3 == Accepted).count();
    eventually("everybody's first answer", async || {
        let (waiting, due) = scene.resting(message).await;
        (waiting == asked && due.is_some() && scene.claimed(message).await == 0).then_some(())
    })
    .await;
    scene.sandbox.behave();
    scene.settled(message, Gateway::ALL).await;
    scene.account(message).await;

    let struck_off = ROWS.iter().filter(|row| row.4 != Kept).count();
    // Addresses are judged after the batch has been settled.
    let ends = eventually("the consequences for the addresses", async || {
        let ends = ends(&scene, message).await;
        let found = ends.values().filter(|end| end.address != Kept).count();
        (found >= struck_off).then_some(ends)
    })
    .await;
    for (staffer, row) in staff.iter().zip(ROWS) {
        let end = &ends[&staffer.device];
        let (_, status, reason, outcome, address) = *row;
        assert_eq!((end.outcome, end.address), (outcome, address), "{row:?}");
        let word = match row.0 {
            // A stranger's word has no place in reports; an unknown one of Google's is a status to us.
            WebPush => status.to_string(),
            Fcm => return_word(status, reason),
            Apns => format!("{status} {reason}"),
        };
        if outcome != Accepted {
            assert_eq!(end.reason.as_deref(), Some(word.as_str()), "{row:?}");
        }
    }
    for staffer in &scene.staff {
        assert_eq!(ends[&staffer.device].outcome, Accepted);
        assert_eq!(ends[&staffer.device].address, Kept);
    }

    // The next message goes to the addresses that were kept, and to no other.
    scene.sandbox.journal().clear();
    scene.staff.extend(staff);
    let next = scene.release().await;
    scene.settled(next, Gateway::ALL).await;
    let again = self::ends(&scene, next).await;
    for (device, before) in &ends {
        let now = again.get(device).map(|end| end.outcome);
        let expected = match before.address {
            Kept => Some(Accepted),
            Quarantined => Some(Outcome::Quarantined),
            Removed => None,
        };
        assert_eq!(now, expected, "{before:?}");
    }
    let kept = ends.values().filter(|end| end.address == Kept).count();
    assert_eq!(scene.sandbox.journal().newest(), kept as u64);
}

/// What FCM's error says of itself: its own code if it has one, else the general one.
fn return_word(status: u16, reason: &str) -> String {
    let word = match (status, reason) {
        (400, "SOMETHING_NEW") => "INVALID_ARGUMENT",
        (_, "SOMETHING_NEW") => "UNKNOWN",
        (_, code) => code,
    };
    format!("{status} {word}")
}

async fn an_address_that_was_registered_after_it_ended_elsewhere_is_kept(stage: &Stage) {
    let scene = Scene::open(stage, 30).await;
    let phone = scene.staff[0].clone();
    assert_eq!(phone.phone.gateway, Apns);
    let before = Fault::Unregister {
        since: scene.world.clock.now() - Duration::from_hours(1),
    };
    let address = || Which::Address(phone.phone.address.clone());
    scene.sandbox.misbehave(Apns, before, address());
    let message = scene.release().await;
    eventually("it is to be asked again", async || {
        let (waiting, due) = scene.resting(message).await;
        (waiting == 1 && due.is_some()).then_some(())
    })
    .await;
    scene.sandbox.behave();
    assert_eq!(scene.everybody_is_reached(message).await, 0);

    let after = Fault::Unregister {
        since: scene.world.clock.now(),
    };
    scene.sandbox.misbehave(Apns, after, address());
    let message = scene.release().await;
    scene.settled(message, Gateway::ALL).await;
    let end = eventually("the address is removed", async || {
        let mut ends = ends(&scene, message).await;
        ends.remove(&phone.device)
            .filter(|end| end.address == Removed)
    })
    .await;
    assert_eq!(end.outcome, Unregistered);
}

/// Addresses that another sandbox has issued: what comes of a database that was carried over from a test
/// system, or of an app that was built for another project.
async fn addresses_of_another_house_are_removed_or_kept_apart(stage: &Stage) {
    let scene = Scene::open(stage, 90).await;
    let elsewhere = elsewhere().await;
    let mut phones: Vec<Phone> = [Apns, Fcm].map(|gateway| elsewhere.phone(gateway)).into();
    let mut garbled = elsewhere.phone(Fcm);
    "no-registration-token-at-all".clone_into(&mut garbled.address);
    phones.push(garbled);
    let mut ended = elsewhere.phone(WebPush);
    ended.address = format!("{}/push/unknown", scene.sandbox.web_push_url());
    phones.push(ended);
    let strangers = scene.world.hire_with(phones).await;
    let message = scene.release().await;
    scene.settled(message, Gateway::ALL).await;
    scene.account(message).await;
    let expected = [
        (Outcome::Quarantined, Quarantined, "400 BadDeviceToken"),
        (Unregistered, Removed, "404 UNREGISTERED"),
        (Outcome::Quarantined, Quarantined, "400 INVALID_ARGUMENT"),
        (Unregistered, Removed, "404"),
    ];
    for (staffer, (outcome, address, reason)) in strangers.iter().zip(expected) {
        let end = eventually("the consequence for the address", async || {
            let end = ends(&scene, message).await.remove(&staffer.device);
            end.filter(|end| end.address == address)
        })
        .await;
        assert_eq!(
            (end.outcome, end.reason.as_deref()),
            (outcome, Some(reason)),
            "{}",
            staffer.phone.gateway
        );
    }
}

async fn answers_about_our_credentials_close_the_gateway_and_keep_the_rows(stage: &Stage) {
    let scene = Scene::open(stage, 30).await;
    for row in CLOSING {
        let (gateway, status, reason) = *row;
        scene.sandbox.journal().clear();
        scene
            .sandbox
            .misbehave(gateway, refuse(status, reason), Which::All);
        let message = scene.release().await;
        scene.settled(message, &others(gateway)).await;
        let alarm = eventually("an alarm", async || scene.alarm(gateway)).await;
        assert_eq!(alarm.kind, AlarmKind::Closed, "{row:?}");
        eventually("the rows are given back", async || {
            (scene.claimed(message).await == 0).then_some(())
        })
        .await;
        assert_eq!(scene.waiting(message, gateway).await, 10, "{row:?}");
        for other in others(gateway) {
            assert_eq!(scene.alarm(other), None, "{row:?}");
        }
        scene.sandbox.behave();
        scene.time_passes(Duration::from_mins(1));
        assert_eq!(scene.everybody_is_reached(message).await, 0, "{row:?}");
        assert_eq!(scene.alarm(gateway), None, "{row:?}");
    }
}

async fn a_gateway_that_refuses_most_pushes_is_not_believed(stage: &Stage) {
    let scene = Scene::open(stage, 3 * 21).await;
    let wrong = [
        (Apns, 400, "BadDeviceToken"),
        (Fcm, 404, "UNREGISTERED"),
        (WebPush, 410, "gone"),
    ];
    for (gateway, status, reason) in wrong {
        let of = |staffer: &&Staffer| staffer.phone.gateway == gateway;
        for refused in scene.staff.iter().filter(of).take(11) {
            let address = Which::Address(refused.phone.address.clone());
            scene
                .sandbox
                .misbehave(gateway, refuse(status, reason), address);
        }
    }
    let message = scene.release().await;
    scene.settled(message, Gateway::ALL).await;
    for (gateway, status, reason) in wrong {
        let alarm = eventually("an alarm", async || scene.alarm(gateway)).await;
        assert_eq!(alarm.kind, AlarmKind::Refusing);
        assert!(
            alarm.reason.starts_with(&status.to_string()),
            "{alarm:?}, not {reason}"
        );
    }
    let refused = ends(&scene, message).await;
    assert!(
        refused.values().all(|end| end.address == Kept),
        "{refused:?}"
    );
    let words = refused.values().filter(|end| end.outcome != Accepted);
    assert_eq!(words.count(), 3 * 11);

    // The configuration is mended: all are reached, and the alarms end.
    scene.sandbox.behave();
    scene.sandbox.journal().clear();
    let message = scene.release().await;
    assert_eq!(scene.everybody_is_reached(message).await, 0);
    eventually("the end of the alarms", async || {
        let quiet = |gateway: &Gateway| scene.alarm(*gateway).is_none();
        Gateway::ALL.iter().all(quiet).then_some(())
    })
    .await;
}

/// How a device's delivery ended, and its address with it.
#[derive(Debug)]
struct End {
    outcome: Outcome,
    reason: Option<String>,
    address: Address,
}

async fn ends(scene: &Scene, message: MessageId) -> HashMap<DeviceId, End> {
    type Columns = (DeviceId, Outcome, Option<String>, Option<At>, Option<At>);
    let rows: Vec<Columns> = scene
        .world
        .app
        .db
        .query(same(
            "SELECT v.id, d.outcome, d.reason, v.quarantined_at, v.removed_at
             FROM deliveries d JOIN devices v ON v.id = d.device_id WHERE d.message_id = $1",
        ))
        .bind(message)
        .all()
        .await
        .expect("settled deliveries");
    let end = |(device, outcome, reason, quarantined, removed): Columns| {
        let address = match (quarantined, removed) {
            (None, None) => Kept,
            (Some(_), None) => Quarantined,
            (_, Some(_)) => Removed,
        };
        let end = End {
            outcome,
            reason,
            address,
        };
        (device, end)
    };
    rows.into_iter().map(end).collect()
}

fn refuse(status: u16, reason: &str) -> Fault {
    Fault::Refuse {
        status,
        reason: reason.to_owned(),
        retry_after: None,
    }
}

async fn elsewhere() -> Sandbox {
    let clock = Clock::wall();
    let ids = Ids::new(clock.clone());
    Sandbox::start(SandboxConfig::default(), clock, ids, &Tasks::new())
        .await
        .expect("the sandbox starts")
}
