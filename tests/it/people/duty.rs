// SPDX-License-Identifier: EUPL-1.2

//! Who is on duty, as people say it of themselves and as the roster has it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::world::{Person, Stage, World, both, eventually, people::same};

both!(
    somebody_goes_on_duty_until_an_instant_and_off_again,
    nobody_is_on_duty_for_longer_than_a_day_or_until_yesterday,
    the_roster_of_some_people_is_replaced_for_a_period,
    whoever_goes_off_duty_is_off_whatever_the_roster_says,
    a_roster_with_a_mistake_is_refused_whole,
    past_shifts_are_forgotten,
);

const DUTY: &str = "/api/v1/me/duty";
const ROSTER: &str = "/api/v1/duty-roster";

async fn duty(person: &Person) -> Value {
    person.get(DUTY).await.ok()
}

fn in_hours(world: &World, hours: u64) -> Value {
    json!(world.clock.now() + Duration::from_hours(hours))
}

/// A roster of the next two days for one person, by hours from now.
fn roster(world: &World, person: &Person, shifts: &[(u64, u64)]) -> Value {
    let shift = |&(from, until): &(u64, u64)| json!({"from": in_hours(world, from), "until": in_hours(world, until)});
    json!({
        "from": in_hours(world, 0),
        "until": in_hours(world, 48),
        "people": [{
            "personnel_number": person.personnel_number,
            "shifts": shifts.iter().map(shift).collect::<Vec<_>>(),
        }],
    })
}

async fn somebody_goes_on_duty_until_an_instant_and_off_again(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let off = json!({"on_duty": false, "shifts": []});
    assert_eq!(duty(&anna).await, off);

    let until = in_hours(&world, 8);
    let on = anna.put(DUTY, json!({"until": until})).await.ok();
    assert_eq!(on["on_duty"], true);
    assert_eq!(on["until"], until);
    assert_eq!(on["shifts"][0]["source"], "self");
    assert_eq!(duty(&anna).await, on);

    // Saying it again moves the end; there is one shift of one's own.
    world.a_moment_later();
    let later = in_hours(&world, 10);
    let on = anna.put(DUTY, json!({"until": later})).await.ok();
    assert_eq!(on["until"], later);
    assert_eq!(on["shifts"].as_array().map(Vec::len), Some(1));

    anna.delete(DUTY).await.done();
    assert_eq!(duty(&anna).await, off);
    anna.delete(DUTY).await.done();

    anna.put(DUTY, json!({"until": in_hours(&world, 1)}))
        .await
        .ok();
    world.clock.advance(Duration::from_hours(1));
    assert_eq!(duty(&anna).await, off, "the end is the first instant off");
}

async fn nobody_is_on_duty_for_longer_than_a_day_or_until_yesterday(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    anna.put(DUTY, json!({"until": in_hours(&world, 24)}))
        .await
        .ok();
    for until in [
        json!(world.clock.now()),
        json!(world.clock.now() + Duration::from_millis(86_400_001)),
    ] {
        let refused = anna.put(DUTY, json!({"until": until})).await;
        let problem = refused.refused(422, "duty-end-invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/until");
    }
}

async fn the_roster_of_some_people_is_replaced_for_a_period(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let bert = world.employee("Bert Lang").await;
    let editor = world.editor("Eva Editor").await;
    let admin = world.admin("Ada Amt").await;
    let written = editor
        .put(ROSTER, roster(&world, &anna, &[(0, 8), (24, 32)]))
        .await;
    assert_eq!(written.ok(), json!({"people": 1, "shifts": 2}));
    admin
        .put(ROSTER, roster(&world, &bert, &[(0, 12)]))
        .await
        .ok();
    let known = duty(&anna).await;
    assert_eq!(known["until"], in_hours(&world, 8));
    assert_eq!(known["shifts"][1]["from"], in_hours(&world, 24));
    assert_eq!(known["shifts"][1]["source"], "roster");

    admin
        .put(ROSTER, roster(&world, &anna, &[(30, 40)]))
        .await
        .ok();
    let known = duty(&anna).await;
    assert_eq!(known["on_duty"], false);
    assert_eq!(known["shifts"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        duty(&bert).await["on_duty"],
        true,
        "he is not in that roster"
    );

    admin.put(ROSTER, roster(&world, &anna, &[])).await.ok();
    assert_eq!(duty(&anna).await["shifts"], json!([]));
}

async fn whoever_goes_off_duty_is_off_whatever_the_roster_says(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let admin = world.admin("Ada Amt").await;
    let shifts = roster(&world, &anna, &[(0, 8), (24, 32)]);
    admin.put(ROSTER, shifts).await.ok();
    world.clock.advance(Duration::from_hours(1));
    anna.delete(DUTY).await.done();
    let known = duty(&anna).await;
    assert_eq!(known["on_duty"], false);
    assert_eq!(known["shifts"].as_array().map(Vec::len), Some(1));
    world.clock.advance(Duration::from_hours(23));
    assert_eq!(duty(&anna).await["on_duty"], true, "tomorrow's shift");
}

async fn a_roster_with_a_mistake_is_refused_whole(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let editor = world.editor("Eva Editor").await;
    let sound = roster(&world, &anna, &[(0, 8)]);
    let spoilt = |pointer: &str, value: Value| {
        let mut roster = sound.clone();
        *roster.pointer_mut(pointer).expect("a place in the roster") = value;
        roster
    };
    let mut unknown = sound.clone();
    let somebody = json!({"personnel_number": "nobody", "shifts": []});
    unknown["people"]
        .as_array_mut()
        .expect("people")
        .push(somebody);
    for (roster, pointer) in [
        (unknown, "/people/1/personnel_number"),
        (spoilt("/until", sound["from"].clone()), "/until"),
        (
            spoilt("/people/0/shifts/0/from", in_hours(&world, 48)),
            "/people/0/shifts/0/from",
        ),
        (
            spoilt("/people/0/shifts/0/until", in_hours(&world, 25)),
            "/people/0/shifts/0/until",
        ),
    ] {
        let problem = editor
            .put(ROSTER, roster)
            .await
            .refused(422, "invalid-body");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
    assert_eq!(duty(&anna).await["shifts"], json!([]));
}

async fn past_shifts_are_forgotten(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let admin = world.admin("Ada Amt").await;
    let shifts = roster(&world, &anna, &[(0, 8), (40, 48)]);
    admin.put(ROSTER, shifts).await.ok();
    world.clock.advance(Duration::from_hours(49));
    eventually("the first shift is forgotten", async || {
        let kept: Vec<(i64,)> = world
            .app
            .db
            .query(same("SELECT COUNT(*) FROM duties"))
            .all()
            .await
            .expect("a count");
        (kept == [(1,)]).then_some(())
    })
    .await;
}
