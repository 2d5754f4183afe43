// SPDX-License-Identifier: EUPL-1.2

//! A disk that is full, as the operating system says it: the program may not write one octet more to any file, in
//! the middle of a dispatch. (PostgreSQL ends by itself when its disk is full; see `push::faults::storage`.)

use http::StatusCode;
use serde_json::json;

use super::{
    dispatch::{deliveries, release, times_shown},
    program::Program,
    town::Town,
};
use crate::world::{Database, Stage, eventually};

const PHONES: usize = 600;
/// When the disk is full: some answers have been written down (they are in portions), others not.
const FULL_AT: u64 = 350;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_is_full_while_answers_come_costs_nobody_a_push_and_brings_none_twice() {
    let stage = Stage::on(Database::sqlite().await);
    let serve = Program::serve_with_files_that_may_be_limited;
    let town = Town::found_with(&stage, PHONES, serve).await;
    let program = town.running.as_ref().expect("it runs");
    release(&town.editor).await;
    town.sandbox.journal().reaches(FULL_AT).await;

    program.limit_files("0").await;
    // What is claimed goes on.
    town.sandbox.journal().reaches(PHONES as u64).await;
    eventually("the trouble is in the log", async || {
        let log = program.log();
        log.contains("answers of gateways could not be written down")
            .then_some(())
    })
    .await;
    let found = deliveries(town.db()).await;
    let settled = found.iter().filter(|delivery| delivery.outcome.is_some());
    assert!(settled.count() < PHONES, "the disk was full");
    let draft = json!({
        "class": "news",
        "audience": {"kind": "everybody"},
        "texts": {"de": {"title": "Fest", "push_text": "Am Samstag.", "body": "Ab acht."}},
    });
    let drafts = "/api/v1/editorial/announcements";
    let refused = town.editor.post(drafts, draft.clone()).await;
    assert_eq!(
        refused.status,
        StatusCode::INTERNAL_SERVER_ERROR,
        "{refused}"
    );
    let before = town.editor.get(drafts).await.ok()["items"].clone();
    assert_eq!(before.as_array().map(Vec::len), Some(1), "half a draft");

    program.limit_files("unlimited").await;
    town.finish().await;
    let shown = times_shown(&town.sandbox, &town.staff);
    assert!(shown.values().all(|times| *times == 1), "{shown:?}");
    town.editor.post(drafts, draft).await.created();
    program.terminate().await;
    let ended = town.running.expect("it runs").ended().await;
    assert!(ended.0.success(), "{}", ended.1);
    stage.strike().await;
}
