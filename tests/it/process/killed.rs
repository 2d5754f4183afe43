// SPDX-License-Identifier: EUPL-1.2

//! `kill -9` in the middle of a dispatch: the next process hands over the rest, and repeats only what was in
//! flight.

use std::{collections::BTreeSet, time::Duration};

use serde_json::json;
use stadtfunk::{
    clock::Clock,
    db::Db,
    push::{Gateway, sandbox::SandboxConfig},
};

use super::program::Program;
use crate::world::{Stage, World, both, eventually, people::same};

both!(a_killed_dispatch_is_carried_on_and_repeats_only_what_was_in_flight);

const PHONES: usize = 600;
/// When the process is killed: answers have been written down (they are in portions of 250), and many pushes
/// are still to come.
const KILLED_AT: u64 = 350;
/// Of the sandbox's answers: with ten pushes in flight at each gateway, a dispatch takes half a second.
const LATENCY: Duration = Duration::from_millis(25);

async fn a_killed_dispatch_is_carried_on_and_repeats_only_what_was_in_flight(stage: &Stage) {
    let disposed = SandboxConfig {
        latency: LATENCY,
        ..SandboxConfig::default()
    };
    let sandbox = stage.sandbox(disposed, Clock::wall()).await;
    let killed = Program::serve(stage).await;
    let office = stage.office_of(killed.address).await;
    let phones = office
        .hire_with_phones(&sandbox, Gateway::ALL.iter().copied().cycle().take(PHONES))
        .await;
    release(&office).await;
    sandbox.journal().reaches(KILLED_AT).await;
    killed.kill().await;

    let db = &office.app.db;
    let settled = accepted(db).await;
    assert!(
        !settled.is_empty() && settled.len() < PHONES,
        "{} were settled",
        settled.len()
    );
    end_the_leases(db).await;
    let next = Program::serve(stage).await;
    eventually("every phone's being accounted for", async || {
        (accepted(db).await.len() == PHONES).then_some(())
    })
    .await;

    for phone in phones.iter().map(|staffer| &staffer.phone) {
        let times = sandbox.journal().accepted(phone.gateway);
        let times = times
            .get(phone.address.as_str())
            .copied()
            .unwrap_or_default();
        assert!(times >= 1, "a phone was missed");
        let known_before = settled.contains(&phone.address);
        assert!(
            times == 1 || !known_before,
            "a push was repeated though its answer was known"
        );
        assert!(
            times <= 2,
            "a push was repeated more often than the process was killed"
        );
    }
    next.terminate().await;
    assert!(next.ended().await.0.success());
}

/// An announcement to everybody, at once.
async fn release(office: &World) {
    let editor = office.editor("Eva Redaktion").await;
    let draft = json!({
        "class": "alert",
        "audience": {"kind": "everybody"},
        "texts": {"de": {"title": "Sturm", "push_text": "Bleiben Sie drinnen.", "body": "Bis acht."}},
    });
    let draft = editor
        .post("/api/v1/editorial/announcements", draft)
        .await
        .created();
    let id = draft["id"].as_str().expect("an id");
    editor
        .put(
            &format!("/api/v1/editorial/announcements/{id}/release"),
            json!({}),
        )
        .await
        .ok();
}

/// The addresses whose acceptance is written down.
async fn accepted(db: &Db) -> BTreeSet<String> {
    let rows: Vec<(String,)> = db
        .query(same(
            "SELECT v.address FROM deliveries d JOIN devices v ON v.id = d.device_id
             WHERE d.outcome = 'accepted'",
        ))
        .all()
        .await
        .expect("the deliveries");
    rows.into_iter().map(|(address,)| address).collect()
}

/// The killed process's leases would end within a minute, by a clock that can't be advanced: it is the next
/// process's own.
async fn end_the_leases(db: &Db) {
    db.query(same(
        "UPDATE deliveries SET due_at = $1 WHERE outcome IS NULL",
    ))
    .bind(Clock::wall().now() - Duration::from_secs(1))
    .execute()
    .await
    .expect("the deliveries");
}
