// SPDX-License-Identifier: EUPL-1.2

//! Words that have no room are refused with how much is too much; placeholders are filled at the release.

use std::{fs, time::Duration};

use serde_json::{Value, json};

use super::{EDITORIAL, draft, for_readers, schedule, to_everybody};
use crate::world::{Client, Stage, both, eventually};

both!(
    a_text_too_long_is_refused_with_by_how_much_and_in_which_language,
    placeholders_that_can_not_be_filled_are_refused_by_their_place,
    placeholders_are_filled_by_the_citys_clocks_for_readers_and_the_press,
    a_t_that_is_moved_is_told_as_it_is,
    a_correction_is_filled_too,
);

fn errors(problem: &Value) -> Vec<(String, String)> {
    let errors = problem["errors"].as_array().expect("errors").iter();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    errors
        .map(|error| (text(&error["pointer"]), text(&error["message"])))
        .collect()
}

fn said(title: &str, push_text: &str) -> Value {
    json!({"title": title, "push_text": push_text, "body": "Mehr."})
}

fn with_texts(texts: &Value) -> Value {
    let mut announcement = to_everybody();
    announcement["texts"] = texts.clone();
    announcement
}

/// Tries the texts in a draft, a change and a correction. Each is refused alike, and changes nothing.
async fn refused_everywhere(editor: &Client, texts: Value, problem: &str) -> Value {
    let before = editor.get(EDITORIAL).await.ok();
    let drafted = editor.post(EDITORIAL, with_texts(&texts)).await;
    let told = drafted.refused(422, problem);
    assert_eq!(
        editor.get(EDITORIAL).await.ok(),
        before,
        "nothing is stored"
    );

    let both = json!({"de": said("Titel", "Kurz."), "en": said("Title", "Short.")});
    let address = draft(editor, with_texts(&both)).await;
    let change = json!({"texts": texts, "class": "news"});
    for release in [false, true] {
        let before = editor.get(&address).await.ok();
        let answer = if release {
            let note = json!({"de": "Der Tag.", "en": "The day."});
            let correction = json!({"texts": texts, "note": note});
            editor
                .put(&format!("{address}/correction"), correction)
                .await
        } else {
            editor.patch(&address, change.clone()).await
        };
        assert_eq!(errors(&answer.refused(422, problem)), errors(&told));
        assert_eq!(
            editor.get(&address).await.ok(),
            before,
            "nothing is changed"
        );
        editor
            .put(&format!("{address}/release"), json!({}))
            .await
            .ok();
    }
    told
}

async fn a_text_too_long_is_refused_with_by_how_much_and_in_which_language(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let texts = json!({
        "de": said("Titel", &"ä".repeat(213)),
        "en": said(&"x".repeat(81), &"{release_date}".repeat(12)),
    });
    let problem = refused_everywhere(&eva, texts, "text-too-long").await;
    let at = |pointer: &str, what: &str| (pointer.to_owned(), what.to_owned());
    assert_eq!(
        errors(&problem),
        [
            at(
                "/texts/de/push_text",
                "ist um 13 Zeichen zu lang; 200 sind möglich"
            ),
            at(
                "/texts/en/title",
                "ist um 1 Zeichen zu lang; 80 sind möglich"
            ),
            // 17 for each, on the longest day there is.
            at(
                "/texts/en/push_text",
                "ist um 4 Zeichen zu lang; 200 sind möglich"
            ),
        ]
    );
    let detail = problem["detail"].as_str().expect("a detail");
    let first = "Deutsch: der Text fürs Telefon ist um 13 Zeichen zu lang (höchstens 200).";
    assert!(detail.starts_with(first), "{detail}");
    // As long as it may be.
    let longest = json!({"de": said(&"ä".repeat(80), &"🚒".repeat(200))});
    draft(&eva, with_texts(&longest)).await;
}

