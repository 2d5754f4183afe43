// SPDX-License-Identifier: EUPL-1.2

//! What goes when it is no longer needed: the rows of old releases, whose reports stay as they were, and
//! devices that have fallen silent.

use std::time::Duration;

use stadtfunk::{
    clock::At,
    id::{DeviceId, MessageId},
    push::{
        Gateway, Outcome,
        outbox::{self, Account},
        sandbox::{Fault, Which},
    },
};

use super::{
    duty::{CROWD, count, crowd, open},
    handed_over::{shown, with_phone},
    receipts::{complete, receipt, released},
};
use crate::world::{Settings, Stage, World, both, eventually, people::same};

both!(
    a_folded_release_has_the_same_report_to_the_byte,
    what_is_not_old_enough_is_not_folded,
    rows_that_a_crash_has_left_go_in_the_next_round,
    a_device_that_falls_silent_is_removed,
);

const DAY: Duration = Duration::from_hours(24);

/// Gives each delivery an instant of its own: a clock that stands still has none to tell apart.
async fn spread_the_instants(world: &World) {
    let db = &world.app.db;
    let rows: Vec<(MessageId, DeviceId)> = db
        .query(same(
            "SELECT message_id, device_id FROM deliveries WHERE outcome = 'accepted'
             ORDER BY message_id, device_id",
        ))
        .all()
        .await
        .expect("deliveries");
    for (place, (message, device)) in (0_u64..).zip(rows) {
        let sent = world.clock.now() + Duration::from_micros(1_337 * place + place * place % 997);
        db.query(same(
            "UPDATE deliveries SET sent_at = $3, settled_at = $4
             WHERE message_id = $1 AND device_id = $2",
        ))
        .bind(message)
        .bind(device)
        .bind(sent)
        .bind(sent + Duration::from_micros(20_011))
        .execute()
        .await
        .expect("an instant");
    }
}

async fn rows(world: &World) -> (i64, i64) {
    (
        count(world, "SELECT COUNT(*) FROM deliveries").await,
        count(world, "SELECT COUNT(*) FROM push_recipients").await,
    )
}

/// Of the one message, as the outbox has it.
async fn account(world: &World) -> Account {
    let db = &world.app.db;
    let (message,) = db
        .query(same("SELECT id FROM push_messages"))
        .one()
        .await
        .expect("one message");
    outbox::account(db, message).await.expect("an account")
}

async fn a_folded_release_has_the_same_report_to_the_byte(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    // More rows than one portion has.
    crowd(&world, &sandbox, CROWD).await;
    let (anna, phone) = with_phone(&world, &sandbox, "Anna Kühn", Gateway::Apns).await;
    with_phone(&world, &sandbox, "Wim Web", Gateway::WebPush).await;
    world
        .employee("Olaf Ohne")
        .of(crate::world::FIRE_STATION_1)
        .await;
    let (_, gone) = with_phone(&world, &sandbox, "Gerd Gone", Gateway::WebPush).await;
    world.a_moment_later();
    let since = world.clock.now();
    let which = Which::Address(gone.address.clone());
    sandbox.misbehave(Gateway::WebPush, Fault::Unregister { since }, which);

    let editor = world.editor("Eva Redaktion").await;
    let path = released(&world, &editor, "alert").await;
    complete(&editor, &path).await;
    let message = &shown(&sandbox, &phone)["message_id"];
    let displayed = receipt(&world, message);
    let receipts = "/api/v1/devices/current/receipts";
    anna.post(receipts, displayed.clone()).await.done();
    spread_the_instants(&world).await;
    // It must be finished, by the dispatcher's own look around, before it can be old.
    eventually("the message is finished", async || {
        let finished = "SELECT COUNT(*) FROM push_messages WHERE finished_at IS NOT NULL";
        (count(&world, finished).await == 1).then_some(())
    })
    .await;
    let counted = account(&world).await;
    assert_eq!(counted.recipients, i64::try_from(CROWD).expect("few") + 4);
    assert_eq!(counted.displayed, 1);
    assert_eq!(counted.people.not_reached, [(Outcome::Unregistered, 1)]);
    let timing = counted.timing.expect("hand-overs");
    assert!(timing.last_ms > timing.p99_ms);
    let before = eventually("the report is written", async || {
        let before = editor.get(&format!("{path}/report")).await;
        before.ok().get("written").is_some().then_some(before)
    })
    .await;
    world.clock.advance(31 * DAY);
    eventually("the rows are folded", async || {
        (rows(&world).await == (0, 0)).then_some(())
    })
    .await;
    let after = editor.get(&format!("{path}/report")).await;
    assert_eq!(after.body, before.body, "{after}\n{before}");
    let folded = account(&world).await;
    assert_eq!(format!("{folded:?}"), format!("{counted:?}"));
    assert_eq!(count(&world, "SELECT COUNT(*) FROM push_totals").await, 4);
    anna.post(receipts, displayed)
        .await
        .refused(404, "not-found");
}

