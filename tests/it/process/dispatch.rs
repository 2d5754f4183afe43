// SPDX-License-Identifier: EUPL-1.2

//! A dispatch by programs that are killed, seen from outside: the outbox's rows and the sandbox's journal.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use serde_json::json;
use stadtfunk::{
    clock::Clock,
    db::Db,
    id::ClaimId,
    push::{
        Gateway, Outcome,
        sandbox::{Filter, Sandbox},
    },
};

use crate::{
    push::faults::scene::identity,
    world::{Client, Staffer, eventually, people::same},
};

const DRAFTS: &str = "/api/v1/editorial/announcements";

/// A device in the newest message.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Delivery {
    pub(super) address: String,
    pub(super) claim_id: Option<ClaimId>,
    pub(super) outcome: Option<Outcome>,
}

/// An announcement to everybody, at once.
pub(super) async fn release(editor: &Client) {
    let draft = json!({
        "class": "important",
        "audience": {"kind": "everybody"},
        "texts": {"de": {"title": "Sturm", "push_text": "Bleiben Sie drinnen.", "body": "Bis acht."}},
    });
    let draft = editor.post(DRAFTS, draft).await.created();
    let id = draft["id"].as_str().expect("an id");
    editor
        .put(&format!("{DRAFTS}/{id}/release"), json!({}))
        .await
        .ok();
}

pub(super) async fn deliveries(db: &Db) -> Vec<Delivery> {
    db.query(same(
        "SELECT v.address, d.claim_id, d.outcome
         FROM deliveries d JOIN devices v ON v.id = d.device_id
         WHERE d.message_id = (SELECT id FROM push_messages ORDER BY id DESC LIMIT 1)",
    ))
    .all()
    .await
    .expect("the deliveries")
}

/// How many deliveries have no outcome.
pub(super) async fn open(db: &Db) -> i64 {
    let (count,): (i64,) = db
        .query(same(
            "SELECT COUNT(*) FROM deliveries WHERE outcome IS NULL",
        ))
        .one()
        .await
        .expect("a count");
    count
}

/// Waits until every delivery has its outcome; gives up when ten seconds bring none.
pub(super) async fn finished(db: &Db) {
    let mut left = open(db).await;
    while left > 0 {
        left = eventually("another outcome", async || {
            let now = open(db).await;
            (now < left).then_some(now)
        })
        .await;
    }
}

/// The leases of these claims would end within a minute, by a clock that can't be advanced: it is the other
/// processes' own.
pub(super) async fn end_the_leases(db: &Db, claims: &BTreeSet<ClaimId>) {
    for claim in claims {
        db.query(same(
            "UPDATE push_claims SET lease_ends_at = $1 WHERE id = $2",
        ))
        .bind(Clock::wall().now() - Duration::from_secs(1))
        .bind(*claim)
        .execute()
        .await
        .expect("the claims");
    }
}

pub(super) fn claims(deliveries: &[Delivery]) -> BTreeSet<ClaimId> {
    let claims = deliveries.iter().filter_map(|delivery| delivery.claim_id);
    claims.collect()
}

/// How often each phone of the staff was shown the message.
pub(super) fn times_shown(sandbox: &Sandbox, staff: &[Staffer]) -> HashMap<String, u32> {
    let shown: HashMap<Gateway, _> = Gateway::ALL
        .iter()
        .map(|gateway| (*gateway, sandbox.journal().accepted(*gateway)))
        .collect();
    let times = staff.iter().map(|staffer| {
        let address = &staffer.phone.address;
        let times = shown[&staffer.phone.gateway].get(address.as_str());
        (address.clone(), times.copied().unwrap_or_default())
    });
    times.collect()
}

/// What phones were shown: before T gateways are also asked whether they are there.
pub(super) fn shown() -> Filter {
    Filter {
        accepted: Some(true),
        ..Filter::default()
    }
}

/// Asserts that whatever was sent to one phone came under the same ids.
pub(super) fn repeats_carry_the_same_ids(sandbox: &Sandbox) {
    let mut ids: HashMap<Arc<str>, String> = HashMap::new();
    for entry in sandbox.journal().entries(&shown()) {
        let address = entry.address.clone().expect("a push to a phone");
        let id = identity(sandbox, &entry);
        let first = ids.entry(address).or_insert_with(|| id.clone());
        assert_eq!(*first, id, "a repeat under other ids");
    }
}
