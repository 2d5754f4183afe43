// SPDX-License-Identifier: EUPL-1.2

//! The button that says that there is news, while the app is open.

use serde_json::json;

use super::{Visitor, now, release};
use crate::world::{Stage, both};

both!(what_is_new_is_told_and_shown_by_a_tap);

const TOLD: &str = "p[role=status]";

async fn what_is_new_is_told_and_shown_by_a_tap(stage: &Stage) {
    let world = stage.world_with(now()).await;
    let editor = world.editor("Eva Editor").await;
    let admin = world.admin("Ada Admin").await;
    let anna = world.employee("Anna Kühn").await;
    let channel = json!({
        "name": "Aus der Stadt", "description": "Von allen für alle.", "kind": "open", "audience": {"kind": "everybody"},
    });
    let channel = admin.post("/api/v1/channels", channel).await.created();
    let Some(mut visitor) = Visitor::new(&world, &anna, "de").await else {
        return;
    };
    visitor.opens("/").await;

    let post = json!({"channel_id": channel["id"], "text": "Guten Morgen aus dem Rathaus."});
    admin.post("/api/v1/posts", post).await.created();
    visitor.reads("Neues zeigen").await;
    let is_there = "document.body.innerText.includes('Guten Morgen')";
    assert_eq!(visitor.page.value(is_there).await, false, "nothing moves");
    visitor.chooses(TOLD, "Neues zeigen").await;
    visitor.reads("Guten Morgen aus dem Rathaus.").await;

    release(&editor).await;
    visitor.reads("Neue Mitteilung").await;
    visitor.chooses(TOLD, "Neue Mitteilung").await;
    visitor.reads("Bitte antworten Sie.").await;
    let address = "location.pathname === '/announcements'";
    assert_eq!(visitor.page.value(address).await, true);
    let hidden = "document.querySelector('#news').hidden";
    visitor.page.until("nothing that is unseen", hidden).await;
    visitor.page.close().await;
}
