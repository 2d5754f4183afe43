// SPDX-License-Identifier: EUPL-1.2

//! A phone that listens is told as it happens.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::{Town, comment_told, delete, id_of, told};
use crate::world::{Heard, Listener, Settings, Stage, both, eventually};

both!(
    whoever_listens_is_told_what_is_theirs,
    what_was_missed_is_told_first,
    a_position_that_says_nothing_any_more_is_told_to_begin_anew,
    a_stream_ends_with_its_session,
    a_stream_ends_with_the_server,
    a_sign_of_life_comes_with_a_position,
    a_stream_lasts_an_hour,
    who_listens_comes_back_when_others_may_see_other_things,
    no_more_listen_than_there_is_room_for,
    what_another_process_commits_is_heard,
);

async fn whoever_listens_is_told_what_is_theirs(stage: &Stage) {
    let town = Town::on(stage).await;
    let (mut anna, mut florian) = (
        town.anna.listens(None).await,
        town.florian.listens(None).await,
    );
    let headers = ["content-type", "cache-control", "x-accel-buffering"]
        .map(|name| anna.headers[name].to_str().expect("ASCII").to_owned());
    assert_eq!(headers, ["text/event-stream", "no-store", "no"]);
    anna.expects("ready").await;
    florian.expects("ready").await;
    let hidden = town.post(&town.station).await;
    let heard = hears(&mut florian).await;
    assert_eq!(heard, [told("post", &hidden, "added")]);
    let post = town.post(&town.square).await;
    let heard = hears(&mut florian).await;
    assert_eq!(heard, [told("post", &post, "added")]);
    // The first that she hears: of the other she has heard nothing.
    let heard = hears(&mut anna).await;
    assert_eq!(heard, [told("post", &post, "added")]);
    let announcement = town.announce().await;
    let heard = hears(&mut anna).await;
    assert_eq!(heard, [told("announcement", &announcement, "added")]);
    delete(&town.florian, &format!("/api/v1/posts/{post}")).await;
    let heard = hears(&mut anna).await;
    assert_eq!(heard, [told("post", &post, "gone")]);
}

async fn what_was_missed_is_told_first(stage: &Stage) {
    let town = Town::on(stage).await;
    let mut listener = town.anna.listens(None).await;
    let (ready, _) = listener.expects("ready").await;
    let first = town.post(&town.square).await;
    let (after_first, _) = listener.expects("changes").await;
    drop(listener);
    let second = town.post(&town.square).await;
    let comment = town.comment(&second).await;
    // Both in one event, whatever other tests have begun and not ended.
    town.world.log_settles().await;
    let mut listener = town.anna.listens(Some(&after_first)).await;
    listener.expects("ready").await;
    let missed = [
        told("post", &second, "added"),
        comment_told(&comment, &second, "added"),
    ];
    assert_eq!(hears(&mut listener).await, missed);
    let third = town.post(&town.square).await;
    let heard = hears(&mut listener).await;
    assert_eq!(heard, [told("post", &third, "added")]);
    // The two are one kind of position.
    let path = format!("/api/v1/sync?after={ready}");
    let sync = town.anna.get(&path).await.ok();
    assert_eq!(id_of(&sync["items"][0]), first);
    let position = sync["position"].as_str().expect("a position");
    let mut listener = town.anna.listens(Some(position)).await;
    listener.expects("ready").await;
    let fourth = town.post(&town.square).await;
    let heard = hears(&mut listener).await;
    assert_eq!(heard, [told("post", &fourth, "added")]);
}

async fn a_position_that_says_nothing_any_more_is_told_to_begin_anew(stage: &Stage) {
    let town = Town::on(stage).await;
    let mut listener = town.anna.listens(Some("4711")).await;
    let (position, _) = listener.expects("reset").await;
    let post = town.post(&town.square).await;
    let heard = hears(&mut listener).await;
    assert_eq!(heard, [told("post", &post, "added")]);
    town.close_the_square().await;
    // Before, she would be sent away to come back, as everybody who listens.
    town.world.log_settles().await;
    let mut listener = town.anna.listens(Some(&position)).await;
    listener.expects("ready").await;
    listener.expects("reset").await;
}

