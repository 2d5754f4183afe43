// SPDX-License-Identifier: EUPL-1.2

//! Audiences that editors keep under a name.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    super::{draft, for_readers, schedule},
    any_of, count, readers, recipients, release, to, units,
};
use crate::world::{Client, FIRE_BRIGADE, FIRE_STATION_1, FIRE_STATION_2, Stage, both, eventually};

both!(
    editors_keep_groups_under_names,
    a_group_means_whom_it_meant_when_the_announcement_was_stored,
    the_exceptions_of_a_group_reach_no_further_than_the_group,
    a_group_that_can_not_be_is_refused,
);

const GROUPS: &str = "/api/v1/editorial/groups";

async fn keep(editor: &Client, name: &str, audience: &Value) -> String {
    let group = json!({"name": name, "audience": audience});
    let kept = editor.post(GROUPS, group).await.created();
    kept["id"].as_str().expect("an id").to_owned()
}

fn groups(ids: &[&str]) -> Value {
    json!({"kind": "groups", "groups": ids})
}

async fn editors_keep_groups_under_names(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let everybody = json!({"kind": "everybody"});
    let crisis = keep(&editor, "Krisenstab", &everybody).await;
    keep(&editor, "Ämter", &everybody).await;
    keep(&editor, "bauhof", &everybody).await;
    let address = format!("{GROUPS}/{crisis}");
    assert_eq!(editor.get(&address).await.ok()["name"], "Krisenstab");
    let names = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().expect("items").iter();
        items
            .map(|group| group["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    let first = editor.get(&format!("{GROUPS}?limit=1")).await.ok();
    assert_eq!(names(&first), ["bauhof"]);
    let cursor = first["next_cursor"].as_str().expect("more");
    let rest = editor.get(&format!("{GROUPS}?cursor={cursor}")).await.ok();
    assert_eq!(names(&rest).len(), 2);

    let brigade = units(&world, FIRE_BRIGADE).await;
    let change = json!({"name": "Stab", "audience": brigade});
    let changed = editor.patch(&address, change).await.ok();
    assert_eq!(
        (&changed["name"], &changed["audience"]),
        (&json!("Stab"), &brigade)
    );
    assert_eq!(editor.get(&address).await.ok(), changed);
    let taken = json!({"name": "BAUHOF"});
    let refused = editor.patch(&address, taken).await;
    refused.refused(409, "group-name-taken");
    let taken = json!({"name": "ämter", "audience": everybody});
    let refused = editor.post(GROUPS, taken).await;
    refused.refused(409, "group-name-taken");

    editor.delete(&address).await.done();
    editor.get(&address).await.refused(404, "not-found");
    editor.delete(&address).await.refused(404, "not-found");
    let patched = editor.patch(&address, json!({"name": "x"})).await;
    patched.refused(404, "not-found");
}

async fn a_group_means_whom_it_meant_when_the_announcement_was_stored(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let one = world.employee("Ella Eins").of(FIRE_STATION_1).await;
    let two = world.employee("Zora Zwei").of(FIRE_STATION_2).await;
    let group = keep(&editor, "Wache", &units(&world, FIRE_STATION_1).await).await;
    let audience = groups(&[&group]);
    let kept = draft(&editor, to(audience.clone())).await;
    let renewed = draft(&editor, to(audience.clone())).await;
    for address in [&kept, &renewed] {
        schedule(&world, &editor, address, 600).await;
    }
    let change = json!({"audience": units(&world, FIRE_STATION_2).await});
    let address = format!("{GROUPS}/{group}");
    editor.patch(&address, change).await.ok();
    assert_eq!(editor.get(&kept).await.ok()["audience"], audience);
    // Whoever wants the group as it is now says so.
    let anew = json!({"audience": audience});
    editor.patch(&renewed, anew).await.ok();
    editor.delete(&address).await.done();
    world.clock.advance(Duration::from_mins(10));
    for (address, reader) in [(&kept, &one), (&renewed, &two)] {
        eventually("the release", async || {
            (reader.get(&for_readers(address)).await.status == 200).then_some(())
        })
        .await;
        assert_eq!(recipients(&editor, address).await, 1);
    }
    assert_eq!(readers(&kept, [&two]).await, [false]);
    assert_eq!(readers(&renewed, [&one]).await, [false]);
}

async fn the_exceptions_of_a_group_reach_no_further_than_the_group(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let one = world.employee("Ella Eins").of(FIRE_STATION_1).await;
    let two = world.employee("Zora Zwei").of(FIRE_STATION_2).await;
    let brigade = units(&world, FIRE_BRIGADE).await;
    let second = units(&world, FIRE_STATION_2).await;
    let everybody = json!({"kind": "everybody"});
    let but_second = any_of(
        std::slice::from_ref(&brigade),
        std::slice::from_ref(&second),
    );
    let group = keep(&editor, "Ohne Wache 2", &but_second).await;
    let group = groups(&[&group]);
    let alone = release(&editor, group.clone()).await;
    assert_eq!(readers(&alone, [&one, &two]).await, [true, false]);
    let with_second = any_of(&[group.clone(), second], &[]);
    let address = release(&editor, with_second).await;
    assert_eq!(readers(&address, [&one, &two]).await, [true, true]);
    let all_but = any_of(&[everybody], &[group]);
    assert_eq!(count(&editor, &all_but).await, 2);
    let address = release(&editor, all_but).await;
    assert_eq!(readers(&address, [&one, &two]).await, [false, true]);
}

async fn a_group_that_can_not_be_is_refused(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let anna = world.employee("Anna Kühn").await;
    let everybody = json!({"kind": "everybody"});
    let group = keep(&editor, "Alle", &everybody).await;
    let nothing = "019a0000-0000-7000-8000-000000000000";
    for (audience, pointer) in [
        (groups(&[&group]), "/audience/kind"),
        (
            any_of(&[everybody.clone(), groups(&[&group])], &[]),
            "/audience/of/1/kind",
        ),
        (
            json!({"kind": "units", "units": [nothing]}),
            "/audience/units/0",
        ),
    ] {
        let refused = editor
            .post(GROUPS, json!({"name": "Neu", "audience": audience}))
            .await
            .refused(422, "invalid-body");
        assert_eq!(refused["errors"][0]["pointer"], pointer);
    }
    let anybody = json!({"name": "Neu", "audience": everybody});
    anna.post(GROUPS, anybody).await.refused(403, "forbidden");
    for id in [group.as_str(), nothing] {
        let hidden = anna.get(&format!("{GROUPS}/{id}")).await;
        hidden.refused(403, "forbidden");
    }
}
