// SPDX-License-Identifier: EUPL-1.2

//! Somebody answers in the very moment in which the clock does something about those who have not.
//!
//! On SQLite there is no such moment, because one transaction writes after the other: there it is done in turn.

use std::time::Duration;

use serde_json::{Value, json};
use stadtfunk::people::access::Role;

use super::{City, account, answer, at_reader, coming, four};
use crate::{
    announcements::for_readers,
    world::{Person, Stage, both, eventually, people::same},
};

both!(
    whoever_is_just_answering_is_not_reminded,
    an_answer_that_is_just_given_is_forgotten_with_the_others,
);

/// The person answers, and is kept from finishing until `meanwhile` has been done and has happened, or waits too.
async fn while_answering(
    city: &City,
    person: &Person,
    address: &str,
    meanwhile: impl AsyncFnOnce(),
    has_happened: impl AsyncFn() -> bool,
) {
    let database = &city.world.app.db;
    let coming = json!({"answer": "coming"});
    if database.is_sqlite() {
        answer(person, address, coming).await;
        return meanwhile().await;
    }
    let mut hindrance = database.begin().await.expect("a transaction");
    // Nobody else can say in the change log that there was an answer.
    let lock = hindrance.query(same("LOCK TABLE changes IN SHARE MODE"));
    lock.execute().await.expect("a lock");
    // For the table, or for a row that another transaction holds.
    let somebody_waits_for = async |what: &str| {
        let waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()
                         AND wait_event_type = 'Lock' AND wait_event = $1";
        let waiting = database.query(same(waiting)).bind(what.to_owned());
        let (count,): (i64,) = waiting.one().await.expect("a count");
        count > 0
    };
    let at = at_reader(address);
    let answering = person.put(&at, coming);
    let hindering = async {
        eventually("the answer waits", async || {
            somebody_waits_for("relation").await.then_some(())
        })
        .await;
        meanwhile().await;
        eventually("the rest has happened, or waits too", async || {
            let waits = somebody_waits_for("transactionid").await;
            (waits || has_happened().await).then_some(())
        })
        .await;
        drop(hindrance);
    };
    let (answered, ()) = futures::join!(answering, hindering);
    answered.ok();
}

async fn whoever_is_just_answering_is_not_reminded(stage: &Stage) {
    let city = City::on(stage).await;
    let staff = four(&city.world).await;
    let mut question = coming();
    question["remind_after_minutes"] = json!(10);
    let address = city.release(question).await;
    let reminded = async || account(&city.tally(&address).await, "remind");
    let ten_minutes_pass = async || {
        city.world.clock.advance(Duration::from_mins(10));
    };
    let is_done = async || reminded().await["done_at"] != Value::Null;
    while_answering(&city, &staff[0], &address, ten_minutes_pass, is_done).await;
    let done = city.minutes_later(&address, 0, "remind").await;
    assert_eq!(done["people"], 4);
}

async fn an_answer_that_is_just_given_is_forgotten_with_the_others(stage: &Stage) {
    let city = City::with(stage, "names_days = 7").await;
    four(&city.world).await;
    let leader = city.world.employee("Lea Leitung").with(Role::DutyOfficer);
    let leader = leader.await;
    let address = city.release(coming()).await;
    // Was not asked, so that there is no row of theirs yet.
    let late = city.world.employee("Emil Ober").await;
    let names = format!("{}/answers", for_readers(&address));
    let week_passes = async || {
        city.world.clock.advance(Duration::from_hours(7 * 24));
    };
    let are_gone = async || leader.get(&names).await.status == 410;
    while_answering(&city, &late, &address, week_passes, are_gone).await;
    let (rows,) = eventually("names are forgotten", async || {
        if !are_gone().await {
            return None;
        }
        let kept = "SELECT COUNT(*) FROM announcement_questions WHERE totals IS NOT NULL";
        let (kept,) = city
            .world
            .app
            .db
            .query(same(kept))
            .one::<(i64,)>()
            .await
            .ok()?;
        let rows = city
            .world
            .app
            .db
            .query(same("SELECT COUNT(*) FROM announcement_answers"));
        let rows = rows.one::<(i64,)>().await.ok()?;
        (kept == 1).then_some(rows)
    })
    .await;
    assert_eq!(rows, 0, "no name is left");
    let tally = city.tally(&address).await;
    assert_eq!(tally["figures"]["answered"], 1, "and the answer counts");
}
