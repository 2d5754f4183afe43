// SPDX-License-Identifier: EUPL-1.2

//! The app: every page once.

use serde_json::json;

use super::{each_opens, release};
use crate::world::{Stage, both};

both!(every_page_opens_in_both_languages_and_on_a_narrow_screen);

async fn every_page_opens_in_both_languages_and_on_a_narrow_screen(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let admin = world.admin("Ada Admin").await;
    let anna = world.employee("Anna Kühn").await;
    let channel = json!({
        "name": "Aus der Stadt", "description": "Von allen für alle.", "kind": "open", "audience": {"kind": "everybody"},
    });
    let channel = admin.post("/api/v1/channels", channel).await.created();
    let post = json!({"channel_id": channel["id"], "text": "Guten Morgen."});
    let post = anna.post("/api/v1/posts", post).await.created();
    let addresses = [
        "/".to_owned(),
        "/new".to_owned(),
        format!("/posts/{}", post["id"].as_str().unwrap()),
        "/announcements".to_owned(),
        format!("/announcements/{}", release(&editor).await),
        "/people".to_owned(),
        format!("/people/{}", editor.account),
        "/me".to_owned(),
    ];
    each_opens(&world, &anna, &addresses).await;
}
