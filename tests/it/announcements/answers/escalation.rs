// SPDX-License-Identifier: EUPL-1.2

//! Whoever has not answered is reminded, then written to: once each, by the clock.

use std::time::Duration;

use mail_parser::MessageParser;
use serde_json::{Value, json};
use stadtfunk::{
    db::Sql,
    push::{
        Gateway,
        sandbox::{Fault, SandboxConfig, Which},
    },
};

use super::{City, account, answer, at_reader, coming, four, important};
use crate::{
    announcements::draft,
    world::{Reply, Settings, Stage, both, eventually, newsroom::Call, people::same},
};

both!(
    whoever_has_not_answered_is_reminded_on_the_phone_in_the_same_place,
    whoever_has_not_answered_gets_a_mail_of_their_own,
    the_city_gateway_is_asked_for_a_text_message_until_it_takes_it,
    whoever_answers_in_between_is_left_alone,
    a_reminder_that_waits_is_not_sent_to_who_has_answered,
    nobody_is_reminded_of_what_has_come_to_its_end,
    each_step_is_done_once_by_whoever_is_first,
    a_text_message_that_was_cut_off_is_asked_for_again_under_its_id,
    what_is_withdrawn_reminds_nobody,
    nobody_is_written_to_when_no_answer_is_taken_any_more,
    what_is_urgent_is_written_before_what_waits,
    nobody_is_reminded_before_it_is_known_who_was_asked,
);

const BERTA: &str = "berta@example-stadt.de";

fn with_mail() -> Value {
    let mut question = coming();
    question["otherwise"] = json!({"by": "mail", "after_minutes": 20});
    question
}

fn with_text_message() -> Value {
    let mut question = coming();
    question["otherwise"] = json!({"by": "sms", "after_minutes": 20});
    question
}

async fn whoever_has_not_answered_is_reminded_on_the_phone_in_the_same_place(stage: &Stage) {
    let settings = Settings::default();
    let clock = settings.clock.clone();
    let sandbox = stage.sandbox(SandboxConfig::default(), clock).await;
    let city = City::by_clock(stage, "", settings).await;
    let staff = four(&city.world).await;
    let phones = [sandbox.phone(Gateway::Fcm), sandbox.phone(Gateway::Apns)];
    for (person, phone) in staff.iter().zip(&phones) {
        person.registers(phone).await;
    }
    let titles = |phone: &stadtfunk::push::sandbox::Phone| -> Vec<String> {
        let screen = sandbox.lock_screen(phone.gateway, &phone.address);
        screen.iter().map(|note| note.title.clone()).collect()
    };
    let mut question = coming();
    question["remind_after_minutes"] = json!(10);
    let address = city.release(question).await;
    eventually("both phones show it", async || {
        let shown = phones.iter().all(|phone| titles(phone).len() == 1);
        shown.then_some(())
    })
    .await;
    answer(&staff[0], &address, json!({"answer": "coming"})).await;
    let before = account(&city.tally(&address).await, "remind");
    assert_eq!(before.get("done_at"), None);
    city.minutes_later(&address, 10, "remind").await;
    let reminded = eventually("the reminder has arrived", async || {
        let reminded = account(&city.tally(&address).await, "remind");
        (reminded["push"]["reached"] == 1).then_some(reminded)
    })
    .await;
    assert_eq!(reminded["people"], 4);
    assert_eq!(
        reminded["push"],
        json!({"reached": 1, "waiting": 0, "not_reached": 0, "without_device": 3})
    );
    assert_eq!(titles(&phones[0]), ["Kita geschlossen"]);
    assert_eq!(titles(&phones[1]), ["Bitte antworten: Kita geschlossen"]);
    city.editor.delete(&address).await.done();
    eventually("what stood there is taken down", async || {
        let empty = phones.iter().all(|phone| titles(phone).is_empty());
        // What is on its way is given a moment to arrive.
        city.world.clock.advance(Duration::from_secs(1));
        empty.then_some(())
    })
    .await;
}

