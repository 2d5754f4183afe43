// SPDX-License-Identifier: EUPL-1.2

//! Who has answered what, by name: for whom, each look recorded, and forgotten after some weeks.

use std::time::Duration;

use serde_json::{Value, json};
use stadtfunk::{
    people::access::Role,
    push::{Gateway, sandbox::SandboxConfig},
};

use super::{City, account, answer, coming, four};
use crate::{
    announcements::{EDITORIAL, for_readers},
    world::{Client, FIRE_BRIGADE, FIRE_STATION_1, Settings, Stage, both, eventually, same},
};

both!(
    a_duty_officer_sees_names_and_each_look_is_recorded,
    a_deputy_who_was_told_sees_who_of_their_office_has_not_answered,
    nobody_else_can_tell_that_there_are_names,
    names_are_forgotten_and_the_figures_stay,
    whom_the_reminder_was_for_is_forgotten_too,
);

/// Where names are looked at.
fn at_names(address: &str) -> String {
    format!("{}/answers", for_readers(address))
}

fn names(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("items").iter();
    let names = items.map(|item| item["family_name"].as_str().expect("a name").to_owned());
    names.collect()
}

/// The last entries of the audit log that say that somebody looked.
async fn looks(admin: &Client) -> Vec<Value> {
    let entries = admin.get("/api/v1/audit?limit=100").await.ok();
    let entries = entries["items"].as_array().expect("entries").clone();
    let looks = entries.into_iter();
    looks
        .filter(|entry| entry["action"] == "answers_looked_at")
        .collect()
}

async fn a_duty_officer_sees_names_and_each_look_is_recorded(stage: &Stage) {
    let city = City::on(stage).await;
    let staff = four(&city.world).await;
    let brigade = city.world.unit_id(FIRE_BRIGADE).await;
    let admin = city.world.admin("Ada Amt").await;
    let leader = city.world.employee("Lea Leitung").of(FIRE_STATION_1);
    let leader = leader.with(Role::DutyOfficer).await;
    let address = city.draft(coming()).await;
    let others = json!({"audience": {
        "kind": "any_of", "of": [{"kind": "everybody"}],
        "except": [{"kind": "units", "units": [brigade]}],
    }});
    city.editor.patch(&address, others).await.ok();
    city.editor
        .put(&format!("{address}/release"), json!({}))
        .await
        .ok();
    eventually("it is written down who was asked", async || {
        (city.tally(&address).await["recipients"] == 6).then_some(())
    })
    .await;
    answer(
        &staff[1],
        &address,
        json!({"answer": "coming_in", "minutes": 15}),
    )
    .await;
    assert!(looks(&admin).await.is_empty());
    let seen = leader.get(&at_names(&address)).await.ok();
    assert_eq!(
        names(&seen),
        ["Amt", "Editor", "Kühn", "Lang", "Mai", "Nau"]
    );
    assert_eq!(
        seen["items"][3],
        json!({
            "id": staff[1].account, "given_name": "Berta", "family_name": "Lang",
            "unit": {"id": city.world.unit_id(crate::world::TOWN_HALL).await, "name": "Hauptamt"},
            "answer": {"answer": "coming_in", "minutes": 15, "at": city.world.clock.now()},
            "reached_by": [],
        })
    );
    assert_eq!(seen["items"][0].get("answer"), None);
    let first = leader
        .get(&format!("{}?limit=4", at_names(&address)))
        .await
        .ok();
    let cursor = first["next_cursor"].as_str().expect("there is more");
    let rest = format!("{}?limit=4&cursor={cursor}", at_names(&address));
    assert_eq!(names(&leader.get(&rest).await.ok()), ["Mai", "Nau"]);
    let looks = looks(&admin).await;
    assert_eq!(looks.len(), 3, "each page is a look");
    for look in looks {
        assert_eq!(look["actor"], json!(leader.account));
        assert!(address.ends_with(look["subject"].as_str().expect("an id")));
        assert_eq!(look["details"], json!({"of": "everybody"}));
    }
}

