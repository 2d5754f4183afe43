// SPDX-License-Identifier: EUPL-1.2

//! Other words for what needed a second pair of eyes: nobody but editors reads them before another has approved.

use http::Method;
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

use super::{EDITORIAL, draft, for_readers, review::with_four_eyes, to_everybody, with_phone};
use crate::world::{Answer, Client, Person, Settings, Stage, World, both, people::same};

both!(
    a_correction_waits_for_another_editor_and_then_takes_effect,
    nobody_approves_their_own_correction,
    a_correction_is_approved_as_it_was_seen,
    what_is_taken_back_or_refused_never_takes_effect,
    a_withdrawal_drops_what_was_proposed,
    the_last_of_two_proposals_is_the_one_that_waits,
    no_steps_of_anybody_show_words_that_nobody_else_has_seen,
);

fn words(title: &str) -> Value {
    json!({
        "texts": {"de": {"title": title, "push_text": "Räumen Sie das Rathaus.", "body": "Sofort."}},
        "note": {"de": "Der Ort."},
    })
}

async fn propose(editor: &Client, address: &str, title: &str) -> Answer {
    let place = format!("{address}/correction");
    editor.put(&place, words(title)).await
}

async fn approve(editor: &Client, address: &str) -> Answer {
    let revision = editor.get(address).await.json()["revision"].clone();
    let approval = editor.call(Method::PUT, &format!("{address}/correction/approval"));
    let seen = approval.header("if-match", &format!("\"{revision}\""));
    seen.send().await
}

/// An alert of the first that the second has approved, released.
async fn released(eva: &Client, edda: &Person) -> String {
    let mut alert = to_everybody();
    alert["class"] = json!("alert");
    let address = draft(eva, alert).await;
    edda.approves(&address).await;
    let release = format!("{address}/release");
    eva.put(&release, json!({})).await.ok();
    address
}

struct Desk {
    world: World,
    eva: Person,
    edda: Person,
    anna: Person,
    address: String,
}

impl Desk {
    async fn on(stage: &Stage) -> Self {
        let world = stage.world().await;
        let eva = world.editor("Eva Editor").await;
        let edda = world.editor("Edda Editor").await;
        let anna = world.employee("Anna Kühn").await;
        with_phone(&anna).await;
        let address = released(&eva, &edda).await;
        Self {
            world,
            eva,
            edda,
            anna,
            address,
        }
    }

    async fn read_by_anna(&self) -> Value {
        self.anna.get(&for_readers(&self.address)).await.ok()
    }

    async fn messages(&self) -> i64 {
        let (count,): (i64,) = self
            .world
            .app
            .db
            .query(same("SELECT COUNT(*) FROM push_messages"))
            .one()
            .await
            .expect("a count");
        count
    }
}

async fn a_correction_waits_for_another_editor_and_then_takes_effect(stage: &Stage) {
    let desk = Desk::on(stage).await;
    let (eva, edda) = (&desk.eva, &desk.edda);
    let before = desk.read_by_anna().await;
    let proposed = propose(eva, &desk.address, "Rathaus räumen").await.ok();
    assert_eq!(proposed["state"], "released");
    assert_eq!(proposed["texts"]["de"]["title"], "Neue Brücke");
    let waiting = json!({
        "proposed": {"at": desk.world.clock.now(), "by": eva.account},
        "texts": words("Rathaus räumen")["texts"],
        "note": {"de": "Der Ort."},
        "silent": false,
    });
    assert_eq!(proposed["proposed_correction"], waiting);
    let again = propose(eva, &desk.address, "Rathaus räumen").await.ok();
    assert_eq!(again, proposed, "once is enough");
    let listed = edda.get(EDITORIAL).await.ok()["items"][0].clone();
    assert_eq!(listed["proposed_correction"], waiting["proposed"]);
    assert_eq!(desk.read_by_anna().await, before);
    assert_eq!(desk.messages().await, 1, "nothing is staged for the phones");
    let versions = format!("{}/versions", desk.address);
    let kept = eva.get(&versions).await.ok();
    assert_eq!(kept["items"].as_array().map(Vec::len), Some(1));

    desk.world.a_moment_later();
    let approved = approve(edda, &desk.address).await.ok();
    assert_eq!(approved.get("proposed_correction"), None);
    assert_eq!(approved["texts"]["de"]["title"], "Rathaus räumen");
    assert_eq!(
        approved["corrected"],
        json!({"at": desk.world.clock.now(), "by": eva.account})
    );
    let read = desk.read_by_anna().await;
    assert_eq!(read["title"], "Rathaus räumen");
    assert_eq!(read["corrected"]["note"], "Der Ort.");
    assert_eq!(desk.messages().await, 2);
    let kept = eva.get(&versions).await.ok();
    assert_eq!(kept["items"][1]["written"]["by"], json!(eva.account));
    assert_eq!(kept["items"][1]["approved_by"], json!(edda.account));
    let admin = desk.world.admin("Ada Verwaltung").await;
    let log = admin.get("/api/v1/audit?limit=4").await.ok();
    let entries = log["items"].as_array().expect("a list").iter();
    // The release's report is written when it is over, by the program itself.
    let entries: Vec<_> = entries
        .map(|entry| (entry["action"].clone(), entry["actor"].clone()))
        .filter(|(action, _)| action != "announcement_reported")
        .take(3)
        .collect();
    let done = |action: &str, by: &Person| (json!(action), json!(by.account));
    assert_eq!(
        entries,
        [
            done("announcement_corrected", eva),
            done("announcement_correction_approved", edda),
            done("announcement_correction_proposed", eva),
        ]
    );
}

