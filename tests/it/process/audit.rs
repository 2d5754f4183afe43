// SPDX-License-Identifier: EUPL-1.2

//! The audit log: who did what, and `stadtfunk audit verify`, which finds whatever was changed afterwards.

use std::time::Duration;

use serde_json::{Value, json};
use stadtfunk::{
    audit::{self, Action, Entries, Entry},
    db::{Db, Sql},
    id::AnnouncementId,
};

use super::program::command;
use crate::{
    announcements::{EDITORIAL, draft, schedule, to_everybody},
    world::{Person, Stage, World, both, eventually, people::same},
};

both!(
    what_editors_do_is_recorded_with_who_and_when,
    a_log_that_nobody_has_touched_holds,
    a_changed_byte_is_found_and_named,
    a_removed_entry_is_found_and_named,
    entries_that_have_changed_places_are_found_and_named,
    a_removed_tail_is_found_by_the_head,
    a_log_that_was_emptied_is_found_and_named,
    what_was_cut_off_with_the_head_is_found_by_a_hash_that_was_kept,
    a_head_that_was_set_back_is_found,
    writers_at_the_same_time_leave_no_gap,
    a_report_that_was_changed_after_it_was_written_is_found_and_named,
);

/// How many entries there are after [`history`].
const ENTRIES: i64 = 10;

/// Two announcements with a whole life, and one that is deleted.
async fn history(world: &World) -> (Person, Vec<String>) {
    let editor = world.editor("Eva Editor").await;
    let mut addresses = Vec::new();
    let at_t = draft(&editor, to_everybody()).await;
    editor
        .patch(&at_t, json!({"class": "news", "photos": []}))
        .await
        .ok();
    schedule(world, &editor, &at_t, 60).await;
    editor.delete(&format!("{at_t}/schedule")).await.ok();
    schedule(world, &editor, &at_t, 60).await;
    world.clock.advance(Duration::from_mins(1));
    eventually("the release", async || {
        (editor.get(&at_t).await.ok()["state"] == "released").then_some(())
    })
    .await;
    eventually("the release is over", async || {
        let report = editor.get(&format!("{at_t}/report")).await.ok();
        report.get("written").map(|_| ())
    })
    .await;
    editor.delete(&at_t).await.done();
    let deleted = draft(&editor, to_everybody()).await;
    editor.delete(&deleted).await.done();
    addresses.extend([at_t, deleted]);
    (editor, addresses)
}

/// The log as an administrator reads it, the first entry first.
async fn entries(world: &World) -> Vec<Value> {
    let admin = world.admin("Ada Verwaltung").await;
    let mut entries = Vec::new();
    let mut path = "/api/v1/audit?limit=4".to_owned();
    loop {
        let page = admin.get(&path).await.ok();
        entries.extend(page["items"].as_array().expect("items").clone());
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/api/v1/audit?limit=4&cursor={cursor}");
    }
    entries.reverse();
    entries
}

/// Whether `stadtfunk audit verify` finds the log in order, and what it says.
async fn verify(stage: &Stage) -> (bool, String) {
    verify_with(stage, &[]).await
}

