// SPDX-License-Identifier: EUPL-1.2

//! The press is served by the same release: at the same instant or after the staff, never before T, and every
//! delivery ends somehow.

use std::time::Duration;

use atom_syndication::Feed;
use http::Method;
use mail_parser::{MessageParser, MimeHeaders as _};
use serde_json::{Value, json};
use stadtfunk::{
    clock::Clock,
    push::{
        Gateway,
        sandbox::{Fault, Sandbox, SandboxConfig, Which},
    },
};

use super::{draft, schedule, to_everybody};
use crate::world::{
    Client, Dice, PostOffice, Reply, Settings, Stage, WebSite, Wiring, World, both, eventually,
    newsroom::{ANCHOR, RADIO},
    stage::START,
};

both!(
    a_correction_is_told_after_the_release_and_each_time,
    a_correction_before_the_press_is_opened_is_what_it_gets,
    at_the_same_instant_every_channel_is_served,
    without_a_rule_the_press_gets_nothing,
    a_web_site_is_called_until_it_takes_the_call,
    of_two_servers_one_tells_the_press,
    what_happens_after_the_release_is_added_to_its_report,
    what_can_not_be_delivered_in_a_day_is_given_up,
    a_recipient_who_is_refused_ends_apart_from_the_others,
    what_was_not_delivered_before_a_restart_is_delivered_once,
    a_call_that_was_cut_off_is_repeated_under_its_id,
    the_press_is_never_before_the_share_of_the_staff,
    a_dead_gateway_holds_the_press_up_to_the_limit_and_no_longer,
    before_it_is_opened_the_press_can_not_tell_that_it_exists,
    what_is_withdrawn_is_gone_and_the_web_site_is_told,
    what_is_withdrawn_before_the_press_is_opened_is_told_to_nobody,
    the_rule_is_part_of_the_draft,
    the_feeds_are_what_their_standards_want,
);

pub(super) const SAME_INSTANT: &str = r#"{"rule": "same_instant"}"#;

/// A city with a web site, two newsrooms and a public page.
pub(super) struct City {
    pub(super) world: World,
    pub(super) editor: Client,
    pub(super) site: WebSite,
    pub(super) office: PostOffice,
}