async fn whoever_has_not_answered_gets_a_mail_of_their_own(stage: &Stage) {
    let city = City::on(stage).await;
    let staff = four(&city.world).await;
    for (person, email) in staff.iter().zip(["anna", "berta", "", "dora"]) {
        let email = (!email.is_empty()).then(|| format!("{email}@example-stadt.de"));
        city.reachable(person, email.as_deref(), None).await;
    }
    city.office
        .refuses_once("dora@example-stadt.de", "550 no such mailbox");
    let address = city.release(with_mail()).await;
    answer(&staff[0], &address, json!({"answer": "coming"})).await;
    city.world.clock.advance(Duration::from_mins(19));
    assert!(city.office.letters().is_empty());
    let done = city.minutes_later(&address, 1, "otherwise").await;
    assert_eq!(done["people"], 4);
    assert_eq!(
        city.notified(&address, "otherwise").await,
        json!([
            {"by": "mail", "outcome": "delivered", "people": 1},
            {"by": "mail", "outcome": "no_address", "people": 2},
            {"by": "mail", "outcome": "refused", "people": 1},
        ])
    );
    let [letter] = &city.office.letters()[..] else {
        panic!("{:?}", city.office.letters());
    };
    assert_eq!(letter.to, [BERTA]);
    let read = MessageParser::default()
        .parse(&letter.source)
        .expect("a mail");
    assert_eq!(read.subject(), Some("Stadt Beispiel: Kita geschlossen"));
    let id = address.rsplit('/').next().expect("an id");
    let link = format!("https://app.example-stadt.de/announcements/{id}");
    let text = read.body_text(0).expect("a text");
    let html = read.body_html(0).expect("HTML");
    for words in [
        &*link,
        "Bitte antworten Sie hier",
        "kein anerkannter Alarmweg",
    ] {
        assert!(
            text.contains(words) && html.contains(words),
            "{text}\n{html}"
        );
    }
    assert!(
        html.contains("Wer kann &lt;heute&gt; einspringen?"),
        "{html}"
    );
}

async fn the_city_gateway_is_asked_for_a_text_message_until_it_takes_it(stage: &Stage) {
    let city = City::on(stage).await;
    let staff = four(&city.world).await;
    city.reachable(&staff[1], None, Some("+491701234567")).await;
    city.gateway
        .will(&[Reply::Status(500), Reply::Silence, Reply::Status(202)]);
    let address = city.release(with_text_message()).await;
    city.minutes_later(&address, 20, "otherwise").await;
    assert_eq!(
        city.notified(&address, "otherwise").await,
        json!([
            {"by": "sms", "outcome": "delivered", "people": 1},
            {"by": "sms", "outcome": "no_address", "people": 4},
        ])
    );
    let calls = city.gateway.calls();
    assert_eq!(calls.len(), 3);
    assert!(calls.iter().all(|call| call.id == calls[0].id));
    assert_eq!(calls[0].json["type"], "sms.requested");
    assert_eq!(calls[0].json["data"]["to"], "+491701234567");
    let id = address.rsplit('/').next().expect("an id");
    let text = format!(
        "Stadt Beispiel: Kita geschlossen - Bitte antworten: \
         https://app.example-stadt.de/announcements/{id}"
    );
    assert_eq!(calls[0].json["data"]["text"], text);
    assert!(city.office.letters().is_empty());
}

async fn whoever_answers_in_between_is_left_alone(stage: &Stage) {
    let city = City::on(stage).await;
    let staff = four(&city.world).await;
    city.reachable(&staff[1], None, Some("+491701234567")).await;
    city.gateway.will(&[Reply::Status(500)]);
    let address = city.release(with_text_message()).await;
    city.minutes_later(&address, 20, "otherwise").await;
    eventually("the gateway was asked once", async || {
        (city.gateway.calls().len() == 1).then_some(())
    })
    .await;
    answer(&staff[1], &address, json!({"answer": "not_coming"})).await;
    assert_eq!(
        city.notified(&address, "otherwise").await,
        json!([
            {"by": "sms", "outcome": "answered", "people": 1},
            {"by": "sms", "outcome": "no_address", "people": 4},
        ])
    );
    assert_eq!(city.gateway.calls().len(), 1);
}

