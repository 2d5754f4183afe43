// SPDX-License-Identifier: EUPL-1.2

//! What is not taken, and how it is said.

use http::Method;
use image::ImageFormat;
use serde_json::json;

use super::{PHOTOS, form, pictures, upload};
use crate::world::{Client, Settings, Stage, both};

both!(
    each_bad_file_gets_its_own_problem,
    a_form_that_is_none_gets_a_problem_that_says_so,
    a_body_beyond_the_limit_is_answered_although_the_client_still_sends,
    whoever_never_shows_photos_can_not_fill_the_store,
);

async fn each_bad_file_gets_its_own_problem(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let jpeg = pictures::jpeg(640, 480);
    let png = pictures::encoded(&pictures::quarters(64, 48).into(), ImageFormat::Png);
    let mut damaged = png.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 8].fill(0xAA);
    for (file, status, problem) in [
        (pictures::enormous_png(), 422, "photo-too-many-pixels"),
        (jpeg[..jpeg.len() / 2].to_vec(), 422, "photo-truncated"),
        (png[..png.len() - 5].to_vec(), 422, "photo-truncated"),
        (damaged, 422, "photo-unreadable"),
        (
            b"Sehr geehrte Damen und Herren".to_vec(),
            415,
            "photo-unsupported-type",
        ),
        (b"GIF89a".to_vec(), 415, "photo-unsupported-type"),
        (Vec::new(), 415, "photo-unsupported-type"),
    ] {
        upload(&anna, &file).await.refused(status, problem);
    }
    nothing_is_stored(stage);
}

async fn a_form_that_is_none_gets_a_problem_that_says_so(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let jpeg = pictures::jpeg(64, 48);
    let send = async |content_type: &str, body: Vec<u8>| {
        anna.call(Method::POST, PHOTOS)
            .body(content_type, body)
            .send()
            .await
    };
    send("image/jpeg", jpeg.clone())
        .await
        .refused(415, "unsupported-media-type");
    send("multipart/form-data", jpeg.clone())
        .await
        .refused(415, "unsupported-media-type");
    let (content_type, whole) = form(&[("photo", &jpeg)]);
    send(&content_type, whole[..whole.len() / 2].to_vec())
        .await
        .refused(400, "bad-request");
    let long = "ä".repeat(501);
    for (parts, pointer) in [
        (&[("alt_text", &b"Ein Hydrant"[..])][..], "/photo"),
        (&[("photo", &jpeg), ("photo", &jpeg)], "/photo"),
        (&[("photo", &jpeg), ("caption", b"x")], "/caption"),
        (
            &[("photo", &jpeg), ("alt_text", long.as_bytes())],
            "/alt_text",
        ),
        (&[("photo", &jpeg), ("alt_text", b"a\0b")], "/alt_text"),
    ] {
        let (content_type, body) = form(parts);
        let problem = send(&content_type, body).await.refused(422, "invalid-body");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    let nobody: Client = world.stranger();
    upload(&nobody, &jpeg).await.refused(401, "unauthenticated");
    nothing_is_stored(stage);
}

async fn a_body_beyond_the_limit_is_answered_although_the_client_still_sends(stage: &Stage) {
    let limit = ("STADTFUNK_PHOTOS_MAX_BYTES".to_owned(), "100000".to_owned());
    let environment = vec![limit];
    let world = stage
        .world_with(Settings {
            environment,
            ..Settings::default()
        })
        .await;
    let anna = world.employee("Anna Kühn").await;
    // One byte too many within the form's own allowance, and far beyond it.
    for length in [100_001, 10_000_000] {
        let problem = upload(&anna, &vec![0xFF; length])
            .await
            .refused(413, "photo-too-large");
        assert_eq!(problem["status"], 413);
    }
    let (content_type, body) = form(&[("photo", &vec![0xFF; 10_000_000])]);
    let answer = anna
        .call(Method::POST, PHOTOS)
        .header("accept-language", "en")
        .header("idempotency-key", "large-1")
        .body(&content_type, body)
        .send()
        .await;
    let problem = answer.refused(413, "photo-too-large");
    assert_eq!(problem["title"], "The photo is too large.");
    nothing_is_stored(stage);
}

async fn whoever_never_shows_photos_can_not_fill_the_store(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let bert = world.employee("Bert Braun").await;
    let file = pictures::jpeg(8, 8);
    for _ in 0..50 {
        upload(&anna, &file).await.created();
    }
    let problem = upload(&anna, &file)
        .await
        .refused(409, "too-many-unused-photos");
    assert_eq!(problem["detail"], json!("Höchstens 50 dürfen warten."));
    upload(&bert, &file).await.created();
}

fn nothing_is_stored(stage: &Stage) {
    let left: Vec<_> = std::fs::read_dir(stage.folder().join("photos"))
        .expect("the store")
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
