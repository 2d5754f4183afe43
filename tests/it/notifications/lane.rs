// SPDX-License-Identifier: EUPL-1.2

//! A lane of their own: notices delay nobody, are bounded, and are told once whatever crashes and however many
//! servers there are.

use serde_json::json;
use stadtfunk::push::{
    Gateway, MessageClass, outbox,
    sandbox::{Fault, Which},
};

use super::{BreakRoom, MINUTE};
use crate::world::{Settings, Stage, Wiring, both, eventually, people::same};

both!(
    notices_that_get_no_answer_keep_no_alert_waiting,
    a_comment_that_was_written_before_a_restart_is_told_after_it,
    two_servers_tell_of_each_comment_once,
);

const NEW: &str = "Neuer Kommentar zu Ihrem Beitrag";

async fn notices_that_get_no_answer_keep_no_alert_waiting(stage: &Stage) {
    // As many at once as a gateway takes at first, and a few that get no answer.
    let wiring = Wiring {
        in_flight: 100,
        answer_timeout_ms: 4_000,
        ..Wiring::default()
    };
    let room = BreakRoom::wired(stage, &wiring).await;
    let anna = room.colleague("Anna Kühn").await;
    let bert = room.colleague("Bert Lang").await;
    let to_anna = Which::Address(anna.phone.address.clone());
    room.sandbox.misbehave(Gateway::Fcm, Fault::Stall, to_anna);
    for number in 0..8 {
        let post = room.post(&anna.person, &format!("Frage {number}")).await;
        room.comment(&bert.person, &post, "Ja.").await;
    }
    eventually("the lane is full", async || {
        let under_way = outbox::under_way(&room.world.app.db, MessageClass::Social).await;
        (under_way.expect("a count") == 8).then_some(())
    })
    .await;
    let editor = room.world.editor("Eva Redaktion").await;
    let draft = json!({
        "class": "alert",
        "audience": {"kind": "everybody"},
        "texts": {"de": {"title": "Sturm", "push_text": "Bleiben Sie drinnen.", "body": "Bis acht."}},
    });
    let drafts = "/api/v1/editorial/announcements";
    let draft = editor.post(drafts, draft).await.created();
    let address = format!("{drafts}/{}", super::id(&draft));
    room.world.approve(&address).await;
    let release = format!("{address}/release");
    editor.put(&release, json!({})).await.ok();
    // What got no answer waits to be tried again, and none of it has come to an end.
    room.shows(&bert.phone, &["Sturm"]).await;
    let under_way = outbox::under_way(&room.world.app.db, MessageClass::Social).await;
    assert_eq!(under_way.expect("a count"), 8);
}

async fn a_comment_that_was_written_before_a_restart_is_told_after_it(stage: &Stage) {
    let mut room = BreakRoom::open(stage).await;
    let mut anna = room.colleague("Anna Kühn").await;
    let mut bert = room.colleague("Bert Lang").await;
    let post = room.post(&anna.person, "Wer hilft?").await;
    room.comment(&bert.person, &post, "Ich.").await;
    // As if the server had died before it read of the comment.
    stage.stop_servers().await;
    let settings = Settings {
        clock: room.world.clock.clone(),
        ..Settings::default()
    };
    room.world = stage.world_with(settings).await;
    anna.person.moves_to(room.world.address);
    bert.person.moves_to(room.world.address);
    room.shows(&anna.phone, &[NEW]).await;
    room.comment(&bert.person, &post, "Ab acht.").await;
    room.rests().await;
    room.seconds_pass(MINUTE);
    room.shows(&anna.phone, &["2 neue Kommentare zu Ihrem Beitrag"])
        .await;
}

async fn two_servers_tell_of_each_comment_once(stage: &Stage) {
    let room = BreakRoom::open(stage).await;
    if room.world.app.db.is_sqlite() {
        // Which has one process.
        return;
    }
    let settings = Settings {
        clock: room.world.clock.clone(),
        ..Settings::default()
    };
    let other = stage.world_with(settings).await;
    let anna = room.colleague("Anna Kühn").await;
    let mut bert = room.colleague("Bert Lang").await;
    for number in 0..20 {
        let post = room.post(&anna.person, &format!("Frage {number}")).await;
        let server = [room.world.address, other.address][number % 2];
        bert.person.moves_to(server);
        room.comment(&bert.person, &post, "Ja.").await;
    }
    room.rests().await;
    assert_eq!(room.came(&anna.phone).len(), 20);
    assert_eq!(room.titles(&anna.phone), [NEW; 20]);
    let (messages,): (i64,) = room
        .world
        .app
        .db
        .query(same(
            "SELECT COUNT(*) FROM push_messages WHERE class = 'social'",
        ))
        .one()
        .await
        .expect("a count");
    assert_eq!(messages, 20);
}