async fn a_reminder_that_waits_is_not_sent_to_who_has_answered(stage: &Stage) {
    let settings = Settings::default();
    let clock = settings.clock.clone();
    let sandbox = stage.sandbox(SandboxConfig::default(), clock).await;
    let city = City::by_clock(stage, "", settings).await;
    let staff = four(&city.world).await;
    let phone = sandbox.phone(Gateway::Fcm);
    staff[0].registers(&phone).await;
    let titles = || -> Vec<String> {
        let screen = sandbox.lock_screen(phone.gateway, &phone.address);
        screen.iter().map(|note| note.title.clone()).collect()
    };
    let mut question = coming();
    question["remind_after_minutes"] = json!(10);
    let address = city.release(question).await;
    eventually("the phone shows it", async || {
        (titles().len() == 1).then_some(())
    })
    .await;
    let refuse = Fault::Refuse {
        status: 503,
        reason: "UNAVAILABLE".to_owned(),
        retry_after: Some(Duration::from_mins(2)),
    };
    sandbox.misbehave(Gateway::Fcm, refuse, Which::Next(1));
    let tried = sandbox.journal().newest();
    city.minutes_later(&address, 10, "remind").await;
    eventually("the gateway wants to be asked later", async || {
        (sandbox.journal().newest() > tried).then_some(())
    })
    .await;
    // Until that is settled, the dispatcher has it in its hands.
    let push = eventually("nothing waits for the phone any more", async || {
        answer(&staff[0], &address, json!({"answer": "coming"})).await;
        answer(&staff[0], &address, json!({"answer": "not_coming"})).await;
        let push = account(&city.tally(&address).await, "remind")["push"].clone();
        (push["waiting"] == 0).then_some(push)
    })
    .await;
    assert_eq!(
        (&push["reached"], &push["not_reached"]),
        (&json!(0), &json!(1))
    );
    city.world.clock.advance(Duration::from_mins(5));
    assert_eq!(titles(), ["Kita geschlossen"]);
}

async fn nobody_is_reminded_of_what_has_come_to_its_end(stage: &Stage) {
    let city = City::on(stage).await;
    let staff = four(&city.world).await;
    city.reachable(&staff[1], Some(BERTA), None).await;
    let mut question = with_mail();
    question["remind_after_minutes"] = json!(10);
    let address = city.draft(question).await;
    let end = city.world.clock.now() + Duration::from_mins(15);
    let changed = city
        .editor
        .patch(&address, json!({"expires_at": end}))
        .await;
    assert_eq!(changed.ok()["question"]["remind_after_minutes"], 10);
    city.editor
        .put(&format!("{address}/release"), json!({}))
        .await
        .ok();
    eventually("it is written down who was asked", async || {
        (city.tally(&address).await["recipients"] == 5).then_some(())
    })
    .await;
    assert_eq!(city.tally(&address).await["answer_until"], json!(end));
    let reminded = city.minutes_later(&address, 10, "remind").await;
    assert_eq!(reminded["people"], 5);
    let written = city.minutes_later(&address, 10, "otherwise").await;
    assert_eq!(
        (&written["people"], &written["notices"]),
        (&json!(0), &json!([]))
    );
    assert!(city.office.letters().is_empty());
    let late = staff[1]
        .put(&at_reader(&address), json!({"answer": "coming"}))
        .await;
    late.refused(409, "answers-closed");
}

async fn each_step_is_done_once_by_whoever_is_first(stage: &Stage) {
    let mut city = City::on(stage).await;
    let staff = four(&city.world).await;
    city.reachable(&staff[1], Some(BERTA), None).await;
    let together = city.release(with_mail()).await;
    if !stage.database.is_sqlite() {
        stage.world_with(city.settings()).await;
    }
    city.minutes_later(&together, 20, "otherwise").await;
    city.notified(&together, "otherwise").await;
    assert_eq!(city.office.letters().len(), 1);
    // Nobody runs when it is due.
    let alone = city.release(with_mail()).await;
    city.restart(stage, 60).await;
    city.minutes_later(&alone, 0, "otherwise").await;
    city.notified(&alone, "otherwise").await;
    city.restart(stage, 60).await;
    city.minutes_later(&alone, 0, "otherwise").await;
    assert_eq!(city.office.letters().len(), 2);
}

async fn a_text_message_that_was_cut_off_is_asked_for_again_under_its_id(stage: &Stage) {
    let mut city = City::on(stage).await;
    let staff = four(&city.world).await;
    city.reachable(&staff[1], None, Some("+491701234567")).await;
    city.gateway.will(&[Reply::Silence]);
    let address = city.release(with_text_message()).await;
    city.minutes_later(&address, 20, "otherwise").await;
    eventually("the gateway is being asked", async || {
        (city.gateway.calls().len() == 1).then_some(())
    })
    .await;
    city.restart(stage, 0).await;
    city.notified(&address, "otherwise").await;
    let calls = city.gateway.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].id, calls[1].id);
}

async fn what_is_withdrawn_reminds_nobody(stage: &Stage) {
    let city = City::on(stage).await;
    let staff = four(&city.world).await;
    city.reachable(&staff[1], Some(BERTA), None).await;
    let mut question = with_mail();
    question["remind_after_minutes"] = json!(10);
    question["deputy_after_minutes"] = json!(30);
    let address = city.release(question).await;
    city.editor.delete(&address).await.done();
    for (minutes, step) in [(10, "remind"), (10, "otherwise"), (10, "deputy")] {
        let done = city.minutes_later(&address, minutes, step).await;
        assert_eq!((&done["people"], done.get("push")), (&json!(0), None));
        assert_eq!(done["notices"], json!([]));
    }
    assert!(city.office.letters().is_empty());
}

