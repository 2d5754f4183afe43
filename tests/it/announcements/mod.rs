// SPDX-License-Identifier: EUPL-1.2

//! Announcements: what editors do, what readers see, and what happens at T.

mod answers;
mod attachments;
mod audiences;
mod bad_input;
mod clocks;
mod corrections;
mod editing;
mod embargo;
mod expiry;
mod held;
mod leaks;
mod local_time;
mod press;
mod proposals;
mod release;
mod reports;
mod review;
mod texts;

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use serde_json::{Value, json};

use crate::world::{Client, World};

pub(super) const EDITORIAL: &str = "/api/v1/editorial/announcements";

/// A draft to everybody.
pub(super) fn to_everybody() -> Value {
    json!({
        "class": "important",
        "audience": {"kind": "everybody"},
        "texts": {"de": {
            "title": "Neue Brücke",
            "push_text": "Die Brücke wird heute eröffnet.",
            "body": "Um drei Uhr spricht die Oberbürgermeisterin."
        }}
    })
}

/// Drafts it and says at which address it is.
pub(super) async fn draft(editor: &Client, announcement: Value) -> String {
    let drafted = editor.post(EDITORIAL, announcement).await.created();
    format!("{EDITORIAL}/{}", drafted["id"].as_str().expect("an id"))
}

/// Schedules it for so many seconds ahead.
pub(super) async fn schedule(world: &World, editor: &Client, address: &str, seconds: u64) {
    let release_at = world.clock.now() + Duration::from_secs(seconds);
    let schedule = json!({"release_at": release_at});
    editor
        .put(&format!("{address}/schedule"), schedule)
        .await
        .ok();
}

/// Where readers find what editors have at this address.
pub(super) fn for_readers(address: &str) -> String {
    address.replace("/editorial", "")
}

/// Registers a phone for the person's session.
pub(super) async fn with_phone(person: &Client) {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let phone = json!({
        "gateway": "fcm",
        "token": format!("registration-token-{number:08}"),
        "language": "de",
        "app_version": "1.0.0"
    });
    let registered = person.put("/api/v1/devices/current", phone).await;
    assert!(registered.status < 300, "{registered}");
}
