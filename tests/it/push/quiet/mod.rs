// SPDX-License-Identifier: EUPL-1.2

//! A private phone stays private: what comes in quiet hours waits, is silent, or is an alert and is logged.

mod changes;
mod notices;

use std::{fs, time::Duration};

use serde_json::{Value, json};
use stadtfunk::push::{
    Gateway,
    sandbox::{Filter, Phone, Sandbox, SandboxConfig},
};

use crate::world::{Client, Person, Settings, Stage, World, both, eventually};

both!(
    news_waits_until_the_quiet_ends_and_spoils_no_figure,
    whoever_is_on_duty_is_told_in_the_quiet_too,
    an_alert_comes_through_and_that_is_logged,
    what_is_important_comes_without_a_sound,
    what_expires_in_the_quiet_never_comes,
    the_press_does_not_wait_for_phones_in_the_quiet,
    a_city_can_keep_news_for_those_at_work,
);

const DRAFTS: &str = "/api/v1/editorial/announcements";
const QUIET: &str = "/api/v1/me/quiet-hours";
const DUTY: &str = "/api/v1/me/duty";
const TITLE: &str = "Neues Rathaus";

/// A city with quiet nights from eight to six, at nine in the evening.
struct Night {
    settings: Settings,
    world: World,
    sandbox: Sandbox,
    editor: Client,
}

impl Night {
    async fn falls(stage: &Stage) -> Self {
        Self::with(stage, "").await
    }

    /// With this `classes.toml`.
    async fn with(stage: &Stage, classes: &str) -> Self {
        let environment = [
            ("STADTFUNK_QUIET_HOURS_FROM", "20:00"),
            ("STADTFUNK_QUIET_HOURS_UNTIL", "06:00"),
            ("STADTFUNK_PRESS_PAGE", "true"),
        ];
        let settings = Settings {
            environment: environment
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into(),
            ..Settings::default()
        };
        let clock = settings.clock.clone();
        let sandbox = stage.sandbox(SandboxConfig::default(), clock.clone()).await;
        let file = stage.folder().join("push-config/classes.toml");
        fs::write(file, classes).expect("a file");
        // From three in the afternoon.
        clock.advance(Duration::from_hours(6));
        let world = stage.world_with(settings.clone()).await;
        let editor = (*world.editor("Eva Redaktion").await).clone();
        Self {
            settings,
            world,
            sandbox,
            editor,
        }
    }

    async fn employee(&self, name: &str) -> (Person, Phone) {
        let person = self.world.employee(name).await;
        let phone = self.sandbox.phone(Gateway::Fcm);
        person.registers(&phone).await;
        (person, phone)
    }

    /// Somebody who has chosen to be told at any time.
    async fn owl(&self) -> Phone {
        let (owl, phone) = self.employee("Uwe Uhu").await;
        owl.put(QUIET, json!({"windows": []})).await.ok();
        phone
    }

    async fn draft(&self, class: &str) -> String {
        let draft = json!({
            "class": class,
            "audience": {"kind": "everybody"},
            "texts": {"de": {"title": TITLE, "push_text": "Am Markt.", "body": "Ab Mai."}},
        });
        let draft = self.editor.post(DRAFTS, draft).await.created();
        let address = format!("{DRAFTS}/{}", draft["id"].as_str().expect("an id"));
        if class == "alert" {
            self.world.approve(&address).await;
        }
        address
    }

    async fn release(&self, class: &str) -> String {
        let address = self.draft(class).await;
        self.put(&address, "release", json!({})).await;
        address
    }

    async fn put(&self, address: &str, what: &str, body: Value) {
        self.editor
            .put(&format!("{address}/{what}"), body)
            .await
            .ok();
    }

    async fn report(&self, address: &str) -> Value {
        self.editor.get(&format!("{address}/report")).await.ok()
    }

    /// Waits until nothing waits but what is held back.
    async fn settled(&self, address: &str) -> Value {
        eventually("nothing waits but for the quiet to end", async || {
            let report = self.report(address).await;
            let devices = &report["devices"];
            (devices["waiting"] == devices["held_back"]).then_some(report)
        })
        .await
    }