async fn nobody_is_written_to_when_no_answer_is_taken_any_more(stage: &Stage) {
    let mut city = City::on(stage).await;
    let staff = four(&city.world).await;
    city.reachable(&staff[1], None, Some("+491701234567")).await;
    city.gateway.will(&[Reply::Status(500)]);
    let mut question = with_text_message();
    question["answer_within_minutes"] = json!(30);
    let address = city.release(question).await;
    city.minutes_later(&address, 20, "otherwise").await;
    eventually("the gateway was asked once", async || {
        (city.gateway.calls().len() == 1).then_some(())
    })
    .await;
    // When a server runs again, nobody can answer any more.
    city.restart(stage, 60).await;
    assert_eq!(
        city.notified(&address, "otherwise").await,
        json!([
            {"by": "sms", "outcome": "gave_up", "people": 1},
            {"by": "sms", "outcome": "no_address", "people": 4},
        ])
    );
    assert_eq!(city.gateway.calls().len(), 1);
}

async fn what_is_urgent_is_written_before_what_waits(stage: &Stage) {
    let mut city = City::on(stage).await;
    for number in 0..9 {
        city.world.employee(&format!("Mia Nr{number}")).await;
    }
    city.release(with_text_message()).await;
    city.world.a_moment_later();
    let mut alert = important();
    alert["class"] = json!("alert");
    let urgent = draft(&city.editor, alert).await;
    let question = format!("{urgent}/question");
    city.editor.put(&question, with_text_message()).await.ok();
    city.world.approve(&urgent).await;
    let release = format!("{urgent}/release");
    city.editor.put(&release, json!({})).await.ok();
    eventually("it is written down who was asked", async || {
        (city.tally(&urgent).await["recipients"] != 0).then_some(())
    })
    .await;
    let file = "UPDATE accounts SET mobile = '+491701234567'";
    let written = city.world.app.db.query(same(file)).execute().await;
    assert!(written.expect("it is written") > 9);
    // Eight are written to at once, and there are more of both. The first eight are waited for, until all stand there.
    city.gateway.will(&[Reply::Silence; 8]);
    city.restart(stage, 60).await;
    let calls = eventually("the next are written to", async || {
        let calls = city.gateway.calls();
        (calls.len() >= 16).then_some(calls)
    })
    .await;
    let id = urgent.rsplit('/').next().expect("an id");
    let is_urgent = |call: &&Call| {
        let text = call.json["data"]["text"].as_str().expect("a text");
        text.contains(id)
    };
    let urgent = calls[..16].iter().filter(is_urgent).count();
    assert!(urgent >= 8, "{urgent}");
}

async fn nobody_is_reminded_before_it_is_known_who_was_asked(stage: &Stage) {
    let city = City::on(stage).await;
    four(&city.world).await;
    let mut question = coming();
    question["remind_after_minutes"] = json!(10);
    let hindered = city.draft(question.clone()).await;
    city.world.a_moment_later();
    let other = city.release(question).await;
    // The disk is full, say.
    let hinder = Sql {
        sqlite: "CREATE TRIGGER no_more BEFORE INSERT ON announcement_answers
                 BEGIN SELECT RAISE(ABORT, 'no more'); END",
        postgres: "ALTER TABLE announcement_answers
                   ADD CONSTRAINT no_more CHECK (answer IS NOT NULL) NOT VALID",
    };
    let database = &city.world.app.db;
    database.query(hinder).execute().await.expect("hindered");
    city.editor
        .put(&format!("{hindered}/release"), json!({}))
        .await
        .ok();
    // Due at the same instant, and looked at later: so the first has been looked at too.
    assert_eq!(city.minutes_later(&other, 10, "remind").await["people"], 5);
    let allow = Sql {
        sqlite: "DROP TRIGGER no_more",
        postgres: "ALTER TABLE announcement_answers DROP CONSTRAINT no_more",
    };
    database.query(allow).execute().await.expect("allowed");
    let reminded = eventually("they are reminded", async || {
        let reminded = account(&city.tally(&hindered).await, "remind");
        (reminded["done_at"] != Value::Null).then_some(reminded)
    })
    .await;
    assert_eq!(reminded["people"], 5);
}
