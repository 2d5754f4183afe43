// SPDX-License-Identifier: EUPL-1.2

//! An announcement's end: until then it is current, after it nobody is disturbed with it any more.

use std::{fs, time::Duration};

use serde_json::{Value, json};
use stadtfunk::clock::At;

use super::{EDITORIAL, draft, for_readers, schedule, to_everybody};
use crate::world::{Answer, Client, Stage, World, both, eventually, people::same};

both!(
    what_has_expired_is_not_listed_any_more_and_still_read_by_its_address,
    the_press_does_not_find_what_has_expired_among_the_latest,
    an_end_is_in_the_future_and_after_t,
    what_has_expired_is_not_approved_scheduled_or_released_before_it_has_another_end,
    what_expires_before_a_server_is_back_is_held,
    an_end_is_changed_and_taken_away_as_any_other_part_of_it,
    no_phone_is_disturbed_after_the_end,
);

const END: Duration = Duration::from_mins(30);
const A_LITTLE: Duration = Duration::from_micros(1);

fn expiring(world: &World) -> Value {
    let mut announcement = to_everybody();
    announcement["expires_at"] = json!(world.clock.now() + END);
    announcement
}

async fn release(editor: &Client, address: &str) -> Answer {
    editor.put(&format!("{address}/release"), json!({})).await
}

async fn what_has_expired_is_not_listed_any_more_and_still_read_by_its_address(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let anna = world.employee("Anna Kühn").await;
    let address = draft(&eva, expiring(&world)).await;
    let end = eva.get(&address).await.ok()["expires_at"].clone();
    assert_eq!(end, json!(world.clock.now() + END));
    release(&eva, &address).await.ok();
    let titles = async || {
        let listed = anna.get("/api/v1/announcements").await.ok();
        listed["items"].as_array().expect("a list").len()
    };
    world.clock.advance(END.saturating_sub(A_LITTLE));
    assert_eq!(titles().await, 1);
    world.clock.advance(A_LITTLE);
    assert_eq!(titles().await, 0);
    let read = anna.get(&for_readers(&address)).await.ok();
    assert_eq!(
        (&read["title"], &read["expires_at"]),
        (&json!("Neue Brücke"), &end)
    );
    assert_eq!(eva.get(&address).await.ok()["state"], "released");
    let expiry = json!({"expires_at": null});
    eva.patch(&address, expiry)
        .await
        .refused(409, "announcement-already-released");
}

async fn the_press_does_not_find_what_has_expired_among_the_latest(stage: &Stage) {
    let file = "[server]\npublic_url = 'https://app.example.org'\n[press]\npage = true\n";
    fs::write(stage.folder().join("stadtfunk.toml"), file).expect("a file");
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let address = draft(&eva, expiring(&world)).await;
    let rule = json!({"rule": "same_instant"});
    eva.put(&format!("{address}/press"), rule).await.ok();
    release(&eva, &address).await.ok();
    let stranger = world.stranger();
    let lists = ["/press", "/press/feed.atom", "/press/feed.json"];
    for (shown, passes) in [(true, END), (false, Duration::ZERO)] {
        for list in lists {
            let page = stranger.get(list).await;
            let page = String::from_utf8_lossy(&page.body).into_owned();
            assert_eq!(page.contains("Neue Brücke"), shown, "{list}");
        }
        world.clock.advance(passes);
    }
    let id = address.rsplit('/').next().expect("an id");
    assert_eq!(stranger.get(&format!("/press/{id}")).await.status, 200);
}

async fn an_end_is_in_the_future_and_after_t(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let now = world.clock.now();
    let told_at = |problem: &Value| problem["errors"][0]["pointer"].clone();
    let mut past = to_everybody();
    past["expires_at"] = json!(now);
    let refused = eva.post(EDITORIAL, past).await;
    assert_eq!(
        told_at(&refused.refused(422, "expiry-in-past")),
        "/expires_at"
    );
    assert_eq!(eva.get(EDITORIAL).await.ok(), json!({"items": []}));

    let address = draft(&eva, expiring(&world)).await;
    let before = eva.get(&address).await.ok();
    let place = format!("{address}/schedule");
    let late = eva.put(&place, json!({"release_at": now + END})).await;
    assert_eq!(
        told_at(&late.refused(422, "release-after-expiry")),
        "/release_at"
    );
    let local = json!({"release_at_local": {"at": "2026-11-21T15:30:00", "zone": "Europe/Berlin"}});
    let late = eva.put(&place, local).await;
    let pointer = told_at(&late.refused(422, "release-after-expiry"));
    assert_eq!(pointer, "/release_at_local/at");
    let past = eva.patch(&address, json!({"expires_at": now})).await;
    assert_eq!(told_at(&past.refused(422, "expiry-in-past")), "/expires_at");
    assert_eq!(eva.get(&address).await.ok(), before, "nothing was changed");

    schedule(&world, &eva, &address, 60).await;
    let before = eva.get(&address).await.ok();
    let t = now + Duration::from_mins(1);
    let early = eva
        .patch(&address, json!({"expires_at": t, "class": "news"}))
        .await;
    let pointer = told_at(&early.refused(422, "release-after-expiry"));
    assert_eq!(pointer, "/expires_at");
    assert_eq!(eva.get(&address).await.ok(), before, "nothing was changed");
}

