// SPDX-License-Identifier: EUPL-1.2

//! What becomes of an upload.

use http::Method;
use serde_json::json;

use super::{PHOTOS, a_photo_of, form, path_of, pictures, upload};
use crate::world::{Stage, both};

both!(
    a_photo_is_answered_with_what_an_app_needs_to_show_it,
    the_three_sizes_can_be_fetched_and_kept_for_ever,
    what_the_phone_still_has_is_not_sent_again,
    the_owner_says_in_words_what_a_photo_shows,
    a_png_with_transparency_is_a_jpeg_afterwards,
    an_upload_that_is_sent_twice_is_stored_once,
);

async fn a_photo_is_answered_with_what_an_app_needs_to_show_it(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let file = pictures::jpeg(1_200, 900);
    let (content_type, body) = form(&[
        ("alt_text", "Die neue Drehleiter".as_bytes()),
        ("photo", &file),
    ]);
    let answer = anna
        .call(Method::POST, PHOTOS)
        .body(&content_type, body)
        .send()
        .await;
    let photo = answer.created();
    assert_eq!(photo["width"], 1_200);
    assert_eq!(photo["height"], 900);
    assert_eq!(photo["alt_text"], "Die neue Drehleiter");
    assert!(
        photo["placeholder"]
            .as_str()
            .is_some_and(|hash| hash.len() > 8),
        "{photo}"
    );
    let files = photo["files"].as_array().expect("files");
    let measures: Vec<_> = files
        .iter()
        .map(|file| {
            (
                file["size"].clone(),
                file["width"].clone(),
                file["height"].clone(),
            )
        })
        .collect();
    let expected = [
        ("small", 320, 240),
        ("medium", 960, 720),
        ("large", 1_200, 900),
    ];
    assert_eq!(
        measures,
        expected.map(|(size, width, height)| (json!(size), json!(width), json!(height)))
    );
    let id = super::id_of(&photo);
    assert_eq!(anna.get(&path_of(id)).await.ok(), photo);
}

async fn the_three_sizes_can_be_fetched_and_kept_for_ever(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let photo = upload(&anna, &pictures::jpeg(1_200, 900)).await.created();
    for file in photo["files"].as_array().expect("files") {
        let answer = anna.get(file["url"].as_str().expect("a url")).await;
        assert_eq!(answer.status, 200, "{answer}");
        assert_eq!(json!(answer.body.len()), file["bytes"]);
        for (name, value) in [
            ("content-type", "image/jpeg"),
            ("content-disposition", "inline"),
            ("cache-control", "private, max-age=31536000, immutable"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{name}");
        }
        let picture = image::load_from_memory(&answer.body).expect("a picture");
        assert_eq!(json!(picture.width()), file["width"]);
        assert_eq!(json!(picture.height()), file["height"]);
    }
}

async fn what_the_phone_still_has_is_not_sent_again(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let bert = world.employee("Bert Braun").await;
    let path = format!("{}/small", path_of(a_photo_of(&anna).await));
    let tag = anna
        .get(&path)
        .await
        .header("etag")
        .expect("a tag")
        .to_owned();
    let again = anna
        .call(Method::GET, &path)
        .header("if-none-match", &tag)
        .send()
        .await;
    assert_eq!((again.status, again.body.len()), (304, 0), "{again}");
    let other = anna
        .call(Method::GET, &path)
        .header("if-none-match", "\"other\"")
        .send()
        .await;
    assert_eq!(other.status, 200);
    // Knowing the tag is no right to see the photo.
    let stranger = bert
        .call(Method::GET, &path)
        .header("if-none-match", &tag)
        .send()
        .await;
    stranger.refused(404, "not-found");
    let stranger = bert
        .call(Method::GET, &path)
        .header("if-none-match", "*")
        .send()
        .await;
    stranger.refused(404, "not-found");
}

async fn the_owner_says_in_words_what_a_photo_shows(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let path = path_of(a_photo_of(&anna).await);
    assert_eq!(anna.get(&path).await.ok()["alt_text"], json!(null));
    let changed = anna
        .patch(&path, json!({ "alt_text": "  Ein Hydrant " }))
        .await
        .ok();
    assert_eq!(changed["alt_text"], "Ein Hydrant");
    assert_eq!(anna.get(&path).await.ok(), changed);
    anna.patch(&path, json!({ "alt_text": null })).await.ok();
    assert_eq!(anna.get(&path).await.ok()["alt_text"], json!(null));
    for wrong in [
        json!({}),
        json!({ "alt_text": "" }),
        json!({ "alt_text": "x".repeat(501) }),
        json!({ "text": "x" }),
    ] {
        anna.patch(&path, wrong).await.refused(422, "invalid-body");
    }
}

async fn a_png_with_transparency_is_a_jpeg_afterwards(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let png = pictures::encoded(
        &image::DynamicImage::new_rgba8(40, 30),
        image::ImageFormat::Png,
    );
    let photo = upload(&anna, &png).await.created();
    let large = anna
        .get(photo["files"][2]["url"].as_str().expect("a url"))
        .await;
    let picture = image::load_from_memory_with_format(&large.body, image::ImageFormat::Jpeg);
    let picture = picture.expect("a JPEG").into_rgb8();
    assert_eq!(picture.get_pixel(20, 15).0, [255; 3]);
}

async fn an_upload_that_is_sent_twice_is_stored_once(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let (content_type, body) = form(&[("photo", &pictures::jpeg(64, 48))]);
    let send = || {
        anna.call(Method::POST, PHOTOS)
            .header("idempotency-key", "photo-1")
            .body(&content_type, body.clone())
            .send()
    };
    let first = send().await.created();
    assert_eq!(send().await.created(), first);
    let folder = stage.folder().join("photos/photos");
    assert_eq!(std::fs::read_dir(folder).expect("the store").count(), 1);
}
