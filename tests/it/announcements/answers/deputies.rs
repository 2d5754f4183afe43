// SPDX-License-Identifier: EUPL-1.2

//! Deputies: who names them, when they are told, and when not any more.

use std::time::Duration;

use mail_parser::MessageParser;
use serde_json::json;
use stadtfunk::push::{
    Gateway,
    sandbox::{Fault, SandboxConfig, Which},
};

use super::{City, account, answer, coming};
use crate::world::{FIRE_BRIGADE, FIRE_STATION_1, Person, Settings, Stage, both, eventually};

both!(
    the_deputy_of_an_office_is_told,
    a_deputy_is_not_told_of_those_who_have_answered_meanwhile,
    whoever_stands_in_for_nobody_any_more_is_not_told,
    what_waits_for_a_deputy_ends_with_a_withdrawal,
    only_administrators_name_deputies,
    of_several_who_name_a_deputy_at_once_the_last_counts,
);

const VERA: &str = "vera@example-stadt.de";

/// The fire brigade with three firefighters, and a deputy of theirs who works elsewhere.
struct Brigade {
    admin: Person,
    deputy: Person,
    /// Where the deputy is named.
    at: String,
    firefighters: Vec<Person>,
}

impl Brigade {
    async fn of(city: &City) -> Self {
        let world = &city.world;
        let admin = world.admin("Ada Amt").await;
        let deputy = world.employee("Vera Vertretung").await;
        city.reachable(&deputy, Some(VERA), None).await;
        let at = format!(
            "/api/v1/org-units/{}/deputy",
            world.unit_id(FIRE_BRIGADE).await
        );
        for _ in 0..2 {
            let person = json!({"person": deputy.account});
            admin.put(&at, person).await.done();
        }
        let mut firefighters = Vec::new();
        for name in ["Finn Feuer", "Fred Funke", "Frida Flamme"] {
            firefighters.push(world.employee(name).of(FIRE_STATION_1).await);
        }
        Self {
            admin,
            deputy,
            at,
            firefighters,
        }
    }
}

/// Released, and the deputies are told after half an hour.
async fn release(city: &City) -> String {
    let mut question = coming();
    question["deputy_after_minutes"] = json!(30);
    city.release(question).await
}

async fn the_deputy_of_an_office_is_told(stage: &Stage) {
    let city = City::on(stage).await;
    let Brigade { deputy, .. } = &Brigade::of(&city).await;
    let address = release(&city).await;
    answer(deputy, &address, json!({"answer": "coming"})).await;
    let told = city.minutes_later(&address, 30, "deputy").await;
    // Three firefighters; the editor and the administrator, for whom there is no deputy.
    assert_eq!(
        (&told["people"], &told["without_deputy"]),
        (&json!(5), &json!(2))
    );
    assert_eq!(
        city.notified(&address, "deputy").await,
        json!([{"by": "mail", "outcome": "delivered", "people": 1}])
    );
    assert_eq!(told["push"]["without_device"], 1);
    let [letter] = &city.office.letters()[..] else {
        panic!("{:?}", city.office.letters());
    };
    assert_eq!(letter.to, [VERA]);
    let read = MessageParser::default()
        .parse(&letter.source)
        .expect("a mail");
    let text = read.body_text(0).expect("a text");
    let id = address.rsplit('/').next().expect("an id");
    assert!(
        text.contains(&format!("/announcements/{id}/answers")),
        "{text}"
    );
    for word in ["Kita", "Finn", "Feuer"] {
        assert!(!text.contains(word), "neither words nor names: {text}");
    }
}

async fn a_deputy_is_not_told_of_those_who_have_answered_meanwhile(stage: &Stage) {
    let city = City::on(stage).await;
    let brigade = Brigade::of(&city).await;
    city.office.refuses_once(VERA, "451 come back later");
    let address = release(&city).await;
    city.minutes_later(&address, 30, "deputy").await;
    for firefighter in &brigade.firefighters {
        answer(firefighter, &address, json!({"answer": "coming"})).await;
    }
    assert_eq!(
        city.notified(&address, "deputy").await,
        json!([{"by": "mail", "outcome": "answered", "people": 1}])
    );
    assert!(city.office.letters().is_empty());
}

