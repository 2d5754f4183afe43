// SPDX-License-Identifier: EUPL-1.2

//! What readers see of a question, and what they may say.

use std::time::Duration;

use serde_json::json;
use stadtfunk::id::{AccountId, AnnouncementId};

use super::{City, answer, at_reader, coming, important};
use crate::{
    announcements::{draft, for_readers, schedule},
    world::{FIRE_BRIGADE, FIRE_STATION_1, Stage, both, same},
};

both!(
    a_reader_answers_and_thinks_better_of_it_until_the_end,
    choices_are_shown_in_the_readers_language,
    only_what_is_offered_is_taken,
    whoever_can_not_know_of_it_can_not_answer,
    the_change_log_says_that_somebody_answered_and_not_who,
);

async fn a_reader_answers_and_thinks_better_of_it_until_the_end(stage: &Stage) {
    let city = City::on(stage).await;
    let karl = city.world.employee("Karl Kollege").await;
    let mut question = coming();
    question["answer_within_minutes"] = json!(30);
    let address = city.release(question).await;
    let start = city.world.clock.now();
    let until = start + Duration::from_mins(30);
    let asked = json!({"answers": {"kind": "coming"}, "answer_until": until, "is_open": true});
    let read = karl.get(&for_readers(&address)).await.ok();
    assert_eq!(read["question"], asked);
    let listed = karl.get("/api/v1/announcements").await.ok();
    assert_eq!(listed["items"][0]["question"], asked);

    let said = answer(
        &karl,
        &address,
        json!({"answer": "coming_in", "minutes": 20}),
    )
    .await;
    let own = json!({"answer": "coming_in", "minutes": 20, "at": start});
    assert_eq!(said["own_answer"], own);
    city.world.clock.advance(Duration::from_mins(5));
    let again = answer(
        &karl,
        &address,
        json!({"answer": "coming_in", "minutes": 20}),
    )
    .await;
    assert_eq!(again["own_answer"], own, "the same changes nothing");
    let other = answer(&karl, &address, json!({"answer": "not_coming"})).await;
    let own = json!({"answer": "not_coming", "at": city.world.clock.now()});
    assert_eq!(other["own_answer"], own);
    let listed = karl.get("/api/v1/announcements").await.ok();
    assert_eq!(listed["items"][0]["question"]["own_answer"], own);
    let others = city.editor.get(&for_readers(&address)).await.ok();
    assert_eq!(others["question"].get("own_answer"), None);

    city.world
        .clock
        .advance(Duration::from_micros(24 * 60_000_000 + 59_999_999));
    answer(&karl, &address, json!({"answer": "coming"})).await;
    city.world.clock.advance(Duration::from_micros(1));
    let late = karl
        .put(&at_reader(&address), json!({"answer": "not_coming"}))
        .await;
    late.refused(409, "answers-closed");
    let read = karl.get(&for_readers(&address)).await.ok();
    assert_eq!(read["question"]["is_open"], false);
    assert_eq!(read["question"]["own_answer"]["answer"], "coming");
}

async fn choices_are_shown_in_the_readers_language(stage: &Stage) {
    let city = City::on(stage).await;
    let karl = city.world.employee("Karl Kollege").await;
    let address = city
        .release(json!({"answers": {"kind": "choices", "choices": [
            {"de": "Frühdienst", "en": "Early shift"}, {"de": "Spätdienst", "en": "Late shift"},
        ]}}))
        .await;
    let choices = async || {
        let read = karl.get(&for_readers(&address)).await.ok();
        read["question"]["answers"]["choices"].clone()
    };
    assert_eq!(choices().await, json!(["Frühdienst", "Spätdienst"]));
    let english = karl.patch("/api/v1/me", json!({"language": "en"})).await;
    english.ok();
    assert_eq!(choices().await, json!(["Early shift", "Late shift"]));
    let said = answer(&karl, &address, json!({"answer": "choice", "choice": 2})).await;
    assert_eq!(said["own_answer"]["choice"], 2);
}

async fn only_what_is_offered_is_taken(stage: &Stage) {
    let city = City::on(stage).await;
    let karl = city.world.employee("Karl Kollege").await;
    let coming = city.release(coming()).await;
    let read = city.release(json!({"answers": {"kind": "read"}})).await;
    for (address, said, pointer) in [
        (&coming, json!({"answer": "read"}), "/answer"),
        (&coming, json!({"answer": "choice", "choice": 1}), "/answer"),
        (&coming, json!({"answer": "coming_in", "minutes": 0}), ""),
        (&coming, json!({"answer": "coming_in", "minutes": 241}), ""),
        (&coming, json!({"answer": "coming", "minutes": 5}), ""),
        (&read, json!({"answer": "coming"}), "/answer"),
    ] {
        let refused = karl.put(&at_reader(address), said.clone()).await;
        let problem = refused.refused(422, "invalid-body");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{said}");
    }
    let silent = draft(&city.editor, important()).await;
    city.editor
        .put(&format!("{silent}/release"), json!({}))
        .await
        .ok();
    let refused = karl
        .put(&at_reader(&silent), json!({"answer": "read"}))
        .await;
    refused.refused(409, "nothing-asked");
    let tally = city.editor.get(&format!("{silent}/answers")).await;
    tally.refused(409, "nothing-asked");
}

async fn whoever_can_not_know_of_it_can_not_answer(stage: &Stage) {
    let city = City::on(stage).await;
    let outsider = city.world.employee("Olga Außen").await;
    let firefighter = city.world.employee("Finn Feuer").of(FIRE_STATION_1).await;
    let brigade = city.world.unit_id(FIRE_BRIGADE).await;
    let address = city.draft(coming()).await;
    let audience = json!({"audience": {"kind": "units", "units": [brigade]}});
    city.editor.patch(&address, audience).await.ok();
    let at = at_reader(&address);
    let yes = json!({"answer": "coming"});
    schedule(&city.world, &city.editor, &address, 60).await;
    firefighter
        .put(&at, yes.clone())
        .await
        .refused(404, "not-found");
    city.editor
        .put(&format!("{address}/release"), json!({}))
        .await
        .ok();
    firefighter.put(&at, yes.clone()).await.ok();
    outsider
        .put(&at, yes.clone())
        .await
        .refused(404, "not-found");
    let stranger = city.world.stranger();
    stranger
        .put(&at, yes.clone())
        .await
        .refused(401, "unauthenticated");
    city.editor.delete(&address).await.done();
    firefighter.put(&at, yes).await.refused(404, "not-found");
    let tally = city.tally(&address).await;
    assert_eq!(
        (&tally["recipients"], &tally["is_open"]),
        (&json!(1), &json!(false))
    );
    assert_eq!(tally.get("figures"), None, "one person is no group");
}

async fn the_change_log_says_that_somebody_answered_and_not_who(stage: &Stage) {
    let city = City::on(stage).await;
    let karl = city.world.employee("Karl Kollege").await;
    let address = city.release(coming()).await;
    for said in ["coming", "coming", "not_coming"] {
        answer(&karl, &address, json!({"answer": said})).await;
    }
    let answers = city.world.app.db.query(same(
        "SELECT subject_id, actor_id FROM changes WHERE kind = 'announcement_answered'",
    ));
    let answers: Vec<(AnnouncementId, Option<AccountId>)> = answers.all().await.expect("the log");
    assert_eq!(answers.len(), 2, "what was said again changed nothing");
    for (subject, actor) in answers {
        assert!(address.ends_with(&subject.to_string()));
        assert_eq!(actor, None);
    }
}