async fn nobody_approves_their_own_correction(stage: &Stage) {
    let desk = Desk::on(stage).await;
    approve(&desk.edda, &desk.address)
        .await
        .refused(409, "correction-not-proposed");
    // Whoever approved the announcement has not thereby seen its correction.
    propose(&desk.edda, &desk.address, "Rathaus räumen")
        .await
        .ok();
    let before = desk.eva.get(&desk.address).await.ok();
    approve(&desk.edda, &desk.address)
        .await
        .refused(409, "own-approval");
    approve(&desk.anna, &desk.address)
        .await
        .refused(403, "forbidden");
    assert_eq!(desk.eva.get(&desk.address).await.ok(), before);
    assert_eq!(desk.read_by_anna().await["title"], "Neue Brücke");
    // Its author may: the words are another's.
    approve(&desk.eva, &desk.address).await.ok();
    assert_eq!(desk.read_by_anna().await["title"], "Rathaus räumen");
}

async fn a_correction_is_approved_as_it_was_seen(stage: &Stage) {
    let desk = Desk::on(stage).await;
    let proposed = propose(&desk.eva, &desk.address, "Rathaus räumen")
        .await
        .ok();
    propose(&desk.eva, &desk.address, "Alles gut").await.ok();
    let place = format!("{}/correction/approval", desk.address);
    let seen = format!("\"{}\"", proposed["revision"]);
    let approval = desk.edda.call(Method::PUT, &place);
    let approved = approval.header("if-match", &seen).send().await;
    approved.refused(412, "revision-conflict");
    desk.edda
        .put(&place, json!({}))
        .await
        .refused(428, "revision-required");
    assert_eq!(desk.read_by_anna().await["title"], "Neue Brücke");
}

async fn what_is_taken_back_or_refused_never_takes_effect(stage: &Stage) {
    let desk = Desk::on(stage).await;
    let place = format!("{}/correction", desk.address);
    for editor in [&desk.eva, &desk.edda] {
        propose(&desk.eva, &desk.address, "Rathaus räumen")
            .await
            .ok();
        let dropped = editor.delete(&place).await.ok();
        assert_eq!(dropped.get("proposed_correction"), None);
        assert_eq!(editor.delete(&place).await.ok(), dropped, "it is gone");
        approve(&desk.edda, &desk.address)
            .await
            .refused(409, "correction-not-proposed");
    }
    assert_eq!(desk.read_by_anna().await["title"], "Neue Brücke");
    let unreleased = draft(&desk.eva, to_everybody()).await;
    desk.eva
        .delete(&format!("{unreleased}/correction"))
        .await
        .refused(409, "announcement-not-released");
}

async fn a_withdrawal_drops_what_was_proposed(stage: &Stage) {
    let desk = Desk::on(stage).await;
    propose(&desk.eva, &desk.address, "Rathaus räumen")
        .await
        .ok();
    desk.edda.delete(&desk.address).await.done();
    let withdrawn = desk.eva.get(&desk.address).await.ok();
    assert_eq!(withdrawn["state"], "withdrawn");
    assert_eq!(withdrawn.get("proposed_correction"), None);
    for refused in [
        approve(&desk.edda, &desk.address).await,
        desk.eva
            .delete(&format!("{}/correction", desk.address))
            .await,
    ] {
        refused.refused(409, "announcement-withdrawn");
    }
}

