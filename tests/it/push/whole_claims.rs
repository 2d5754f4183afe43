// SPDX-License-Identifier: EUPL-1.2

//! A message to many is staged in whole claims. Until a dispatcher takes one, whoever is in it can still be taken out.

use std::{iter, time::Duration};

use serde_json::json;
use stadtfunk::{
    db::Sql,
    id::MessageId,
    push::{
        Gateway, Outcome,
        sandbox::{Fault, Phone, Which},
    },
};

use super::faults::scene::Scene;
use crate::world::{Person, Stage, both, eventually, people::same};

both!(
    what_is_staged_for_many_is_taken_as_it_is,
    whoever_signs_out_before_t_is_not_in_a_whole_claim_any_more,
    a_gateway_that_is_tried_with_one_push_gets_no_whole_claim,
    a_new_address_leaves_the_whole_claim_of_the_old_one,
    who_pauses_leaves_the_whole_claim_and_hears_later,
    what_nobody_has_taken_is_withdrawn_and_was_not_shown,
    what_somebody_has_taken_may_have_been_shown,
    what_a_dead_process_has_taken_is_tried_a_second_time,
    what_nobody_takes_in_time_has_expired,
);

/// One whole claim.
const MANY: usize = 1_000;
const AHEAD: Duration = Duration::from_mins(1);
/// How long a gateway that refuses our credentials is left alone, and a little.
const LEFT_ALONE: Duration = Duration::from_secs(61);

/// A thousand people with a phone of Google's, Anna among them.
struct Crowd {
    scene: Scene,
    anna: Person,
    phone: Phone,
}

impl Crowd {
    async fn gathers(stage: &Stage) -> Self {
        let mut crowd = Self::of_one(stage).await;
        crowd.grows().await;
        crowd
    }

    /// Google takes nothing from us, as a push to Anna has shown: the news of now is left in its whole claim.
    async fn without_google(stage: &Stage) -> (Self, String, MessageId) {
        let mut crowd = Self::of_one(stage).await;
        let sandbox = &crowd.scene.sandbox;
        sandbox.misbehave(Gateway::Fcm, Fault::RevokeAccess, Which::All);
        crowd.release().await;
        let alarm = async || crowd.scene.alarm(Gateway::Fcm);
        eventually("the alarm", alarm).await;
        crowd.grows().await;
        let (address, message) = crowd.release().await;
        assert_eq!(crowd.waiting_whole(message).await, 1);
        assert_eq!(crowd.count(IN_A_CLAIM, message).await, MANY);
        (crowd, address, message)
    }

    async fn of_one(stage: &Stage) -> Self {
        let scene = Scene::open(stage, 0).await;
        let anna = scene.world.employee("Anna Kühn").await;
        let phone = scene.sandbox.phone(Gateway::Fcm);
        anna.registers(&phone).await;
        Self { scene, anna, phone }
    }

    async fn grows(&mut self) {
        let others = iter::repeat_n(Gateway::Fcm, MANY - 1);
        let Scene { world, sandbox, .. } = &self.scene;
        self.scene.staff = world.hire_with_phones(sandbox, others).await;
    }

    /// News for everybody.
    async fn draft(&self) -> String {
        let draft = json!({
            "class": "news",
            "audience": {"kind": "everybody"},
            "texts": {"de": {"title": "Das Bad öffnet", "push_text": "Am Montag.", "body": "Um acht."}},
        });
        let draft = self.scene.editor.post(DRAFTS, draft).await.created();
        format!("{DRAFTS}/{}", draft["id"].as_str().expect("an id"))
    }

    async fn release(&self) -> (String, MessageId) {
        let address = self.draft().await;
        let release = format!("{address}/release");
        self.scene.editor.put(&release, json!({})).await.ok();
        let message = self.scene.message(&address).await.expect("it is staged");
        (address, message)
    }

    /// News that are to be released in a minute.
    async fn scheduled(&self) -> MessageId {
        let address = self.draft().await;
        let schedule = json!({"release_at": self.scene.world.clock.now() + AHEAD});
        let path = format!("{address}/schedule");
        self.scene.editor.put(&path, schedule).await.ok();
        let staged = async || self.scene.message(&address).await;
        eventually("the news are staged", staged).await
    }

    fn google_opens(&self) {
        self.scene.sandbox.behave();
        self.scene.time_passes(LEFT_ALONE);
    }

    async fn count(&self, statement: Sql, message: MessageId) -> usize {
        let rows = self.scene.world.app.db.query(statement).bind(message);
        let (count,): (i64,) = rows.one().await.expect("a count");
        usize::try_from(count).expect("a few")
    }

    /// Whole claims of a message that nobody has taken.
    async fn waiting_whole(&self, message: MessageId) -> usize {
        self.count(WAITING_WHOLE, message).await
    }