async fn placeholders_that_can_not_be_filled_are_refused_by_their_place(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let texts = json!({
        "de": said("Titel", "Liebe {Vorname}, um {release_time}."),
        "en": said("At {time}", "Short."),
    });
    let problem = refused_everywhere(&eva, texts, "placeholder-unknown").await;
    let pointers: Vec<_> = errors(&problem).into_iter().map(|(at, _)| at).collect();
    assert_eq!(pointers, ["/texts/de/push_text", "/texts/en/title"]);

    let until = json!({"de": said("Titel", "Bis {expiry_time}."), "en": said("Title", "Short.")});
    let problem = refused_everywhere(&eva, until.clone(), "placeholder-without-value").await;
    assert_eq!(errors(&problem)[0].0, "/texts/de/push_text");
    let mut ending = with_texts(&until);
    ending["expires_at"] = json!(world.clock.now() + Duration::from_hours(1));
    let address = draft(&eva, ending).await;
    let before = eva.get(&address).await.ok();
    eva.patch(&address, json!({"expires_at": null}))
        .await
        .refused(422, "placeholder-without-value");
    assert_eq!(eva.get(&address).await.ok(), before, "nothing is changed");
}

async fn placeholders_are_filled_by_the_citys_clocks_for_readers_and_the_press(stage: &Stage) {
    let file = "[server]\npublic_url = 'https://app.example.org'\nzone = 'Pacific/Auckland'\n\
                [press]\npage = true\n";
    fs::write(stage.folder().join("stadtfunk.toml"), file).expect("a file");
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let anna = world.employee("Anna Kühn").await;
    let texts = json!({
        "de": said("Ab {release_time}", "Am {release_date}, bis {expiry_date}, {expiry_time} {{Uhr}}."),
        "en": said("From {release_time}", "On {release_date}."),
    });
    let mut announcement = with_texts(&texts);
    announcement["expires_at"] = json!("2026-12-01T10:30:00Z");
    let address = draft(&eva, announcement).await;
    let rule = json!({"rule": "same_instant"});
    eva.put(&format!("{address}/press"), rule).await.ok();
    assert_eq!(eva.get(&address).await.ok()["texts"], texts, "as written");
    // 14:00 UTC, which is 03:00 of the next day in Auckland's summer.
    let released = eva.put(&format!("{address}/release"), json!({})).await.ok();
    let german = anna.get(&for_readers(&address)).await.ok();
    assert_eq!(german["title"], "Ab 03:00");
    assert_eq!(
        german["push_text"],
        "Am 22.11.2026, bis 01.12.2026, 23:30 {Uhr}."
    );
    assert_eq!(released["texts"]["en"]["push_text"], "On 22 November 2026.");
    let english = json!({"language": "en"});
    anna.patch("/api/v1/me", english).await.ok();
    let english = anna.get(&for_readers(&address)).await.ok();
    assert_eq!(english["title"], "From 03:00");
    let page = world.stranger().get("/press?lang=de").await;
    let page = String::from_utf8_lossy(&page.body).into_owned();
    assert!(page.contains("Ab 03:00"), "{page}");
}

async fn a_t_that_is_moved_is_told_as_it_is(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let texts = json!({"de": said("Um {release_time}", "Am {release_date}.")});
    let address = draft(&eva, with_texts(&texts)).await;
    schedule(&world, &eva, &address, 60).await;
    world.clock.advance(Duration::from_secs(59));
    schedule(&world, &eva, &address, 3_541).await;
    world.clock.advance(Duration::from_secs(3_541));
    let read = eventually("the release", async || {
        let read = eva.get(&for_readers(&address)).await;
        (read.status == 200).then(|| read.json())
    })
    .await;
    // 14:00 UTC and an hour, in Berlin.
    assert_eq!(read["title"], "Um 16:00");
    assert_eq!(read["push_text"], "Am 21.11.2026.");
}

async fn a_correction_is_filled_too(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let texts = json!({"de": said("Um {release_time}", "Kurz.")});
    let address = draft(&eva, with_texts(&texts)).await;
    eva.put(&format!("{address}/release"), json!({})).await.ok();
    world.clock.advance(Duration::from_hours(2));
    let correction = json!({
        "texts": {"de": said("Seit {release_time}", "Kurz.")},
        "note": {"de": "Das Wort."},
    });
    let place = format!("{address}/correction");
    let corrected = eva.put(&place, correction.clone()).await.ok();
    assert_eq!(corrected["texts"]["de"]["title"], "Seit 15:00");
    assert_eq!(eva.put(&place, correction).await.ok(), corrected, "once");
    let read = eva.get(&for_readers(&address)).await.ok();
    assert_eq!(read["title"], "Seit 15:00");
}