async fn verify_with(stage: &Stage, more: &[&str]) -> (bool, String) {
    let mut program = command(&stage.folder(), "audit");
    program
        .arg("verify")
        .args(more)
        .env("DATABASE_URL", &stage.database.url);
    let output = program.output().await.expect("the program runs");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

/// What somebody with access to the database does.
async fn tamper(db: &Db, statement: Sql) {
    let changed = db.query(statement).execute().await.expect("it is done");
    assert_eq!(changed, 1);
}

async fn what_editors_do_is_recorded_with_who_and_when(stage: &Stage) {
    let world = stage.world().await;
    let start = world.clock.now();
    let (editor, addresses) = history(&world).await;
    let entries = entries(&world).await;
    let actions: Vec<_> = entries.iter().map(|entry| &entry["action"]).collect();
    assert_eq!(
        actions,
        [
            "announcement_drafted",
            "announcement_edited",
            "announcement_scheduled",
            "announcement_unscheduled",
            "announcement_scheduled",
            "announcement_released",
            "announcement_reported",
            "announcement_withdrawn",
            "announcement_drafted",
            "announcement_deleted",
        ]
    );
    for (entry, position) in entries.iter().zip(1..) {
        assert_eq!(entry["position"], position);
        // That it is over nobody says but the program.
        let actor = (position != 7).then_some(editor.account);
        assert_eq!(entry.get("actor"), actor.map(|actor| json!(actor)).as_ref());
        let address = &addresses[usize::from(position > 8)];
        assert_eq!(
            format!("{EDITORIAL}/{}", entry["subject"].as_str().expect("an id")),
            *address
        );
    }
    assert_eq!(entries[0]["at"], json!(start));
    let changed = json!({"class": "news", "changed": ["class", "photos"]});
    assert_eq!(entries[1]["details"], changed);
    let t = json!({"release_at": start + Duration::from_mins(1)});
    assert_eq!(entries[2]["details"], t);
    assert_eq!(entries[5]["details"], t);
    assert_eq!(entries[5]["at"], t["release_at"]);
    let words = serde_json::to_string(&entries).expect("JSON");
    assert!(!words.contains("Brücke"), "no words: {words}");
}

async fn a_log_that_nobody_has_touched_holds(stage: &Stage) {
    let world = stage.world().await;
    let (good, said) = verify(stage).await;
    assert!(good && said.contains("0 entries hold."), "{said}");
    history(&world).await;
    let (good, said) = verify(stage).await;
    let last = entries(&world).await.pop().expect("entries");
    let hash = last["hash"].as_str().expect("a hash");
    let expected = format!("{ENTRIES} entries hold; the last: {hash}");
    assert!(good && said.contains(&expected), "{said}");
}

async fn a_changed_byte_is_found_and_named(stage: &Stage) {
    let world = stage.world().await;
    history(&world).await;
    for (position, forge, mend) in [
        (
            5,
            same("UPDATE audit_entries SET actor_id = NULL WHERE position = 5"),
            same(
                "UPDATE audit_entries SET actor_id =
                     (SELECT actor_id FROM audit_entries WHERE position = 1) WHERE position = 5",
            ),
        ),
        (
            2,
            same(
                "UPDATE audit_entries SET details = replace(details, 'news', 'newt') WHERE position = 2",
            ),
            same(
                "UPDATE audit_entries SET details = replace(details, 'newt', 'news') WHERE position = 2",
            ),
        ),
        (
            10,
            same("UPDATE audit_entries SET action = 'announcement_edited' WHERE position = 10"),
            same("UPDATE audit_entries SET action = 'announcement_deleted' WHERE position = 10"),
        ),
    ] {
        tamper(&world.app.db, forge).await;
        let (good, said) = verify(stage).await;
        assert!(!good, "{said}");
        let (held, fault) = (
            format!("{} entries hold", position - 1),
            format!("Entry {position} is not what was written."),
        );
        assert!(said.contains(&held) && said.contains(&fault), "{said}");
        tamper(&world.app.db, mend).await;
        assert!(verify(stage).await.0, "it is mended");
    }
    // What can't even be read is named too: bytes that are no id, a hash that was cut off.
    let hash = Sql {
        sqlite: "UPDATE audit_entries SET subject_id = x'00' WHERE position = 4",
        postgres: "UPDATE audit_entries SET hash = substring(hash for 31) WHERE position = 4",
    };
    tamper(&world.app.db, hash).await;
    let (good, said) = verify(stage).await;
    assert!(
        !good && said.contains("Entry 4 is not what was written."),
        "{said}"
    );
}

async fn a_removed_entry_is_found_and_named(stage: &Stage) {
    let world = stage.world().await;
    history(&world).await;
    let remove = same("DELETE FROM audit_entries WHERE position = 6");
    tamper(&world.app.db, remove).await;
    let (good, said) = verify(stage).await;
    assert!(
        !good && said.contains("5 entries hold") && said.contains("Entry 6 is missing."),
        "{said}"
    );
    // Closing the ranks does not help.
    for close in [
        same("UPDATE audit_entries SET position = 6 WHERE position = 7"),
        same("UPDATE audit_entries SET position = 7 WHERE position = 8"),
        same("UPDATE audit_entries SET position = 8 WHERE position = 9"),
        same("UPDATE audit_entries SET position = 9 WHERE position = 10"),
        same("UPDATE audit_head SET position = 9 WHERE id = 1"),
    ] {
        tamper(&world.app.db, close).await;
    }
    let (good, said) = verify(stage).await;
    assert!(
        !good && said.contains("Entry 6 is not what was written."),
        "{said}"
    );
}

async fn entries_that_have_changed_places_are_found_and_named(stage: &Stage) {
    let world = stage.world().await;
    history(&world).await;
    for exchange in [
        same("UPDATE audit_entries SET position = 0 WHERE position = 3"),
        same("UPDATE audit_entries SET position = 3 WHERE position = 4"),
        same("UPDATE audit_entries SET position = 4 WHERE position = 0"),
    ] {
        tamper(&world.app.db, exchange).await;
    }
    let (good, said) = verify(stage).await;
    assert!(
        !good && said.contains("Entry 3 is not what was written."),
        "{said}"
    );
}

async fn a_log_that_was_emptied_is_found_and_named(stage: &Stage) {
    let world = stage.world().await;
    history(&world).await;
    let empty = world.app.db.query(same("DELETE FROM audit_entries"));
    empty.execute().await.expect("it is done");
    let (good, said) = verify(stage).await;
    assert!(!good && said.contains("Entry 1 is missing."), "{said}");
}

async fn what_was_cut_off_with_the_head_is_found_by_a_hash_that_was_kept(stage: &Stage) {
    let world = stage.world().await;
    history(&world).await;
    let entries = entries(&world).await;
    let hash = |position: usize| entries[position - 1]["hash"].as_str().expect("a hash");
    let found = "No entry has the hash that was kept";
    for position in [1, 9, 10] {
        let (good, said) = verify_with(stage, &["--kept", hash(position)]).await;
        assert!(good && !said.contains(found), "{said}");
    }
    for cut in [
        same("DELETE FROM audit_entries WHERE position = 10"),
        same(
            "UPDATE audit_head SET position = 9,
                 hash = (SELECT hash FROM audit_entries WHERE position = 9) WHERE id = 1",
        ),
    ] {
        tamper(&world.app.db, cut).await;
    }
    assert!(verify(stage).await.0, "on its own it is in order");
    assert!(verify_with(stage, &["--kept", hash(9)]).await.0);
    let (good, said) = verify_with(stage, &["--kept", hash(10)]).await;
    assert!(!good && said.contains(found), "{said}");
    let (good, said) = verify_with(stage, &["--kept", "5d02"]).await;
    assert!(!good && said.contains("64 hexadecimal digits"), "{said}");
}

async fn a_removed_tail_is_found_by_the_head(stage: &Stage) {
    let world = stage.world().await;
    history(&world).await;
    for (last, missing) in [
        (same("DELETE FROM audit_entries WHERE position = 10"), 10),
        (same("DELETE FROM audit_entries WHERE position = 9"), 9),
    ] {
        tamper(&world.app.db, last).await;
        let (good, said) = verify(stage).await;
        let fault = format!("Entry {missing} is missing.");
        assert!(!good && said.contains(&fault), "{said}");
    }
}

async fn a_head_that_was_set_back_is_found(stage: &Stage) {
    let world = stage.world().await;
    history(&world).await;
    let set_back = same(
        "UPDATE audit_head SET position = 9,
             hash = (SELECT hash FROM audit_entries WHERE position = 9) WHERE id = 1",
    );
    tamper(&world.app.db, set_back).await;
    let (good, said) = verify(stage).await;
    assert!(!good && said.contains("does not fit entry 10"), "{said}");
    tamper(
        &world.app.db,
        same("UPDATE audit_head SET position = 10 WHERE id = 1"),
    )
    .await;
    let (good, said) = verify(stage).await;
    assert!(!good && said.contains("does not fit entry 10"), "{said}");
    tamper(&world.app.db, same("DELETE FROM audit_head WHERE id = 1")).await;
    let (good, said) = verify(stage).await;
    assert!(!good && said.contains("0 entries hold"), "{said}");
}

async fn writers_at_the_same_time_leave_no_gap(stage: &Stage) {
    let world = stage.world().await;
    let write = async |number: i64| {
        let subject: AnnouncementId = world.app.ids.id();
        let tx = world.app.db.begin().await.expect("a transaction");
        let entry =
            |what| Entry::new(Action::AnnouncementDrafted, None, subject).with("what", what);
        // Every third has done nothing, every third two things.
        let entries = match number % 3 {
            0 => Entries::none(),
            1 => entry(1).into(),
            _ => Entries::from(entry(1)).and(entry(2)),
        };
        let now = world.clock.now();
        audit::commit(tx, entries, now).await.expect("a commit");
    };
    futures::future::join_all((0..30).map(write)).await;
    let (good, said) = verify(stage).await;
    assert!(good && said.contains("30 entries hold"), "{said}");
}

async fn a_report_that_was_changed_after_it_was_written_is_found_and_named(stage: &Stage) {
    let world = stage.world().await;
    let (_, addresses) = history(&world).await;
    assert!(verify(stage).await.0);
    let id = addresses[0].rsplit('/').next().expect("an id");
    let found = format!("The release report of {id} is not what was written.");
    for forge in [
        same(
            "UPDATE release_reports SET report = replace(report, '\"reached\":0', '\"reached\":1')",
        ),
        same("DELETE FROM release_reports"),
    ] {
        tamper(&world.app.db, forge).await;
        let (good, said) = verify(stage).await;
        assert!(!good && said.contains(&found), "{said}");
        let entries = format!("{ENTRIES} entries hold");
        assert!(said.contains(&entries), "{said}");
    }
}
