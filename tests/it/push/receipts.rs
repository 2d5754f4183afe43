// SPDX-License-Identifier: EUPL-1.2

//! What an app reports to have shown: counted for alerts, by nobody's name, and for nothing else.

use std::time::Duration;

use serde_json::{Value, json};
use stadtfunk::{
    clock::At,
    push::{
        Gateway,
        sandbox::{Fault, Which},
    },
};

use super::handed_over::{open, shown, with_phone};
use crate::world::{Client, FIRE_BRIGADE, Person, Stage, World, both, eventually, people::same};

both!(
    an_alerts_receipts_are_counted_once_for_each_person,
    a_receipt_after_the_report_was_written_is_added_with_its_instant,
    a_receipt_is_for_what_was_pushed_to_ones_own_device,
    other_classes_take_no_receipts,
    what_is_in_flight_may_have_been_shown,
    nothing_is_shown_before_the_gate_opens,
    a_phones_wrong_clock_is_set_right,
);

const RECEIPTS: &str = "/api/v1/devices/current/receipts";

/// Drafts an announcement for the fire brigade, and says where it is.
pub(super) async fn drafted(world: &World, editor: &Client, class: &str) -> String {
    let brigade = world.unit_id(FIRE_BRIGADE).await;
    let draft = json!({
        "class": class,
        "audience": {"kind": "units", "units": [brigade]},
        "texts": {"de": {"title": "Großbrand", "push_text": "Alle Wachen.", "body": "Am Hafen."}},
    });
    let drafted = editor
        .post("/api/v1/editorial/announcements", draft)
        .await
        .created();
    let id = drafted["id"].as_str().expect("an id");
    format!("/api/v1/editorial/announcements/{id}")
}

pub(super) async fn released(world: &World, editor: &Client, class: &str) -> String {
    let path = drafted(world, editor, class).await;
    world.approve(&path).await;
    editor.put(&format!("{path}/release"), json!({})).await.ok();
    path
}

/// The report once everybody is accounted for.
pub(super) async fn complete(editor: &Client, path: &str) -> Value {
    eventually("the end of the dispatch", async || {
        let report = editor.get(&format!("{path}/report")).await.ok();
        (report["complete"] == true).then_some(report)
    })
    .await
}

pub(super) fn receipt(world: &World, message: &Value) -> Value {
    json!({"message": message, "displayed_at": world.clock.now()})
}

async fn the_message(world: &World) -> Value {
    let (id,): (stadtfunk::id::MessageId,) = world
        .app
        .db
        .query(same("SELECT id FROM push_messages"))
        .one()
        .await
        .expect("one message");
    json!(id)
}

async fn an_alerts_receipts_are_counted_once_for_each_person(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    let mut people: Vec<(Person, _)> = Vec::new();
    for gateway in Gateway::ALL {
        people.push(with_phone(&world, &sandbox, "Karl Kollege", *gateway).await);
    }
    let editor = world.editor("Eva Redaktion").await;
    let path = released(&world, &editor, "alert").await;
    assert_eq!(complete(&editor, &path).await["people"]["displayed"], 0);
    for (person, phone) in &people[..2] {
        let message = &shown(&sandbox, phone)["message_id"];
        for _ in 0..2 {
            person.post(RECEIPTS, receipt(&world, message)).await.done();
        }
    }
    let report = complete(&editor, &path).await;
    assert_eq!(report["people"]["displayed"], 2, "{report}");
    assert_eq!(report["people"]["reached"], 3);
    for (person, _) in &people {
        let account = person.account.to_string();
        assert!(!report.to_string().contains(&account), "a count, no names");
    }
}

async fn a_receipt_after_the_report_was_written_is_added_with_its_instant(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    let (anna, phone) = with_phone(&world, &sandbox, "Anna Kühn", Gateway::Fcm).await;
    let editor = world.editor("Eva Redaktion").await;
    let path = released(&world, &editor, "alert").await;
    let first = eventually("the report is written", async || {
        let report = editor.get(&format!("{path}/report")).await.ok();
        report.get("written").is_some().then_some(report)
    })
    .await;
    world.clock.advance(Duration::from_mins(5));
    let message = &shown(&sandbox, &phone)["message_id"];
    anna.post(RECEIPTS, receipt(&world, message)).await.done();
    let report = complete(&editor, &path).await;
    assert_eq!(report["people"]["displayed"], 1);
    let later = json!([{"at": world.clock.now(), "what": "displayed", "people": 1}]);
    assert_eq!(report["later"], later);
    assert_eq!(report["written"], first["written"]);
}

