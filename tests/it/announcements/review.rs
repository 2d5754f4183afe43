// SPDX-License-Identifier: EUPL-1.2

//! The second pair of eyes: what needs it is never released without.

use std::{fs, time::Duration};

use http::Method;
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

use super::{draft, for_readers, schedule, to_everybody};
use crate::world::{Answer, Client, Person, Settings, Stage, World, both, eventually};

both!(
    an_alert_is_released_once_another_editor_has_approved_it,
    nobody_approves_their_own_words,
    any_change_voids_the_approval,
    what_the_press_hears_is_approved_too,
    a_change_of_what_is_scheduled_takes_t_away_until_it_is_approved_again,
    what_is_approved_is_the_revision_that_was_seen,
    what_is_taken_back_is_a_draft_without_approval,
    the_city_says_which_classes_need_it,
    what_comes_to_need_eyes_while_it_waits_is_sent_back_at_t,
    no_steps_of_anybody_release_without_the_eyes_that_are_needed,
);

fn alert() -> Value {
    let mut alert = to_everybody();
    alert["class"] = json!("alert");
    alert
}

async fn submit(editor: &Client, address: &str) -> Value {
    let submitted = editor.put(&format!("{address}/review"), json!({})).await;
    submitted.ok()
}

async fn approve(editor: &Client, address: &str, revision: &Value) -> Answer {
    let approval = editor.call(Method::PUT, &format!("{address}/approval"));
    let seen = approval.header("if-match", &format!("\"{revision}\""));
    seen.send().await
}

async fn release(editor: &Client, address: &str) -> Answer {
    editor.put(&format!("{address}/release"), json!({})).await
}

async fn an_alert_is_released_once_another_editor_has_approved_it(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let edda = world.editor("Edda Editor").await;
    let address = draft(&eva, alert()).await;
    let drafted = eva.get(&address).await.ok();
    assert_eq!(drafted["needs_approval"], true);
    assert_eq!(drafted.get("approval"), None);
    let later = json!({"release_at": world.clock.now() + Duration::from_mins(1)});
    for early in [
        release(&eva, &address).await,
        release(&edda, &address).await,
        eva.put(&format!("{address}/schedule"), later.clone()).await,
    ] {
        early.refused(409, "approval-required");
    }
    let unsubmitted = approve(&edda, &address, &drafted["revision"]).await;
    unsubmitted.refused(409, "announcement-not-in-review");

    let submitted = submit(&eva, &address).await;
    assert_eq!(submitted["state"], "in_review");
    assert_eq!(submitted["submitted"]["by"], json!(eva.account));
    assert_eq!(submit(&eva, &address).await, submitted, "once is enough");
    let listed = edda
        .get("/api/v1/editorial/announcements?state=in_review")
        .await
        .ok();
    assert_eq!(listed["items"][0]["id"], submitted["id"]);
    release(&edda, &address)
        .await
        .refused(409, "approval-required");

    let approved = approve(&edda, &address, &submitted["revision"]).await.ok();
    assert_eq!(
        approved["approval"],
        json!({"at": world.clock.now(), "by": edda.account, "revision": submitted["revision"]})
    );
    let moved = eva.put(&format!("{address}/schedule"), later).await.ok();
    assert_eq!(moved["state"], "scheduled");
    eva.put(&format!("{address}/review"), json!({}))
        .await
        .refused(409, "announcement-scheduled");
    schedule(&world, &eva, &address, 120).await;
    let back = eva.delete(&format!("{address}/schedule")).await.ok();
    assert_eq!(back["state"], "in_review");
    assert_eq!(
        back["approval"], approved["approval"],
        "T is not what was approved"
    );
    assert_eq!(release(&eva, &address).await.ok()["state"], "released");
    approve(&edda, &address, &json!(99))
        .await
        .refused(412, "revision-conflict");
}

