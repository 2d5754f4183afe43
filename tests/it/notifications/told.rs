// SPDX-License-Identifier: EUPL-1.2

//! Who is told, of what, and how often.

use serde_json::json;
use stadtfunk::push::Gateway;

use super::{BreakRoom, HOUR, MINUTE, SETTINGS};
use crate::world::{Stage, both};

both!(
    the_author_of_a_post_is_told_of_a_comment_in_words_that_only_the_phone_reads,
    everybody_is_told_in_their_own_language,
    a_reply_is_told_to_those_who_talk_and_to_nobody_else,
    several_comments_are_one_notice_that_is_heard_once,
    after_an_hour_without_a_comment_the_next_is_heard_again,
    a_flood_of_comments_is_a_few_pushes,
    comments_on_many_posts_are_not_heard_one_by_one,
    whoever_has_answered_begins_anew,
    whoever_wants_no_notices_gets_none,
);

async fn the_author_of_a_post_is_told_of_a_comment_in_words_that_only_the_phone_reads(
    stage: &Stage,
) {
    let room = BreakRoom::open(stage).await;
    let anna = room.colleague("Anna Kühn").await;
    let bert = room.colleague("Bert Lang").await;
    let post = room.post(&anna.person, "Wer hilft beim Umzug?").await;
    room.comment(&anna.person, &post, "Es gibt Kuchen.").await;
    room.comment(&bert.person, &post, "Ich!\n\nAb acht.").await;
    room.shows(&anna.phone, &["Neuer Kommentar zu Ihrem Beitrag"])
        .await;
    room.rests().await;
    let [note] = room.on(&anna.phone).try_into().expect("one notice");
    assert_eq!(note.body, "Bert Lang: Ich! Ab acht.");
    assert_eq!(note.class.as_deref(), Some("social"));
    assert_eq!(note.link, Some(format!("/posts/{post}")));
    let [entry] = room.came(&anna.phone).try_into().expect("one push");
    let wire = String::from_utf8_lossy(&entry.body);
    assert!(!wire.contains("Bert") && !wire.contains("acht"), "{wire}");
    assert!(room.came(&bert.phone).is_empty(), "his own words");
}

async fn everybody_is_told_in_their_own_language(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    let bert = room.world.employee("Bert Lang").await;
    for gateway in Gateway::ALL {
        let anna = room.world.employee("Anna Kühn").await;
        let phone = room.sandbox.phone(*gateway);
        anna.registers_in(&phone, "en").await;
        let post = room.post(&anna, "Who helps?").await;
        room.comment(&bert, &post, "I do.").await;
        room.shows(&phone, &["New comment on your post"]).await;
        room.comment(&bert, &post, "From eight.").await;
        room.rests().await;
        room.seconds_pass(MINUTE);
        room.shows(&phone, &["2 new comments on your post"]).await;
        let [note] = room.on(&phone).try_into().expect("one notice");
        assert_eq!(note.body, "Bert Lang: From eight.");
    }
}

async fn a_reply_is_told_to_those_who_talk_and_to_nobody_else(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    let [anna, bert, cora, dora] = [
        room.colleague("Anna Kühn").await,
        room.colleague("Bert Lang").await,
        room.colleague("Cora Maas").await,
        room.colleague("Dora Neu").await,
    ];
    let post = room.post(&anna.person, "Wer hilft?").await;
    let thread = room.comment(&bert.person, &post, "Ich.").await;
    room.comment(&dora.person, &post, "Ich nicht.").await;
    room.rests().await;
    assert!(room.came(&bert.phone).is_empty(), "she answered Anna");
    room.reply(&cora.person, &post, &thread, "Wann?").await;
    room.shows(&bert.phone, &["Neue Antwort in Ihrem Gespräch"])
        .await;
    room.reply(&bert.person, &post, &thread, "Um acht.").await;
    room.shows(&cora.phone, &["Neue Antwort in Ihrem Gespräch"])
        .await;
    room.rests().await;
    assert!(room.came(&dora.phone).is_empty(), "another conversation");
    room.seconds_pass(MINUTE);
    room.shows(&anna.phone, &["4 neue Kommentare zu Ihrem Beitrag"])
        .await;
}

