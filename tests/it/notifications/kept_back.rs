// SPDX-License-Identifier: EUPL-1.2

//! What waits, and what never comes.

use std::time::Duration;

use serde_json::json;
use stadtfunk::push::{
    Gateway, MessageClass, outbox,
    sandbox::{Fault, Which},
};

use super::{BreakRoom, Colleague, HOUR, MINUTE, QUIET, SETTINGS};
use crate::world::{FIRE_BRIGADE, Stage, both, eventually, people::same};

both!(
    comments_wait_together_until_the_quiet_ends,
    whoever_ends_their_pause_is_told_at_once,
    whoever_goes_on_duty_is_told_without_a_sound,
    what_expires_in_the_quiet_never_comes,
    a_comment_that_is_deleted_in_the_quiet_never_comes,
    a_comment_that_is_corrected_in_the_quiet_comes_as_it_is_now,
    a_deleted_comment_is_taken_down_from_the_lock_screen,
    a_deleted_post_takes_its_notices_with_it,
    what_may_no_longer_be_read_is_not_sent_again,
    what_was_switched_off_meanwhile_is_not_sent_again,
    nothing_is_known_of_notices_a_few_days_later,
);

const NEW: &str = "Neuer Kommentar zu Ihrem Beitrag";

async fn pause(room: &BreakRoom, who: &Colleague, hours: u64) {
    let until = room.world.clock.now() + Duration::from_hours(hours);
    let pause = json!({"windows": [], "paused_until": until});
    who.person.put(QUIET, pause).await.ok();
}

async fn end_pause(who: &Colleague) {
    who.person.put(QUIET, json!({"windows": []})).await.ok();
}

async fn comments_wait_together_until_the_quiet_ends(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    let anna = room.colleague("Anna Kühn").await;
    let bert = room.colleague("Bert Lang").await;
    pause(&room, &anna, 8).await;
    let post = room.post(&anna.person, "Wer hilft?").await;
    room.comment(&bert.person, &post, "Ich.").await;
    room.rests().await;
    room.seconds_pass(3 * HOUR);
    room.comment(&bert.person, &post, "Ab acht.").await;
    room.rests().await;
    assert!(room.came(&anna.phone).is_empty());
    let under_way = outbox::under_way(&room.world.app.db, MessageClass::Social).await;
    assert_eq!(
        under_way.expect("a count"),
        0,
        "the outbox holds nothing that waits"
    );
    room.seconds_pass(5 * HOUR);
    room.shows(&anna.phone, &["2 neue Kommentare zu Ihrem Beitrag"])
        .await;
    assert_eq!(room.silent(&anna.phone), [false]);
}

async fn whoever_ends_their_pause_is_told_at_once(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    let anna = room.colleague("Anna Kühn").await;
    let bert = room.colleague("Bert Lang").await;
    pause(&room, &anna, 8).await;
    let post = room.post(&anna.person, "Wer hilft?").await;
    room.comment(&bert.person, &post, "Ich.").await;
    room.rests().await;
    assert!(room.came(&anna.phone).is_empty());
    end_pause(&anna).await;
    room.shows(&anna.phone, &[NEW]).await;
}

async fn whoever_goes_on_duty_is_told_without_a_sound(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    let anna = room.colleague("Anna Kühn").await;
    let bert = room.colleague("Bert Lang").await;
    pause(&room, &anna, 8).await;
    let post = room.post(&anna.person, "Wer hilft?").await;
    room.comment(&bert.person, &post, "Ich.").await;
    room.rests().await;
    let until = room.world.clock.now() + Duration::from_hours(2);
    let duty = json!({"until": until});
    anna.person.put("/api/v1/me/duty", duty).await.ok();
    room.shows(&anna.phone, &[NEW]).await;
    assert_eq!(room.silent(&anna.phone), [true]);
}

async fn what_expires_in_the_quiet_never_comes(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    let anna = room.colleague("Anna Kühn").await;
    let bert = room.colleague("Bert Lang").await;
    pause(&room, &anna, 48).await;
    let post = room.post(&anna.person, "Wer hilft?").await;
    room.comment(&bert.person, &post, "Ich.").await;
    room.rests().await;
    room.seconds_pass(25 * HOUR);
    room.rests().await;
    end_pause(&anna).await;
    room.rests().await;
    assert!(room.came(&anna.phone).is_empty());
}

async fn a_comment_that_is_deleted_in_the_quiet_never_comes(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    let anna = room.colleague("Anna Kühn").await;
    let bert = room.colleague("Bert Lang").await;
    pause(&room, &anna, 8).await;
    let post = room.post(&anna.person, "Wer hilft?").await;
    let comment = room.comment(&bert.person, &post, "Ich.").await;
    room.rests().await;
    room.delete_comment(&bert.person, &comment).await;
    end_pause(&anna).await;
    room.rests().await;
    assert!(room.came(&anna.phone).is_empty());
}

async fn a_comment_that_is_corrected_in_the_quiet_comes_as_it_is_now(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    let anna = room.colleague("Anna Kühn").await;
    let bert = room.colleague("Bert Lang").await;
    let mia = room.world.moderator("Mia Mild").await;
    pause(&room, &anna, 8).await;
    let post = room.post(&anna.person, "Wer hilft?").await;
    let comment = room.comment(&bert.person, &post, "Du Depp!").await;
    room.rests().await;
    let mild = json!({"text": "Du!", "reason": "Tonfall"});
    mia.patch(&format!("/api/v1/comments/{comment}"), mild)
        .await
        .ok();
    end_pause(&anna).await;
    room.shows(&anna.phone, &[NEW]).await;
    assert_eq!(room.on(&anna.phone)[0].body, "Bert Lang: Du!");
}

