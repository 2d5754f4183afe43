// SPDX-License-Identifier: EUPL-1.2

//! How many have answered what: numbers that add up and name nobody.

use http::Method;
use serde_json::json;
use stadtfunk::people::access::Role;

use super::{City, answer, coming, four};
use crate::world::{FIRE_STATION_1, FIRE_STATION_2, Stage, TOWN_HALL, both};

both!(
    the_tally_adds_up_and_is_only_sent_anew_when_it_has_changed,
    a_few_people_are_not_counted,
    offices_are_shown_that_are_large_enough,
    a_duty_officer_follows_the_tally_too,
);

async fn the_tally_adds_up_and_is_only_sent_anew_when_it_has_changed(stage: &Stage) {
    let city = City::on(stage).await;
    let staff = four(&city.world).await;
    let address = city.release(coming()).await;
    let at = format!("{address}/answers");
    let first = city.editor.get(&at).await;
    let tag = first.header("etag").expect("a tag").to_owned();
    let again = city
        .editor
        .call(Method::GET, &at)
        .header("if-none-match", &tag);
    assert_eq!(again.send().await.status, 304);
    answer(&staff[0], &address, json!({"answer": "coming"})).await;
    answer(
        &staff[1],
        &address,
        json!({"answer": "coming_in", "minutes": 5}),
    )
    .await;
    answer(
        &staff[2],
        &address,
        json!({"answer": "coming_in", "minutes": 60}),
    )
    .await;
    let again = city
        .editor
        .call(Method::GET, &at)
        .header("if-none-match", &tag);
    let tally = again.send().await.ok();
    assert_eq!(tally["recipients"], 5);
    assert_eq!(tally["is_open"], true);
    assert_eq!(tally["question"], coming());
    let figures = &tally["figures"];
    assert_eq!(
        (&figures["answered"], &figures["not_answered"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(
        figures["counts"],
        json!([
            {"answer": "coming", "people": 1},
            {"answer": "coming_in", "people": 2},
            {"answer": "not_coming", "people": 0},
        ])
    );
    assert_eq!(figures["steps"], json!([]));
    // Whoever comes to the office later may answer too, and is counted from then on.
    let late = city.world.employee("Emil Ober").await;
    assert_eq!(city.tally(&address).await["recipients"], 5);
    answer(&late, &address, json!({"answer": "not_coming"})).await;
    let figures = city.tally(&address).await["figures"].clone();
    assert_eq!(
        (&figures["answered"], &figures["not_answered"]),
        (&json!(4), &json!(2))
    );
}

async fn a_few_people_are_not_counted(stage: &Stage) {
    let city = City::on(stage).await;
    let mut staff = Vec::new();
    for name in ["Anna Kühn", "Berta Lang", "Carl Mai"] {
        staff.push(city.world.employee(name).await);
    }
    let address = city.release(coming()).await;
    for person in &staff {
        answer(person, &address, json!({"answer": "coming"})).await;
    }
    let tally = city.tally(&address).await;
    assert_eq!(
        (&tally["recipients"], tally.get("figures")),
        (&json!(4), None)
    );
}

async fn offices_are_shown_that_are_large_enough(stage: &Stage) {
    let city = City::with(stage, "smallest_group = 3").await;
    let world = &city.world;
    for (count, unit) in [(4, FIRE_STATION_1), (3, FIRE_STATION_2), (1, TOWN_HALL)] {
        for number in 0..count {
            world.employee(&format!("Mia Nr{number}")).of(unit).await;
        }
    }
    let finn = world.employee("Finn Feuer").of(FIRE_STATION_1).await;
    let address = city.release(coming()).await;
    answer(&finn, &address, json!({"answer": "coming"})).await;
    let units = city.tally(&address).await["figures"]["units"].clone();
    let shown: Vec<_> = units.as_array().expect("units").iter().collect();
    // Two people of the town hall (the editor is one of them) are too few, and would be told by the difference.
    assert_eq!(shown.len(), 1, "{units}");
    assert_eq!(shown[0]["unit"]["name"], "Feuerwache 1");
    assert_eq!(
        (&shown[0]["recipients"], &shown[0]["answered"]),
        (&json!(5), &json!(1))
    );
}

async fn a_duty_officer_follows_the_tally_too(stage: &Stage) {
    let city = City::on(stage).await;
    four(&city.world).await;
    let leader = city
        .world
        .employee("Lea Leitung")
        .with(Role::DutyOfficer)
        .await;
    let address = city.release(coming()).await;
    let tally = leader.get(&format!("{address}/answers")).await.ok();
    assert_eq!(tally, city.tally(&address).await);
    let refused = leader.get(&address).await;
    refused.refused(403, "forbidden");
}
