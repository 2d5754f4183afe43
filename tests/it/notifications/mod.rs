// SPDX-License-Identifier: EUPL-1.2

//! Social notices, from a comment over HTTP to the lock screens of those who expect to hear of it.

mod kept_back;
mod lane;
mod told;

use std::sync::Arc;

use serde_json::{Value, json};
use stadtfunk::push::{
    Gateway,
    sandbox::{Entry, Filter, Notification, Phone, Sandbox, SandboxConfig},
};

use crate::world::{Person, Settings, Stage, Wiring, World, eventually, people::same};

const SETTINGS: &str = "/api/v1/me/notifications";
const QUIET: &str = "/api/v1/me/quiet-hours";
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// A channel that everybody reads and writes in, and phones.
struct BreakRoom {
    world: World,
    sandbox: Sandbox,
    admin: Person,
    channel: String,
}

/// Somebody with a phone.
struct Colleague {
    person: Person,
    phone: Phone,
}

impl BreakRoom {
    async fn open(stage: &Stage) -> Self {
        Self::wired(stage, &Wiring::default()).await
    }

    async fn wired(stage: &Stage, wiring: &Wiring) -> Self {
        let settings = Settings::default();
        let sandbox = stage
            .sandbox(SandboxConfig::default(), settings.clock.clone())
            .await;
        stage.configure_push(&sandbox, wiring);
        let world = stage.world_with(settings).await;
        let admin = world.admin("Ada Amtmann").await;
        let channel = json!({
            "name": "Pausenraum", "description": "Zum Testen", "kind": "open",
            "audience": {"kind": "everybody"},
        });
        let channel = id(&admin.post("/api/v1/channels", channel).await.created());
        Self {
            world,
            sandbox,
            admin,
            channel,
        }
    }

    async fn colleague(&self, name: &str) -> Colleague {
        let person = self.world.employee(name).await;
        let phone = self.sandbox.phone(Gateway::Fcm);
        person.registers(&phone).await;
        Colleague { person, phone }
    }

    /// The id of a new post.
    async fn post(&self, author: &Person, text: &str) -> String {
        self.world.a_moment_later();
        let new = json!({"channel_id": self.channel, "text": text});
        id(&author.post("/api/v1/posts", new).await.created())
    }

    /// The id of a new comment.
    async fn comment(&self, author: &Person, post: &str, text: &str) -> String {
        self.say(author, post, json!({"text": text})).await
    }

    async fn reply(&self, author: &Person, post: &str, parent: &str, text: &str) -> String {
        let reply = json!({"text": text, "parent_id": parent});
        self.say(author, post, reply).await
    }

    async fn say(&self, author: &Person, post: &str, words: Value) -> String {
        self.world.a_moment_later();
        let path = format!("/api/v1/posts/{post}/comments");
        id(&author.post(&path, words).await.created())
    }

    async fn delete_comment(&self, author: &Person, comment: &str) {
        self.world.a_moment_later();
        let path = format!("/api/v1/comments/{comment}");
        author.delete(&path).await.done();
    }

    fn seconds_pass(&self, seconds: u64) {
        self.world
            .clock
            .advance(std::time::Duration::from_secs(seconds));
    }

    /// Waits until all that has happened was dealt with: nothing is due and nothing is on its way.
    async fn rests(&self) {
        eventually("nobody is to be told any more", async || {
            let (left,): (i64,) = self
                .world
                .app
                .db
                .query(same(
                    "SELECT (SELECT COUNT(*) FROM changes c JOIN change_readers r
                               ON (c.turn, c.nth) > (r.turn, r.nth)
                             WHERE c.kind IN ('comment_added', 'comment_edited', 'comment_deleted',
                                              'post_deleted', 'quiet_changed', 'roster_changed'))
                          + (SELECT COUNT(*) FROM social_notices WHERE due_at <= $1)
                          + (SELECT COUNT(*) FROM push_messages m
                             WHERE m.lane = 3 AND m.finished_at IS NULL
                               AND NOT EXISTS (SELECT 1 FROM deliveries d
                                               WHERE d.message_id = m.id AND d.claim_id IS NULL
                                                 AND d.due_at > $1))",
                ))
                .bind(self.world.clock.now())
                .one()
                .await
                .expect("counts");
            (left == 0).then_some(())
        })
        .await;
    }

    /// What stands on the phone.
    fn on(&self, phone: &Phone) -> Vec<Notification> {
        self.sandbox.lock_screen(phone.gateway, &phone.address)
    }

    fn titles(&self, phone: &Phone) -> Vec<String> {
        self.on(phone).into_iter().map(|note| note.title).collect()
    }

    /// Waits until these titles stand there, and nothing else.
    async fn shows(&self, phone: &Phone, titles: &[&str]) {
        eventually(&format!("{titles:?} on the lock screen"), async || {
            (self.titles(phone) == titles).then_some(())
        })
        .await;
    }

    /// All that came, the oldest first.
    fn came(&self, phone: &Phone) -> Vec<Arc<Entry>> {
        self.sandbox.journal().entries(&Filter {
            address: Some(phone.address.clone()),
            ..Filter::default()
        })
    }

    /// Of what came, whether each was without a sound.
    fn silent(&self, phone: &Phone) -> Vec<bool> {
        let came = self.came(phone);
        let silent = came.iter().map(|entry| {
            let read = self.sandbox.seen(entry).decrypted.expect("readable");
            read["silent"] == true
        });
        silent.collect()
    }
}

fn id(thing: &Value) -> String {
    thing["id"].as_str().expect("an id").to_owned()
}
