// SPDX-License-Identifier: EUPL-1.2

//! At T, never before, once.

use std::time::Duration;

use serde_json::{Value, json};

use super::{draft, for_readers, schedule, to_everybody, with_phone};
use crate::world::{
    Client, FIRE_BRIGADE, FIRE_STATION_1, Settings, Stage, World, both, eventually, people::same,
};

both!(
    a_scheduled_announcement_is_released_at_t_and_not_before,
    of_two_servers_one_releases,
    what_was_due_while_no_server_ran_is_released_when_one_does,
    the_report_accounts_for_everybody,
    the_report_is_a_table_too,
    only_those_in_the_audience_are_recipients,
    whoever_joins_after_the_staging_is_a_recipient_too,
    an_editor_may_release_at_once_and_ask_twice,
);

/// Waits until the announcement is staged in the outbox.
async fn staged(world: &World) {
    eventually("the announcement is staged", async || {
        let messages: Vec<(i64,)> = world
            .app
            .db
            .query(same("SELECT COUNT(*) FROM push_messages"))
            .all()
            .await
            .expect("a count");
        (messages == [(1,)]).then_some(())
    })
    .await;
}

async fn released(reader: &Client, address: &str) {
    let address = for_readers(address);
    eventually("the announcement is released", async || {
        (reader.get(&address).await.status == 200).then_some(())
    })
    .await;
}

/// How devices end on a server that has no gateway's credentials: these tests are about who and when.
fn without_credentials(count: u32) -> Value {
    json!([{"outcome": "not_configured", "count": count}])
}

async fn complete_report(editor: &Client, address: &str) -> Value {
    eventually("the report is complete", async || {
        let report = editor.get(&format!("{address}/report")).await;
        let report = (report.status == 200).then(|| report.json())?;
        (report["complete"] == true).then_some(report)
    })
    .await
}

async fn a_scheduled_announcement_is_released_at_t_and_not_before(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let anna = world.employee("Anna Kühn").await;
    with_phone(&anna).await;
    let address = draft(&editor, to_everybody()).await;
    schedule(&world, &editor, &address, 60).await;
    staged(&world).await;

    world.clock.advance(Duration::from_micros(59_999_999));
    anna.get(&for_readers(&address))
        .await
        .refused(404, "not-found");
    editor
        .get(&format!("{address}/report"))
        .await
        .refused(409, "announcement-not-released");
    assert_eq!(editor.get(&address).await.ok()["state"], "scheduled");

    world.clock.advance(Duration::from_micros(1));
    released(&anna, &address).await;
    let read = anna.get(&for_readers(&address)).await.ok();
    assert_eq!(read["title"], "Neue Brücke");
    assert_eq!(read["body"], "Um drei Uhr spricht die Oberbürgermeisterin.");
    let listed = anna.get("/api/v1/announcements").await.ok();
    assert_eq!(listed["items"][0]["id"], read["id"]);
    let report = complete_report(&editor, &address).await;
    assert_eq!(report["released_at"], report["release_at"]);
    assert_eq!(report["people"]["not_reached"], without_credentials(1));
}

async fn of_two_servers_one_releases(stage: &Stage) {
    let world = stage.world().await;
    let settings = Settings {
        clock: world.clock.clone(),
        ..Default::default()
    };
    // The second process shares the clock and, as processes do, nothing else but the database.
    if !stage.database.is_sqlite() {
        stage.world_with(settings).await;
    }
    let editor = world.editor("Eva Editor").await;
    with_phone(&editor).await;
    let address = draft(&editor, to_everybody()).await;
    schedule(&world, &editor, &address, 5).await;
    world.clock.advance(Duration::from_secs(5));
    let id = address
        .rsplit('/')
        .next()
        .and_then(|id| id.parse().ok())
        .expect("an id");
    let attempts = (0..8).map(|_| world.app.announcements.release_if_due(id));
    let attempts = futures::future::join_all(attempts).await;
    let won = attempts
        .into_iter()
        .filter(|won| *won.as_ref().expect("no error"))
        .count();
    assert!(won <= 1, "one of these, or a server's own releaser");
    complete_report(&editor, &address).await;
    let (releases,): (i64,) = world
        .app
        .db
        .query(same(
            "SELECT COUNT(*) FROM changes WHERE kind = 'announcement_released'",
        ))
        .one()
        .await
        .expect("a count");
    assert_eq!(releases, 1);
}

async fn what_was_due_while_no_server_ran_is_released_when_one_does(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let address = draft(&editor, to_everybody()).await;
    schedule(&world, &editor, &address, 60).await;
    let settings = Settings {
        clock: world.clock.clone(),
        ..Default::default()
    };
    stage.stop_servers().await;
    settings.clock.advance(Duration::from_hours(1));
    let world = stage.world_with(settings).await;
    let editor = Client {
        server: world.address,
        token: editor.token.clone(),
    };
    released(&editor, &address).await;
    let report = complete_report(&editor, &address).await;
    assert_eq!(report["released_at"], json!(world.clock.now()));
    assert_ne!(report["released_at"], report["release_at"]);
}

