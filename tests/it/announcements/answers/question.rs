// SPDX-License-Identifier: EUPL-1.2

//! What an editor may have an announcement ask.

use serde_json::{Value, json};

use super::{City, coming, important};
use crate::{
    announcements::{EDITORIAL, draft, for_readers, schedule},
    world::{Stage, both},
};

both!(
    a_question_is_part_of_the_draft_until_the_release,
    a_change_of_the_question_voids_an_approval,
    news_ask_nothing,
    choices_are_in_every_language_of_the_announcement,
    a_question_that_can_not_work_is_refused_by_its_place,
    nobody_but_editors_asks,
);

async fn a_question_is_part_of_the_draft_until_the_release(stage: &Stage) {
    let city = City::on(stage).await;
    let address = draft(&city.editor, important()).await;
    let drafted = city.editor.get(&address).await.ok();
    assert_eq!(drafted.get("question"), None);
    let question = json!({
        "answers": {"kind": "choices", "choices": [{"de": "Ja", "en": "Yes"}, {"de": "Nein", "en": "No"}]},
        "answer_within_minutes": 120,
        "remind_after_minutes": 10,
        "otherwise": {"by": "sms", "after_minutes": 20},
        "deputy_after_minutes": 30,
    });
    let at = format!("{address}/question");
    let asked = city.editor.put(&at, question.clone()).await.ok();
    assert_eq!(asked["question"], question);
    assert_eq!(asked["revision"], 2);
    let again = city.editor.put(&at, question.clone()).await.ok();
    assert_eq!(again, asked, "the same changes nothing");
    let none = city.editor.delete(&at).await.ok();
    assert_eq!((none.get("question"), &none["revision"]), (None, &json!(3)));
    city.editor.put(&at, question).await.ok();
    schedule(&city.world, &city.editor, &address, 60).await;
    city.editor.put(&at, coming()).await.ok();
    let release = format!("{address}/release");
    city.editor.put(&release, json!({})).await.ok();
    for late in [
        city.editor.put(&at, coming()).await,
        city.editor.delete(&at).await,
    ] {
        late.refused(409, "announcement-already-released");
    }
    let deleted = draft(&city.editor, important()).await;
    city.editor
        .put(&format!("{deleted}/question"), coming())
        .await
        .ok();
    city.editor.delete(&deleted).await.done();
}

async fn a_change_of_the_question_voids_an_approval(stage: &Stage) {
    let city = City::on(stage).await;
    let edda = city.world.editor("Edda Editor").await;
    let mut alert = important();
    alert["class"] = json!("alert");
    let address = draft(&city.editor, alert).await;
    for question in [Some(coming()), None] {
        edda.approves(&address).await;
        schedule(&city.world, &city.editor, &address, 60).await;
        let at = format!("{address}/question");
        let changed = match question {
            Some(question) => city.editor.put(&at, question).await.ok(),
            None => city.editor.delete(&at).await.ok(),
        };
        assert_eq!(changed.get("approval"), None, "{changed}");
        assert_eq!(changed["state"], "in_review", "and T is taken away");
    }
    let admin = city.world.admin("Ada Amt").await;
    let entries = admin.get("/api/v1/audit?limit=2").await.ok();
    let [sent_back, changed] = [&entries["items"][0], &entries["items"][1]];
    assert_eq!(changed["action"], "announcement_question_changed");
    assert_eq!(changed["details"], json!({"asks": "nothing"}));
    assert_eq!(sent_back["action"], "announcement_unscheduled");
}

async fn news_ask_nothing(stage: &Stage) {
    let city = City::on(stage).await;
    let mut news = important();
    news["class"] = json!("news");
    let address = draft(&city.editor, news).await;
    let at = format!("{address}/question");
    let refused = city.editor.put(&at, coming()).await;
    refused.refused(409, "question-not-for-class");
    let asking = city.draft(coming()).await;
    let refused = city.editor.patch(&asking, json!({"class": "news"})).await;
    refused.refused(409, "question-not-for-class");
    let still = city.editor.get(&asking).await.ok();
    assert_eq!(
        (&still["class"], &still["revision"]),
        (&json!("important"), &json!(2))
    );
}