impl City {
    pub(super) async fn on(stage: &Stage) -> Self {
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
    pub(super) async fn draft(&self, rule: &str) -> String {
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

    pub(super) async fn release(&self, address: &str) {
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
    pub(super) async fn served(&self, address: &str) -> Value {
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

    pub(super) async fn ask(&self, path: &str) -> (u16, String) {
        let answer = self.world.stranger().get(path).await;
        (
            answer.status,
            String::from_utf8_lossy(&answer.body).into_owned(),
        )
    }
}

pub(super) fn id_of(address: &str) -> &str {
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

pub(super) fn staff_first(share_percent: u32, at_latest_seconds: u32) -> String {
    json!({
        "rule": "staff_first",
        "share_percent": share_percent,
        "at_latest_seconds": at_latest_seconds,
    })
    .to_string()
}

async fn at_the_same_instant_every_channel_is_served(stage: &Stage) {
    let city = City::on(stage).await;
    let address = city.draft(SAME_INSTANT).await;
    schedule(&city.world, &city.editor, &address, 30).await;
    city.world.clock.advance(Duration::from_micros(29_999_999));
    assert_eq!(city.ask("/press").await.0, 200);
    assert!(city.site.calls().is_empty() && city.office.letters().is_empty());
    city.world.clock.advance(Duration::from_micros(1));
    let report = eventually("the release is complete", async || {
        let report = city.editor.get(&format!("{address}/report")).await;
        let report = (report.status == 200).then(|| report.json())?;
        (report["complete"] == true).then_some(report)
    })
    .await;

    assert_eq!(report["press"]["rule"], json!({"rule": "same_instant"}));
    assert_eq!(report["press"]["opened_because"], "release");
    assert_eq!(report["press"]["opened_ms"], 0.0);
    assert_eq!(
        outcomes(&report, "web_hook", "released"),
        all("delivered", 1)
    );
    assert_eq!(outcomes(&report, "mail", "released"), all("delivered", 2));
    assert_eq!(outcomes(&report, "page", "released"), all("delivered", 1));

    let [call] = &city.site.calls()[..] else {
        panic!("{:?}", city.site.calls());
    };
    let id = id_of(&address);
    let page = format!("https://app.example-stadt.de/press/{id}");
    assert_eq!(call.json["type"], "announcement.released");
    assert_eq!(call.json["data"]["id"], id);
    assert_eq!(call.json["data"]["url"], page);
    assert_eq!(call.json["data"]["texts"]["de"]["title"], "Neue Brücke");
    assert_eq!(
        call.json["data"]["texts"]["en"]["summary"],
        "Opens <today>."
    );

    let letters = city.office.letters();
    let mut to: Vec<&String> = letters.iter().flat_map(|letter| &letter.to).collect();
    to.sort();
    assert_eq!(to, [ANCHOR, RADIO]);
    for letter in &letters {
        assert_eq!(letter.to.len(), 1, "a mail for each recipient");
        assert_eq!(letter.from, "presse@example-stadt.de");
        let read = MessageParser::default().parse(&letter.source);
        let read = read.expect("a mail (RFC 5322)");
        assert_eq!(read.subject(), Some("Stadt <Beispiel>: Neue Brücke"));
        let kind = read.content_type().expect("a media type");
        assert_eq!(kind.subtype(), Some("alternative"));
        let text = read.body_text(0).expect("a text");
        let html = read.body_html(0).expect("HTML");
        for words in ["Um drei Uhr spricht die Oberbürgermeisterin.", "At three."] {
            assert!(
                text.contains(words) && html.contains(words),
                "{text}\n{html}"
            );
        }
        assert!(text.contains(&page) && html.contains(&page));
        assert!(html.contains("Opens &lt;today&gt;."), "{html}");
    }

    let (status, list) = city.ask("/press").await;
    assert!(status == 200 && list.contains("Neue Brücke"), "{list}");
    assert!(list.contains("Stadt &lt;Beispiel&gt;"), "{list}");
    let (status, article) = city.ask(&format!("/press/{id}?lang=en")).await;
    assert!(status == 200 && article.contains("<p>At three.</p><p>On the bank.</p>"));
}

async fn without_a_rule_the_press_gets_nothing(stage: &Stage) {
    let city = City::on(stage).await;
    let silent = city.draft(SAME_INSTANT).await;
    city.editor.delete(&format!("{silent}/press")).await.ok();
    city.release(&silent).await;
    let told = city.draft(SAME_INSTANT).await;
    city.release(&told).await;
    city.served(&told).await;
    let report = city.report(&silent).await;
    assert!(report.get("press").is_none(), "{report}");
    assert_eq!(city.ask(&format!("/press/{}", id_of(&silent))).await.0, 404);
    assert_eq!(city.site.calls().len(), 1);
}

async fn a_web_site_is_called_until_it_takes_the_call(stage: &Stage) {
    let city = City::on(stage).await;
    city.site.will(&[
        Reply::Status(500),
        Reply::Silence,
        Reply::Status(302),
        Reply::Status(200),
    ]);
    let address = city.draft(SAME_INSTANT).await;
    city.release(&address).await;
    let report = city.served(&address).await;
    assert_eq!(
        outcomes(&report, "web_hook", "released"),
        all("delivered", 1)
    );
    let calls = city.site.calls();
    assert_eq!(calls.len(), 4);
    assert!(calls.iter().all(|call| call.id == calls[0].id), "{calls:?}");
    assert!(calls.iter().all(|call| call.json == calls[0].json));
}

async fn of_two_servers_one_tells_the_press(stage: &Stage) {
    let city = City::on(stage).await;
    let settings = Settings {
        clock: city.world.clock.clone(),
        ..Settings::default()
    };
    if !stage.database.is_sqlite() {
        stage.world_with(settings).await;
    }
    for rule in [SAME_INSTANT, &staff_first(95, 1)] {
        let address = city.draft(rule).await;
        schedule(&city.world, &city.editor, &address, 5).await;
        city.world.clock.advance(Duration::from_secs(5));
        let report = format!("{address}/report");
        eventually("the release", async || {
            (city.editor.get(&report).await.status == 200).then_some(())
        })
        .await;
        city.served(&address).await;
    }
    assert_eq!(city.site.calls().len(), 2);
    assert_eq!(city.office.letters().len(), 4);
}

async fn what_can_not_be_delivered_in_a_day_is_given_up(stage: &Stage) {
    let city = City::on(stage).await;
    city.site.will(&[Reply::Status(500); 2]);
    let address = city.draft(SAME_INSTANT).await;
    city.release(&address).await;
    eventually(
        "the site has been called, and the rest is served",
        async || {
            let report = city.report(&address).await;
            let written = outcomes(&report, "mail", "released") == all("delivered", 2);
            (written && city.site.calls().len() == 1).then_some(())
        },
    )
    .await;
    city.world.clock.advance(Duration::from_hours(24));
    let report = city.served(&address).await;
    assert_eq!(outcomes(&report, "web_hook", "released"), all("gave_up", 1));
}

async fn a_recipient_who_is_refused_ends_apart_from_the_others(stage: &Stage) {
    let city = City::on(stage).await;
    city.office.refuses_once(ANCHOR, "550 no such mailbox");
    city.office.refuses_once(RADIO, "451 come back later");
    city.site.will(&[Reply::Status(410)]);
    let address = city.draft(SAME_INSTANT).await;
    city.release(&address).await;
    let report = city.served(&address).await;
    assert_eq!(
        outcomes(&report, "mail", "released"),
        json!([{"outcome": "delivered", "count": 1}, {"outcome": "refused", "count": 1}])
    );
    assert_eq!(outcomes(&report, "web_hook", "released"), all("refused", 1));
    assert_eq!(city.office.letters().len(), 1);
    assert_eq!(city.office.letters()[0].to, [RADIO]);
}

async fn what_was_not_delivered_before_a_restart_is_delivered_once(stage: &Stage) {
    let mut city = City::on(stage).await;
    city.site.will(&[Reply::Status(503)]);
    let address = city.draft(SAME_INSTANT).await;
    city.release(&address).await;
    eventually("all but the web site is served", async || {
        let report = city.report(&address).await;
        let written = outcomes(&report, "mail", "released") == all("delivered", 2);
        (written && city.site.calls().len() == 1).then_some(())
    })
    .await;
    city.restart(stage).await;
    let report = city.served(&address).await;
    assert_eq!(
        outcomes(&report, "web_hook", "released"),
        all("delivered", 1)
    );
    let calls = city.site.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].id, calls[1].id);
    assert_eq!(city.office.letters().len(), 2);
}

async fn a_call_that_was_cut_off_is_repeated_under_its_id(stage: &Stage) {
    let mut city = City::on(stage).await;
    city.site.will(&[Reply::Silence]);
    let address = city.draft(SAME_INSTANT).await;
    city.release(&address).await;
    eventually("the call is under way", async || {
        (city.site.calls().len() == 1).then_some(())
    })
    .await;
    city.restart(stage).await;
    let report = city.served(&address).await;
    assert_eq!(
        outcomes(&report, "web_hook", "released"),
        all("delivered", 1)
    );
    let calls = city.site.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].id, calls[1].id);
}

/// Gateways on a stage, whose pushes a web site can count when it is called.
async fn gateways(stage: &Stage, latency: Duration) -> (Sandbox, impl Fn() -> u64 + use<>) {
    let disposed = SandboxConfig {
        latency,
        ..SandboxConfig::default()
    };
    let clock = Clock::manual(START.parse().expect("an instant"));
    let sandbox = stage.sandbox(disposed, clock).await;
    let seen = sandbox.clone();
    let witness = move || seen.journal().accepted_total();
    (sandbox, witness)
}

async fn the_press_is_never_before_the_share_of_the_staff(stage: &Stage) {
    const PHONES: usize = 60;
    const RUNS: usize = 20;
    let mut dice = Dice::new();
    let (sandbox, witness) = gateways(stage, Duration::ZERO).await;
    let city = City::with(stage, Settings::default(), witness).await;
    let gateways = Gateway::ALL.iter().copied().cycle().take(PHONES);
    city.world.hire_with_phones(&sandbox, gateways).await;
    for run in 0..RUNS {
        // Every gateway answers some of its phones late, each time others and by another time.
        sandbox.behave();
        for gateway in Gateway::ALL.iter().copied() {
            let by = Duration::from_millis(dice.below(60));
            let some = Which::EveryNth(1 + dice.below(5));
            sandbox.misbehave(gateway, Fault::Latency { by }, some);
        }
        let share = [95, 95, 50, 100][run % 4];
        let before = sandbox.journal().accepted_total();
        let address = city.draft(&staff_first(share, 600)).await;
        city.release(&address).await;
        // No time passes: only the share can open the press.
        let report = eventually("the press is served", async || {
            let report = city.report(&address).await;
            (report["complete"] == true).then_some(report)
        })
        .await;
        assert_eq!(report["press"]["opened_because"], "share");
        assert!(report["press"]["skew_ms"].as_f64().expect("a skew") >= 0.0);
        let calls = city.site.calls();
        assert_eq!(calls.len(), run + 1);
        let handed_over = calls[run].witnessed - before;
        let least = (PHONES as u64 * u64::from(share)).div_ceil(100);
        assert!(
            handed_over >= least,
            "{handed_over} of {least} at {share} %"
        );
    }
}

async fn a_dead_gateway_holds_the_press_up_to_the_limit_and_no_longer(stage: &Stage) {
    let (sandbox, witness) = gateways(stage, Duration::ZERO).await;
    // Nobody listens there: the port was free a moment ago.
    let dead = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let nowhere = dead.local_addr().expect("a bound listener");
    drop(dead);
    let wiring = Wiring {
        apns_url: Some(format!("https://{nowhere}")),
        ..Wiring::default()
    };
    stage.configure_push(&sandbox, &wiring);
    let city = City::with(stage, Settings::default(), witness).await;
    let gateways = Gateway::ALL.iter().copied().cycle().take(9);
    city.world.hire_with_phones(&sandbox, gateways).await;
    let address = city.draft(&staff_first(95, 120)).await;
    city.release(&address).await;
    eventually("the living gateways are done", async || {
        (sandbox.journal().accepted_total() == 6).then_some(())
    })
    .await;
    city.world.clock.advance(Duration::from_micros(119_999_999));
    let report = city.report(&address).await;
    assert!(report["press"].get("opened_ms").is_none(), "{report}");
    assert!(city.site.calls().is_empty());
    city.world.clock.advance(Duration::from_micros(1));
    eventually("the press is served", async || {
        let served = city.site.calls().len() == 1 && city.office.letters().len() == 2;
        served.then_some(())
    })
    .await;
    let report = city.report(&address).await;
    assert_eq!(report["press"]["opened_because"], "time");
    assert_eq!(report["press"]["opened_ms"], 120_000.0);
}

async fn before_it_is_opened_the_press_can_not_tell_that_it_exists(stage: &Stage) {
    let city = City::on(stage).await;
    let anna = city.world.employee("Anna Kühn").await;
    super::with_phone(&anna).await;
    let nothing = "019a0000-0000-7000-8000-000000000000";
    let paths = |id: &str| {
        [
            "/press".to_owned(),
            "/press/feed.atom".to_owned(),
            "/press/feed.json".to_owned(),
            format!("/press/{id}"),
        ]
    };
    let everything = async |id: &str| {
        let mut heard = Vec::new();
        for path in paths(id) {
            let answer = city.world.stranger().get(&path).await;
            let headers = answer.headers.iter().filter(|(name, _)| *name != "date");
            let headers: Vec<_> = headers
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            heard.push((answer.status, headers, answer.body));
        }
        heard
    };
    let empty = everything(nothing).await;
    assert_eq!(empty[3].0, 404);

    let address = city.draft(&staff_first(100, 60)).await;
    assert_eq!(everything(id_of(&address)).await, empty, "a draft");
    schedule(&city.world, &city.editor, &address, 10).await;
    assert_eq!(everything(id_of(&address)).await, empty, "scheduled");
    city.world.clock.advance(Duration::from_secs(10));
    let report = format!("{address}/report");
    eventually("the release", async || {
        (city.editor.get(&report).await.status == 200).then_some(())
    })
    .await;
    // The phone has no gateway, so that the share is never reached.
    assert_eq!(everything(id_of(&address)).await, empty, "the staff first");
    assert!(city.site.calls().is_empty());
    city.world.clock.advance(Duration::from_mins(1));
    city.served(&address).await;
    let shown = everything(id_of(&address)).await;
    assert!(
        shown
            .iter()
            .zip(&empty)
            .all(|(one, other)| one.2 != other.2)
    );
    assert_eq!(shown[3].0, 200);
}

async fn what_is_withdrawn_is_gone_and_the_web_site_is_told(stage: &Stage) {
    let city = City::on(stage).await;
    let address = city.draft(SAME_INSTANT).await;
    city.release(&address).await;
    city.served(&address).await;
    let id = id_of(&address);
    city.editor.delete(&address).await.done();
    assert_eq!(city.ask(&format!("/press/{id}")).await.0, 404);
    assert!(!city.ask("/press").await.1.contains(id));
    assert!(!city.ask("/press/feed.atom").await.1.contains(id));
    let report = city.served(&address).await;
    assert_eq!(
        outcomes(&report, "web_hook", "withdrawn"),
        all("delivered", 1)
    );
    let calls = city.site.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[1].json["type"], "announcement.withdrawn");
    assert_eq!(calls[1].json["data"], json!({"id": id}));
    assert_ne!(calls[0].id, calls[1].id);
}