async fn a_stream_ends_with_its_session(stage: &Stage) {
    let town = Town::on(stage).await;
    let mut mine = town.anna.listens(None).await;
    let mut other = town.florian.listens(None).await;
    mine.expects("ready").await;
    other.expects("ready").await;
    delete(&town.anna, "/api/v1/sessions/current").await;
    mine.ends().await;
    let again = town.anna.get("/api/v1/live").await;
    again.refused(401, "session-ended");
    let post = town.post(&town.square).await;
    let heard = hears(&mut other).await;
    assert_eq!(heard, [told("post", &post, "added")]);
}

async fn a_stream_ends_with_the_server(stage: &Stage) {
    let town = Town::on(stage).await;
    let mut listener = town.anna.listens(None).await;
    listener.expects("ready").await;
    tokio::join!(stage.stop_servers(), listener.ends());
}

async fn a_sign_of_life_comes_with_a_position(stage: &Stage) {
    let town = Town::on(stage).await;
    let mut listener = town.anna.listens(None).await;
    let (ready, _) = listener.expects("ready").await;
    town.post(&town.station).await;
    let beat = beat(&town, &mut listener).await;
    assert_eq!(beat.len(), ready.len());
    assert_ne!(beat, ready);
    let path = format!("/api/v1/sync?after={beat}");
    assert_eq!(town.anna.get(&path).await.ok()["items"], json!([]));
}

async fn a_stream_lasts_an_hour(stage: &Stage) {
    let town = Town::on(stage).await;
    let mut listener = town.anna.listens(None).await;
    listener.expects("ready").await;
    beat(&town, &mut listener).await;
    town.world.clock.advance(Duration::from_hours(1));
    listener.ends().await;
}

async fn who_listens_comes_back_when_others_may_see_other_things(stage: &Stage) {
    let town = Town::on(stage).await;
    let mut listener = town.anna.listens(None).await;
    let (position, _) = listener.expects("ready").await;
    town.close_the_square().await;
    listener.ends().await;
    let mut listener = town.anna.listens(Some(&position)).await;
    listener.expects("ready").await;
    listener.expects("reset").await;
}

async fn no_more_listen_than_there_is_room_for(stage: &Stage) {
    let settings = Settings {
        environment: vec![("STADTFUNK_SERVER_LIVE_STREAMS".to_owned(), "1".to_owned())],
        ..Settings::default()
    };
    let town = Town::of(stage.world_with(settings).await).await;
    let mut listener = town.anna.listens(None).await;
    listener.expects("ready").await;
    let refused = town.florian.get("/api/v1/live").await;
    refused.refused(503, "too-many-listeners");
    assert_eq!(refused.header("retry-after"), Some("60"));
    drop(listener);
    eventually("the room of the one who hung up", async || {
        let answer = town.florian.call(Method::GET, "/api/v1/live").send().await;
        (answer.status == 200).then_some(())
    })
    .await;
}

/// Two processes have one `PostgreSQL`.
async fn what_another_process_commits_is_heard(stage: &Stage) {
    if stage.database.is_sqlite() {
        return;
    }
    let town = Town::on(stage).await;
    let mut elsewhere = (*town.anna).clone();
    let settings = Settings {
        clock: town.world.clock.clone(),
        ..Settings::default()
    };
    elsewhere.server = stage.world_with(settings).await.address;
    let mut listener = elsewhere.listens(None).await;
    listener.expects("ready").await;
    let post = town.post(&town.square).await;
    let heard = hears(&mut listener).await;
    assert_eq!(heard, [told("post", &post, "added")]);
    delete(&town.anna, "/api/v1/sessions/current").await;
    listener.ends().await;
}

/// What the next event tells.
async fn hears(listener: &mut Listener) -> Vec<Value> {
    let (_, data) = listener.expects("changes").await;
    data["items"].as_array().expect("items").clone()
}

/// Lets the clock run until there is a sign of life: when it begins to wait, the stream alone knows.
async fn beat(town: &Town, listener: &mut Listener) -> String {
    let clock = &town.world.clock;
    let running = async {
        loop {
            clock.advance(Duration::from_secs(1));
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::select! {
        heard = listener.hears() => match heard {
            Some(Heard::Beat { id }) => id,
            other => panic!("no sign of life: {other:?}"),
        },
        () = running => unreachable!("the clock runs for ever"),
    }
}