    async fn complete(&self, address: &str) -> Value {
        eventually("the report is complete", async || {
            let report = self.editor.get(&format!("{address}/report")).await;
            // It is released when the clock's hands have been seen to move.
            let report = (report.status == 200).then(|| report.json())?;
            (report["complete"] == true).then_some(report)
        })
        .await
    }

    fn hours_pass(&self, hours: u64) {
        self.world.clock.advance(Duration::from_hours(hours));
    }

    /// What stands on a lock screen.
    fn on(&self, phone: &Phone) -> Vec<String> {
        let screen = self.sandbox.lock_screen(phone.gateway, &phone.address);
        screen.into_iter().map(|note| note.title).collect()
    }

    /// How often anything came.
    fn came(&self, phone: &Phone) -> usize {
        let filter = Filter {
            address: Some(phone.address.clone()),
            ..Filter::default()
        };
        self.sandbox.journal().entries(&filter).len()
    }

    /// What came last: as FCM read it, and as the phone did.
    fn last(&self, phone: &Phone) -> (Value, Value) {
        let filter = Filter {
            address: Some(phone.address.clone()),
            ..Filter::default()
        };
        let entry = self.sandbox.journal().entries(&filter).pop();
        let entry = entry.expect("a push");
        let body = serde_json::from_slice(&entry.body).expect("JSON");
        let read = self.sandbox.seen(&entry).decrypted;
        (body, read.expect("readable"))
    }

    async fn comes(&self, phone: &Phone) {
        eventually("it comes", async || {
            (!self.on(phone).is_empty()).then_some(())
        })
        .await;
    }
}

async fn pause(night: &Night, person: &Person, hours: u64) {
    let until = night.world.clock.now() + Duration::from_hours(hours);
    let pause = json!({"windows": [], "paused_until": until});
    person.put(QUIET, pause).await.ok();
}

fn parts(people: &Value) -> i64 {
    let count = |name: &str| people[name].as_i64().expect("a count");
    let others = people["not_reached"].as_array().expect("outcomes");
    let others = others
        .iter()
        .map(|of| of["count"].as_i64().expect("a count"));
    count("reached") + count("waiting") + count("without_device") + others.sum::<i64>()
}