    /// Nothing is left over of a message that has ended.
    async fn drops_its_claims(&self, message: MessageId) {
        let none = async || (self.count(CLAIMS, message).await == 0).then_some(());
        eventually("the claims are dropped", none).await;
    }

    /// What a process does that takes the whole claim and dies; its lease ends in so long.
    async fn is_taken(&self, message: MessageId, ends_in: Duration) {
        let taken = self.scene.world.app.db.query(same(
            "UPDATE push_claims SET lease_ends_at = $2 WHERE message_id = $1",
        ));
        let ends_at = self.scene.world.clock.now() + ends_in;
        let taken = taken.bind(message).bind(ends_at).execute().await;
        assert_eq!(taken.expect("a claim"), 1);
    }

    /// The message's outcomes, when all that Google is to get of it has one.
    async fn outcomes(&self, message: MessageId) -> Vec<(Gateway, Outcome, i64)> {
        self.scene.settled(message, Gateway::ALL).await;
        let outcomes = self.scene.outcomes(message).await;
        let outcome = |((gateway, outcome), count)| (gateway, outcome, count);
        outcomes.into_iter().map(outcome).collect()
    }

    /// How often Anna's phone was shown something.
    fn annas(&self) -> usize {
        let accepted = self.scene.sandbox.journal().accepted(Gateway::Fcm);
        let shown = accepted.get(self.phone.address.as_str());
        shown.map_or(0, |times| *times as usize)
    }
}

const DRAFTS: &str = "/api/v1/editorial/announcements";
const WAITING_WHOLE: Sql =
    same("SELECT COUNT(*) FROM push_claims WHERE message_id = $1 AND lease_ends_at IS NULL");
const IN_A_CLAIM: Sql = same(
    "SELECT COUNT(*) FROM deliveries WHERE message_id = $1 AND claim_id IS NOT NULL
     AND due_at IS NULL AND attempts = 0",
);
const TRIED_ONCE: Sql =
    same("SELECT COUNT(*) FROM deliveries WHERE message_id = $1 AND attempts = 1");
const TRIED_TWICE: Sql =
    same("SELECT COUNT(*) FROM deliveries WHERE message_id = $1 AND attempts = 2");
const TRIED_NEVER: Sql =
    same("SELECT COUNT(*) FROM deliveries WHERE message_id = $1 AND attempts = 0");
const CLAIMS: Sql = same("SELECT COUNT(*) FROM push_claims WHERE message_id = $1");

fn accepted(count: usize) -> (Gateway, Outcome, i64) {
    let count = i64::try_from(count).expect("a few");
    (Gateway::Fcm, Outcome::Accepted, count)
}

async fn sign_out(person: &Person) {
    let sessions = person.get("/api/v1/sessions").await.ok();
    let session = sessions["items"][0]["id"].as_str().expect("an id");
    let session = format!("/api/v1/sessions/{session}");
    person.delete(&session).await.done();
}

async fn what_is_staged_for_many_is_taken_as_it_is(stage: &Stage) {
    let crowd = Crowd::gathers(stage).await;
    let message = crowd.scheduled().await;
    assert_eq!(crowd.waiting_whole(message).await, 1);
    assert_eq!(crowd.count(IN_A_CLAIM, message).await, MANY);
    assert_eq!(crowd.scene.pushes(), 0);
    crowd.scene.time_passes(AHEAD);
    assert_eq!(crowd.outcomes(message).await, [accepted(MANY)]);
    assert_eq!(crowd.annas(), 1);
    assert_eq!(crowd.scene.pushes(), MANY, "each once");
    assert_eq!(crowd.count(TRIED_ONCE, message).await, MANY);
    crowd.drops_its_claims(message).await;
}

async fn whoever_signs_out_before_t_is_not_in_a_whole_claim_any_more(stage: &Stage) {
    let crowd = Crowd::gathers(stage).await;
    let message = crowd.scheduled().await;
    sign_out(&crowd.anna).await;
    assert_eq!(crowd.count(IN_A_CLAIM, message).await, MANY - 1);
    crowd.scene.time_passes(AHEAD);
    let signed_out = (Gateway::Fcm, Outcome::SignedOut, 1);
    let outcomes = crowd.outcomes(message).await;
    assert_eq!(outcomes, [accepted(MANY - 1), signed_out]);
    assert_eq!(crowd.annas(), 0);
}