async fn a_deleted_comment_is_taken_down_from_the_lock_screen(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    let anna = room.colleague("Anna Kühn").await;
    let bert = room.colleague("Bert Lang").await;
    let post = room.post(&anna.person, "Wer hilft?").await;
    let first = room.comment(&bert.person, &post, "Ich.").await;
    room.comment(&bert.person, &post, "Nicht!").await;
    let last = room.comment(&bert.person, &post, "Depp!").await;
    room.rests().await;
    room.seconds_pass(MINUTE);
    room.shows(&anna.phone, &["3 neue Kommentare zu Ihrem Beitrag"])
        .await;
    room.delete_comment(&bert.person, &last).await;
    room.shows(&anna.phone, &["2 neue Kommentare zu Ihrem Beitrag"])
        .await;
    assert_eq!(room.on(&anna.phone)[0].body, "Bert Lang: Nicht!");
    assert_eq!(room.silent(&anna.phone).last(), Some(&true));
    // Of those that are not quoted none is heard; the last that is takes the notice with it.
    room.delete_comment(&bert.person, &first).await;
    let path = format!("/api/v1/posts/{post}/comments");
    let left = anna.person.get(&path).await.ok()["items"][0]["id"].clone();
    room.delete_comment(&bert.person, left.as_str().expect("an id"))
        .await;
    room.shows(&anna.phone, &[]).await;
}

async fn a_deleted_post_takes_its_notices_with_it(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    let anna = room.colleague("Anna Kühn").await;
    let bert = room.colleague("Bert Lang").await;
    let post = room.post(&anna.person, "Wer hilft?").await;
    room.comment(&bert.person, &post, "Ich.").await;
    room.shows(&anna.phone, &[NEW]).await;
    room.rests().await;
    let path = format!("/api/v1/posts/{post}");
    anna.person.delete(&path).await.done();
    room.shows(&anna.phone, &[]).await;
}

/// Google is in trouble for half an hour, so that the notice of a reply to Bert waits in the outbox.
async fn reply_that_google_refuses(room: &BreakRoom) -> Colleague {
    let anna = room.colleague("Anna Kühn").await;
    let bert = room.colleague("Bert Lang").await;
    let cora = room.world.employee("Cora Maas").await;
    let post = room.post(&anna.person, "Wer hilft?").await;
    let thread = room.comment(&bert.person, &post, "Ich.").await;
    room.shows(&anna.phone, &[NEW]).await;
    room.rests().await;
    let refuse = Fault::Refuse {
        status: 503,
        reason: "UNAVAILABLE".to_owned(),
        retry_after: Some(Duration::from_mins(30)),
    };
    let to_bert = Which::Address(bert.phone.address.clone());
    room.sandbox.misbehave(Gateway::Fcm, refuse, to_bert);
    room.reply(&cora, &post, &thread, "Wann?").await;
    eventually("Google refuses", async || {
        (!room.came(&bert.phone).is_empty()).then_some(())
    })
    .await;
    room.rests().await;
    room.sandbox.behave();
    bert
}

async fn never_arrives(room: &BreakRoom, bert: &Colleague) {
    room.seconds_pass(31 * MINUTE);
    room.rests().await;
    assert_eq!(room.came(&bert.phone).len(), 1, "what Google refused");
    assert!(room.on(&bert.phone).is_empty());
    let outcome: (String,) = room
        .world
        .app
        .db
        .query(same(
            "SELECT outcome FROM deliveries WHERE account_id = $1 ORDER BY message_id DESC LIMIT 1",
        ))
        .bind(bert.person.account)
        .one()
        .await
        .expect("a delivery");
    assert_eq!(outcome.0, "withdrawn");
}

async fn what_may_no_longer_be_read_is_not_sent_again(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    let bert = reply_that_google_refuses(&room).await;
    let brigade = room.world.unit_id(FIRE_BRIGADE).await;
    let narrower = json!({"audience": {"kind": "units", "units": [brigade]}});
    let path = format!("/api/v1/channels/{}", room.channel);
    room.admin.patch(&path, narrower).await.ok();
    never_arrives(&room, &bert).await;
}

async fn what_was_switched_off_meanwhile_is_not_sent_again(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    let bert = reply_that_google_refuses(&room).await;
    let off = json!({"comments": false});
    bert.person.put(SETTINGS, off).await.ok();
    never_arrives(&room, &bert).await;
}

async fn nothing_is_known_of_notices_a_few_days_later(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    let anna = room.colleague("Anna Kühn").await;
    let bert = room.colleague("Bert Lang").await;
    let post = room.post(&anna.person, "Wer hilft?").await;
    room.comment(&bert.person, &post, "Ich.").await;
    room.shows(&anna.phone, &[NEW]).await;
    room.rests().await;
    room.seconds_pass(72 * HOUR);
    eventually("the rows are gone", async || {
        let (rows,): (i64,) = room
            .world
            .app
            .db
            .query(same(
                "SELECT (SELECT COUNT(*) FROM social_notices)
                      + (SELECT COUNT(*) FROM push_messages WHERE class = 'social')
                      + (SELECT COUNT(*) FROM deliveries) + (SELECT COUNT(*) FROM push_recipients)",
            ))
            .one()
            .await
            .expect("a count");
        (rows == 0).then_some(())
    })
    .await;
}
