// SPDX-License-Identifier: EUPL-1.2

//! Audiences that mean nobody, or name what there is not.

use std::time::Duration;

use serde_json::json;

use super::{
    super::{EDITORIAL, draft},
    any_of, job_titles, on_duty, to, units,
};
use crate::world::{FIRE_BRIGADE, Stage, both};

both!(
    an_audience_in_which_nobody_is_left_is_refused,
    what_an_audience_names_wrongly_is_told_by_pointer,
    a_channel_is_for_everybody_or_for_units,
);

async fn an_audience_in_which_nobody_is_left_is_refused(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let everybody = json!({"kind": "everybody"});
    for nothing in [
        any_of(&[], &[]),
        any_of(&[], std::slice::from_ref(&everybody)),
        any_of(&[job_titles(&[])], &[]),
    ] {
        let refused = editor.post(EDITORIAL, to(nothing)).await;
        refused.refused(422, "empty-audience");
    }
    for nobody in [
        any_of(
            std::slice::from_ref(&everybody),
            std::slice::from_ref(&everybody),
        ),
        any_of(&[units(&world, FIRE_BRIGADE).await], &[]),
        on_duty(),
    ] {
        let address = draft(&editor, to(nobody)).await;
        let later = world.clock.now() + Duration::from_mins(1);
        let scheduled = json!({"release_at": later});
        let scheduled = editor.put(&format!("{address}/schedule"), scheduled).await;
        scheduled.refused(422, "empty-audience");
        let released = editor.put(&format!("{address}/release"), json!({})).await;
        released.refused(422, "empty-audience");
        assert_eq!(editor.get(&address).await.ok()["state"], "draft");
    }
}

async fn what_an_audience_names_wrongly_is_told_by_pointer(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let nothing = "019a0000-0000-7000-8000-000000000000";
    let everybody = json!({"kind": "everybody"});
    let many: Vec<_> = (0..51).map(|_| everybody.clone()).collect();
    let ids: Vec<_> = (0..1_001).map(|_| nothing).collect();
    for (audience, pointers) in [
        (job_titles(&["Kapitän"]), &["/audience/job_titles/0"][..]),
        (
            json!({"kind": "groups", "groups": [nothing]}),
            &["/audience/groups/0"],
        ),
        (
            any_of(
                &[
                    everybody.clone(),
                    json!({"kind": "units", "units": [nothing]}),
                ],
                &[job_titles(&["Kapitän", "Admiralin"])],
            ),
            &[
                "/audience/of/1/units/0",
                "/audience/except/0/job_titles/0",
                "/audience/except/0/job_titles/1",
            ],
        ),
        (
            any_of(&[any_of(std::slice::from_ref(&everybody), &[])], &[]),
            &["/audience/of/0/kind"],
        ),
        (
            any_of(std::slice::from_ref(&everybody), &[job_titles(&[])]),
            &["/audience/except/0/job_titles"],
        ),
        (any_of(&many, &[]), &["/audience/of"]),
        (json!({"kind": "units", "units": ids}), &["/audience/units"]),
        (json!({"kind": "on_duty", "at": "noon"}), &["/audience"]),
        (json!({"kind": "friends"}), &["/audience/kind"]),
    ] {
        let refused = editor
            .post(EDITORIAL, to(audience))
            .await
            .refused(422, "invalid-body");
        let told = refused["errors"].as_array().expect("errors").iter();
        let told: Vec<_> = told.map(|error| error["pointer"].as_str()).collect();
        let expected: Vec<_> = pointers.iter().map(|pointer| Some(*pointer)).collect();
        assert_eq!(told, expected, "{refused}");
    }
}

async fn a_channel_is_for_everybody_or_for_units(stage: &Stage) {
    let world = stage.world().await;
    let admin = world.admin("Ada Amt").await;
    let channel = json!({
        "name": "Dienst", "description": "Wer gerade da ist", "kind": "open", "audience": on_duty(),
    });
    let refused = admin.post("/api/v1/channels", channel).await;
    let refused = refused.refused(422, "invalid-body");
    assert_eq!(refused["errors"][0]["pointer"], "/audience/kind");
}
