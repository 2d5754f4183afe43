// SPDX-License-Identifier: EUPL-1.2

//! The press is served by the same release: at the same instant or after the staff, never before T, and every
//! delivery ends somehow.

mod afterwards;
mod attachments;
mod channels;
mod page;
mod retries;
mod staff_first;

use std::time::Duration;

use serde_json::{Value, json};

use super::{draft, schedule, to_everybody, with_phone};
use crate::world::{
    Client, PostOffice, Settings, Stage, WebSite, World, eventually,
    newsroom::{ANCHOR, RADIO},
};

const SAME_INSTANT: &str = r#"{"rule": "same_instant"}"#;

/// A city with a web site, two newsrooms and a public page.
struct City {
    world: World,
    editor: Client,
    site: WebSite,
    office: PostOffice,
}

impl City {
    async fn on(stage: &Stage) -> Self {
        Self::with(stage, Settings::default(), || 0).await
    }

    async fn with(
        stage: &Stage,
        settings: Settings,
        witness: impl Fn() -> u64 + Send + Sync + 'static,
    ) -> Self {
        let site = stage.web_site(witness).await;
        let office = stage.post_office().await;
        stage.configure_press(&site, &office);
        let world = stage.world_with(settings).await;
        let editor = (*world.editor("Eva Editor").await).clone();
        Self {
            world,
            editor,
            site,
            office,
        }
    }

    /// Stops the server and starts another.
    async fn restart(&mut self, stage: &Stage) {
        stage.stop_servers().await;
        let settings = Settings {
            clock: self.world.clock.clone(),
            ..Settings::default()
        };
        self.world = stage.world_with(settings).await;
        self.editor.server = self.world.address;
    }

    /// A draft to everybody under this rule; where it is.
    async fn draft(&self, rule: &str) -> String {
        let mut announcement = to_everybody();
        announcement["texts"]["en"] = json!({
            "title": "New bridge", "push_text": "Opens <today>.", "body": "At three.\n\nOn the bank."
        });
        let address = draft(&self.editor, announcement).await;
        let rule = serde_json::from_str(rule).expect("JSON");
        let drafted = self.editor.put(&format!("{address}/press"), rule).await;
        drafted.ok();
        address
    }

    async fn release(&self, address: &str) {
        let release = format!("{address}/release");
        self.editor.put(&release, json!({})).await.ok();
    }

    async fn correct(&self, address: &str, correction: Value) {
        let address = format!("{address}/correction");
        self.editor.put(&address, correction).await.ok();
    }

    async fn report(&self, address: &str) -> Value {
        self.editor.get(&format!("{address}/report")).await.ok()
    }

    /// Waits until nothing waits any more. Time passes meanwhile, so that what is to be tried again is.
    async fn served(&self, address: &str) -> Value {
        eventually("the press is served", async || {
            let report = self.report(address).await;
            if report["complete"] == true {
                return Some(report);
            }
            self.world.clock.advance(Duration::from_millis(100));
            None
        })
        .await
    }

    async fn ask(&self, path: &str) -> (u16, String) {
        let answer = self.world.stranger().get(path).await;
        (
            answer.status,
            String::from_utf8_lossy(&answer.body).into_owned(),
        )
    }
}

fn id_of(address: &str) -> &str {
    address.rsplit('/').next().expect("an id")
}

/// What became of one channel's deliveries.
fn outcomes(report: &Value, channel: &str, event: &str) -> Value {
    let channels = report["press"]["channels"].as_array().expect("channels");
    let of = |one: &&Value| one["channel"] == channel && one["event"] == event;
    let found = channels.iter().find(of);
    found.map_or(Value::Null, |channel| channel["outcomes"].clone())
}

fn all(outcome: &str, count: u32) -> Value {
    json!([{"outcome": outcome, "count": count}])
}

fn staff_first(share_percent: u32, at_latest_seconds: u32) -> String {
    json!({
        "rule": "staff_first",
        "share_percent": share_percent,
        "at_latest_seconds": at_latest_seconds,
    })
    .to_string()
}
