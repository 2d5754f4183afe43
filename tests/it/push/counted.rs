// SPDX-License-Identifier: EUPL-1.2

//! PostgreSQL plans by what it has counted, which must not be an outbox that was empty.

use stadtfunk::push::Gateway;

use super::faults::scene::Scene;
use crate::world::{Database, Stage, people::same};

const PHONES: usize = 150;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_staged_after_an_empty_outbox_was_counted_is_counted_again() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let stage = Stage::on(database);
    let scene = Box::pin(Scene::open(&stage, PHONES)).await;
    let db = &scene.world.app.db;
    let count = db.query(same("ANALYZE deliveries, push_recipients"));
    count.execute().await.expect("it counts");
    assert_eq!(counted(&scene).await, [0, 0]);
    let message = Box::pin(scene.release()).await;
    scene.settled(message, Gateway::ALL).await;
    let staged = i64::try_from(PHONES).expect("a few");
    let counted = counted(&scene).await;
    assert_eq!(counted[0], staged, "deliveries");
    // Two editors, and whoever has a phone.
    assert!(counted[1] >= staged, "recipients: {counted:?}");
    stage.strike().await;
}

/// How many deliveries and recipients PostgreSQL believes that there are.
async fn counted(scene: &Scene) -> [i64; 2] {
    let counted = scene.world.app.db.query(same(
        "SELECT CAST(reltuples AS bigint) FROM pg_class WHERE relname IN ('deliveries', 'push_recipients')
         ORDER BY relname",
    ));
    let counted: Vec<(i64,)> = counted.all().await.expect("two tables");
    [counted[0].0, counted[1].0]
}
