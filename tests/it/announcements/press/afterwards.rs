// SPDX-License-Identifier: EUPL-1.2

//! After the release: the press hears of a correction and of the withdrawal, and the report of both.

use std::time::Duration;

use serde_json::{Value, json};

use super::{City, SAME_INSTANT, all, id_of, outcomes, staff_first, with_phone};
use crate::world::{Stage, both, eventually};

both!(
    what_is_withdrawn_is_gone_and_the_web_site_is_told,
    what_is_withdrawn_before_the_press_is_opened_is_told_to_nobody,
    a_correction_is_told_after_the_release_and_each_time,
    a_correction_before_the_press_is_opened_is_what_it_gets,
    what_happens_after_the_release_is_added_to_its_report,
);

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

async fn what_is_withdrawn_before_the_press_is_opened_is_told_to_nobody(stage: &Stage) {
    let city = City::on(stage).await;
    let anna = city.world.employee("Anna Kühn").await;
    with_phone(&anna).await;
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

async fn a_correction_before_the_press_is_opened_is_what_it_gets(stage: &Stage) {
    let city = City::on(stage).await;
    let anna = city.world.employee("Anna Kühn").await;
    with_phone(&anna).await;
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