async fn whoever_stands_in_for_nobody_any_more_is_not_told(stage: &Stage) {
    let city = City::on(stage).await;
    let brigade = Brigade::of(&city).await;
    city.office.refuses_once(VERA, "451 come back later");
    let address = release(&city).await;
    city.minutes_later(&address, 30, "deputy").await;
    brigade.admin.delete(&brigade.at).await.done();
    assert_eq!(
        city.notified(&address, "deputy").await,
        json!([{"by": "mail", "outcome": "withdrawn", "people": 1}])
    );
    assert!(city.office.letters().is_empty());
}

async fn what_waits_for_a_deputy_ends_with_a_withdrawal(stage: &Stage) {
    let settings = Settings::default();
    let clock = settings.clock.clone();
    let sandbox = stage.sandbox(SandboxConfig::default(), clock).await;
    let city = City::by_clock(stage, "", settings).await;
    let brigade = Brigade::of(&city).await;
    let phone = sandbox.phone(Gateway::Fcm);
    brigade.deputy.registers(&phone).await;
    let address = release(&city).await;
    eventually("the phone shows it", async || {
        let screen = sandbox.lock_screen(phone.gateway, &phone.address);
        (screen.len() == 1).then_some(())
    })
    .await;
    let refuse = Fault::Refuse {
        status: 503,
        reason: "UNAVAILABLE".to_owned(),
        retry_after: Some(Duration::from_mins(2)),
    };
    sandbox.misbehave(Gateway::Fcm, refuse, Which::Next(1));
    let tried = sandbox.journal().newest();
    city.minutes_later(&address, 30, "deputy").await;
    eventually("the gateway wants to be asked later", async || {
        (sandbox.journal().newest() > tried).then_some(())
    })
    .await;
    city.editor.delete(&address).await.done();
    let push = account(&city.tally(&address).await, "deputy")["push"].clone();
    assert_eq!(
        (&push["waiting"], &push["not_reached"]),
        (&json!(0), &json!(1))
    );
}

async fn only_administrators_name_deputies(stage: &Stage) {
    let city = City::on(stage).await;
    let admin = city.world.admin("Ada Amt").await;
    let brigade = city.world.unit_id(FIRE_BRIGADE).await;
    let at = format!("/api/v1/org-units/{brigade}/deputy");
    let person = json!({"person": city.editor.account});
    city.editor
        .put(&at, person.clone())
        .await
        .refused(403, "forbidden");
    admin.put(&at, person).await.done();
    let nobody = json!({"person": city.world.app.ids.id::<()>()});
    let problem = admin.put(&at, nobody).await.refused(422, "invalid-body");
    assert_eq!(problem["errors"][0]["pointer"], "/person");
    let units = admin.get("/api/v1/org-units").await.ok();
    let units = units["items"].as_array().expect("units").clone();
    let of = |code: &str| units.iter().find(|unit| unit["code"] == code).cloned();
    let own = of("37").expect("the brigade");
    assert_eq!(own["deputy_id"], json!(city.editor.account));
    assert_eq!(of("37.1").expect("a station").get("deputy_id"), None);
    for _ in 0..2 {
        admin.delete(&at).await.done();
    }
    let entries = admin.get("/api/v1/audit").await.ok();
    let entries = entries["items"].as_array().expect("entries").clone();
    let details: Vec<_> = entries.iter().map(|entry| &entry["details"]).collect();
    assert_eq!(
        details,
        [&json!({}), &json!({"deputy": city.editor.account})]
    );
}

async fn of_several_who_name_a_deputy_at_once_the_last_counts(stage: &Stage) {
    let city = City::on(stage).await;
    let admin = city.world.admin("Ada Amt").await;
    let brigade = city.world.unit_id(FIRE_BRIGADE).await;
    let at = format!("/api/v1/org-units/{brigade}/deputy");
    let mut people = Vec::new();
    for number in 0..6 {
        people.push(city.world.employee(&format!("Vera Nr{number}")).await);
    }
    let name = async |person: &Person| {
        let person = json!({"person": person.account});
        admin.put(&at, person).await.done();
    };
    futures::future::join_all(people.iter().map(name)).await;
    let entries = admin.get("/api/v1/audit").await.ok();
    let last = &entries["items"][0];
    assert_eq!(last["action"], "deputy_changed");
    let units = admin.get("/api/v1/org-units").await.ok();
    let mut units = units["items"].as_array().expect("units").iter();
    let own = units
        .find(|unit| unit["code"] == "37")
        .expect("the brigade");
    assert_eq!(own["deputy_id"], last["details"]["deputy"]);
}
