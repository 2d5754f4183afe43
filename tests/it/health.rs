// SPDX-License-Identifier: EUPL-1.2

//! What service managers and load balancers are told.

use serde_json::json;

use crate::world::{Stage, both};

both!(
    a_server_with_a_database_is_live_and_ready,
    a_server_without_its_database_is_live_and_not_ready,
);

async fn a_server_with_a_database_is_live_and_ready(stage: &Stage) {
    let world = stage.world().await;
    let live = world.stranger().get("/health/live").await.ok();
    assert_eq!(live, json!({"status": "live"}));
    let ready = world.stranger().get("/health/ready").await.ok();
    assert_eq!(ready, json!({"status": "ready", "degraded": []}));
}

async fn a_server_without_its_database_is_live_and_not_ready(stage: &Stage) {
    let world = stage.world().await;
    world.app.db.close().await;
    let ready = world.stranger().get("/health/ready").await;
    ready.refused(503, "no-database");
    let live = world.stranger().get("/health/live").await.ok();
    assert_eq!(live, json!({"status": "live"}));
}