async fn a_correction_is_told_after_the_release_and_each_time(stage: &Stage) {
    let city = City::on(stage).await;
    let address = city.draft(SAME_INSTANT).await;
    city.release(&address).await;
    city.served(&address).await;
    for day in ["morgen", "übermorgen"] {
        let texts =
            |body: &str, title: &str| json!({"title": title, "push_text": day, "body": body});
        let correction = json!({
            "texts": {"de": texts("Um drei Uhr.", "Neue Brücke"), "en": texts("At three.", "New bridge")},
            "note": {"de": "Tag berichtigt.", "en": "The day."},
        });
        city.correct(&address, correction).await;
        city.served(&address).await;
    }
    let types: Vec<Value> = city
        .site
        .calls()
        .iter()
        .map(|call| call.json["type"].clone())
        .collect();
    assert_eq!(
        types,
        [
            "announcement.released",
            "announcement.corrected",
            "announcement.corrected"
        ]
    );
    let last = &city.site.calls()[2].json;
    assert_eq!(last["data"]["texts"]["de"]["summary"], "übermorgen");
    let report = city.served(&address).await;
    assert_eq!(
        outcomes(&report, "web_hook", "corrected"),
        all("delivered", 2)
    );
    assert_eq!(outcomes(&report, "mail", "corrected"), all("delivered", 4));
    assert_eq!(outcomes(&report, "page", "corrected"), Value::Null);
    let page = city.ask(&format!("/press/{}", id_of(&address))).await.1;
    assert!(page.contains("übermorgen") && !page.contains("wird heute eröffnet"));
}