async fn nobody_approves_their_own_words(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let edda = world.editor("Edda Editor").await;
    let emil = world.editor("Emil Editor").await;
    let address = draft(&eva, alert()).await;
    edda.patch(&address, json!({"class": "alert"})).await.ok();
    let submitted = submit(&edda, &address).await;
    for (own, _) in [(&eva, "the author"), (&edda, "who changed it last")] {
        let refused = approve(own, &address, &submitted["revision"]).await;
        refused.refused(409, "own-approval");
    }
    let approved = approve(&emil, &address, &submitted["revision"]).await.ok();
    assert_eq!(approved["approval"]["by"], json!(emil.account));
}

async fn any_change_voids_the_approval(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let edda = world.editor("Edda Editor").await;
    let address = draft(&eva, alert()).await;
    for change in [
        json!({"texts": {"en": {"title": "New", "push_text": "Now.", "body": "Here."}}}),
        json!({"audience": {"kind": "everybody"}}),
        json!({"photos": []}),
        json!({"files": []}),
        json!({"class": "alert"}),
        json!({"expires_at": null}),
        json!({"max_lateness_seconds": 60}),
    ] {
        edda.approves(&address).await;
        assert!(eva.get(&address).await.ok().get("approval").is_some());
        let changed = eva.patch(&address, change).await.ok();
        assert_eq!(changed.get("approval"), None, "{changed}");
        assert_eq!(changed["state"], "in_review");
        release(&eva, &address)
            .await
            .refused(409, "approval-required");
    }
}

async fn what_the_press_hears_is_approved_too(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let edda = world.editor("Edda Editor").await;
    let address = draft(&eva, alert()).await;
    let press = format!("{address}/press");
    let at_once = json!({"rule": "same_instant"});
    let staff_first = json!({"rule": "staff_first", "share_percent": 95, "at_latest_seconds": 60});
    for rule in [Some(at_once), Some(staff_first), None] {
        edda.approves(&address).await;
        schedule(&world, &eva, &address, 60).await;
        let changed = match rule {
            Some(rule) => eva.put(&press, rule).await.ok(),
            None => eva.delete(&press).await.ok(),
        };
        assert_eq!(changed.get("approval"), None, "{changed}");
        assert_eq!(changed["state"], "in_review", "T is taken away");
        release(&eva, &address)
            .await
            .refused(409, "approval-required");
        // Whoever changed it is not the second pair of eyes.
        let revision = &changed["revision"];
        let own = approve(&eva, &address, revision).await;
        own.refused(409, "own-approval");
    }
}

async fn a_change_of_what_is_scheduled_takes_t_away_until_it_is_approved_again(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let edda = world.editor("Edda Editor").await;
    let karl = world.employee("Karl Kollege").await;
    let address = draft(&eva, alert()).await;
    edda.approves(&address).await;
    schedule(&world, &eva, &address, 60).await;
    // Scheduled without, and then made an alert.
    let grown = draft(&eva, to_everybody()).await;
    schedule(&world, &eva, &grown, 60).await;
    world.clock.advance(Duration::from_secs(59));
    for (changed, state) in [(&address, "in_review"), (&grown, "draft")] {
        let changed = eva.patch(changed, json!({"class": "alert"})).await.ok();
        assert_eq!(changed["state"], state);
        assert_eq!(changed.get("release_at"), None);
    }
    world.clock.advance(Duration::from_secs(10));
    edda.approves(&grown).await;
    schedule(&world, &eva, &grown, 1).await;
    world.clock.advance(Duration::from_secs(1));
    eventually("the release of what was approved again", async || {
        (karl.get(&for_readers(&grown)).await.status == 200).then_some(())
    })
    .await;
    karl.get(&for_readers(&address))
        .await
        .refused(404, "not-found");
}

