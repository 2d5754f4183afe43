// SPDX-License-Identifier: EUPL-1.2

//! What an editor can get wrong: each mistake is a problem of its own, and nothing is half done.

use std::time::Duration;

use serde_json::{Value, json};

use super::{EDITORIAL, draft, schedule, to_everybody};
use crate::world::{Answer, FIRE_STATION_2, Person, Stage, World, both, people::same};

both!(
    every_mistake_about_t_and_the_words_is_its_own_problem_and_changes_nothing,
    what_is_withdrawn_is_neither_scheduled_nor_released_nor_approved_again,
);

/// Everything that an editor's request could leave behind.
async fn everything(world: &World, editor: &Person) -> (Value, Vec<(i64,)>) {
    let announcements = editor.get(EDITORIAL).await.ok();
    let items = announcements["items"].as_array().expect("a list");
    let mut whole = Vec::new();
    for item in items {
        let id = item["id"].as_str().expect("an id");
        whole.push(editor.get(&format!("{EDITORIAL}/{id}")).await.ok());
    }
    let counts = world
        .app
        .db
        .query(same(
            "SELECT COUNT(*) FROM audit_entries UNION ALL SELECT COUNT(*) FROM changes
             UNION ALL SELECT COUNT(*) FROM push_messages
             UNION ALL SELECT COUNT(*) FROM announcement_texts",
        ))
        .all()
        .await
        .expect("the counts");
    (json!(whole), counts)
}

async fn every_mistake_about_t_and_the_words_is_its_own_problem_and_changes_nothing(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let nobody = world.unit_id(FIRE_STATION_2).await;
    let address = draft(&eva, to_everybody()).await;
    let scheduled = draft(&eva, to_everybody()).await;
    schedule(&world, &eva, &scheduled, 3_600).await;
    let mut for_nobody = to_everybody();
    for_nobody["audience"] = json!({"kind": "units", "units": [nobody]});
    let for_nobody = draft(&eva, for_nobody).await;
    let words = |push_text: &str| json!({"de": {"title": "Titel", "push_text": push_text, "body": "Mehr."}});
    let at = |after: Duration| json!({"release_at": world.clock.now() + after});
    let local = |at: &str| json!({"release_at_local": {"at": at, "zone": "Europe/Berlin"}});
    let hour = Duration::from_hours(1);
    let before = everything(&world, &eva).await;
    let mistakes = [
        ("release-in-past", "schedule", at(Duration::ZERO)),
        ("release-too-far", "schedule", at(hour * 24 * 367)),
        (
            "local-time-missing",
            "schedule",
            local("2027-03-28T02:30:00"),
        ),
        ("local-time-twice", "schedule", local("2027-10-31T02:30:00")),
        (
            "text-too-long",
            "",
            json!({"texts": words(&"x".repeat(201))}),
        ),
        ("placeholder-unknown", "", json!({"texts": words("{now}")})),
        (
            "placeholder-without-value",
            "",
            json!({"texts": words("{expiry_date}")}),
        ),
        (
            "expiry-in-past",
            "",
            json!({"expires_at": world.clock.now()}),
        ),
        (
            "empty-audience",
            "",
            json!({"audience": {"kind": "units", "units": []}}),
        ),
    ];
    for place in [&address, &scheduled] {
        for (problem, part, body) in &mistakes {
            let answer = match *part {
                "" => eva.patch(place, body.clone()).await,
                part => eva.put(&format!("{place}/{part}"), body.clone()).await,
            };
            answer.refused(422, problem);
        }
    }
    let nobody = json!({"audience": {"kind": "units", "units": [nobody]}});
    let expiry = json!({"expires_at": world.clock.now() + hour});
    for (problem, answer) in [
        (
            "empty-audience",
            eva.put(&format!("{for_nobody}/schedule"), at(hour)).await,
        ),
        (
            "empty-audience",
            eva.put(&format!("{for_nobody}/release"), json!({})).await,
        ),
        ("empty-audience", eva.patch(&scheduled, nobody).await),
        ("release-after-expiry", eva.patch(&scheduled, expiry).await),
    ] {
        answer.refused(422, problem);
    }
    assert_eq!(everything(&world, &eva).await, before);
}

async fn what_is_withdrawn_is_neither_scheduled_nor_released_nor_approved_again(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let edda = world.editor("Edda Editor").await;
    let address = draft(&eva, to_everybody()).await;
    eva.put(&format!("{address}/release"), json!({})).await.ok();
    eva.delete(&address).await.done();
    let before = everything(&world, &eva).await;
    let at = |part: &str| format!("{address}/{part}");
    let later = json!({"release_at": world.clock.now() + Duration::from_hours(1)});
    let approval = edda.call(http::Method::PUT, &at("approval"));
    let revision = before.0[0]["revision"].clone();
    let approval = approval.header("if-match", &format!("\"{revision}\""));
    let answers: [Answer; 7] = [
        eva.put(&at("release"), json!({})).await,
        eva.put(&at("schedule"), later).await,
        eva.delete(&at("schedule")).await,
        eva.patch(&address, json!({"class": "news"})).await,
        eva.put(&at("review"), json!({})).await,
        eva.put(&at("press"), json!({"rule": "same_instant"})).await,
        approval.send().await,
    ];
    for answer in answers {
        answer.refused(409, "announcement-withdrawn");
    }
    assert_eq!(everything(&world, &eva).await, before);
}