async fn what_happens_after_the_release_is_added_to_its_report(stage: &Stage) {
    let city = City::on(stage).await;
    let address = city.draft(SAME_INSTANT).await;
    city.release(&address).await;
    let first = eventually("the report is written", async || {
        let report = city.report(&address).await;
        report.get("written").is_some().then_some(report)
    })
    .await;
    assert_eq!(first["later"], json!([]));
    city.world.clock.advance(Duration::from_mins(1));
    let corrected_at = city.world.clock.now();
    let texts = |body: &str| json!({"title": "Neue Brücke", "push_text": "Morgen.", "body": body});
    let correction = json!({
        "texts": {"de": texts("Um vier."), "en": texts("At four.")},
        "note": {"de": "Uhrzeit berichtigt.", "en": "The time."},
    });
    city.correct(&address, correction).await;
    let second = city.served(&address).await;
    city.world.clock.advance(Duration::from_mins(1));
    city.editor.delete(&address).await.done();
    let third = city.served(&address).await;

    let later = |report: &Value| report["later"].as_array().expect("a list").clone();
    let (second, third) = (later(&second), later(&third));
    let corrected = json!({"at": corrected_at, "what": "corrected", "number": 1});
    assert_eq!(second[0], corrected);
    let told: Vec<_> = second[1..]
        .iter()
        .map(|told| {
            (
                &told["channel"],
                &told["event"],
                &told["outcome"],
                &told["count"],
            )
        })
        .collect();
    let (event, outcome) = (&json!("corrected"), &json!("delivered"));
    let mail = (&json!("mail"), event, outcome, &json!(2));
    let web_hook = (&json!("web_hook"), event, outcome, &json!(1));
    assert!(
        told.len() == 2 && told.contains(&mail) && told.contains(&web_hook),
        "{told:?}"
    );
    assert_eq!(third[..3], second, "what was told once stays");
    let what: Vec<_> = third[3..].iter().map(|later| &later["what"]).collect();
    assert_eq!(what, ["withdrawn", "press_told"]);
    let now = city.report(&address).await;
    for figures in ["written", "hand_over", "people", "devices"] {
        assert_eq!(now.get(figures), first.get(figures), "{figures}");
    }
    let table = city.editor.get(&format!("{address}/report.csv")).await;
    let table = String::from_utf8_lossy(&table.body).into_owned();
    for line in [
        format!("later,{corrected_at},corrected,1"),
        "press,mail_released,delivered,2".to_owned(),
        "press,,opened_ms,0.000".to_owned(),
    ] {
        assert!(table.contains(&line), "{line} is missing in {table}");
    }
}