async fn what_is_not_old_enough_is_not_folded(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    with_phone(&world, &sandbox, "Anna Kühn", Gateway::Fcm).await;
    let editor = world.editor("Eva Redaktion").await;
    let mut paths = Vec::new();
    for released_before in [0_i64, 1] {
        let path = released(&world, &editor, "news").await;
        complete(&editor, &path).await;
        eventually("the message is finished", async || {
            let finished = "SELECT COUNT(*) FROM push_messages WHERE finished_at IS NOT NULL";
            (count(&world, finished).await == released_before + 1).then_some(())
        })
        .await;
        paths.push(path);
        world.clock.advance(5 * DAY);
    }
    world.clock.advance(21 * DAY);
    eventually("the first is folded", async || {
        let emptied = "SELECT COUNT(*) FROM push_folds WHERE emptied_at IS NOT NULL";
        (count(&world, emptied).await == 1).then_some(())
    })
    .await;
    assert_eq!(rows(&world).await, (1, 1), "the second is 26 days old");
    for path in paths {
        assert_eq!(complete(&editor, &path).await["people"]["reached"], 1);
    }
}

async fn rows_that_a_crash_has_left_go_in_the_next_round(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    let (anna, _) = with_phone(&world, &sandbox, "Anna Kühn", Gateway::Fcm).await;
    let editor = world.editor("Eva Redaktion").await;
    let path = released(&world, &editor, "alert").await;
    let before = complete(&editor, &path).await;
    eventually("the message is finished", async || {
        let finished = "SELECT COUNT(*) FROM push_messages WHERE finished_at IS NOT NULL";
        (count(&world, finished).await == 1).then_some(())
    })
    .await;
    world.clock.advance(31 * DAY);
    let emptied = "SELECT COUNT(*) FROM push_folds WHERE emptied_at IS NOT NULL";
    eventually("the release is folded", async || {
        (count(&world, emptied).await == 1).then_some(())
    })
    .await;
    // As if the process had died between the totals and the last portion.
    let db = &world.app.db;
    for statement in [
        "INSERT INTO push_recipients (message_id, account_id)
         SELECT message_id, $1 FROM push_folds WHERE true",
        "UPDATE push_folds SET emptied_at = NULL WHERE EXISTS (SELECT 1 FROM accounts WHERE id = $1)",
    ] {
        let changed = db.query(same(statement)).bind(anna.account).execute().await;
        assert_eq!(changed.expect("one row"), 1);
    }
    let report = editor.get(&format!("{path}/report")).await.ok();
    assert_eq!(report, before, "rows that are left are not counted");
    stage.stop_servers().await;

    let settings = Settings {
        clock: world.clock.clone(),
        ..Settings::default()
    };
    let world = stage.world_with(settings).await;
    eventually("nothing is left", async || {
        (count(&world, emptied).await == 1 && rows(&world).await == (0, 0)).then_some(())
    })
    .await;
}

async fn a_device_that_falls_silent_is_removed(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    let (anna, _) = with_phone(&world, &sandbox, "Anna Kühn", Gateway::Fcm).await;
    let (bert, _) = with_phone(&world, &sandbox, "Bert Lang", Gateway::Fcm).await;
    let (carl, phone) = with_phone(&world, &sandbox, "Carl Cohn", Gateway::Fcm).await;
    world.clock.advance(100 * DAY);
    bert.get("/api/v1/me").await.ok();
    carl.registers(&phone).await;
    // Once a day is enough, and nobody need know at what hour.
    let used: At = "2027-03-01T00:00:00Z".parse().expect("an instant");
    world.clock.advance(Duration::from_hours(5));
    bert.get("/api/v1/me").await.ok();
    eventually("it is written that he has used it", async || {
        let seen = "SELECT last_seen_at FROM devices WHERE account_id = $1";
        let seen = world.app.db.query(same(seen)).bind(bert.account);
        let (seen,): (At,) = seen.one().await.expect("his device");
        world.clock.advance(Duration::from_secs(1));
        (seen == used).then_some(())
    })
    .await;

    world.clock.advance(171 * DAY);
    eventually("the silent device is removed", async || {
        let silent = "SELECT COUNT(*) FROM devices WHERE removed_because = 'silent'";
        (count(&world, silent).await == 1).then_some(())
    })
    .await;
    for person in [&bert, &carl] {
        let kept = person.get("/api/v1/devices").await.ok();
        assert_eq!(kept["items"].as_array().map(Vec::len), Some(1));
    }
    // Her session has been idle for too long as well.
    anna.get("/api/v1/devices")
        .await
        .refused(401, "session-ended");
    world.clock.advance(2 * DAY);
    eventually("its address is forgotten", async || {
        let forgotten =
            "SELECT COUNT(*) FROM devices WHERE address = '' AND p256dh IS NULL AND auth_secret IS NULL";
        (count(&world, forgotten).await == 1).then_some(())
    })
    .await;
    assert_eq!(count(&world, "SELECT COUNT(*) FROM devices").await, 3);
}
