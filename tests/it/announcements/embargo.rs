// SPDX-License-Identifier: EUPL-1.2

//! Before the release nobody but editors can tell that an announcement exists.

use serde_json::json;

use super::{EDITORIAL, draft, for_readers, schedule, to_everybody};
use crate::world::{Answer, FIRE_BRIGADE, FIRE_STATION_2, Stage, both};

const NOWHERE: &str = "/api/v1/announcements/019a0000-0000-7000-8000-000000000000";

both!(
    what_is_not_released_is_answered_as_what_does_not_exist,
    what_was_withdrawn_is_answered_as_what_does_not_exist,
    the_editors_routes_refuse_everybody_else_before_they_look,
    a_deleted_draft_is_gone_for_editors_too,
);

async fn what_is_not_released_is_answered_as_what_does_not_exist(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let anna = world.employee("Anna Kühn").await;
    let fire = world.employee("Florian Brand").of(FIRE_STATION_2).await;
    let draft_only = draft(&editor, to_everybody()).await;
    let scheduled = draft(&editor, to_everybody()).await;
    schedule(&world, &editor, &scheduled, 60).await;
    let mut announcement = to_everybody();
    let brigade = world.unit_id(FIRE_BRIGADE).await;
    announcement["audience"] = json!({"kind": "units", "units": [brigade]});
    let for_others = draft(&editor, announcement).await;
    editor
        .put(&format!("{for_others}/release"), json!({}))
        .await
        .ok();
    assert_eq!(fire.get(&for_readers(&for_others)).await.status, 200);

    let nothing = anna.get(NOWHERE).await;
    nothing.refused(404, "not-found");
    for hidden in [&draft_only, &scheduled, &for_others] {
        let answer = anna.get(&for_readers(hidden)).await;
        assert_eq!(
            (answer.status, &answer.body),
            (nothing.status, &nothing.body)
        );
        let names = |answer: &Answer| {
            let names = answer.headers.keys().filter(|name| *name != "date");
            names.map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(names(&answer), names(&nothing));
    }
    assert_eq!(
        anna.get("/api/v1/announcements").await.ok(),
        json!({"items": []})
    );
}

async fn what_was_withdrawn_is_answered_as_what_does_not_exist(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let anna = world.employee("Anna Kühn").await;
    let address = draft(&editor, to_everybody()).await;
    editor
        .put(&format!("{address}/release"), json!({}))
        .await
        .ok();
    assert_eq!(anna.get(&for_readers(&address)).await.status, 200);
    editor.delete(&address).await.done();
    editor.delete(&address).await.done();
    anna.get(&for_readers(&address))
        .await
        .refused(404, "not-found");
    assert_eq!(
        anna.get("/api/v1/announcements").await.ok(),
        json!({"items": []})
    );
    assert_eq!(editor.get(&address).await.ok()["state"], "withdrawn");
    let release = editor.put(&format!("{address}/release"), json!({})).await;
    release.refused(409, "announcement-withdrawn");
}

async fn the_editors_routes_refuse_everybody_else_before_they_look(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let anna = world.employee("Anna Kühn").await;
    let existing = draft(&editor, to_everybody()).await;
    let missing = format!("{EDITORIAL}/019a0000-0000-7000-8000-000000000000");
    for address in [existing, missing] {
        anna.get(&address).await.refused(403, "forbidden");
        anna.delete(&address).await.refused(403, "forbidden");
        anna.patch(&address, json!({}))
            .await
            .refused(403, "forbidden");
        for part in ["audience", "report"] {
            anna.get(&format!("{address}/{part}"))
                .await
                .refused(403, "forbidden");
        }
        for part in ["schedule", "release"] {
            let part = format!("{address}/{part}");
            anna.put(&part, json!({})).await.refused(403, "forbidden");
            world
                .stranger()
                .put(&part, json!({}))
                .await
                .refused(401, "unauthenticated");
        }
    }
    anna.get(EDITORIAL).await.refused(403, "forbidden");
}

async fn a_deleted_draft_is_gone_for_editors_too(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let address = draft(&editor, to_everybody()).await;
    schedule(&world, &editor, &address, 30).await;
    editor.delete(&address).await.done();
    editor.get(&address).await.refused(404, "not-found");
    editor.delete(&address).await.refused(404, "not-found");
}
