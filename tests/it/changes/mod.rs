// SPDX-License-Identifier: EUPL-1.2

//! What phones are told of what has changed: later, and as it happens.

mod live;
mod sync;

use http::Method;
use serde_json::{Value, json};

use crate::world::{FIRE_BRIGADE, FIRE_STATION_2, Person, Stage, World};

/// A channel for everybody and one for the fire brigade; somebody inside of it and somebody outside.
struct Town {
    world: World,
    admin: Person,
    editor: Person,
    /// Of the town hall.
    anna: Person,
    /// Of the fire brigade.
    florian: Person,
    square: String,
    station: String,
}

impl Town {
    async fn on(stage: &Stage) -> Self {
        Self::of(stage.world().await).await
    }

    async fn of(world: World) -> Self {
        let admin = world.admin("Ada Amtmann").await;
        let brigade = world.unit_id(FIRE_BRIGADE).await;
        let brigade = json!({"kind": "units", "units": [brigade]});
        let town = Self {
            square: open(&admin, "Marktplatz", &json!({"kind": "everybody"})).await,
            station: open(&admin, "Wache", &brigade).await,
            editor: world.editor("Eva Editor").await,
            anna: world.employee("Anna Kühn").await,
            florian: world.employee("Florian Brand").of(FIRE_STATION_2).await,
            admin,
            world,
        };
        town.world.log_settles().await;
        town
    }

    /// A post of Florian's.
    async fn post(&self, channel: &str) -> String {
        self.world.a_moment_later();
        let post = json!({"channel_id": channel, "text": "Übung"});
        id_of(&self.florian.post("/api/v1/posts", post).await.created())
    }

    async fn comment(&self, post: &str) -> String {
        let path = format!("/api/v1/posts/{post}/comments");
        let comment = self.florian.post(&path, json!({"text": "Gut."})).await;
        id_of(&comment.created())
    }

    async fn announce(&self) -> String {
        let announcement = json!({
            "class": "news",
            "audience": {"kind": "everybody"},
            "texts": {"de": {"title": "Brücke", "push_text": "Offen.", "body": "Ab drei."}},
        });
        let path = "/api/v1/editorial/announcements";
        let drafted = self.editor.post(path, announcement).await;
        let id = id_of(&drafted.created());
        let release = format!("{path}/{id}/release");
        self.editor.put(&release, json!({})).await.ok();
        id
    }

    /// Everybody's channel becomes the fire brigade's.
    async fn close_the_square(&self) {
        let brigade = self.world.unit_id(FIRE_BRIGADE).await;
        let change = json!({"audience": {"kind": "units", "units": [brigade]}});
        let path = format!("/api/v1/channels/{}", self.square);
        self.admin.patch(&path, change).await.ok();
    }
}

async fn open(admin: &Person, name: &str, audience: &Value) -> String {
    let channel =
        json!({"name": name, "description": "Für alle.", "kind": "open", "audience": audience});
    id_of(&admin.post("/api/v1/channels", channel).await.created())
}

async fn delete(person: &Person, path: &str) {
    person.call(Method::DELETE, path).send().await.done();
}

fn id_of(thing: &Value) -> String {
    thing["id"].as_str().expect("an id").to_owned()
}

/// As in `items`.
fn told(kind: &str, id: &str, change: &str) -> Value {
    json!({"kind": kind, "id": id, "change": change})
}

fn comment_told(id: &str, post: &str, change: &str) -> Value {
    json!({"kind": "comment", "id": id, "post_id": post, "change": change})
}
