// SPDX-License-Identifier: EUPL-1.2

//! T by the database's clock, whatever the clocks of the processes show.

use std::time::Duration;

use serde_json::json;
use stadtfunk::clock::{At, Clock};

use super::{draft, schedule, to_everybody};
use crate::world::{Database, Settings, Stage, World, both, eventually, people::same};

both!(a_server_on_a_shared_database_follows_its_clock);

const APART: Duration = Duration::from_millis(300);
/// What a look at the database's clock may be off by on a busy machine.
const GIVE_OR_TAKE: Duration = Duration::from_millis(100);

/// A clock of a machine that is ahead of its time.
fn fast() -> Clock {
    let clock = Clock::wall();
    put_ahead(&clock);
    clock
}

fn put_ahead(clock: &Clock) {
    clock.follow(clock.now() + APART, clock.ran());
}

async fn server(stage: &Stage, clock: Clock) -> World {
    let settings = Settings {
        clock,
        ..Settings::default()
    };
    stage.world_with(settings).await
}

/// Whether the server's clock shows what PostgreSQL's does.
async fn agrees(world: &World) -> bool {
    let clock = async || {
        let statement = same("SELECT clock_timestamp()");
        let (now,): (At,) = world.app.db.query(statement).one().await.expect("a time");
        now
    };
    let before = clock().await;
    let shows = world.app.clock.now();
    let after = clock().await;
    shows >= before - GIVE_OR_TAKE && shows <= after + GIVE_OR_TAKE
}

async fn a_server_on_a_shared_database_follows_its_clock(stage: &Stage) {
    let world = server(stage, fast()).await;
    if stage.database.is_sqlite() {
        // Nobody else is there: the process's clock is the one that counts.
        assert!(world.app.clock.now() >= Clock::wall().now() + APART - GIVE_OR_TAKE);
    } else {
        assert!(agrees(&world).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_servers_whose_clocks_are_apart_one_releases_and_not_before_t() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let stage = Stage::on(database);
    let right = server(&stage, Clock::wall()).await;
    let fast = server(&stage, Clock::wall()).await;
    // As if its machine's clock had been set since it looked at the database's.
    put_ahead(&fast.app.clock);
    assert!(!agrees(&fast).await);
    let editor = right.editor("Eva Editor").await;
    let address = draft(&editor, to_everybody()).await;
    schedule(&right, &editor, &address, 1).await;
    let scheduled = editor.get(&address).await.ok();
    let t: At = serde_json::from_value(scheduled["release_at"].clone()).expect("T");

    // What a statement sees was committed before it reads the clock.
    let released_at = eventually("the release", async || {
        let (seen_at, released_at): (At, Option<At>) = right
            .app
            .db
            .query(same(
                "SELECT clock_timestamp(), (SELECT released_at FROM announcements)",
            ))
            .one()
            .await
            .expect("the announcement");
        assert!(
            released_at.is_none() || seen_at >= t,
            "released {:?} before T by the database's clock",
            t.since(seen_at)
        );
        released_at
    })
    .await;
    assert!(released_at >= t);
    eventually("the fast clock has been set", async || {
        agrees(&fast).await.then_some(())
    })
    .await;
    let (releases,): (i64,) = right
        .app
        .db
        .query(same(
            "SELECT COUNT(*) FROM changes WHERE kind = 'announcement_released'",
        ))
        .one()
        .await
        .expect("a count");
    assert_eq!(releases, 1);
    let report = editor.get(&format!("{address}/report")).await.ok();
    assert_eq!(report["released_at"], json!(released_at));
    stage.strike().await;
}
