// SPDX-License-Identifier: EUPL-1.2

//! What follows a release is as quiet as what is released: reminders, what deputies are told, and what editors are
//! told of an announcement that is held.

use std::time::Duration;

use serde_json::{Value, json};
use stadtfunk::push::{Gateway, sandbox::Phone};

use super::{Night, QUIET};
use crate::{
    announcements::schedule,
    world::{FIRE_BRIGADE, FIRE_STATION_1, Person, Stage, TOWN_HALL, both, eventually},
};

both!(
    a_reminder_and_what_a_deputy_is_told_are_as_quiet_as_their_class,
    a_reminder_waits_for_the_morning_if_its_class_does,
    a_reminder_that_disturbs_is_logged_as_the_release_is,
    what_editors_are_told_of_what_is_held_is_as_quiet_as_what_is_important,
);

/// Has the question asked, and releases it.
async fn release(night: &Night, class: &str, question: Value) -> String {
    let address = night.draft(class).await;
    night.put(&address, "question", question).await;
    if class == "alert" {
        night.world.approve(&address).await;
    }
    night.put(&address, "release", json!({})).await;
    address
}

/// Waits until so much has come.
async fn has_come(night: &Night, phone: &Phone, often: usize) {
    eventually("it has come", async || {
        (night.came(phone) == often).then_some(())
    })
    .await;
}

/// Whoever has chosen to be told at any time.
async fn is_an_owl(person: &Person) {
    person.put(QUIET, json!({"windows": []})).await.ok();
}

async fn a_reminder_and_what_a_deputy_is_told_are_as_quiet_as_their_class(stage: &Stage) {
    let night = Night::falls(stage).await;
    let (anna, asleep) = night.employee("Anna Kühn").await;
    let owl = night.world.employee("Uwe Uhu").of(FIRE_STATION_1).await;
    let awake = night.sandbox.phone(Gateway::Fcm);
    owl.registers(&awake).await;
    is_an_owl(&owl).await;
    let admin = night.world.admin("Ada Amt").await;
    for (unit, deputy) in [(TOWN_HALL, &anna), (FIRE_BRIGADE, &owl)] {
        let unit = night.world.unit_id(unit).await;
        let at = format!("/api/v1/org-units/{unit}/deputy");
        let person = json!({"person": deputy.account});
        admin.put(&at, person).await.done();
    }
    let question = json!({
        "answers": {"kind": "read"}, "remind_after_minutes": 10, "deputy_after_minutes": 20,
    });
    release(&night, "important", question).await;
    for (often, title) in [
        (1, "Neues Rathaus"),
        (2, "Bitte antworten: Neues Rathaus"),
        (3, "Noch ohne Antwort"),
    ] {
        for (phone, silent, priority) in [
            (&awake, Value::Null, "HIGH"),
            (&asleep, json!(true), "NORMAL"),
        ] {
            has_come(&night, phone, often).await;
            let (body, read) = night.last(phone);
            assert_eq!(read["title"], title);
            assert_eq!(read["silent"], silent, "{title}");
            let android = &body["message"]["android"];
            assert_eq!(android["priority"], priority, "{title}");
        }
        night.world.clock.advance(Duration::from_mins(10));
    }
}

async fn a_reminder_waits_for_the_morning_if_its_class_does(stage: &Stage) {
    let night = Night::with(stage, "[important]\nquiet = \"hold\"\n").await;
    let (_, asleep) = night.employee("Anna Kühn").await;
    let (owl, awake) = night.employee("Uwe Uhu").await;
    is_an_owl(&owl).await;
    let question = json!({"answers": {"kind": "read"}, "remind_after_minutes": 10});
    release(&night, "important", question).await;
    has_come(&night, &awake, 1).await;
    night.world.clock.advance(Duration::from_mins(10));
    has_come(&night, &awake, 2).await;
    assert_eq!(night.came(&asleep), 0);
    night.hours_pass(9);
    has_come(&night, &asleep, 2).await;
}

async fn a_reminder_that_disturbs_is_logged_as_the_release_is(stage: &Stage) {
    let night = Night::falls(stage).await;
    let (_, asleep) = night.employee("Anna Kühn").await;
    let (owl, awake) = night.employee("Uwe Uhu").await;
    is_an_owl(&owl).await;
    let question = json!({"answers": {"kind": "read"}, "remind_after_minutes": 10});
    let address = release(&night, "alert", question).await;
    for often in [1, 2] {
        has_come(&night, &asleep, often).await;
        has_come(&night, &awake, often).await;
        night.world.clock.advance(Duration::from_mins(10));
    }
    let admin = night.world.admin("Ada Amt").await;
    let log = admin.get("/api/v1/audit").await.ok();
    let entries = log["items"].as_array().expect("entries").iter();
    let overridden: Vec<_> = entries
        .filter(|entry| entry["action"] == "quiet_hours_overridden")
        .collect();
    let [reminder, release] = overridden[..] else {
        panic!("{log}");
    };
    assert!(release["actor"].is_string());
    assert_eq!(release["details"], json!({"people": 1}));
    assert_eq!(reminder.get("actor"), None, "the clock did it");
    assert!(address.ends_with(reminder["subject"].as_str().expect("an id")));
    let details = json!({"people": 1, "step": "remind"});
    assert_eq!(reminder["details"], details);
}

async fn what_editors_are_told_of_what_is_held_is_as_quiet_as_what_is_important(stage: &Stage) {
    let night = Night::falls(stage).await;
    let mut phones = Vec::new();
    for name in ["Edda Schlaf", "Edgar Uhu"] {
        let editor = night.world.editor(name).await;
        let phone = night.sandbox.phone(Gateway::Fcm);
        editor.registers(&phone).await;
        phones.push((editor, phone));
    }
    is_an_owl(&phones[1].0).await;
    let address = night.draft("important").await;
    schedule(&night.world, &night.editor, &address, 60).await;
    stage.stop_servers().await;
    // T, and more than the hour that it may be late.
    night.world.clock.advance(Duration::from_mins(90));
    let _world = stage.world_with(night.settings.clone()).await;
    for ((_, phone), silent) in phones.iter().zip([json!(true), Value::Null]) {
        has_come(&night, phone, 1).await;
        let (_, read) = night.last(phone);
        assert_eq!(read["title"], "Eine Mitteilung wird zurückgehalten");
        assert_eq!(read["silent"], silent);
    }
}
