// SPDX-License-Identifier: EUPL-1.2

//! A phone that was offline asks what has changed since.

use std::time::Duration;

use serde_json::{Value, json};
use stadtfunk::{
    changes::{self, Kind},
    id::{Id, PostId},
};

use super::{Town, comment_told, delete, id_of, told};
use crate::world::{Answer, FIRE_STATION_1, Person, Stage, both, eventually, people::same};

both!(
    each_thing_is_told_once_as_what_became_of_it,
    what_is_gone_is_told_to_those_for_whom_it_was,
    what_is_for_others_is_not_told_and_can_not_be_felt,
    much_comes_in_pages,
    a_phone_that_was_away_for_long_begins_anew,
    a_phone_that_missed_too_much_begins_anew,
    who_may_see_other_things_now_begins_anew,
    a_position_is_ones_own,
    a_restored_log_does_not_take_positions_of_the_lost_one,
    what_commits_late_is_not_skipped,
);

async fn each_thing_is_told_once_as_what_became_of_it(stage: &Stage) {
    let town = Town::on(stage).await;
    let begin = present(&town, &town.anna).await;
    assert_eq!(
        since(&town, &town.anna, &begin).await,
        (json!([]), begin.clone())
    );
    let post = town.post(&town.square).await;
    let comment = town.comment(&post).await;
    let react = format!("/api/v1/posts/{post}/reaction");
    town.florian.put(&react, json!({"kind": "like"})).await.ok();
    let announcement = town.announce().await;
    let (items, position) = since(&town, &town.anna, &begin).await;
    let expected = json!([
        told("post", &post, "added"),
        comment_told(&comment, &post, "added"),
        told("announcement", &announcement, "added"),
    ]);
    assert_eq!(items, expected);
    // Asked again from the same position, because the answer was lost.
    assert_eq!(since(&town, &town.anna, &begin).await.0, expected);
    assert_eq!(since(&town, &town.anna, &position).await.0, json!([]));
    let edit = json!({"text": "Übung um drei"});
    let path = format!("/api/v1/posts/{post}");
    town.florian.patch(&path, edit).await.ok();
    let (items, _) = since(&town, &town.anna, &position).await;
    assert_eq!(items, json!([told("post", &post, "changed")]));
}

async fn what_is_gone_is_told_to_those_for_whom_it_was(stage: &Stage) {
    let town = Town::on(stage).await;
    let (post, hidden) = (
        town.post(&town.square).await,
        town.post(&town.station).await,
    );
    let comment = town.comment(&post).await;
    let other = town.post(&town.square).await;
    town.comment(&other).await;
    let announcement = town.announce().await;
    let (anna, florian) = (
        present(&town, &town.anna).await,
        present(&town, &town.florian).await,
    );
    delete(&town.florian, &format!("/api/v1/comments/{comment}")).await;
    delete(&town.florian, &format!("/api/v1/posts/{other}")).await;
    delete(&town.florian, &format!("/api/v1/posts/{hidden}")).await;
    let editorial = format!("/api/v1/editorial/announcements/{announcement}");
    delete(&town.editor, &editorial).await;
    let (items, _) = since(&town, &town.anna, &anna).await;
    let expected = json!([
        comment_told(&comment, &post, "gone"),
        told("post", &other, "gone"),
        told("announcement", &announcement, "gone"),
    ]);
    assert_eq!(items, expected);
    let (items, _) = since(&town, &town.florian, &florian).await;
    assert_eq!(items[2], told("post", &hidden, "gone"));
}

async fn what_is_for_others_is_not_told_and_can_not_be_felt(stage: &Stage) {
    let town = Town::on(stage).await;
    let position = present(&town, &town.anna).await;
    let ask = async || {
        let path = format!("/api/v1/sync?after={position}");
        let answer = town.anna.get(&path).await;
        let etag = answer.header("etag").map(str::to_owned);
        (answer.status, etag, answer.body)
    };
    let before = ask().await;
    let post = town.post(&town.station).await;
    town.comment(&post).await;
    delete(&town.florian, &format!("/api/v1/posts/{post}")).await;
    town.world.log_settles().await;
    assert_eq!(ask().await, before);
    // A begin is drawn anew each time, so that two of them can't be compared.
    let (one, other) = (
        present(&town, &town.anna).await,
        present(&town, &town.anna).await,
    );
    assert_ne!(one, other);
    assert_eq!(one.len(), other.len());
}