async fn the_last_of_two_proposals_is_the_one_that_waits(stage: &Stage) {
    let desk = Desk::on(stage).await;
    propose(&desk.eva, &desk.address, "Rathaus räumen")
        .await
        .ok();
    let second = propose(&desk.edda, &desk.address, "Alles gut").await.ok();
    let waiting = &second["proposed_correction"];
    assert_eq!(waiting["texts"]["de"]["title"], "Alles gut");
    assert_eq!(waiting["proposed"]["by"], json!(desk.edda.account));
    approve(&desk.edda, &desk.address)
        .await
        .refused(409, "own-approval");
    approve(&desk.eva, &desk.address).await.ok();
    assert_eq!(desk.read_by_anna().await["title"], "Alles gut");
}

/// What one of three editors, or an employee who is none, tries next.
#[derive(Clone, Copy, Debug)]
enum Step {
    Propose(usize),
    Approve(usize),
    Drop(usize),
    Withdraw(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..4_usize;
    prop_oneof![
        12 => who().prop_map(Step::Propose),
        12 => who().prop_map(Step::Approve),
        4 => who().prop_map(Step::Drop),
        1 => who().prop_map(Step::Withdraw),
    ]
}

const CASES: usize = 8;
const CLASSES: [&str; 3] = ["news", "important", "alert"];

/// Whatever anybody does after the release in whatever order: readers have the words of the release, or the last
/// that an editor proposed and another approved; of a class that needs no approval, the last that an editor gave.
async fn no_steps_of_anybody_show_words_that_nobody_else_has_seen(stage: &Stage) {
    let world = with_four_eyes(stage, Settings::default(), r#"["important"]"#).await;
    let people = [
        world.editor("Eva Editor").await,
        world.editor("Edda Editor").await,
        world.editor("Emil Editor").await,
        world.employee("Karl Kollege").await,
    ];
    let mut runner = TestRunner::new(Config::default());
    let steps = prop::collection::vec(step(), 20);
    for case in 0..CASES {
        let steps = steps.new_tree(&mut runner).expect("steps").current();
        live(&people, CLASSES[case % CLASSES.len()], &steps).await;
    }
}

/// What the test itself keeps: what readers may have, and what was proposed by whom since.
struct Life {
    shown: Option<String>,
    proposed: Option<(String, usize)>,
    needs_eyes: bool,
}

async fn live(people: &[Person; 4], class: &str, steps: &[Step]) {
    let [eva, edda, _, reader] = people;
    let mut announcement = to_everybody();
    announcement["class"] = json!(class);
    let address = draft(eva, announcement).await;
    edda.approves(&address).await;
    eva.put(&format!("{address}/release"), json!({})).await.ok();
    let mut life = Life {
        shown: Some("Neue Brücke".to_owned()),
        proposed: None,
        needs_eyes: class != "news",
    };
    for (done, step) in steps.iter().enumerate() {
        take(people, &address, *step, format!("Wort {done}"), &mut life).await;
        let read = reader.get(&for_readers(&address)).await;
        let title = (read.status == 200).then(|| read.json()["title"].clone());
        let steps = &steps[..=done];
        assert_eq!(
            title,
            life.shown.as_ref().map(|title| json!(title)),
            "{class}: {steps:?}"
        );
        let known = eva.get(&address).await.ok();
        let waits = &known["proposed_correction"]["texts"]["de"]["title"];
        let proposed = life
            .proposed
            .as_ref()
            .map_or(json!(null), |(title, _)| json!(title));
        assert_eq!(waits, &proposed, "{class}: {steps:?}");
    }
}

async fn take(people: &[Person; 4], address: &str, step: Step, title: String, life: &mut Life) {
    match step {
        Step::Propose(who) => {
            if propose(&people[who], address, &title).await.status == 200 {
                if life.needs_eyes {
                    life.proposed = Some((title, who));
                } else {
                    life.shown = Some(title);
                }
            }
        }
        Step::Approve(who) => {
            let is_done = approve(&people[who], address).await.status == 200;
            let other = life.proposed.take_if(|(_, by)| *by != who && who < 3);
            assert_eq!(is_done, other.is_some(), "an approval by {who}");
            if let Some((title, _)) = other {
                life.shown = Some(title);
            }
        }
        Step::Drop(who) => {
            let dropped = people[who].delete(&format!("{address}/correction")).await;
            if dropped.status == 200 {
                life.proposed = None;
            }
        }
        Step::Withdraw(who) => {
            if people[who].delete(address).await.status == 204 {
                (life.shown, life.proposed) = (None, None);
            }
        }
    }
}
