// SPDX-License-Identifier: EUPL-1.2

//! What an announcement asks: the desk that asks, the people who answer, and the numbers.

mod answering;
mod at_once;
mod deputies;
mod escalation;
mod names;
mod question;
mod tally;

use std::{fs, time::Duration};

use serde_json::{Value, json};

use super::{draft, for_readers};
use crate::world::{
    Person, PostOffice, Settings, Stage, WebSite, World, eventually, newsroom::SECRET, same,
};

/// A city with a mail server and a gateway for text messages.
struct City {
    world: World,
    editor: Person,
    gateway: WebSite,
    office: PostOffice,
}

impl City {
    async fn on(stage: &Stage) -> Self {
        Self::with(stage, "").await
    }

    /// With more of the configuration's section.
    async fn with(stage: &Stage, more: &str) -> Self {
        Self::by_clock(stage, more, Settings::default()).await
    }

    async fn by_clock(stage: &Stage, more: &str, settings: Settings) -> Self {
        let gateway = stage.web_site(|| 0).await;
        let office = stage.post_office().await;
        let file = format!(
            "[server]\npublic_url = 'https://app.example-stadt.de'\ncity = 'Stadt Beispiel'\n\
             [mail]\nhost = '127.0.0.1'\nport = {}\ntls = 'none'\nfrom = 'Amt <amt@example-stadt.de>'\n\
             [answers]\nsms_web_hook_url = 'http://{}/hook'\nsms_web_hook_secret = '{SECRET}'\n\
             sms_web_hook_on_loopback = true\nsms_web_hook_timeout_seconds = 1\n{more}\n",
            office.address.port(),
            gateway.address,
        );
        fs::write(stage.folder().join("stadtfunk.toml"), file).expect("a file");
        let world = stage.world_with(settings).await;
        let editor = world.editor("Eva Editor").await;
        Self {
            world,
            editor,
            gateway,
            office,
        }
    }

    /// A draft to everybody that asks this.
    async fn draft(&self, question: Value) -> String {
        let address = draft(&self.editor, important()).await;
        self.editor
            .put(&format!("{address}/question"), question)
            .await
            .ok();
        address
    }

    /// Released, and it is known who was asked.
    async fn release(&self, question: Value) -> String {
        let address = self.draft(question).await;
        self.editor
            .put(&format!("{address}/release"), json!({}))
            .await
            .ok();
        eventually("it is written down who was asked", async || {
            (self.tally(&address).await["recipients"] != 0).then_some(())
        })
        .await;
        address
    }

    /// Stops the server, lets so many minutes pass, and starts another.
    async fn restart(&mut self, stage: &Stage, minutes: u64) {
        stage.stop_servers().await;
        self.world.clock.advance(Duration::from_mins(minutes));
        self.world = stage.world_with(self.settings()).await;
        self.editor.moves_to(self.world.address);
    }

    /// For another server by the same clock.
    fn settings(&self) -> Settings {
        Settings {
            clock: self.world.clock.clone(),
            ..Settings::default()
        }
    }

    /// What the personnel file has of somebody.
    async fn reachable(&self, person: &Person, email: Option<&str>, mobile: Option<&str>) {
        let file = "UPDATE accounts SET email = $2, mobile = $3 WHERE id = $1";
        let written = self.world.app.db.query(same(file)).bind(person.account);
        let written = written.bind(email.map(str::to_owned));
        let written = written.bind(mobile.map(str::to_owned)).execute().await;
        assert_eq!(written.expect("it is written"), 1);
    }

    /// Waits until nothing waits any more of the notices of a step. Time passes meanwhile, so that what is to be tried
    /// again is.
    async fn notified(&self, address: &str, step: &str) -> Value {
        eventually(&format!("the notices of {step} are settled"), async || {
            let account = account(&self.tally(address).await, step);
            let notices = account["notices"].as_array()?;
            let settled = notices.iter().all(|notice| notice.get("outcome").is_some());
            if settled && !notices.is_empty() {
                return Some(account["notices"].clone());
            }
            self.world.clock.advance(Duration::from_millis(100));
            None
        })
        .await
    }

    async fn tally(&self, address: &str) -> Value {
        self.editor.get(&format!("{address}/answers")).await.ok()
    }

    /// Lets so many minutes pass, and waits until a step has been done.
    async fn minutes_later(&self, address: &str, minutes: u64, step: &str) -> Value {
        self.world.clock.advance(Duration::from_mins(minutes));
        eventually(&format!("{step} is done"), async || {
            let tally = self.tally(address).await;
            let account = account(&tally, step);
            (account["done_at"] != Value::Null).then_some(account)
        })
        .await
    }
}

fn important() -> Value {
    json!({
        "class": "important",
        "audience": {"kind": "everybody"},
        "texts": {
            "de": {
                "title": "Kita geschlossen",
                "push_text": "Wer kann <heute> einspringen?",
                "body": "Die Kita am Park bleibt zu."
            },
            "en": {
                "title": "Nursery closed",
                "push_text": "Who can step in today?",
                "body": "The nursery at the park stays closed."
            }
        }
    })
}

fn coming() -> Value {
    json!({"answers": {"kind": "coming"}})
}

/// What the tally says of a step.
fn account(tally: &Value, step: &str) -> Value {
    let steps = tally["figures"]["steps"].as_array();
    let steps = steps.into_iter().flatten();
    let mut of = steps.filter(|account| account["step"] == step);
    of.next().cloned().unwrap_or_default()
}

/// The person's answer, as the app would send it.
async fn answer(person: &Person, address: &str, answer: Value) -> Value {
    let answered = person.put(&at_reader(address), answer).await;
    answered.ok()
}

/// Where readers answer.
fn at_reader(address: &str) -> String {
    format!("{}/answer", for_readers(address))
}

/// Four employees; with the editor there are enough for figures.
async fn four(world: &World) -> Vec<Person> {
    let mut people = Vec::new();
    for name in ["Anna Kühn", "Berta Lang", "Carl Mai", "Dora Nau"] {
        people.push(world.employee(name).await);
    }
    people
}
