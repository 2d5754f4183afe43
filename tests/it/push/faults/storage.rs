// SPDX-License-Identifier: EUPL-1.2

//! The database has no room, or is gone for a while.

use std::time::Duration;

use serde_json::json;
use stadtfunk::{
    db::{Db, Sql},
    id::MessageId,
    push::outbox,
};

use super::scene::Scene;
use crate::world::{Database, Stage, Wiring, both, cluster::Cluster, eventually, people::same};

both!(
    a_release_that_does_not_fit_on_the_disk_is_none,
    answers_that_can_not_be_written_are_kept,
);

const PHONES: usize = 150;
/// Long enough for the first answers to be due for writing long before the last push is sent.
const LATENCY: Duration = Duration::from_millis(100);

async fn slow(stage: &Stage) -> Scene {
    Scene::set(stage, PHONES, LATENCY, |_| Wiring::default()).await
}

async fn a_release_that_does_not_fit_on_the_disk_is_none(stage: &Stage) {
    let scene = Scene::open(stage, PHONES).await;
    let address = scene.draft().await;
    let db = &scene.world.app.db;
    fill_the_disk(db).await;
    let release = format!("{address}/release");
    let refused = scene.editor.put(&release, json!({})).await;
    assert_eq!(refused.status, 500, "{refused}");
    assert_eq!(scene.message(&address).await, None);
    make_room(db).await;
    assert_eq!(scene.editor.get(&address).await.ok()["state"], "in_review");
    assert_eq!(scene.sandbox.journal().newest(), 0, "a push of no release");

    scene.editor.put(&release, json!({})).await.ok();
    let message = scene.message(&address).await.expect("it has been staged");
    assert_eq!(scene.everybody_is_reached(message).await, 0);
}

async fn answers_that_can_not_be_written_are_kept(stage: &Stage) {
    let scene = slow(stage).await;
    let db = &scene.world.app.db;
    refuse_outcomes(db).await;
    let message = scene.release().await;
    scene.sandbox.journal().reaches(PHONES as u64).await;
    assert_eq!(
        settled(db, message).await,
        0,
        "nothing could be written down"
    );
    take_outcomes_again(db).await;
    assert_eq!(scene.everybody_is_reached(message).await, 0);
}

/// PostgreSQL crashes, with every connection to it, while pushes are under way, and again while the answers
/// wait to be written down. It is a cluster of this test's own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_of_postgresql_is_waited_out() {
    let Some(cluster) = Cluster::another() else {
        return;
    };
    let stage = Stage::on(Database::on(cluster).await);
    Box::pin(crashes(&stage, cluster)).await;
    stage.strike().await;
}

async fn crashes(stage: &Stage, cluster: &Cluster) {
    let scene = slow(stage).await;
    let db = &scene.world.app.db;
    let message = scene.release().await;
    for third in [1, 2] {
        scene
            .sandbox
            .journal()
            .reaches(PHONES as u64 * third / 3)
            .await;
        cluster.crash();
        eventually("PostgreSQL is back", async || {
            outbox::account(db, message).await.ok()
        })
        .await;
    }
    let repeats = scene.everybody_is_reached(message).await;
    assert_eq!(
        repeats, 0,
        "the answers were held until they could be written"
    );
}

/// On SQLite as on a full disk: the file may not have a page more than it has. PostgreSQL can't be kept from
/// growing; there the message is what finds no room.
async fn fill_the_disk(db: &Db) {
    run(db, NO_PAGE_MORE).await;
    run(db, NO_ROOM).await;
}

async fn make_room(db: &Db) {
    run(db, PAGES_ENOUGH).await;
}

const NO_PAGE_MORE: Sql = Sql {
    sqlite: "PRAGMA max_page_count = 1",
    postgres: "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END $$",
};
const NO_ROOM: Sql = Sql {
    sqlite: "PRAGMA max_page_count",
    postgres: "CREATE TRIGGER no_room BEFORE INSERT ON push_messages
               FOR EACH ROW EXECUTE FUNCTION no_room()",
};
const PAGES_ENOUGH: Sql = Sql {
    sqlite: "PRAGMA max_page_count = 1000000",
    postgres: "DROP TRIGGER no_room ON push_messages",
};

/// From here on no delivery can be given an outcome. What is changed in place finds room in its page most of
/// the time, so here SQLite too is told to fail.
async fn refuse_outcomes(db: &Db) {
    if !db.is_sqlite() {
        run(db, NO_PAGE_MORE).await;
    }
    run(db, NO_OUTCOMES).await;
}

async fn take_outcomes_again(db: &Db) {
    run(db, OUTCOMES_AGAIN).await;
}

const NO_OUTCOMES: Sql = Sql {
    sqlite: "CREATE TRIGGER no_room BEFORE UPDATE OF outcome ON deliveries
             BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
    postgres: "CREATE TRIGGER no_room BEFORE UPDATE OF outcome ON deliveries
               FOR EACH ROW EXECUTE FUNCTION no_room()",
};
const OUTCOMES_AGAIN: Sql = Sql {
    sqlite: "DROP TRIGGER no_room",
    postgres: "DROP TRIGGER no_room ON deliveries",
};

async fn run(db: &Db, statement: Sql) {
    let done = db.query(statement).execute().await;
    done.expect("the database's owner may do that");
}

async fn settled(db: &Db, message: MessageId) -> i64 {
    let (count,): (i64,) = db
        .query(same(
            "SELECT COUNT(*) FROM deliveries WHERE message_id = $1 AND outcome IS NOT NULL",
        ))
        .bind(message)
        .one()
        .await
        .expect("a count");
    count
}
