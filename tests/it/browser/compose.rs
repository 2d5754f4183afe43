// SPDX-License-Identifier: EUPL-1.2

//! Writing and correcting in the console: by whose clocks, and that nothing goes out, is made twice or is lost by
//! accident.

use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{Visitor, now};
use crate::world::{Client, Stage, World, both};

both!(
    t_is_by_the_citys_clocks_wherever_the_editor_sits,
    enter_plans_nothing_and_two_taps_make_one_draft,
    a_correction_keeps_braces_and_waits_for_who_leaves,
    what_is_refused_is_said_in_the_readers_language,
);

const ALL: &str = "/api/v1/editorial/announcements";

/// Three in the afternoon by the city's clocks, some weeks ahead: as the field has it, as the API has it, and the hour
/// with its zone as the console says it.
fn in_some_weeks(world: &World) -> [String; 3] {
    let city = TimeZone::get("Europe/Berlin").unwrap();
    let ahead = world.clock.now() + Duration::from_hours(40 * 24);
    let day = ahead.timestamp().to_zoned(city.clone()).date();
    let t = day.at(15, 0, 0, 0).to_zoned(city).unwrap();
    [
        t.strftime("%Y-%m-%dT%H:%M").to_string(),
        t.timestamp().strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
        t.strftime("15:00:00 %Z")
            .to_string()
            .replace("CEST", "MESZ")
            .replace("CET", "MEZ"),
    ]
}

async fn writes_it(eva: &mut Visitor) {
    eva.opens("/console#/announcements/new").await;
    eva.writes("title-de", "Neue Brücke").await;
    eva.writes("push_text-de", "Um {release_time}.").await;
    eva.writes("body-de", "Am {release_date}.").await;
}

async fn only(editor: &Client) -> Value {
    let list = editor.get(ALL).await.ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    list["items"][0].clone()
}

async fn t_is_by_the_citys_clocks_wherever_the_editor_sits(stage: &Stage) {
    let world = stage.world_with(now()).await;
    let editor = world.editor("Eva Editor").await;
    let Some(mut eva) = Visitor::new(&world, &editor, "de").await else {
        return;
    };
    eva.page.zone("America/New_York").await;
    let [shown, instant, spoken] = in_some_weeks(&world);
    writes_it(&mut eva).await;
    eva.writes("when", "0002-03-04T15:00").await; // On the way to a year of four digits.
    eva.writes("when", &shown).await;
    eva.reads("Uhren der Stadt: Europe/Berlin (UTC+0").await;
    eva.reads("Um 15:00.").await; // On the lock screen.
    eva.chooses("main", "Auf T planen").await;
    eva.reads(&spoken).await; // On the board.
    let planned = only(&editor).await;
    assert_eq!(planned["release_at"], json!(instant));
    eva.page.close().await;
}

async fn enter_plans_nothing_and_two_taps_make_one_draft(stage: &Stage) {
    let world = stage.world_with(now()).await;
    let editor = world.editor("Eva Editor").await;
    let Some(mut eva) = Visitor::new(&world, &editor, "de").await else {
        return;
    };
    let [shown, ..] = in_some_weeks(&world);
    writes_it(&mut eva).await;
    eva.writes("when", &shown).await;
    eva.page
        .value("document.getElementById('title-de').focus()")
        .await;
    eva.page.enter().await;
    // Who types while the draft is being stored gets its button back only when it is.
    let twice = "(() => {
        const save = [...document.querySelectorAll('button')].find((each) => each.textContent === 'Als Entwurf sichern');
        const title = document.getElementById('title-de');
        save.click();
        title.value = 'Neue Brücke am Markt';
        title.dispatchEvent(new Event('input'));
        save.click();
    })()";
    eva.page.value(twice).await;
    eva.reads("Gespeichert.").await;
    assert_eq!(only(&editor).await["state"], "draft");
    eva.chooses("main", "Als Entwurf sichern").await;
    let stored = "!document.querySelector('button:disabled')";
    eva.page.until("that it is stored", stored).await;
    assert_eq!(only(&editor).await["titles"]["de"], "Neue Brücke am Markt");
    eva.page.close().await;
}

async fn a_correction_keeps_braces_and_waits_for_who_leaves(stage: &Stage) {
    let world = stage.world_with(now()).await;
    let editor = world.editor("Eva Editor").await;
    let Some(mut eva) = Visitor::new(&world, &editor, "de").await else {
        return;
    };
    let braces = "Mit {{release_date}} und {{Name}}; einzeln: }.";
    let text = json!({"title": "Vorlagen", "push_text": "Neu.", "body": braces});
    let body = json!({"class": "news", "audience": {"kind": "everybody"}, "texts": {"de": text}});
    let made = editor.post(ALL, body).await.created();
    let id = made["id"].as_str().unwrap();
    let address = format!("{ALL}/{id}");
    editor
        .put(&format!("{address}/release"), json!({}))
        .await
        .ok();
    let read = "Mit {release_date} und {Name}; einzeln: }.";
    let sent = editor.get(&address).await.ok();
    assert_eq!(sent["texts"]["de"]["body"], read);

    eva.opens(&format!("/console#/announcements/{id}/correct"))
        .await;
    eva.writes("title-de", "Neue Vorlagen").await;
    eva.writes("note-de", "Titel berichtigt.").await;
    eva.page.value("location.hash = '#/'").await;
    eva.reads("Zuletzt gesendet").await;
    let back = format!("location.hash = '#/announcements/{id}/correct'");
    eva.page.value(&back).await;
    let kept = "document.getElementById('note-de')?.value === 'Titel berichtigt.'";
    eva.page.until("the note from before", kept).await;
    eva.chooses("main", "Berichtigung senden").await;
    eva.chooses("dialog", "Berichtigung senden").await;
    eva.reads("Berichtigt.").await;
    let corrected = editor.get(&address).await.ok();
    assert_eq!(corrected["texts"]["de"]["title"], "Neue Vorlagen");
    assert_eq!(corrected["texts"]["de"]["body"], read);
    eva.page.close().await;
}

async fn what_is_refused_is_said_in_the_readers_language(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let group = json!({"name": "Krisenstab", "audience": {"kind": "on_duty"}});
    editor
        .post("/api/v1/editorial/groups", group)
        .await
        .created();
    for (language, keep, name, said) in [
        (
            "de",
            "Sichern",
            "Name der Gruppe",
            "so heißt schon eine andere Gruppe",
        ),
        (
            "en",
            "Keep",
            "Name of the group",
            "must be unique among the groups",
        ),
    ] {
        let Some(mut eva) = Visitor::new(&world, &editor, language).await else {
            return;
        };
        eva.opens("/console#/announcements/new").await;
        let name = format!(
            "document.querySelector('[aria-label={}]').value = 'Krisenstab'",
            json!(name)
        );
        eva.page.value(&name).await;
        // What is refused is no error of the page, but Chromium's log has it.
        eva.chooses("#audience", keep).await;
        let told = "Boolean(document.querySelector('#audience [role=alert]'))";
        eva.page.until("what was refused", told).await;
        let text = "document.querySelector('#audience [role=alert]').textContent";
        let text = eva.page.value(text).await;
        assert!(text.as_str().unwrap().contains(said), "{text}");
    }
}