async fn several_comments_are_one_notice_that_is_heard_once(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    let anna = room.colleague("Anna Kühn").await;
    let bert = room.colleague("Bert Lang").await;
    let post = room.post(&anna.person, "Wer hilft?").await;
    room.comment(&bert.person, &post, "Ich.").await;
    room.rests().await;
    for text in ["Ab acht.", "Mit Leiter."] {
        room.comment(&bert.person, &post, text).await;
    }
    room.rests().await;
    assert_eq!(room.came(&anna.phone).len(), 1, "in the same minute");
    room.seconds_pass(MINUTE);
    room.shows(&anna.phone, &["3 neue Kommentare zu Ihrem Beitrag"])
        .await;
    room.rests().await;
    assert_eq!(room.silent(&anna.phone), [false, true]);
    let [note] = room.on(&anna.phone).try_into().expect("one notice");
    assert_eq!(note.body, "Bert Lang: Mit Leiter.");
}

async fn after_an_hour_without_a_comment_the_next_is_heard_again(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    let anna = room.colleague("Anna Kühn").await;
    let bert = room.colleague("Bert Lang").await;
    let post = room.post(&anna.person, "Wer hilft?").await;
    room.comment(&bert.person, &post, "Ich.").await;
    room.rests().await;
    room.seconds_pass(HOUR + MINUTE);
    room.comment(&bert.person, &post, "Doch nicht.").await;
    room.rests().await;
    assert_eq!(room.silent(&anna.phone), [false, false]);
    assert_eq!(
        room.titles(&anna.phone),
        ["Neuer Kommentar zu Ihrem Beitrag"]
    );
}

async fn a_flood_of_comments_is_a_few_pushes(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    let anna = room.colleague("Anna Kühn").await;
    let bert = room.colleague("Bert Lang").await;
    let post = room.post(&anna.person, "Wer hilft?").await;
    for _ in 0..120 {
        room.comment(&bert.person, &post, "Ich!").await;
        room.seconds_pass(5);
    }
    room.rests().await;
    // Ten minutes: at the first, and then after one, two and four minutes more.
    let pushes = room.came(&anna.phone).len();
    assert!((1..=4).contains(&pushes), "{pushes} pushes");
    room.seconds_pass(HOUR);
    let many = ["Über 99 neue Kommentare zu Ihrem Beitrag"];
    room.shows(&anna.phone, &many).await;
    let loud = room
        .silent(&anna.phone)
        .iter()
        .filter(|silent| !**silent)
        .count();
    assert_eq!(loud, 1);
}

async fn comments_on_many_posts_are_not_heard_one_by_one(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    let anna = room.colleague("Anna Kühn").await;
    let bert = room.colleague("Bert Lang").await;
    for number in 0..5 {
        let post = room.post(&anna.person, &format!("Frage {number}")).await;
        room.comment(&bert.person, &post, "Ja.").await;
    }
    room.rests().await;
    let silent = room.silent(&anna.phone);
    assert_eq!(silent.len(), 5, "each stands on the lock screen");
    assert_eq!(silent.iter().filter(|silent| !**silent).count(), 1);
}

async fn whoever_has_answered_begins_anew(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    let anna = room.colleague("Anna Kühn").await;
    let bert = room.colleague("Bert Lang").await;
    let post = room.post(&anna.person, "Wer hilft?").await;
    let thread = room.comment(&bert.person, &post, "Ich.").await;
    room.comment(&bert.person, &post, "Ab acht.").await;
    room.rests().await;
    room.reply(&anna.person, &post, &thread, "Danke!").await;
    room.rests().await;
    room.seconds_pass(2 * MINUTE);
    let before = room.came(&anna.phone).len();
    room.comment(&bert.person, &post, "Bitte.").await;
    room.rests().await;
    assert_eq!(room.came(&anna.phone).len(), before + 1);
    assert_eq!(
        room.titles(&anna.phone),
        ["Neuer Kommentar zu Ihrem Beitrag"]
    );
}

async fn whoever_wants_no_notices_gets_none(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    let anna = room.colleague("Anna Kühn").await;
    let bert = room.colleague("Bert Lang").await;
    let on = anna.person.get(SETTINGS).await.ok();
    assert_eq!(on, json!({"comments": true}));
    let off = json!({"comments": false});
    let saved = anna.person.put(SETTINGS, off.clone()).await.ok();
    assert_eq!(saved, off);
    let post = room.post(&anna.person, "Wer hilft?").await;
    room.comment(&bert.person, &post, "Ich.").await;
    room.rests().await;
    assert_eq!(anna.person.get(SETTINGS).await.ok(), off);
    assert!(room.came(&anna.phone).is_empty());
    anna.person.put(SETTINGS, on).await.ok();
    room.comment(&bert.person, &post, "Ab acht.").await;
    room.shows(&anna.phone, &["Neuer Kommentar zu Ihrem Beitrag"])
        .await;
}