async fn a_correction_before_the_press_is_opened_is_what_it_gets(stage: &Stage) {
    let city = City::on(stage).await;
    let anna = city.world.employee("Anna Kühn").await;
    super::with_phone(&anna).await;
    let address = city.draft(&staff_first(100, 60)).await;
    city.release(&address).await;
    let texts = json!({"title": "Neue Brücke", "push_text": "Morgen.", "body": "Um drei Uhr."});
    let correction = json!({
        "texts": {"de": texts, "en": texts}, "note": {"de": "Tag berichtigt.", "en": "The day."},
    });
    city.correct(&address, correction).await;
    city.world.clock.advance(Duration::from_mins(2));
    city.served(&address).await;
    let calls = city.site.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].json["type"], "announcement.released");
    assert_eq!(calls[0].json["data"]["texts"]["de"]["summary"], "Morgen.");
}

async fn what_is_withdrawn_before_the_press_is_opened_is_told_to_nobody(stage: &Stage) {
    let city = City::on(stage).await;
    let anna = city.world.employee("Anna Kühn").await;
    super::with_phone(&anna).await;
    let address = city.draft(&staff_first(100, 60)).await;
    city.release(&address).await;
    city.editor.delete(&address).await.done();
    city.world.clock.advance(Duration::from_mins(2));
    let report = city.served(&address).await;
    assert_eq!(
        outcomes(&report, "web_hook", "released"),
        all("withdrawn", 1)
    );
    assert_eq!(outcomes(&report, "mail", "released"), all("withdrawn", 2));
    assert_eq!(outcomes(&report, "page", "released"), all("withdrawn", 1));
    assert_eq!(outcomes(&report, "web_hook", "withdrawn"), Value::Null);
    assert!(city.site.calls().is_empty() && city.office.letters().is_empty());
}

