// SPDX-License-Identifier: EUPL-1.2

//! Sessions in use.

use std::time::Duration;

use stadtfunk::clock::At;

use crate::world::{Stage, both, eventually, same};

both!(whoever_opens_the_app_waits_for_no_write,);

/// As when all phones have just been told, and thousands of answers are being written down.
async fn whoever_opens_the_app_waits_for_no_write(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    world.clock.advance(Duration::from_hours(30));
    let hour: At = "2026-11-22T20:00:00Z".parse().expect("an instant");

    let mut busy = world.app.db.begin().await.expect("a transaction");
    let touched = busy.query(same("UPDATE sessions SET device_name = device_name"));
    assert_eq!(touched.execute().await.expect("it is written"), 1);
    anna.get("/api/v1/feed").await.ok();
    // Also when it is time to write it down.
    world.clock.advance(Duration::from_secs(2));
    anna.get("/api/v1/feed").await.ok();
    busy.commit().await.expect("a commit");

    eventually("it is written when she was last seen", async || {
        let seen = same("SELECT last_seen_at FROM sessions WHERE account_id = $1");
        let seen = world.app.db.query(seen).bind(anna.account);
        let (at,): (At,) = seen.one().await.expect("her session");
        world.clock.advance(Duration::from_secs(1));
        (at == hour).then_some(())
    })
    .await;
}