async fn a_deputy_who_was_told_sees_who_of_their_office_has_not_answered(stage: &Stage) {
    let city = City::on(stage).await;
    let world = &city.world;
    let admin = world.admin("Ada Amt").await;
    let deputy = world.employee("Vera Vertretung").await;
    city.reachable(&deputy, Some("vera@example-stadt.de"), None)
        .await;
    let brigade = world.unit_id(FIRE_BRIGADE).await;
    let at = format!("/api/v1/org-units/{brigade}/deputy");
    let person = json!({"person": deputy.account});
    admin.put(&at, person).await.done();
    let finn = world.employee("Finn Feuer").of(FIRE_STATION_1).await;
    let fred = world.employee("Fred Funke").of(FIRE_STATION_1).await;
    city.reachable(&fred, Some("fred@example-stadt.de"), None)
        .await;
    let mut question = coming();
    question["otherwise"] = json!({"by": "mail", "after_minutes": 10});
    question["deputy_after_minutes"] = json!(30);
    let address = city.release(question).await;
    let before = deputy.get(&at_names(&address)).await;
    before.refused(404, "not-found");
    city.minutes_later(&address, 10, "otherwise").await;
    city.notified(&address, "otherwise").await;
    city.minutes_later(&address, 20, "deputy").await;
    let seen = deputy.get(&at_names(&address)).await.ok();
    assert_eq!(names(&seen), ["Feuer", "Funke"]);
    assert_eq!(seen["items"][0]["reached_by"], json!([]));
    assert_eq!(seen["items"][1]["reached_by"], json!(["mail"]));
    answer(&finn, &address, json!({"answer": "coming"})).await;
    assert_eq!(
        names(&deputy.get(&at_names(&address)).await.ok()),
        ["Funke"]
    );
    let looks = looks(&admin).await;
    assert_eq!(looks.len(), 2);
    assert_eq!(looks[0]["details"], json!({"of": "office"}));
    // Whoever stands in for nobody any more sees nobody.
    admin.delete(&at).await.done();
    assert!(names(&deputy.get(&at_names(&address)).await.ok()).is_empty());
}

async fn nobody_else_can_tell_that_there_are_names(stage: &Stage) {
    let city = City::on(stage).await;
    let world = &city.world;
    let leader = world.employee("Lea Leitung").with(Role::DutyOfficer).await;
    let others = [
        world.employee("Karl Kollege").await,
        world.moderator("Mo Moderator").await,
        world.admin("Ada Amt").await,
        world.editor("Edda Editor").await,
    ];
    let asking = city.release(coming()).await;
    let silent = crate::announcements::draft(&city.editor, super::important()).await;
    city.editor
        .put(&format!("{silent}/release"), json!({}))
        .await
        .ok();
    let draft = city.draft(coming()).await;
    let nothing = format!("{EDITORIAL}/{}", world.app.ids.id::<()>());
    for address in [&asking, &silent, &draft, &nothing] {
        for other in &others {
            let refused = other.get(&at_names(address)).await;
            refused.refused(404, "not-found");
        }
        let stranger = world.stranger().get(&at_names(address)).await;
        stranger.refused(401, "unauthenticated");
    }
    for address in [&silent, &draft, &nothing] {
        leader
            .get(&at_names(address))
            .await
            .refused(404, "not-found");
    }
    leader.get(&at_names(&asking)).await.ok();
    city.editor.delete(&asking).await.done();
    leader
        .get(&at_names(&asking))
        .await
        .refused(404, "not-found");
    assert_eq!(looks(&others[2]).await.len(), 1);
}

