// SPDX-License-Identifier: EUPL-1.2

//! What was uploaded and is shown by nothing.

use std::time::Duration;

use stadtfunk::uploads::Housekeeping as _;

use super::{a_photo_of, path_of, shown::Scene};
use crate::world::{Stage, both, eventually};

const HOUR: Duration = Duration::from_hours(1);

both!(
    a_photo_that_nothing_shows_is_forgotten_after_a_day,
    the_owner_removes_a_photo_that_nothing_shows,
    what_a_crash_left_in_the_store_is_removed,
);

async fn a_photo_that_nothing_shows_is_forgotten_after_a_day(stage: &Stage) {
    let world = stage.world().await;
    let scene = Scene::of(&world).await;
    let anna = world.employee("Anna Kühn").await;
    let waiting = a_photo_of(&anna).await;
    let posted = a_photo_of(&anna).await;
    scene.post(anna.account, posted, scene.everybody).await;
    world.clock.advance(23 * HOUR);
    anna.get(&path_of(waiting)).await.ok();
    world.clock.advance(2 * HOUR);
    eventually("the photo is forgotten", async || {
        (anna.get(&path_of(waiting)).await.status == 404).then_some(())
    })
    .await;
    anna.get(&path_of(posted)).await.ok();
    eventually("its files are gone too", async || {
        (stored(stage) == [posted.to_string()]).then_some(())
    })
    .await;
}

async fn the_owner_removes_a_photo_that_nothing_shows(stage: &Stage) {
    let world = stage.world().await;
    let scene = Scene::of(&world).await;
    let anna = world.employee("Anna Kühn").await;
    let bert = world.employee("Bert Braun").await;
    let photo = a_photo_of(&anna).await;
    bert.delete(&path_of(photo)).await.refused(404, "not-found");
    anna.delete(&path_of(photo)).await.done();
    anna.get(&path_of(photo)).await.refused(404, "not-found");
    anna.delete(&path_of(photo)).await.refused(404, "not-found");
    assert!(stored(stage).is_empty());

    let posted = a_photo_of(&anna).await;
    scene.post(anna.account, posted, scene.everybody).await;
    anna.delete(&path_of(posted))
        .await
        .refused(409, "photo-in-use");
    bert.delete(&path_of(posted))
        .await
        .refused(403, "forbidden");
    anna.get(&format!("{}/large", path_of(posted))).await;
}

async fn what_a_crash_left_in_the_store_is_removed(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let photo = a_photo_of(&anna).await;
    // As if the process had died between the objects and the row.
    let stray: stadtfunk::id::PhotoId = world.app.ids.id();
    let folder = stage.folder().join("photos/photos").join(stray.to_string());
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("large.jpg"), b"pixels").expect("a file");
    assert_eq!(
        world.app.photos.forget_strays().await.expect("done"),
        0,
        "too young"
    );
    world.clock.advance(HOUR + Duration::from_secs(1));
    eventually("the stray is gone", async || {
        (!folder.exists()).then_some(())
    })
    .await;
    assert_eq!(stored(stage), [photo.to_string()]);
}

/// The photos that have a folder in the store.
fn stored(stage: &Stage) -> Vec<String> {
    let Ok(folder) = std::fs::read_dir(stage.folder().join("photos/photos")) else {
        return Vec::new();
    };
    folder
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("an id")
        })
        .collect()
}