async fn what_has_expired_is_not_approved_scheduled_or_released_before_it_has_another_end(
    stage: &Stage,
) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let edda = world.editor("Edda Editor").await;
    let address = draft(&eva, expiring(&world)).await;
    eva.put(&format!("{address}/review"), json!({})).await.ok();
    world.clock.advance(END);
    let expired = eva.get(&address).await.ok();
    let tomorrow = json!({"release_at": world.clock.now() + Duration::from_hours(24)});
    let approve = async || {
        let revision = eva.get(&address).await.ok()["revision"].clone();
        let approval = edda.call(http::Method::PUT, &format!("{address}/approval"));
        let seen = approval.header("if-match", &format!("\"{revision}\""));
        seen.send().await
    };
    approve().await.refused(409, "announcement-expired");
    for refused in [
        eva.put(&format!("{address}/schedule"), tomorrow).await,
        release(&eva, &address).await,
    ] {
        refused.refused(409, "announcement-expired");
    }
    assert_eq!(eva.get(&address).await.ok(), expired, "nothing was changed");
    let later = json!({"expires_at": world.clock.now() + END});
    eva.patch(&address, later).await.ok();
    approve().await.ok();
    assert_eq!(release(&eva, &address).await.ok()["state"], "released");
}

async fn what_expires_before_a_server_is_back_is_held(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let address = draft(&eva, expiring(&world)).await;
    schedule(&world, &eva, &address, 60).await;
    // Half an hour late would be early enough for its class.
    world.clock.advance(END);
    let held = eventually("the server has seen to T", async || {
        let read = eva.get(&address).await.ok();
        (read["state"] != "scheduled").then_some(read)
    })
    .await;
    assert_eq!(held["state"], "held");
    release(&eva, &address)
        .await
        .refused(409, "announcement-expired");
    eva.patch(&address, json!({"expires_at": null})).await.ok();
    assert_eq!(release(&eva, &address).await.ok()["state"], "released");
}

async fn an_end_is_changed_and_taken_away_as_any_other_part_of_it(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let edda = world.editor("Edda Editor").await;
    let address = draft(&eva, expiring(&world)).await;
    edda.approves(&address).await;
    let taken_away = eva.patch(&address, json!({"expires_at": null})).await.ok();
    assert_eq!(taken_away.get("expires_at"), None);
    assert_eq!(
        taken_away.get("approval"),
        None,
        "it is part of what was seen"
    );
    let admin = world.admin("Ada Verwaltung").await;
    let entry = admin.get("/api/v1/audit?limit=1").await.ok()["items"][0].clone();
    assert_eq!(entry["action"], "announcement_edited");
    assert_eq!(entry["details"]["changed"], json!(["expires_at"]));
}

async fn no_phone_is_disturbed_after_the_end(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let now = world.clock.now();
    let address = draft(&eva, expiring(&world)).await;
    release(&eva, &address).await.ok();
    // A class's push lives for a day; what has no end, or a later one, as long.
    let mut lasting = expiring(&world);
    lasting["expires_at"] = json!(now + Duration::from_hours(25));
    let lasting = draft(&eva, lasting).await;
    release(&eva, &lasting).await.ok();
    let correction = json!({
        "texts": {"de": {"title": "Berichtigt", "push_text": "Morgen.", "body": "Erst morgen."}},
        "note": {"de": "Der Tag."},
    });
    eva.put(&format!("{address}/correction"), correction)
        .await
        .ok();
    eva.delete(&address).await.done();
    let ends: Vec<(At,)> = world
        .app
        .db
        .query(same(
            "SELECT expires_at FROM push_messages ORDER BY expires_at",
        ))
        .all()
        .await
        .expect("the messages");
    let end = |of: Duration| (now + of,);
    // Nobody had got it, so there is nothing to take down.
    assert_eq!(ends, [end(END), end(END), end(Duration::from_hours(24))]);
}