async fn a_gateway_that_is_tried_with_one_push_gets_no_whole_claim(stage: &Stage) {
    let (crowd, _, message) = Crowd::without_google(stage).await;
    // What Anna was sent before is not to be tried first.
    sign_out(&crowd.anna).await;
    crowd.scene.time_passes(LEFT_ALONE);
    // The claim of the one push, in which it is no longer.
    eventually("the one push is given back", async || {
        let whole = crowd.count(IN_A_CLAIM, message).await;
        let claims = crowd.count(CLAIMS, message).await;
        let claimed = crowd.scene.claimed(message).await;
        ((whole, claims, claimed) == (0, 1, 0)).then_some(())
    })
    .await;
    assert_eq!(crowd.waiting_whole(message).await, 0);
    assert_eq!(crowd.scene.waiting(message, Gateway::Fcm).await, MANY - 1);
    crowd.google_opens();
    let signed_out = (Gateway::Fcm, Outcome::SignedOut, 1);
    let outcomes = crowd.outcomes(message).await;
    assert_eq!(outcomes, [accepted(MANY - 1), signed_out]);
    let once = crowd.count(TRIED_ONCE, message).await;
    assert_eq!(once, MANY - 1, "what did not leave does not count");
    assert_eq!(crowd.annas(), 0);
}

async fn a_new_address_leaves_the_whole_claim_of_the_old_one(stage: &Stage) {
    let (crowd, _, message) = Crowd::without_google(stage).await;
    let browser = crowd.scene.sandbox.phone(Gateway::WebPush);
    crowd.anna.registers(&browser).await;
    crowd.scene.settled(message, &[Gateway::WebPush]).await;
    let shown = crowd.scene.sandbox.journal().accepted(Gateway::WebPush);
    assert!(shown.contains_key(browser.address.as_str()), "{shown:?}");
    assert_eq!(crowd.count(IN_A_CLAIM, message).await, MANY - 1);
    crowd.google_opens();
    let elsewhere = (Gateway::WebPush, Outcome::Accepted, 1);
    let outcomes = crowd.outcomes(message).await;
    assert_eq!(outcomes, [accepted(MANY - 1), elsewhere]);
    assert_eq!(crowd.annas(), 0);
}

async fn who_pauses_leaves_the_whole_claim_and_hears_later(stage: &Stage) {
    let (crowd, _, message) = Crowd::without_google(stage).await;
    let until = crowd.scene.world.clock.now() + Duration::from_hours(1);
    let pause = json!({"windows": [], "paused_until": until});
    crowd.anna.put("/api/v1/me/quiet-hours", pause).await.ok();
    assert_eq!(crowd.count(IN_A_CLAIM, message).await, MANY - 1);
    crowd.google_opens();
    eventually("all but Anna have heard", async || {
        let waiting = crowd.scene.waiting(message, Gateway::Fcm).await;
        (waiting == 1).then_some(())
    })
    .await;
    assert_eq!(crowd.annas(), 0);
    crowd.scene.time_passes(Duration::from_hours(1));
    assert_eq!(crowd.outcomes(message).await, [accepted(MANY)]);
}

async fn what_nobody_has_taken_is_withdrawn_and_was_not_shown(stage: &Stage) {
    let (crowd, address, message) = Crowd::without_google(stage).await;
    crowd.scene.editor.delete(&address).await.done();
    let all = i64::try_from(MANY).expect("a few");
    let withdrawn = (Gateway::Fcm, Outcome::Withdrawn, all);
    assert_eq!(
        crowd.waiting_whole(message).await,
        0,
        "nobody looks into it"
    );
    assert_eq!(crowd.outcomes(message).await, [withdrawn]);
    assert_eq!(crowd.count(TRIED_NEVER, message).await, MANY);
    assert_eq!(crowd.count(TAKES_DOWN, message).await, 0);
}

async fn what_somebody_has_taken_may_have_been_shown(stage: &Stage) {
    let (crowd, address, message) = Crowd::without_google(stage).await;
    crowd.is_taken(message, Duration::from_mins(1)).await;
    crowd.scene.editor.delete(&address).await.done();
    assert_eq!(crowd.count(TRIED_ONCE, message).await, MANY);
    assert_eq!(crowd.count(TAKES_DOWN, message).await, MANY);
}

/// For how many phones the message is staged that takes this one down.
const TAKES_DOWN: Sql = same(
    "SELECT COUNT(*) FROM deliveries WHERE message_id = (
        SELECT removal_id FROM announcements WHERE message_id = $1)",
);

async fn what_a_dead_process_has_taken_is_tried_a_second_time(stage: &Stage) {
    let (crowd, _, message) = Crowd::without_google(stage).await;
    crowd.is_taken(message, Duration::from_secs(1)).await;
    crowd.google_opens();
    assert_eq!(crowd.outcomes(message).await, [accepted(MANY)]);
    assert_eq!(crowd.count(TRIED_TWICE, message).await, MANY);
    crowd.drops_its_claims(message).await;
}

async fn what_nobody_takes_in_time_has_expired(stage: &Stage) {
    let (crowd, _, message) = Crowd::without_google(stage).await;
    crowd.scene.time_passes(Duration::from_hours(30 * 24));
    let all = i64::try_from(MANY).expect("a few");
    let expired = (Gateway::Fcm, Outcome::Expired, all);
    assert_eq!(crowd.outcomes(message).await, [expired]);
    assert_eq!(crowd.count(TRIED_NEVER, message).await, MANY);
}
