// SPDX-License-Identifier: EUPL-1.2

//! Other words after the release: what readers and editors see of it.

use http::Method;
use serde_json::{Value, json};

use super::{draft, for_readers, schedule, to_everybody, with_phone};
use crate::world::{Client, Stage, both};

both!(
    readers_see_the_new_words_and_that_they_were_corrected,
    every_wording_is_kept_for_editors,
    only_what_is_released_is_corrected,
    a_correction_is_in_the_languages_of_the_announcement,
    a_correction_asked_for_twice_is_made_once,
    what_nobody_was_told_of_leaves_every_account_in_order,
);

fn correction(title: &str, note: &str) -> Value {
    json!({
        "texts": {"de": {
            "title": title,
            "push_text": "Die Brücke wird morgen eröffnet.",
            "body": "Um vier Uhr spricht der Bürgermeister."
        }},
        "note": {"de": note}
    })
}

async fn released(editor: &Client) -> String {
    let address = draft(editor, to_everybody()).await;
    release(editor, &address).await;
    address
}

async fn release(editor: &Client, address: &str) {
    editor
        .put(&format!("{address}/release"), json!({}))
        .await
        .ok();
}

async fn readers_see_the_new_words_and_that_they_were_corrected(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let anna = world.employee("Anna Kühn").await;
    let address = released(&editor).await;
    let read = for_readers(&address);
    assert!(anna.get(&read).await.ok().get("corrected").is_none());

    world.a_moment_later();
    let corrected = editor
        .put(
            &format!("{address}/correction"),
            correction("Brücke morgen", "Tag und Redner berichtigt."),
        )
        .await
        .ok();
    assert_eq!(corrected["state"], "released");
    assert_eq!(corrected["corrected"]["at"], json!(world.clock.now()));
    let article = anna.get(&read).await.ok();
    assert_eq!(article["title"], "Brücke morgen");
    assert_eq!(article["body"], "Um vier Uhr spricht der Bürgermeister.");
    assert_eq!(
        article["corrected"],
        json!({"at": world.clock.now(), "note": "Tag und Redner berichtigt."})
    );
    let listed = anna.get("/api/v1/announcements").await.ok();
    assert_eq!(listed["items"][0]["title"], "Brücke morgen");
    assert_eq!(listed["items"][0]["corrected"], article["corrected"]);

    let again = correction("Brücke übermorgen", "Noch einmal der Tag.");
    editor
        .put(&format!("{address}/correction"), again)
        .await
        .ok();
    let article = anna.get(&read).await.ok();
    assert_eq!(article["corrected"]["note"], "Noch einmal der Tag.");
}

async fn every_wording_is_kept_for_editors(stage: &Stage) {
    let world = stage.world().await;
    let (eva, emil) = (
        world.editor("Eva Editor").await,
        world.editor("Emil Editor").await,
    );
    let address = released(&eva).await;
    for title in ["Zwei", "Drei"] {
        world.a_moment_later();
        let mut words = correction(title, &format!("Jetzt {title}."));
        words["silent"] = json!(title == "Drei");
        emil.put(&format!("{address}/correction"), words).await.ok();
    }
    let versions = eva.get(&format!("{address}/versions")).await.ok();
    let versions = versions["items"].as_array().expect("a list").clone();
    let titles: Vec<_> = versions
        .iter()
        .map(|version| version["texts"]["de"]["title"].clone())
        .collect();
    assert_eq!(titles, ["Neue Brücke", "Zwei", "Drei"]);
    let writers: Vec<_> = versions
        .iter()
        .map(|version| version["written"]["by"].clone())
        .collect();
    assert_eq!(
        writers,
        [json!(eva.account), json!(emil.account), json!(emil.account)]
    );
    assert!(versions[0].get("note").is_none());
    assert_eq!(versions[1]["note"], json!({"de": "Jetzt Zwei."}));
    assert_eq!(versions[2]["silent"], true);
    assert_eq!(versions[2]["written"]["at"], json!(world.clock.now()));
}

async fn only_what_is_released_is_corrected(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let address = draft(&editor, to_everybody()).await;
    let place = format!("{address}/correction");
    let words = || correction("Brücke morgen", "Der Tag.");
    editor
        .put(&place, words())
        .await
        .refused(409, "announcement-not-released");
    schedule(&world, &editor, &address, 60).await;
    editor
        .put(&place, words())
        .await
        .refused(409, "announcement-not-released");
    release(&editor, &address).await;
    editor
        .call(Method::PUT, &place)
        .header("if-match", "\"1\"")
        .json(&words())
        .send()
        .await
        .refused(412, "revision-conflict");
    editor.delete(&address).await.done();
    editor
        .put(&place, words())
        .await
        .refused(409, "announcement-withdrawn");
    let versions = editor.get(&format!("{address}/versions")).await.ok();
    assert_eq!(versions["items"].as_array().map(Vec::len), Some(1));
}

async fn a_correction_is_in_the_languages_of_the_announcement(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let address = released(&editor).await;
    let mut english = correction("Brücke morgen", "Der Tag.");
    english["note"] = json!({"en": "The day."});
    let refused = editor.put(&format!("{address}/correction"), english).await;
    let pointers: Vec<_> = refused.json()["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| error["pointer"].clone())
        .collect();
    refused.refused(422, "invalid-body");
    assert_eq!(pointers, ["/note/de", "/note/en"]);
}

async fn a_correction_asked_for_twice_is_made_once(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let address = released(&editor).await;
    let place = format!("{address}/correction");
    let words = correction("Brücke morgen", "Der Tag.");
    let first = editor.put(&place, words.clone()).await.ok();
    let second = editor.put(&place, words.clone()).await.ok();
    assert_eq!(first, second);
    let mut another = words;
    another["note"]["de"] = json!("Etwas anderes.");
    editor
        .put(&place, another)
        .await
        .refused(422, "correction-changes-nothing");
}

/// On a server without any gateway's credentials no phone is told anything.
async fn what_nobody_was_told_of_leaves_every_account_in_order(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let anna = world.employee("Anna Kühn").await;
    with_phone(&anna).await;
    let address = released(&editor).await;
    let words = correction("Brücke morgen", "Der Tag.");
    editor
        .put(&format!("{address}/correction"), words)
        .await
        .ok();
    editor.delete(&address).await.done();
    anna.get(&for_readers(&address))
        .await
        .refused(404, "not-found");
    let report = editor.get(&format!("{address}/report")).await.ok();
    assert_eq!(report["complete"], true);
    assert_eq!(report["people"]["recipients"], 2);
    assert_eq!(report["people"]["without_device"], 1);
    assert_eq!(report["people"]["not_reached"][0]["count"], 1);
}
