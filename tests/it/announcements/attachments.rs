// SPDX-License-Identifier: EUPL-1.2

//! What an announcement has beside its words: who may have it and when, and that it is approved with the words.

use std::time::Duration;

use serde_json::{Value, json};

use super::{EDITORIAL, draft, for_readers, schedule, to_everybody};
use crate::{
    files::{FILES, PDF, a_file_of, upload},
    photos,
    world::{Answer, Client, FIRE_BRIGADE, FIRE_STATION_2, Stage, both, eventually},
};

both!(
    readers_find_the_files_with_their_titles,
    a_file_is_nobodys_but_editors_until_t,
    what_is_withdrawn_takes_its_files_with_it,
    only_ones_own_unused_files_can_be_carried,
    another_file_voids_the_approval_and_is_in_the_audit_log,
    a_photos_words_are_approved_with_the_announcement,
);

/// A draft to everybody that carries these files.
async fn carrying(editor: &Client, files: Value) -> String {
    let mut announcement = to_everybody();
    announcement["files"] = files;
    draft(editor, announcement).await
}

async fn readers_find_the_files_with_their_titles(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let anna = world.employee("Anna Kühn").await;
    let (plan, list) = (
        a_file_of(&eva).await,
        upload(&eva, "Termine.csv", b"Tag;Ort\n").await,
    );
    let list = list.created()["id"].as_str().expect("an id").to_owned();
    let files = json!([{"id": list, "title": "Alle Termine", "press": true}, {"id": plan}]);
    let address = carrying(&eva, files).await;
    let carried = json!([
        {"id": list, "title": "Alle Termine", "name": "Termine.csv", "media_type": "text/csv", "bytes": 8},
        {"id": plan, "title": "Lageplan Brücke.pdf", "name": "Lageplan Brücke.pdf",
         "media_type": "application/pdf", "bytes": PDF.len()},
    ]);
    let mut for_editors = carried.clone();
    for_editors[0]["press"] = json!(true);
    for_editors[1]["press"] = json!(false);
    assert_eq!(eva.get(&address).await.ok()["files"], for_editors);
    eva.put(&format!("{address}/release"), json!({})).await.ok();
    let article = anna.get(&for_readers(&address)).await.ok();
    assert_eq!(article["files"], carried);
    let list = anna.get(&format!("{FILES}/{list}")).await;
    assert_eq!((list.status, &*list.body), (200, &b"Tag;Ort\n"[..]));

    let without = draft(&eva, to_everybody()).await;
    assert_eq!(eva.get(&without).await.ok()["files"], json!([]));
}

async fn a_file_is_nobodys_but_editors_until_t(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let colleague = world.editor("Edgar Editor").await;
    let florian = world.employee("Florian Brand").of(FIRE_STATION_2).await;
    let hall = world.employee("Hanna Haupt").await;
    let file = a_file_of(&eva).await;
    let mut announcement = to_everybody();
    let brigade = world.unit_id(FIRE_BRIGADE).await;
    announcement["audience"] = json!({"kind": "units", "units": [brigade]});
    announcement["files"] = json!([{"id": file, "press": true}]);
    let address = draft(&eva, announcement).await;
    schedule(&world, &eva, &address, 60).await;
    let file = format!("{FILES}/{file}");
    let nothing = format!("{FILES}/019a0000-0000-7000-8000-000000000000");
    world.clock.advance(Duration::from_micros(59_999_999));
    assert_eq!(colleague.get(&file).await.status, 200);
    for method in [http::Method::GET, http::Method::DELETE] {
        let ask = async |path: &str| {
            let call = florian.call(method.clone(), path);
            told(call.header("range", "bytes=0-1").send().await)
        };
        assert_eq!(ask(&file).await, ask(&nothing).await, "before T");
    }
    world.clock.advance(Duration::from_micros(1));
    eventually("the release", async || {
        (florian.get(&for_readers(&address)).await.status == 200).then_some(())
    })
    .await;
    assert_eq!(florian.get(&file).await.body, PDF);
    florian.delete(&file).await.refused(403, "forbidden");
    let stranger = world.stranger();
    stranger.get(&file).await.refused(401, "unauthenticated");
    assert_eq!(told(hall.get(&file).await), told(hall.get(&nothing).await));
}

async fn what_is_withdrawn_takes_its_files_with_it(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let anna = world.employee("Anna Kühn").await;
    let file = a_file_of(&eva).await;
    let address = carrying(&eva, json!([{"id": file}])).await;
    eva.put(&format!("{address}/release"), json!({})).await.ok();
    let file = format!("{FILES}/{file}");
    let tag = anna.get(&file).await.header("etag").map(str::to_owned);
    eva.delete(&address).await.done();
    let call = anna.call(http::Method::GET, &file);
    let again = call.header("if-none-match", &tag.expect("a tag"));
    again.send().await.refused(404, "not-found");
    assert_eq!(eva.get(&file).await.status, 200);
}