async fn much_comes_in_pages(stage: &Stage) {
    let town = Town::on(stage).await;
    let begin = present(&town, &town.anna).await;
    let post = town.post(&town.square).await;
    let copies: Vec<PostId> = copies(&town, &post, 520).await;
    // What is in between and not for her is on no page.
    town.post(&town.station).await;
    let first = page(&town, &town.anna, &begin).await.ok();
    assert_eq!(first["items"].as_array().map(Vec::len), Some(500));
    assert_eq!(first["more"], true);
    let position = first["position"].as_str().expect("a position");
    let second = page(&town, &town.anna, position).await.ok();
    assert_eq!(second["more"], false);
    let both = [&first, &second].map(|page| page["items"].as_array().expect("items").clone());
    let heard: Vec<String> = both.iter().flatten().map(id_of).collect();
    let written = std::iter::once(post).chain(copies.iter().map(ToString::to_string));
    assert_eq!(heard, written.collect::<Vec<_>>());
}

async fn a_phone_that_was_away_for_long_begins_anew(stage: &Stage) {
    let town = Town::on(stage).await;
    let position = present(&town, &town.anna).await;
    town.post(&town.square).await;
    town.world.clock.advance(Duration::from_hours(15 * 24));
    town.post(&town.square).await;
    eventually("the old lines' being removed", async || {
        let answer = page(&town, &town.anna, &position).await;
        (answer.status == 410).then_some(())
    })
    .await;
    page(&town, &town.anna, &position)
        .await
        .refused(410, "sync-begin-anew");
    let position = present(&town, &town.anna).await;
    assert_eq!(since(&town, &town.anna, &position).await.0, json!([]));
}

async fn a_phone_that_missed_too_much_begins_anew(stage: &Stage) {
    let town = Town::on(stage).await;
    let position = present(&town, &town.anna).await;
    let post = town.post(&town.square).await;
    let post: PostId = post.parse().expect("an id");
    let mut tx = town.world.app.db.begin().await.expect("a transaction");
    let now = town.world.clock.now();
    for _ in 0..10_000 {
        let recorded = changes::record(&mut tx, Kind::ReactionChanged, post, None, now);
        recorded.await.expect("a line");
    }
    tx.commit().await.expect("a commit");
    page(&town, &town.anna, &position)
        .await
        .refused(410, "sync-begin-anew");
}

async fn who_may_see_other_things_now_begins_anew(stage: &Stage) {
    let town = Town::on(stage).await;
    let (anna, florian) = (
        present(&town, &town.anna).await,
        present(&town, &town.florian).await,
    );
    let station_1 = town.world.unit_id(FIRE_STATION_1).await;
    let db = &town.world.app.db;
    db.query(same("UPDATE accounts SET unit_id = $1 WHERE id = $2"))
        .bind(station_1)
        .bind(town.florian.account)
        .execute()
        .await
        .expect("a move");
    page(&town, &town.florian, &florian)
        .await
        .refused(410, "sync-begin-anew");
    assert_eq!(since(&town, &town.anna, &anna).await.0, json!([]));
    // Her phone must forget the posts of a channel that is no longer hers, which no list names.
    town.close_the_square().await;
    page(&town, &town.anna, &anna)
        .await
        .refused(410, "sync-begin-anew");
}

async fn a_position_is_ones_own(stage: &Stage) {
    let town = Town::on(stage).await;
    let position = present(&town, &town.anna).await;
    for (person, position) in [
        (&town.florian, position.as_str()),
        (&town.anna, "0"),
        (&town.anna, &position[1..]),
        (&town.anna, ""),
    ] {
        let refused = page(&town, person, position)
            .await
            .refused(422, "invalid-cursor");
        assert_eq!(refused["errors"][0]["pointer"], "?after");
    }
    let unknown = town.anna.get("/api/v1/sync?since=x").await;
    unknown.refused(422, "invalid-query");
}

