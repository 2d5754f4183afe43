// SPDX-License-Identifier: EUPL-1.2

//! What every channel is told at the release, by which rule, and by whom of several servers.

use std::time::Duration;

use http::Method;
use mail_parser::{MessageParser, MimeHeaders as _};
use serde_json::json;

use super::{ANCHOR, City, RADIO, SAME_INSTANT, all, id_of, outcomes, schedule, staff_first};
use crate::world::{Settings, Stage, both, eventually};

both!(
    at_the_same_instant_every_channel_is_served,
    without_a_rule_the_press_gets_nothing,
    of_two_servers_one_tells_the_press,
    the_rule_is_part_of_the_draft,
);

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
        for words in [
            "Um drei Uhr spricht die Oberbürgermeisterin.",
            "At three.",
            // 14:00:30 UTC, by the city's clocks.
            "Veröffentlicht: 21.11.2026, 15:00 MEZ",
            "Released: 21 November 2026, 15:00 CET",
        ] {
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
    assert!(list.contains(">21.11.2026, 15:00 MEZ</time>"), "{list}");
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