async fn only_ones_own_unused_files_can_be_carried(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let edgar = world.editor("Edgar Editor").await;
    let (own, foreign) = (a_file_of(&eva).await, a_file_of(&edgar).await);
    let address = carrying(&eva, json!([{"id": own}])).await;
    let other = draft(&eva, to_everybody()).await;
    for (address, files, at) in [
        (&other, json!([{"id": own}]), "/files/0"),
        (&address, json!([{"id": own}, {"id": foreign}]), "/files/1"),
        (&address, json!([{"id": own}, {"id": own}]), "/files/1"),
        (&address, json!([own]), "/files/0"),
        (&address, json!([{"id": own, "name": "x"}]), "/files/0/name"),
        (
            &address,
            json!([{"id": own, "title": ""}]),
            "/files/0/title",
        ),
        (
            &address,
            json!([{"id": own, "press": "yes"}]),
            "/files/0/press",
        ),
    ] {
        let answer = eva.patch(address, json!({"files": files})).await;
        let problem = answer.refused(422, "invalid-body");
        assert_eq!(problem["errors"][0]["pointer"], at, "{problem}");
    }
    let many: Vec<Value> = std::iter::repeat_n(json!({"id": own}), 11).collect();
    let answer = eva.patch(&address, json!({"files": many})).await;
    let problem = answer.refused(422, "invalid-body");
    assert_eq!(problem["detail"], "Höchstens 10 Dateien sind möglich.");
    assert_eq!(eva.get(&address).await.ok()["revision"], 1);

    // A colleague keeps what is there, gives it another title and adds their own.
    let files = json!([{"id": foreign}, {"id": own, "title": "Der Plan"}]);
    let edited = edgar.patch(&address, json!({"files": files})).await.ok();
    assert_eq!(edited["files"][1]["title"], "Der Plan");
    let without = eva.patch(&address, json!({"files": []})).await.ok();
    assert_eq!(without["files"], json!([]));
    eva.patch(&other, json!({"files": [{"id": own}]}))
        .await
        .ok();
}

async fn another_file_voids_the_approval_and_is_in_the_audit_log(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let edgar = world.editor("Edgar Editor").await;
    let ada = world.admin("Ada Admin").await;
    let file = a_file_of(&eva).await;
    let mut alert = to_everybody();
    alert["class"] = json!("alert");
    alert["files"] = json!([{"id": file}]);
    let address = draft(&eva, alert).await;
    for changed in [
        json!([{"id": file, "press": true}]),
        json!([{"id": file, "press": true, "title": "Der Plan"}]),
        json!([]),
    ] {
        edgar.approves(&address).await;
        schedule(&world, &eva, &address, 60).await;
        let edited = eva.patch(&address, json!({"files": changed})).await.ok();
        assert!(edited.get("approval").is_none(), "{edited}");
        assert_eq!(edited["state"], "in_review");
    }
    let log = ada.get("/api/v1/audit").await.ok();
    let entries = log["items"].as_array().expect("entries");
    let edits = entries.iter().filter(|entry| {
        entry["action"] == "announcement_edited" && entry["details"]["changed"] == json!(["files"])
    });
    assert_eq!(edits.count(), 3, "{log}");
}

async fn a_photos_words_are_approved_with_the_announcement(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let edgar = world.editor("Edgar Editor").await;
    let anna = world.employee("Anna Kühn").await;
    let photo = photos::a_photo_of(&eva).await.to_string();
    let own = format!("/api/v1/photos/{photo}");
    eva.patch(&own, json!({"alt_text": "Die Brücke"}))
        .await
        .ok();
    let mut alert = to_everybody();
    alert["class"] = json!("alert");
    alert["photos"] = json!([photo]);
    let address = draft(&eva, alert).await;
    edgar.approves(&address).await;
    schedule(&world, &eva, &address, 60).await;
    for words in [json!("Etwas anderes"), json!(null)] {
        let behind_the_back = eva.patch(&own, json!({"alt_text": words})).await;
        behind_the_back.refused(409, "photo-in-announcement");
    }
    let approved = eva.get(&address).await.ok();
    assert_eq!(approved["state"], "scheduled");
    assert_eq!(approved["photos"][0]["alt_text"], "Die Brücke");

    let photos = json!([{"id": photo, "alt_text": "Die neue Brücke"}]);
    let edited = eva.patch(&address, json!({"photos": photos})).await.ok();
    assert!(edited.get("approval").is_none(), "{edited}");
    assert_eq!(edited["state"], "in_review");
    assert_eq!(edited["photos"][0]["alt_text"], "Die neue Brücke");
    assert_eq!(edited["photos"][0]["press"], false);
    for (said, words) in [
        (json!(null), ""),
        (json!("Die neue Brücke"), "Die neue Brücke"),
    ] {
        let photos = json!([{"id": photo, "alt_text": said}]);
        let edited = eva.patch(&address, json!({"photos": photos})).await.ok();
        assert_eq!(edited["photos"][0]["alt_text"], words);
        let left_out = eva
            .patch(&address, json!({"photos": [{"id": photo}]}))
            .await
            .ok();
        assert_eq!(left_out["photos"][0]["alt_text"], words);
    }
    edgar.approves(&address).await;
    eva.put(&format!("{address}/release"), json!({})).await.ok();
    let late = eva.patch(&own, json!({"alt_text": "Zu spät"})).await;
    late.refused(409, "photo-in-announcement");
    let article = anna.get(&for_readers(&address)).await.ok();
    assert_eq!(article["photos"][0]["alt_text"], "Die neue Brücke");
    assert!(article["photos"][0].get("press").is_none(), "{article}");

    for wrong in [
        json!([{"id": photo, "alt": "x"}]),
        json!([7]),
        json!([{"press": true}]),
    ] {
        let new = json!({"class": "news", "audience": {"kind": "everybody"},
                         "texts": to_everybody()["texts"], "photos": wrong});
        let problem = eva.post(EDITORIAL, new).await.refused(422, "invalid-body");
        assert_eq!(problem["errors"][0]["pointer"], "/photos/0", "{problem}");
    }
}

/// Everything by which two answers could be told apart, but for the time.
fn told(mut answer: Answer) -> (u16, http::HeaderMap, bytes::Bytes) {
    answer.headers.remove("date");
    (answer.status, answer.headers, answer.body)
}