async fn news_waits_until_the_quiet_ends_and_spoils_no_figure(stage: &Stage) {
    let night = Night::falls(stage).await;
    let owl = night.owl().await;
    let (_, phone) = night.employee("Anna Kühn").await;
    let address = night.release("news").await;
    let report = night.settled(&address).await;
    assert_eq!(night.on(&owl), [TITLE]);
    assert_eq!(night.came(&phone), 0);
    assert_eq!(report["complete"], false);
    let people = &report["people"];
    assert_eq!(
        (&people["waiting"], &people["held_back"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        parts(people),
        people["recipients"].as_i64().expect("a count")
    );
    assert_eq!(report["devices"]["handed_over_after_quiet"], 0);
    let at_t = report["hand_over"].clone();

    night.hours_pass(8);
    assert_eq!(night.came(&phone), 0, "at five");
    night.hours_pass(1);
    let report = night.complete(&address).await;
    assert_eq!(night.on(&phone), [TITLE]);
    let people = &report["people"];
    assert_eq!(
        (&people["reached"], &people["held_back"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(report["devices"]["handed_over_after_quiet"], 1);
    assert_eq!(
        report["hand_over"], at_t,
        "what was held back is in no figure of T"
    );
}

async fn whoever_is_on_duty_is_told_in_the_quiet_too(stage: &Stage) {
    let night = Night::falls(stage).await;
    let (anna, phone) = night.employee("Anna Kühn").await;
    let until = night.world.clock.now() + Duration::from_hours(2);
    anna.put(DUTY, json!({"until": until})).await.ok();
    let address = night.release("news").await;
    let report = night.complete(&address).await;
    assert_eq!(night.on(&phone), [TITLE]);
    assert_eq!(report["people"]["held_back"], 0);
}

async fn an_alert_comes_through_and_that_is_logged(stage: &Stage) {
    let night = Night::falls(stage).await;
    night.owl().await;
    let (anna, phone) = night.employee("Anna Kühn").await;
    let (bert, _) = night.employee("Bert Lang").await;
    let until = night.world.clock.now() + Duration::from_hours(2);
    bert.put(DUTY, json!({"until": until})).await.ok();
    // Nobody's phone rings: she has none.
    night.world.employee("Cora Ohne").await;
    let address = night.release("alert").await;
    night.complete(&address).await;
    assert_eq!(night.on(&phone), [TITLE]);
    let id = address.rsplit('/').next().expect("an id");
    // She can see why it rang, and he that it was not for that.
    let why = anna.get(QUIET).await.ok();
    assert_eq!(why["overridden"][0]["announcement"], id, "{why}");
    assert_eq!(why["overridden"][0]["class"], "alert");
    assert_eq!(bert.get(QUIET).await.ok()["overridden"], json!([]));
    let admin = night.world.admin("Ada Amt").await;
    let log = admin.get("/api/v1/audit").await.ok();
    let entries = log["items"].as_array().expect("entries");
    let overridden = |entry: &&Value| entry["action"] == "quiet_hours_overridden";
    let entries: Vec<_> = entries.iter().filter(overridden).collect();
    assert_eq!(entries.len(), 1, "{log}");
    assert_eq!(entries[0]["subject"], id);
    assert_eq!(entries[0]["details"], json!({"people": 1}), "Anna alone");
    assert!(entries[0]["actor"].is_string());
}

async fn what_is_important_comes_without_a_sound(stage: &Stage) {
    let night = Night::falls(stage).await;
    let owl = night.owl().await;
    let (_, phone) = night.employee("Anna Kühn").await;
    let address = night.release("important").await;
    night.complete(&address).await;
    for (phone, silent, priority) in [(&owl, Value::Null, "HIGH"), (&phone, json!(true), "NORMAL")]
    {
        assert_eq!(night.on(phone), [TITLE]);
        let (body, read) = night.last(phone);
        assert_eq!(body["message"]["android"]["priority"], priority);
        assert_eq!(read["silent"], silent);
    }
    let admin = night.world.admin("Ada Amt").await;
    let log = admin.get("/api/v1/audit").await.ok().to_string();
    assert!(!log.contains("overridden"), "nobody was disturbed");
}

async fn what_expires_in_the_quiet_never_comes(stage: &Stage) {
    let night = Night::falls(stage).await;
    let (anna, phone) = night.employee("Anna Kühn").await;
    pause(&night, &anna, 4 * 24).await;
    let address = night.release("news").await;
    night.settled(&address).await;
    night.hours_pass(3 * 24);
    let report = night.complete(&address).await;
    let expired = json!([{"outcome": "expired", "count": 1}]);
    assert_eq!(report["people"]["not_reached"], expired, "{report}");
    night.hours_pass(2 * 24);
    assert_eq!(
        night.complete(&address).await["people"]["not_reached"],
        expired
    );
    assert_eq!(night.came(&phone), 0);
}

async fn the_press_does_not_wait_for_phones_in_the_quiet(stage: &Stage) {
    let night = Night::falls(stage).await;
    night.owl().await;
    night.employee("Anna Kühn").await;
    let address = night.draft("news").await;
    let rule = json!({"rule": "staff_first", "share_percent": 100, "at_latest_seconds": 600});
    night.put(&address, "press", rule).await;
    night.put(&address, "release", json!({})).await;
    let report = eventually("the press is opened", async || {
        let report = night.report(&address).await;
        report["press"]["opened_ms"].is_number().then_some(report)
    })
    .await;
    assert_eq!(report["press"]["opened_because"], "share", "{report}");
    assert_eq!(report["people"]["held_back"], 1);
}

async fn a_city_can_keep_news_for_those_at_work(stage: &Stage) {
    let classes = "[news]\noff_duty = \"hold\"\nquiet = \"hold\"\non_duty = \"silent\"\n";
    let night = Night::with(stage, classes).await;
    let owl = night.owl().await;
    let (anna, phone) = night.employee("Anna Kühn").await;
    let address = night.release("news").await;
    night.settled(&address).await;
    night.hours_pass(20);
    assert_eq!((night.came(&owl), night.came(&phone)), (0, 0));
    let until = night.world.clock.now() + Duration::from_hours(2);
    anna.put(DUTY, json!({"until": until})).await.ok();
    night.comes(&phone).await;
    night.hours_pass(3 * 24);
    let report = night.complete(&address).await;
    let expired = json!([{"outcome": "expired", "count": 1}]);
    assert_eq!(report["people"]["not_reached"], expired, "{report}");
}
