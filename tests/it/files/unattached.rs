// SPDX-License-Identifier: EUPL-1.2

//! What was uploaded and is carried by nothing.

use std::time::Duration;

use serde_json::json;
use stadtfunk::uploads::Housekeeping as _;

use super::{FILES, a_file_of, stored};
use crate::{
    announcements::{draft, to_everybody},
    world::{Client, Stage, both, eventually},
};

const HOUR: Duration = Duration::from_hours(1);

both!(
    a_file_that_nothing_carries_is_forgotten_after_a_day,
    the_owner_removes_a_file_that_nothing_carries,
    what_a_crash_left_in_the_store_is_removed,
);

async fn carried_by_a_draft(editor: &Client) -> (String, String) {
    let file = a_file_of(editor).await;
    let mut announcement = to_everybody();
    announcement["files"] = json!([{"id": file}]);
    (file, draft(editor, announcement).await)
}

async fn a_file_that_nothing_carries_is_forgotten_after_a_day(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let waiting = format!("{FILES}/{}", a_file_of(&eva).await);
    let (carried, _) = carried_by_a_draft(&eva).await;
    let (let_go, gone) = carried_by_a_draft(&eva).await;
    eva.delete(&gone).await.done();
    world.clock.advance(23 * HOUR);
    assert_eq!(eva.get(&waiting).await.status, 200);
    assert_eq!(eva.get(&format!("{FILES}/{let_go}")).await.status, 200);
    world.clock.advance(2 * HOUR);
    eventually("the files are forgotten", async || {
        (stored(stage) == [carried.clone()]).then_some(())
    })
    .await;
    eva.get(&waiting).await.refused(404, "not-found");
    assert_eq!(eva.get(&format!("{FILES}/{carried}")).await.status, 200);
}

async fn the_owner_removes_a_file_that_nothing_carries(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let edgar = world.editor("Edgar Editor").await;
    let address = format!("{FILES}/{}", a_file_of(&eva).await);
    eva.delete(&address).await.done();
    eva.delete(&address).await.refused(404, "not-found");
    assert!(stored(stage).is_empty());

    let (carried, _) = carried_by_a_draft(&eva).await;
    let carried = format!("{FILES}/{carried}");
    edgar.delete(&carried).await.refused(403, "forbidden");
    eva.delete(&carried).await.refused(409, "file-in-use");
    assert_eq!(eva.get(&carried).await.status, 200);
}

async fn what_a_crash_left_in_the_store_is_removed(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let file = a_file_of(&eva).await;
    // As if the process had died between the object and the row.
    let stray: stadtfunk::id::FileId = world.app.ids.id();
    let stray = stage.folder().join("files/files").join(stray.to_string());
    std::fs::write(&stray, b"bytes").expect("a file");
    // And as if it had died while another was coming in.
    let half: stadtfunk::id::FileId = world.app.ids.id();
    let half = stray.with_file_name(format!("{half}#1"));
    std::fs::write(&half, b"by").expect("a file");
    let young = world.app.files.forget_strays().await.expect("done");
    assert_eq!(young, 0, "too young");
    world.clock.advance(HOUR + Duration::from_secs(1));
    eventually("the strays are gone", async || {
        (!stray.exists() && !half.exists()).then_some(())
    })
    .await;
    assert_eq!(stored(stage), [file]);
}