async fn a_receipt_is_for_what_was_pushed_to_ones_own_device(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    let (anna, phone) = with_phone(&world, &sandbox, "Anna Kühn", Gateway::Fcm).await;
    let outsider = world.employee("Olga Außen").await;
    let editor = world.editor("Eva Redaktion").await;
    let path = released(&world, &editor, "alert").await;
    complete(&editor, &path).await;
    let message = &shown(&sandbox, &phone)["message_id"];
    let refused = async |person: &Person| {
        let answer = person.post(RECEIPTS, receipt(&world, message)).await;
        answer.refused(404, "not-found");
    };
    refused(&outsider).await;
    outsider.registers(&sandbox.phone(Gateway::Fcm)).await;
    refused(&outsider).await;
    let unheard_of = json!(world.app.ids.id::<()>());
    anna.post(RECEIPTS, receipt(&world, &unheard_of))
        .await
        .refused(404, "not-found");
    assert_eq!(complete(&editor, &path).await["people"]["displayed"], 0);
}

async fn other_classes_take_no_receipts(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    let (anna, phone) = with_phone(&world, &sandbox, "Anna Kühn", Gateway::Apns).await;
    let editor = world.editor("Eva Redaktion").await;
    for class in ["news", "important"] {
        let path = released(&world, &editor, class).await;
        complete(&editor, &path).await;
        let message = &shown(&sandbox, &phone)["message_id"];
        let answer = anna.post(RECEIPTS, receipt(&world, message)).await;
        answer.refused(409, "receipts-not-taken");
        let report = complete(&editor, &path).await;
        assert_eq!(report["people"].get("displayed"), None, "{report}");
    }
}

async fn what_is_in_flight_may_have_been_shown(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    let (anna, phone) = with_phone(&world, &sandbox, "Anna Kühn", Gateway::Fcm).await;
    let which = Which::Address(phone.address.clone());
    sandbox.misbehave(Gateway::Fcm, Fault::LoseAnswer, which);
    let editor = world.editor("Eva Redaktion").await;
    let path = released(&world, &editor, "alert").await;
    sandbox.journal().reaches(1).await;
    let message = &shown(&sandbox, &phone)["message_id"];
    anna.post(RECEIPTS, receipt(&world, message)).await.done();
    let report = editor.get(&format!("{path}/report")).await.ok();
    assert_eq!(report["people"]["displayed"], 1, "{report}");
    assert_eq!(report["complete"], false, "{report}");
}

async fn nothing_is_shown_before_the_gate_opens(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    let (anna, _) = with_phone(&world, &sandbox, "Anna Kühn", Gateway::Fcm).await;
    let editor = world.editor("Eva Redaktion").await;
    let path = drafted(&world, &editor, "alert").await;
    world.approve(&path).await;
    let schedule = json!({"release_at": world.clock.now() + Duration::from_mins(1)});
    editor.put(&format!("{path}/schedule"), schedule).await.ok();
    eventually("the announcement is staged", async || {
        let rows: Vec<(i64,)> = world
            .app
            .db
            .query(same("SELECT COUNT(*) FROM deliveries"))
            .all()
            .await
            .expect("a count");
        (rows == [(1,)]).then_some(())
    })
    .await;
    // Held ready for T by now.
    world.clock.advance(Duration::from_secs(56));
    let message = the_message(&world).await;
    let answer = anna.post(RECEIPTS, receipt(&world, &message)).await;
    answer.refused(404, "not-found");
}

async fn a_phones_wrong_clock_is_set_right(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    let (anna, phone) = with_phone(&world, &sandbox, "Anna Kühn", Gateway::Fcm).await;
    let (bert, _) = with_phone(&world, &sandbox, "Bert Lang", Gateway::Fcm).await;
    let editor = world.editor("Eva Redaktion").await;
    let path = released(&world, &editor, "alert").await;
    complete(&editor, &path).await;
    let (released_at, day) = (world.clock.now(), Duration::from_hours(24));
    world.clock.advance(Duration::from_secs(5));
    let message = &shown(&sandbox, &phone)["message_id"];
    for (person, said) in [(&anna, released_at - day), (&bert, released_at + day)] {
        let receipt = json!({"message": message, "displayed_at": said});
        person.post(RECEIPTS, receipt).await.done();
    }
    let kept: Vec<(At,)> = world
        .app
        .db
        .query(same(
            "SELECT displayed_at FROM deliveries ORDER BY displayed_at",
        ))
        .all()
        .await
        .expect("both");
    assert_eq!(kept, [(released_at,), (world.clock.now(),)]);
}
