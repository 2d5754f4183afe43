// SPDX-License-Identifier: EUPL-1.2

//! The public page and its feeds.

use std::time::Duration;

use atom_syndication::{Feed, FixedDateTime};
use http::Method;
use serde_json::{Value, json};

use super::{City, SAME_INSTANT, id_of, schedule, staff_first, with_phone};
use crate::world::{Stage, both, eventually};

both!(
    before_it_is_opened_the_press_can_not_tell_that_it_exists,
    the_feeds_are_what_their_standards_want,
    what_was_corrected_is_told_by_the_page_and_the_feeds,
);

async fn before_it_is_opened_the_press_can_not_tell_that_it_exists(stage: &Stage) {
    let city = City::on(stage).await;
    let anna = city.world.employee("Anna Kühn").await;
    with_phone(&anna).await;
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

async fn what_was_corrected_is_told_by_the_page_and_the_feeds(stage: &Stage) {
    let city = City::on(stage).await;
    let corrected = city.draft(SAME_INSTANT).await;
    city.release(&corrected).await;
    city.world.clock.advance(Duration::from_mins(1));
    let later = city.draft(SAME_INSTANT).await;
    city.release(&later).await;
    let (opened, marks) = ("2026-11-21T14:00:00.000Z", ["Berichtigt:", "Corrected:"]);
    let page = format!("/press/{}", id_of(&corrected));
    for place in ["/press", &page] {
        let heard = city.ask(place).await.1;
        assert!(!marks.iter().any(|mark| heard.contains(mark)), "{heard}");
    }
    city.world.clock.advance(Duration::from_mins(1));
    let texts = json!({"title": "Neue Brücke", "push_text": "Morgen.", "body": "Um vier."});
    let correction = json!({
        "texts": {"de": texts, "en": texts}, "note": {"de": "Der Tag.", "en": "The day."},
    });
    city.correct(&corrected, correction).await;
    let at = "2026-11-21T14:02:00.000Z";

    let feed: Feed = city.ask("/press/feed.atom").await.1.parse().expect("Atom");
    assert_eq!(
        *feed.updated(),
        at.parse::<FixedDateTime>().expect("a time")
    );
    // By when it was opened, so that nothing else is pushed out of the feed.
    let [other, entry] = feed.entries() else {
        panic!("{} entries", feed.entries().len());
    };
    let opened_at = opened.parse::<FixedDateTime>().expect("a time");
    assert_eq!(entry.published(), Some(&opened_at));
    assert_eq!(
        *entry.updated(),
        at.parse::<FixedDateTime>().expect("a time")
    );
    assert_eq!(Some(other.updated()), other.published());

    let json: Value = serde_json::from_str(&city.ask("/press/feed.json").await.1).expect("JSON");
    assert_eq!(json["items"][1]["date_published"], opened);
    assert_eq!(json["items"][1]["date_modified"], at);

    for (language, mark) in ["de", "en"].iter().zip(marks) {
        for place in ["/press", &page] {
            let heard = city.ask(&format!("{place}?lang={language}")).await.1;
            assert_eq!(heard.matches(mark).count(), 1, "{heard}");
        }
    }
    let heard = city.ask(&format!("/press/{}", id_of(&later))).await.1;
    assert!(!heard.contains("Berichtigt:"), "{heard}");
}