/// The line on which the phone stands is another one now, or is to come.
async fn a_restored_log_does_not_take_positions_of_the_lost_one(stage: &Stage) {
    let town = Town::on(stage).await;
    town.post(&town.square).await;
    let position = present(&town, &town.anna).await;
    let later = town.world.clock.now() + Duration::from_secs(1);
    let db = &town.world.app.db;
    db.query(same("UPDATE changes SET at = $1"))
        .bind(later)
        .execute()
        .await
        .expect("another log");
    page(&town, &town.anna, &position)
        .await
        .refused(410, "sync-begin-anew");
    let position = present(&town, &town.anna).await;
    db.query(same("DELETE FROM changes WHERE turn > 0"))
        .execute()
        .await
        .expect("an older log");
    page(&town, &town.anna, &position)
        .await
        .refused(410, "sync-begin-anew");
}

/// `PostgreSQL` alone has transactions side by side: the one that begins first may write its line first or last, and
/// commit first or last.
async fn what_commits_late_is_not_skipped(stage: &Stage) {
    if stage.database.is_sqlite() {
        return;
    }
    let town = Town::on(stage).await;
    let posts = [town.post(&town.square).await, town.post(&town.square).await];
    let [early, late] = posts.map(|post| post.parse::<PostId>().expect("an id"));
    let begin = present(&town, &town.anna).await;
    let (db, now) = (&town.world.app.db, town.world.clock.now());
    let mut first = db.begin().await.expect("a transaction");
    let edit = same("UPDATE posts SET text = 'Übung!' WHERE id = $1");
    let written = first.query(edit).bind(early);
    written.execute().await.expect("its turn is taken");
    let mut second = db.begin().await.expect("a transaction");
    let line = changes::record(&mut second, Kind::PostEdited, late, None, now);
    line.await.expect("a line");
    let line = changes::record(&mut first, Kind::PostEdited, early, None, now);
    line.await.expect("a line");
    first.commit().await.expect("a commit");
    let (items, position) = since(&town, &town.anna, &begin).await;
    let early = told("post", &early.to_string(), "changed");
    assert_eq!(items, json!([early]));
    second.commit().await.expect("a commit");
    let (items, _) = since(&town, &town.anna, &position).await;
    let late = told("post", &late.to_string(), "changed");
    assert_eq!(items, json!([late]));
    let (items, _) = since(&town, &town.anna, &begin).await;
    assert_eq!(items, json!([early, late]));
}

async fn page(town: &Town, person: &Person, position: &str) -> Answer {
    town.world.log_settles().await;
    person.get(&format!("/api/v1/sync?after={position}")).await
}

/// Everything that has changed since, which is one page, and the position after it.
async fn since(town: &Town, person: &Person, position: &str) -> (Value, String) {
    let page = page(town, person, position).await.ok();
    assert_eq!(page["more"], false, "{page}");
    let position = page["position"].as_str().expect("a position");
    (page["items"].clone(), position.to_owned())
}

async fn present(town: &Town, person: &Person) -> String {
    town.world.log_settles().await;
    let page = person.get("/api/v1/sync").await.ok();
    assert_eq!(page["items"], json!([]));
    page["position"].as_str().expect("a position").to_owned()
}

/// So many posts more like this one, each with its line.
async fn copies(town: &Town, post: &str, count: usize) -> Vec<PostId> {
    let (app, now) = (&town.world.app, town.world.clock.now());
    let post: PostId = post.parse().expect("an id");
    let mut tx = app.db.begin().await.expect("a transaction");
    let mut copies = Vec::new();
    for _ in 0..count {
        let copy: PostId = Id::from_uuid(app.ids.id::<()>().uuid());
        tx.query(same(
            "INSERT INTO posts (id, channel_id, author_id, text, audience_id, created_at)
             SELECT $1, channel_id, author_id, text, audience_id, created_at FROM posts
             WHERE id = $2",
        ))
        .bind(copy)
        .bind(post)
        .execute()
        .await
        .expect("a post");
        let line = changes::record(&mut tx, Kind::PostPublished, copy, None, now);
        line.await.expect("a line");
        copies.push(copy);
    }
    tx.commit().await.expect("a commit");
    copies
}
