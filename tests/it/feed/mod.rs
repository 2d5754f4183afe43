// SPDX-License-Identifier: EUPL-1.2

//! The feed as its people use it: over HTTP, on both databases.

mod bad_input;
mod channels;
mod comments;
mod moderation;
mod posts;
mod reactions;
mod visibility;

use serde_json::{Value, json};

use crate::world::{Person, World};

/// A feed with its administrator and an open channel that everybody reads.
struct Board {
    admin: Person,
    channel: String,
}

impl Board {
    async fn of(world: &World) -> Self {
        let admin = world.admin("Ada Amtmann").await;
        let channel = open_channel(&admin, "Pausenraum", "open", everybody()).await;
        Self { admin, channel }
    }
}

fn everybody() -> Value {
    json!({"kind": "everybody"})
}

/// Opens a channel and returns its id.
async fn open_channel(admin: &Person, name: &str, kind: &str, audience: Value) -> String {
    let new =
        json!({"name": name, "description": "Zum Testen", "kind": kind, "audience": audience});
    id_of(&admin.post("/api/v1/channels", new).await.created())
}

/// Posts a text to everybody in the channel and returns the post.
async fn publish(world: &World, author: &Person, channel: &str, text: &str) -> Value {
    world.a_moment_later();
    let new = json!({"channel_id": channel, "text": text});
    author.post("/api/v1/posts", new).await.created()
}

/// Comments on a post and returns the comment.
async fn comment(world: &World, author: &Person, post: &Value, text: &str) -> Value {
    world.a_moment_later();
    let path = format!("{}/comments", path_of(post));
    author.post(&path, json!({"text": text})).await.created()
}

fn id_of(thing: &Value) -> String {
    thing["id"].as_str().expect("an id").to_owned()
}

fn path_of(post: &Value) -> String {
    format!("/api/v1/posts/{}", id_of(post))
}

/// The texts of a page's items, in order.
fn texts(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().expect("a page");
    items
        .iter()
        .map(|item| item["text"].as_str().unwrap_or_default())
        .collect()
}
