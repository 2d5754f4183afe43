// SPDX-License-Identifier: EUPL-1.2

//! T as the city's clocks show it.

use http::Method;
use serde_json::{Value, json};

use super::{draft, schedule, to_everybody};
use crate::world::{Stage, both};

both!(
    a_local_time_is_the_instant_at_which_the_zones_clocks_show_it,
    an_hour_that_is_missing_or_there_twice_is_refused_with_both_instants,
    t_is_said_once_and_in_full,
    a_local_time_in_the_past_or_too_far_ahead_is_refused,
);

fn local(at: &str, zone: &str) -> Value {
    json!({"release_at_local": {"at": at, "zone": zone}})
}

async fn a_local_time_is_the_instant_at_which_the_zones_clocks_show_it(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let address = draft(&editor, to_everybody()).await;
    for (at, zone, release_at) in [
        (
            "2026-12-01T09:30:05",
            "Europe/Berlin",
            "2026-12-01T08:30:05.000Z",
        ),
        (
            "2027-07-01T09:30:05",
            "Europe/Berlin",
            "2027-07-01T07:30:05.000Z",
        ),
        (
            "2027-03-28T02:30:00",
            "Europe/Lisbon",
            "2027-03-28T01:30:00.000Z",
        ),
        ("2027-03-28T02:30:00", "UTC", "2027-03-28T02:30:00.000Z"),
    ] {
        let scheduled = editor
            .put(&format!("{address}/schedule"), local(at, zone))
            .await
            .ok();
        assert_eq!(scheduled["release_at"], release_at, "{at} {zone}");
        assert_eq!(scheduled["state"], "scheduled");
        assert_eq!(editor.get(&address).await.ok(), scheduled);
    }
}

async fn an_hour_that_is_missing_or_there_twice_is_refused_with_both_instants(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let address = draft(&editor, to_everybody()).await;
    schedule(&world, &editor, &address, 3_600).await;
    let before = editor.get(&address).await.ok();
    for (at, problem, earlier, later) in [
        (
            "2027-03-28T02:30:00",
            "local-time-missing",
            "2027-03-28T01:30:00+01:00",
            "2027-03-28T03:30:00+02:00",
        ),
        (
            "2027-10-31T02:30:00",
            "local-time-twice",
            "2027-10-31T02:30:00+02:00",
            "2027-10-31T02:30:00+01:00",
        ),
    ] {
        for (language, detail) in [
            ("de", format!("Gemeint sein kann {earlier} oder {later}.")),
            ("en", format!("It could be {earlier} or {later}.")),
        ] {
            let refused = editor
                .call(Method::PUT, &format!("{address}/schedule"))
                .header("accept-language", language)
                .json(&local(at, "Europe/Berlin"))
                .send()
                .await
                .refused(422, problem);
            assert_eq!(refused["detail"], detail);
            assert_eq!(refused["errors"][0]["pointer"], "/release_at_local/at");
        }
        assert_eq!(editor.get(&address).await.ok(), before);
    }
    // Either is what the editor may then say.
    let meant = json!({"release_at": "2027-10-31T02:30:00+01:00"});
    let scheduled = editor.put(&format!("{address}/schedule"), meant).await.ok();
    assert_eq!(scheduled["release_at"], "2027-10-31T01:30:00.000Z");
}

async fn t_is_said_once_and_in_full(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let address = draft(&editor, to_everybody()).await;
    let before = editor.get(&address).await.ok();
    let mut both = local("2026-12-01T09:30:00", "Europe/Berlin");
    both["release_at"] = json!("2026-12-01T08:30:00Z");
    for (body, pointer) in [
        (both, "/release_at_local"),
        (json!({}), "/release_at"),
        (
            json!({"release_at": null, "release_at_local": null}),
            "/release_at",
        ),
        (
            local("2026-12-01T09:30:00", "Europe/Entenhausen"),
            "/release_at_local/zone",
        ),
        (
            local("2026-12-01T09:30:00.5", "Europe/Berlin"),
            "/release_at_local/at",
        ),
        (
            local("2026-12-01T09:30:00+01:00", "Europe/Berlin"),
            "/release_at_local/at",
        ),
    ] {
        let refused = editor.put(&format!("{address}/schedule"), body).await;
        let refused = refused.refused(422, "invalid-body");
        assert_eq!(refused["errors"][0]["pointer"], pointer);
    }
    assert_eq!(editor.get(&address).await.ok(), before);
}

async fn a_local_time_in_the_past_or_too_far_ahead_is_refused(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let address = format!("{}/schedule", draft(&editor, to_everybody()).await);
    for (at, problem) in [
        ("2026-11-21T15:00:00", "release-in-past"),
        ("2027-11-23T15:00:00", "release-too-far"),
        ("9999-12-31T23:59:59", "release-too-far"),
    ] {
        let refused = editor.put(&address, local(at, "Europe/Berlin")).await;
        let refused = refused.refused(422, problem);
        assert_eq!(refused["errors"][0]["pointer"], "/release_at_local/at");
    }
    let scheduled = editor
        .put(&address, local("2026-11-21T15:00:01", "Europe/Berlin"))
        .await;
    assert_eq!(scheduled.ok()["release_at"], "2026-11-21T14:00:01.000Z");
}
