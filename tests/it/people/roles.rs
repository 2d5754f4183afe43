// SPDX-License-Identifier: EUPL-1.2

//! Who may do more than every employee.

use serde_json::json;

use crate::world::{Stage, both};

both!(
    a_role_counts_from_the_next_request_on,
    only_administrators_grant_roles_and_make_codes,
);

async fn a_role_counts_from_the_next_request_on(stage: &Stage) {
    let world = stage.world().await;
    let admin = world.admin("Ada Amt").await;
    let anna = world.employee("Anna Kühn").await;
    let roles = format!("/api/v1/people/{}/roles", anna.account);
    for _ in 0..2 {
        admin
            .put(&format!("{roles}/moderator"), json!({}))
            .await
            .done();
    }
    let held = admin.get(&roles).await.ok();
    assert_eq!(held["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(held["items"][0]["granted_by"], admin.account.to_string());
    assert_eq!(
        anna.get("/api/v1/me").await.ok()["roles"],
        json!(["moderator"])
    );

    admin.delete(&format!("{roles}/moderator")).await.done();
    assert_eq!(anna.get("/api/v1/me").await.ok()["roles"], json!([]));
    admin
        .put(&format!("{roles}/mayor"), json!({}))
        .await
        .refused(404, "not-found");
}

async fn only_administrators_grant_roles_and_make_codes(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let person = format!("/api/v1/people/{}", anna.account);
    for caller in [
        world.editor("Eva Editor").await,
        world.moderator("Mo Moderator").await,
    ] {
        caller
            .put(&format!("{person}/roles/admin"), json!({}))
            .await
            .refused(403, "forbidden");
        caller
            .get(&format!("{person}/roles"))
            .await
            .refused(403, "forbidden");
        let code = json!({"purpose": "first"});
        caller
            .post(&format!("{person}/join-codes"), code)
            .await
            .refused(403, "forbidden");
    }
}