async fn what_is_approved_is_the_revision_that_was_seen(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let edda = world.editor("Edda Editor").await;
    let address = draft(&eva, alert()).await;
    let seen = submit(&eva, &address).await["revision"].clone();
    eva.patch(&address, json!({"class": "alert"})).await.ok();
    approve(&edda, &address, &seen)
        .await
        .refused(412, "revision-conflict");
    edda.put(&format!("{address}/approval"), json!({}))
        .await
        .refused(428, "revision-required");
    assert_eq!(eva.get(&address).await.ok().get("approval"), None);
}

async fn what_is_taken_back_is_a_draft_without_approval(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let edda = world.editor("Edda Editor").await;
    let address = draft(&eva, alert()).await;
    edda.approves(&address).await;
    let review = format!("{address}/review");
    let back = eva.delete(&review).await.ok();
    assert_eq!(
        (&back["state"], back.get("approval")),
        (&json!("draft"), None)
    );
    assert_eq!(eva.delete(&review).await.ok(), back, "it is one already");
    edda.approves(&address).await;
    release(&edda, &address).await.ok();
    eva.delete(&review)
        .await
        .refused(409, "announcement-already-released");
}

async fn the_city_says_which_classes_need_it(stage: &Stage) {
    let world = with_four_eyes(stage, Settings::default(), r#"["important"]"#).await;
    let eva = world.editor("Eva Editor").await;
    for (class, needed) in [("news", false), ("important", true), ("alert", true)] {
        let mut announcement = to_everybody();
        announcement["class"] = json!(class);
        let address = draft(&eva, announcement).await;
        assert_eq!(eva.get(&address).await.ok()["needs_approval"], needed);
        let released = release(&eva, &address).await;
        if needed {
            released.refused(409, "approval-required");
        } else {
            released.ok();
        }
    }
}

async fn what_comes_to_need_eyes_while_it_waits_is_sent_back_at_t(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let address = draft(&eva, to_everybody()).await;
    schedule(&world, &eva, &address, 60).await;
    let settings = Settings {
        clock: world.clock.clone(),
        ..Settings::default()
    };
    stage.stop_servers().await;
    let world = with_four_eyes(stage, settings, r#"["alert", "important"]"#).await;
    let eva = Client {
        server: world.address,
        ..(*eva).clone()
    };
    world.clock.advance(Duration::from_mins(1));
    let sent_back = eventually("it is sent back", async || {
        let read = eva.get(&address).await.ok();
        (read["state"] != "scheduled").then_some(read)
    })
    .await;
    assert_eq!(sent_back["state"], "draft");
    let admin = world.admin("Ada Verwaltung").await;
    let entry = admin.get("/api/v1/audit?limit=1").await.ok()["items"][0].clone();
    assert_eq!(entry["action"], "announcement_unscheduled");
    assert_eq!(entry["details"], json!({"reason": "approval-required"}));
    assert_eq!(entry.get("actor"), None, "nobody did it");
}

/// A server whose configuration names the classes that need a second pair of eyes.
pub(super) async fn with_four_eyes(stage: &Stage, settings: Settings, classes: &str) -> World {
    let text = format!("[announcements]\nfour_eyes = {classes}\n");
    fs::write(stage.folder().join("stadtfunk.toml"), text).expect("a configuration");
    stage.world_with(settings).await
}

/// What one of three editors, or an employee who is none, tries next.
#[derive(Clone, Copy, Debug)]
enum Step {
    Say(usize),
    MakeIt(usize, &'static str),
    Submit(usize),
    TakeBack(usize),
    Approve(usize),
    Schedule(usize),
    Unschedule(usize),
    Release(usize),
    AMinutePasses,
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..4_usize;
    let class = prop::sample::select(vec!["news", "important", "alert"]);
    prop_oneof![
        1 => who().prop_map(Step::Say),
        1 => (who(), class).prop_map(|(who, class)| Step::MakeIt(who, class)),
        3 => who().prop_map(Step::Submit),
        1 => who().prop_map(Step::TakeBack),
        4 => who().prop_map(Step::Approve),
        3 => who().prop_map(Step::Schedule),
        1 => who().prop_map(Step::Unschedule),
        1 => who().prop_map(Step::Release),
        2 => Just(Step::AMinutePasses),
    ]
}

/// What the test itself keeps of an announcement: by whom it was last changed, and who has approved it since.
struct Life {
    class: &'static str,
    last: usize,
    approved_by: Vec<usize>,
}

const AUTHOR: usize = 0;
const CASES: usize = 12;

async fn no_steps_of_anybody_release_without_the_eyes_that_are_needed(stage: &Stage) {
    let world = with_four_eyes(stage, Settings::default(), r#"["important"]"#).await;
    let people = [
        world.editor("Eva Editor").await,
        world.editor("Edda Editor").await,
        world.editor("Emil Editor").await,
        world.employee("Karl Kollege").await,
    ];
    let mut runner = TestRunner::new(Config::default());
    let steps = prop::collection::vec(step(), 24);
    for _ in 0..CASES {
        let steps = steps.new_tree(&mut runner).expect("steps").current();
        live(&world, &people, &steps).await;
    }
}

async fn live(world: &World, people: &[Person; 4], steps: &[Step]) {
    let (author, reader) = (&people[AUTHOR], &people[3]);
    let address = draft(author, alert()).await;
    let mut life = Life {
        class: "alert",
        last: AUTHOR,
        approved_by: Vec::new(),
    };
    for (done, step) in steps.iter().enumerate() {
        take(world, people, &address, *step, &mut life).await;
        let state = author.get(&address).await.ok()["state"].clone();
        let seen = life.approved_by.iter();
        let mut seen = seen.filter(|by| **by != AUTHOR && **by != life.last);
        let enough = life.class == "news" || seen.next().is_some();
        let steps = &steps[..=done];
        if state == "scheduled" || state == "released" {
            assert!(enough, "{state} after {steps:?}");
        }
        let read = reader.get(&for_readers(&address)).await.status;
        assert_eq!(read == 200, state == "released", "{state} after {steps:?}");
        if state == "released" {
            break;
        }
    }
}

async fn take(world: &World, people: &[Person; 4], address: &str, step: Step, life: &mut Life) {
    let at = |what: &str| format!("{address}/{what}");
    match step {
        Step::Say(who) => {
            let words = json!({"de": {"title": "Neu", "push_text": "Jetzt.", "body": "Hier."}});
            let said = people[who].patch(address, json!({"texts": words})).await;
            if said.status == 200 {
                (life.last, life.approved_by) = (who, Vec::new());
            }
        }
        Step::MakeIt(who, class) => {
            let made = people[who].patch(address, json!({"class": class})).await;
            if made.status == 200 {
                (life.class, life.last, life.approved_by) = (class, who, Vec::new());
            }
        }
        Step::Submit(who) => drop(people[who].put(&at("review"), json!({})).await),
        Step::TakeBack(who) => {
            if people[who].delete(&at("review")).await.status == 200 {
                life.approved_by.clear();
            }
        }
        Step::Approve(who) => {
            let revision = people[AUTHOR].get(address).await.ok()["revision"].clone();
            if approve(&people[who], address, &revision).await.status == 200 {
                life.approved_by.push(who);
            }
        }
        Step::Schedule(who) => {
            let release_at = world.clock.now() + Duration::from_mins(1);
            let schedule = json!({"release_at": release_at});
            drop(people[who].put(&at("schedule"), schedule).await);
        }
        Step::Unschedule(who) => drop(people[who].delete(&at("schedule")).await),
        Step::Release(who) => drop(people[who].put(&at("release"), json!({})).await),
        Step::AMinutePasses => {
            world.clock.advance(Duration::from_mins(1));
            eventually("what was scheduled is released", async || {
                (people[AUTHOR].get(address).await.ok()["state"] != "scheduled").then_some(())
            })
            .await;
        }
    }
}
