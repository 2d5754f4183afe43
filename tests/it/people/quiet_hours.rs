// SPDX-License-Identifier: EUPL-1.2

//! Quiet hours, as people choose them and as the city has them.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use crate::world::{Person, Settings, Stage, World, both, eventually, people::same};

both!(
    whoever_has_chosen_nothing_keeps_the_citys,
    somebody_chooses_hours_and_a_pause_that_is_over_by_itself,
    what_was_changed_meanwhile_is_not_overwritten,
    every_mistake_is_named_and_nothing_is_written,
    the_clocks_of_another_zone_count,
    those_of_former_colleagues_are_forgotten,
);

const QUIET: &str = "/api/v1/me/quiet-hours";
const EVERY_DAY: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

fn nights() -> Value {
    json!([{"days": EVERY_DAY, "from": "20:00", "until": "06:00"}])
}

fn with_nights() -> Settings {
    let environment = [("FROM", "20:00"), ("UNTIL", "06:00")];
    let environment =
        environment.map(|(key, value)| (format!("STADTFUNK_QUIET_HOURS_{key}"), value.to_owned()));
    Settings {
        environment: environment.into(),
        ..Settings::default()
    }
}

async fn chosen(person: &Person) -> Value {
    person.get(QUIET).await.ok()
}

/// From a Saturday, three in the afternoon in Berlin.
fn hours_pass(world: &World, hours: u64) {
    world.clock.advance(Duration::from_hours(hours));
}

async fn whoever_has_chosen_nothing_keeps_the_citys(stage: &Stage) {
    let world = stage.world_with(with_nights()).await;
    let anna = world.employee("Anna Kühn").await;
    let mut citys = json!({
        "zone": "Europe/Berlin", "windows": nights(), "is_default": true, "revision": 0,
        "overridden": [],
    });
    assert_eq!(chosen(&anna).await, citys);
    hours_pass(&world, 5);
    citys["quiet_until"] = json!("2026-11-22T05:00:00.000Z");
    assert_eq!(chosen(&anna).await, citys);
    // Nobody is bound to them.
    let none = anna.put(QUIET, json!({"windows": []})).await.ok();
    assert_eq!(
        none,
        json!({
            "zone": "Europe/Berlin", "windows": [], "is_default": false, "revision": 1,
            "overridden": [],
        })
    );
    assert_eq!(chosen(&anna).await, none);
}

async fn somebody_chooses_hours_and_a_pause_that_is_over_by_itself(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    assert_eq!(chosen(&anna).await["windows"], json!([]), "the usual: none");
    let bert = world.employee("Bert Lang").await;
    let wanted = json!({"windows": nights(), "paused_until": "2026-11-21T20:30:00Z"});
    let is = anna.put(QUIET, wanted).await.ok();
    assert_eq!(is["windows"], nights());
    assert_eq!(is["paused_until"], "2026-11-21T20:30:00.000Z");
    assert_eq!(
        is["quiet_until"], "2026-11-22T05:00:00.000Z",
        "the pause goes over into the night"
    );
    hours_pass(&world, 7);
    let is = chosen(&anna).await;
    assert!(is.get("paused_until").is_none(), "{is}");
    assert_eq!(is["quiet_until"], "2026-11-22T05:00:00.000Z");
    hours_pass(&world, 8);
    assert!(chosen(&anna).await.get("quiet_until").is_none());
    assert_eq!(chosen(&bert).await["is_default"], true);
}

async fn what_was_changed_meanwhile_is_not_overwritten(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let put = async |revision: &str, windows: Value| {
        let call = anna
            .call(Method::PUT, QUIET)
            .header("if-match", &format!("\"{revision}\""));
        call.json(&json!({"windows": windows})).send().await
    };
    assert_eq!(put("0", nights()).await.ok()["revision"], 1);
    put("0", json!([])).await.refused(412, "revision-conflict");
    assert_eq!(chosen(&anna).await["windows"], nights());
    assert_eq!(put("1", json!([])).await.ok()["revision"], 2);
}

async fn every_mistake_is_named_and_nothing_is_written(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let always = json!([{"days": EVERY_DAY, "from": "00:00", "until": "00:00"}]);
    let twice = json!([{"days": ["monday", "monday"], "from": "20:00", "until": "06:00"}]);
    for (wanted, pointer) in [
        (json!({"windows": always}), "/windows"),
        (json!({"windows": twice}), "/windows/0/days"),
        (
            json!({"windows": [{"days": [], "from": "20:00", "until": "06:00"}]}),
            "/windows/0/days",
        ),
        (
            json!({"windows": [], "paused_until": world.clock.now()}),
            "/paused_until",
        ),
        (
            json!({"windows": [], "paused_until": "2028-01-01T00:00:00Z"}),
            "/paused_until",
        ),
    ] {
        let problem = anna
            .put(QUIET, wanted)
            .await
            .refused(422, "quiet-hours-invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    let window = |name: &str, value: Value| {
        let mut window = json!({"days": ["monday"], "from": "20:00", "until": "06:00"});
        window[name] = value;
        json!({"windows": [window]})
    };
    for (wanted, pointer) in [
        (window("from", json!("8:00")), "/windows/0/from"),
        (window("until", json!("24:00")), "/windows/0/until"),
        (window("days", json!(["someday"])), "/windows/0/days/0"),
        (
            json!({"windows": [], "zone": "Europe/Entenhausen"}),
            "/zone",
        ),
    ] {
        let problem = anna.put(QUIET, wanted).await.refused(422, "invalid-body");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    assert_eq!(chosen(&anna).await["revision"], 0);
}

async fn the_clocks_of_another_zone_count(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let wanted = json!({"zone": "Asia/Kolkata", "windows": nights()});
    hours_pass(&world, 1);
    // Half past eight in the evening there.
    let is = anna.put(QUIET, wanted).await.ok();
    assert_eq!(is["zone"], "Asia/Kolkata");
    assert_eq!(is["quiet_until"], "2026-11-22T00:30:00.000Z");
}

async fn those_of_former_colleagues_are_forgotten(stage: &Stage) {
    let world = stage.world().await;
    for name in ["Anna Kühn", "Bert Lang"] {
        let person = world.employee(name).await;
        person.put(QUIET, json!({"windows": nights()})).await.ok();
    }
    let db = &world.app.db;
    db.query(same(
        "UPDATE accounts SET left_at = created_at WHERE family_name = 'Lang'",
    ))
    .execute()
    .await
    .expect("he leaves");
    hours_pass(&world, 25);
    eventually("his are forgotten", async || {
        let kept: Vec<(i64,)> = db
            .query(same("SELECT COUNT(*) FROM quiet_hours"))
            .all()
            .await
            .expect("a count");
        (kept == [(1,)]).then_some(())
    })
    .await;
}