async fn choices_are_in_every_language_of_the_announcement(stage: &Stage) {
    let city = City::on(stage).await;
    let address = draft(&city.editor, important()).await;
    let at = format!("{address}/question");
    let german =
        |more: Value| json!({"answers": {"kind": "choices", "choices": [{"de": "Ja"}, more]}});
    let refused = city.editor.put(&at, german(json!({"de": "Nein"}))).await;
    let problem = refused.refused(422, "invalid-body");
    let pointers: Vec<_> = problem["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .collect();
    assert_eq!(pointers[0]["pointer"], "/answers/choices/0/en");
    assert_eq!(pointers[1]["pointer"], "/answers/choices/1/en");

    let mut in_german = important();
    in_german["texts"]
        .as_object_mut()
        .expect("texts")
        .remove("en");
    let address = draft(&city.editor, in_german).await;
    let at = format!("{address}/question");
    city.editor
        .put(&at, german(json!({"de": "Nein"})))
        .await
        .ok();
    let texts = json!({"texts": important()["texts"]});
    let refused = city.editor.patch(&address, texts.clone()).await;
    let problem = refused.refused(409, "question-lacks-language");
    assert_eq!(problem["errors"][0]["pointer"], "/texts/en");
    let both = json!({"answers": {"kind": "choices", "choices": [
        {"de": "Ja", "en": "Yes"}, {"de": "Nein", "en": "No"},
    ]}});
    city.editor.put(&at, both).await.ok();
    city.editor.patch(&address, texts).await.ok();
}

async fn a_question_that_can_not_work_is_refused_by_its_place(stage: &Stage) {
    // Neither a mail server nor a gateway for text messages.
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let address = draft(&editor, important()).await;
    let at = format!("{address}/question");
    let choice = json!({"de": "Ja", "en": "Yes"});
    for (question, pointer) in [
        (
            json!({"answers": {"kind": "read"}, "otherwise": {"by": "sms", "after_minutes": 5}}),
            "/otherwise/by",
        ),
        (
            json!({"answers": {"kind": "read"}, "otherwise": {"by": "mail", "after_minutes": 5}}),
            "/otherwise/by",
        ),
        (
            json!({"answers": {"kind": "read"}, "remind_after_minutes": 5, "deputy_after_minutes": 5}),
            "/deputy_after_minutes",
        ),
        (
            json!({"answers": {"kind": "read"}, "remind_after_minutes": 60, "answer_within_minutes": 60}),
            "/remind_after_minutes",
        ),
        (
            json!({"answers": {"kind": "read"}, "remind_after_minutes": 0}),
            "/remind_after_minutes",
        ),
        (
            json!({"answers": {"kind": "choices", "choices": [choice]}}),
            "/answers",
        ),
        (
            json!({"answers": {"kind": "choices", "choices": vec![choice.clone(); 7]}}),
            "/answers",
        ),
        (json!({"answers": {"kind": "maybe"}}), "/answers/kind"),
        (json!({}), ""),
    ] {
        let refused = editor.put(&at, question.clone()).await;
        let problem = refused.refused(422, "invalid-body");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{question}");
    }
    assert_eq!(editor.get(&address).await.ok()["revision"], 1);
}

async fn nobody_but_editors_asks(stage: &Stage) {
    let city = City::on(stage).await;
    let address = city.draft(coming()).await;
    let karl = city.world.employee("Karl Kollege").await;
    let ada = city.world.admin("Ada Amt").await;
    let nothing = format!("{EDITORIAL}/{}", city.world.app.ids.id::<()>());
    for caller in [&karl, &ada] {
        for address in [&address, &nothing] {
            let at = format!("{address}/question");
            caller.put(&at, coming()).await.refused(403, "forbidden");
            caller.delete(&at).await.refused(403, "forbidden");
            let tally = format!("{address}/answers");
            caller.get(&tally).await.refused(403, "forbidden");
        }
        let read = caller.get(&for_readers(&address)).await;
        read.refused(404, "not-found");
    }
    let early = city.editor.get(&format!("{address}/answers")).await;
    early.refused(409, "announcement-not-released");
}