async fn the_report_accounts_for_everybody(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    for (name, phone) in [("Anna Kühn", true), ("Bert Lang", true), ("Cem Ay", false)] {
        let person = world.employee(name).await;
        if phone {
            with_phone(&person).await;
        }
    }
    let address = draft(&editor, to_everybody()).await;
    let preview = editor.get(&format!("{address}/audience")).await.ok();
    assert_eq!(
        preview,
        json!({"people": 4, "with_phone": 2, "without_phone": 2})
    );
    schedule(&world, &editor, &address, 10).await;
    staged(&world).await;
    world.clock.advance(Duration::from_secs(10));
    let report = complete_report(&editor, &address).await;
    assert_eq!(report["people"]["recipients"], 4);
    assert_eq!(report["people"]["reached"], 0);
    assert_eq!(report["people"]["not_reached"], without_credentials(2));
    assert_eq!(report["people"]["without_device"], 2);
    assert_eq!(report["people"]["unaccounted"], 0);
    assert_eq!(report["devices"]["total"], 2);
    assert_eq!(report["devices"]["gateways"][0]["gateway"], "fcm");
    assert_eq!(
        report["devices"]["gateways"][0]["outcomes"],
        without_credentials(2)
    );
}

async fn the_report_is_a_table_too(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    with_phone(&editor).await;
    let address = draft(&editor, to_everybody()).await;
    let place = format!("{address}/report.csv");
    editor
        .get(&place)
        .await
        .refused(409, "announcement-not-released");
    editor
        .put(&format!("{address}/release"), json!({}))
        .await
        .ok();
    complete_report(&editor, &address).await;
    let answer = editor.get(&place).await;
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(
        answer.header("content-type"),
        Some("text/csv; charset=utf-8; header=present")
    );
    let table = String::from_utf8(answer.body.to_vec()).expect("UTF-8");
    let lines: Vec<&str> = table.split_terminator("\r\n").collect();
    assert_eq!(lines[0], "group,part,measure,value");
    for line in [
        "release,,complete,true",
        "people,,recipients,1",
        "people,not_reached,not_configured,1",
        "people,,unaccounted,0",
        "devices,fcm,not_configured,1",
    ] {
        assert!(lines.contains(&line), "{line} is missing in {table}");
    }
}

async fn only_those_in_the_audience_are_recipients(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let fire = world.employee("Florian Brand").of(FIRE_STATION_1).await;
    let mut announcement = to_everybody();
    let brigade = world.unit_id(FIRE_BRIGADE).await;
    announcement["audience"] = json!({"kind": "units", "units": [brigade]});
    let address = draft(&editor, announcement).await;
    schedule(&world, &editor, &address, 10).await;
    world.clock.advance(Duration::from_secs(10));
    released(&fire, &address).await;
    let report = complete_report(&editor, &address).await;
    assert_eq!(report["people"]["recipients"], 1);
    editor
        .get(&for_readers(&address))
        .await
        .refused(404, "not-found");
    assert_eq!(
        editor.get("/api/v1/announcements").await.ok()["items"],
        json!([])
    );
}

async fn whoever_joins_after_the_staging_is_a_recipient_too(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let address = draft(&editor, to_everybody()).await;
    schedule(&world, &editor, &address, 60).await;
    staged(&world).await;
    let anna = world.employee("Anna Kühn").await;
    with_phone(&anna).await;
    world.clock.advance(Duration::from_secs(56));
    eventually(
        "the newcomer is added when the gateways are warmed",
        async || {
            let recipients: Vec<(i64,)> = world
                .app
                .db
                .query(same("SELECT COUNT(*) FROM push_recipients"))
                .all()
                .await
                .expect("a count");
            (recipients == [(2,)]).then_some(())
        },
    )
    .await;
    world.clock.advance(Duration::from_secs(4));
    let report = complete_report(&editor, &address).await;
    assert_eq!(report["people"]["recipients"], 2);
    assert_eq!(report["people"]["not_reached"], without_credentials(1));
}

async fn an_editor_may_release_at_once_and_ask_twice(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    with_phone(&editor).await;
    let address = draft(&editor, to_everybody()).await;
    let first = editor
        .put(&format!("{address}/release"), json!({}))
        .await
        .ok();
    assert_eq!(first["state"], "released");
    let second = editor
        .put(&format!("{address}/release"), json!({}))
        .await
        .ok();
    assert_eq!(first, second);
    let report = complete_report(&editor, &address).await;
    assert_eq!(report["people"]["not_reached"], without_credentials(1));
}