async fn names_are_forgotten_and_the_figures_stay(stage: &Stage) {
    let city = City::with(stage, "names_days = 7").await;
    let staff = four(&city.world).await;
    let leader = city
        .world
        .employee("Lea Leitung")
        .with(Role::DutyOfficer)
        .await;
    city.reachable(&staff[1], Some("berta@example-stadt.de"), None)
        .await;
    let mut question = coming();
    question["otherwise"] = json!({"by": "mail", "after_minutes": 10});
    let address = city.release(question).await;
    answer(&staff[0], &address, json!({"answer": "coming"})).await;
    city.minutes_later(&address, 10, "otherwise").await;
    city.notified(&address, "otherwise").await;
    city.world.clock.advance(Duration::from_hours(7 * 24 - 1));
    leader.get(&at_names(&address)).await.ok();
    let before = city.tally(&address).await;
    assert_eq!(before["is_open"], true);
    city.world.clock.advance(Duration::from_hours(1));
    eventually("names are forgotten", async || {
        (leader.get(&at_names(&address)).await.status == 410).then_some(())
    })
    .await;
    leader
        .get(&at_names(&address))
        .await
        .refused(410, "answers-forgotten");
    let mut after = city.tally(&address).await;
    assert_eq!(after["is_open"], false);
    assert_eq!(after["figures"]["units"], json!([]));
    // Nobody closed it before that did.
    let closed_at = after
        .as_object_mut()
        .expect("a tally")
        .remove("answer_until");
    assert_eq!(closed_at, Some(json!(city.world.clock.now())));
    after["is_open"] = before["is_open"].clone();
    after["figures"]["units"] = before["figures"]["units"].clone();
    assert_eq!(after, before, "but for that the figures are what they were");
    eventually("nothing is left of who it was", async || {
        let left = "SELECT (SELECT COUNT(*) FROM announcement_answers)
                         + (SELECT COUNT(*) FROM question_notices)";
        let left = city.world.app.db.query(same(left)).one::<(i64,)>().await;
        (left.expect("a count") == (0,)).then_some(())
    })
    .await;
    let mut kept = city.tally(&address).await;
    kept.as_object_mut()
        .expect("a tally")
        .remove("answer_until");
    kept["is_open"] = before["is_open"].clone();
    kept["figures"]["units"] = before["figures"]["units"].clone();
    assert_eq!(kept, before, "nor when they are the kept ones");
    let answer = super::at_reader(&address);
    let late = staff[0].put(&answer, json!({"answer": "not_coming"})).await;
    late.refused(409, "answers-closed");
    let read = staff[0].get(&for_readers(&address)).await.ok();
    assert_eq!(read["question"].get("own_answer"), None);
}

/// Whoever was reminded had not answered.
async fn whom_the_reminder_was_for_is_forgotten_too(stage: &Stage) {
    let settings = Settings::default();
    let clock = settings.clock.clone();
    let sandbox = stage.sandbox(SandboxConfig::default(), clock).await;
    let city = City::by_clock(stage, "names_days = 7", settings).await;
    let staff = four(&city.world).await;
    staff[0].registers(&sandbox.phone(Gateway::Fcm)).await;
    let mut question = coming();
    question["remind_after_minutes"] = json!(10);
    let address = city.release(question).await;
    city.minutes_later(&address, 10, "remind").await;
    let known = async || -> (i64, i64) {
        let known = "SELECT (SELECT COUNT(*) FROM push_recipients r
                             JOIN question_steps s ON s.message_id = r.message_id),
                            (SELECT COUNT(*) FROM deliveries d
                             JOIN question_steps s ON s.message_id = d.message_id)";
        let known = city.world.app.db.query(same(known)).one().await;
        known.expect("counts")
    };
    let reached = eventually("the reminder has arrived", async || {
        let reminded = account(&city.tally(&address).await, "remind");
        (reminded["push"]["reached"] == 1).then_some(reminded)
    })
    .await;
    assert_eq!(known().await, (5, 1));
    city.world.clock.advance(Duration::from_hours(7 * 24));
    eventually("the outbox has forgotten them", async || {
        (known().await == (0, 0)).then_some(())
    })
    .await;
    assert_eq!(account(&city.tally(&address).await, "remind"), reached);
}