async fn the_rule_is_part_of_the_draft(stage: &Stage) {
    let city = City::on(stage).await;
    let address = city.draft(&staff_first(95, 120)).await;
    let press = format!("{address}/press");
    let drafted = city.editor.get(&address).await.ok();
    let rule = json!({"rule": "staff_first", "share_percent": 95, "at_latest_seconds": 120});
    assert_eq!(drafted["press"], rule);
    assert_eq!(drafted["revision"], 2);
    let again = city.editor.put(&press, rule).await.ok();
    assert_eq!(again["revision"], 2, "nothing has changed");
    for bad in [
        json!({"rule": "staff_first", "share_percent": 101, "at_latest_seconds": 120}),
        json!({"rule": "staff_first", "share_percent": 95, "at_latest_seconds": 0}),
        json!({"rule": "press_first"}),
    ] {
        city.editor
            .put(&press, bad)
            .await
            .refused(422, "invalid-body");
    }
    let outdated = city.editor.call(Method::DELETE, &press);
    let outdated = outdated.header("if-match", "\"1\"").send().await;
    outdated.refused(412, "revision-conflict");
    let without = city.editor.delete(&press).await.ok();
    assert!(without.get("press").is_none(), "{without}");
    city.release(&address).await;
    let late = city
        .editor
        .put(&press, json!({"rule": "same_instant"}))
        .await;
    late.refused(409, "announcement-already-released");

    let deleted = city.draft(SAME_INSTANT).await;
    city.editor.delete(&deleted).await.done();
}

async fn the_feeds_are_what_their_standards_want(stage: &Stage) {
    let city = City::on(stage).await;
    let (_, empty) = city.ask("/press/feed.atom").await;
    empty.parse::<Feed>().expect("an empty Atom feed");
    for _ in 0..2 {
        city.world.a_moment_later();
        let address = city.draft(SAME_INSTANT).await;
        city.release(&address).await;
    }
    let (_, atom) = city.ask("/press/feed.atom?lang=en").await;
    let feed: Feed = atom.parse().expect("an Atom feed");
    assert_eq!(feed.id(), "https://app.example-stadt.de/press");
    assert_eq!(feed.title().value, "Press – Stadt <Beispiel>");
    assert_eq!(feed.entries().len(), 2);
    let [last, first] = feed.entries() else {
        unreachable!()
    };
    assert!(last.updated() > first.updated(), "the last first");
    assert_eq!(last.title().value, "New bridge");
    assert!(last.id().starts_with("urn:uuid:"));
    let content = last.content().and_then(|content| content.value());
    assert_eq!(content, Some("<p>At three.</p><p>On the bank.</p>"));

    let (_, json) = city.ask("/press/feed.json").await;
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(json["language"], "de");
    assert_eq!(json["items"][0]["title"], "Neue Brücke");
    assert_eq!(json["items"][0]["id"], last.id());

    let stranger = city.world.stranger();
    for path in ["/press", "/press/feed.atom", "/press/feed.json"] {
        let answer = stranger.get(path).await;
        let tag = answer.header("etag").expect("a tag").to_owned();
        let again = stranger
            .call(Method::GET, path)
            .header("if-none-match", &tag);
        assert_eq!(again.send().await.status, 304, "{path}");
        let english = stranger.call(Method::GET, path);
        let english = english.header("accept-language", "en").send().await;
        assert_eq!(english.header("content-language"), Some("en"));
        assert_ne!(english.header("etag"), Some(&*tag));
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
    }
}
