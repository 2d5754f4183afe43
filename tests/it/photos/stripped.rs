// SPDX-License-Identifier: EUPL-1.2

//! Nothing of what a phone writes into a photograph is in what is stored.

use std::{fs, path::PathBuf};

use image::{Rgb, RgbImage};
use serde_json::Value;

use super::{pictures, upload};
use crate::world::{Person, Stage, both};

both!(
    all_eight_orientations_stand_upright,
    no_stored_file_knows_where_or_with_what_it_was_taken,
    real_photographs_are_stripped_and_stand_upright,
);

async fn all_eight_orientations_stand_upright(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let upright = pictures::quarters(1_200, 800);
    let mut reference: Option<Vec<RgbImage>> = None;
    for orientation in 1..=8 {
        let file = pictures::from_a_phone(&upright, orientation);
        let photo = upload(&anna, &file).await.created();
        assert_eq!(
            (&photo["width"], &photo["height"]),
            (&1_200.into(), &800.into())
        );
        let files = fetch(&anna, &photo).await;
        let pictures: Vec<RgbImage> = files.iter().map(|file| decoded(file)).collect();
        for picture in &pictures {
            assert_quarters(picture, orientation);
        }
        // Not only the quarters: every pixel is where it is in the photo that was taken upright.
        let reference = reference.get_or_insert_with(|| pictures.clone());
        for (picture, reference) in pictures.iter().zip(reference) {
            assert_eq!(
                picture.dimensions(),
                reference.dimensions(),
                "{orientation}"
            );
            assert!(mean_difference(picture, reference) < 1.0, "{orientation}");
        }
    }
}

/// The photographs in `fixtures/`, with what real phones write.
async fn real_photographs_are_stripped_and_stand_upright(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let photographs = files_in(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/photos").into());
    let mut uploaded = 0;
    let mut upright: Option<RgbImage> = None;
    for path in photographs
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "jpg"))
    {
        let file = fs::read(&path).expect("a fixture");
        assert!(exif_of(&file).is_some(), "{} has no EXIF", path.display());
        let photo = upload(&anna, &file).await.created();
        uploaded += 1;
        if path
            .parent()
            .is_some_and(|folder| folder.ends_with("orientations"))
        {
            let picture = decoded(&fetch(&anna, &photo).await[0]);
            let upright = upright.get_or_insert_with(|| picture.clone());
            assert_eq!(
                picture.dimensions(),
                upright.dimensions(),
                "{}",
                path.display()
            );
            // Eight encodings of one picture differ by their noise, not by their corners.
            assert!(
                mean_difference(&picture, upright) < 5.0,
                "{}",
                path.display()
            );
        }
    }
    assert!(uploaded >= 15, "only {uploaded} fixtures were found");
    for file in files_in(stage.folder().join("photos")) {
        assert_silent(&fs::read(&file).expect("a stored file"));
    }
}

async fn no_stored_file_knows_where_or_with_what_it_was_taken(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let telling = pictures::from_a_phone(&pictures::quarters(640, 480), 6);
    assert!(
        exif_of(&telling).is_some(),
        "the test's own photo must have EXIF"
    );
    upload(&anna, &telling).await.created();
    let mut stored = 0;
    for file in files_in(stage.folder().join("photos")) {
        assert_silent(&fs::read(&file).expect("a stored file"));
        stored += 1;
    }
    assert_eq!(stored, 3);
}

/// Only what a picture needs: no APP segment but JFIF's, no comment, nothing behind the end.
fn assert_silent(file: &[u8]) {
    assert!(exif_of(file).is_none());
    let mut at = 2;
    loop {
        let [0xFF, marker] = file[at..at + 2] else {
            panic!("no marker at {at}")
        };
        let length = usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        match marker {
            // JFIF, tables, frame header.
            0xE0 => assert_eq!(&file[at + 4..at + 9], b"JFIF\0"),
            0xDB | 0xC0 | 0xC4 | 0xDD => {}
            0xDA => break,
            other => panic!("a segment {other:X} that no picture needs"),
        }
        at += 2 + length;
    }
    assert_eq!(file[file.len() - 2..], [0xFF, 0xD9]);
    for word in [
        "Exif",
        "xmpmeta",
        "http://",
        "ICC_PROFILE",
        "Photoshop",
        "Telefon",
    ] {
        let found = file
            .windows(word.len())
            .any(|bytes| bytes == word.as_bytes());
        assert!(!found, "{word} is in a stored file");
    }
}

fn exif_of(file: &[u8]) -> Option<exif::Exif> {
    exif::Reader::new()
        .read_from_container(&mut std::io::Cursor::new(file))
        .ok()
}

async fn fetch(who: &Person, photo: &Value) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for file in photo["files"].as_array().expect("files") {
        files.push(
            who.get(file["url"].as_str().expect("a url"))
                .await
                .body
                .to_vec(),
        );
    }
    files
}

fn decoded(file: &[u8]) -> RgbImage {
    image::load_from_memory(file)
        .expect("a picture")
        .into_rgb8()
}

fn assert_quarters(picture: &RgbImage, orientation: u16) {
    let (width, height) = picture.dimensions();
    let places = [(1, 1), (3, 1), (1, 3), (3, 3)];
    for ((x, y), Rgb(expected)) in places.into_iter().zip(pictures::QUARTERS) {
        let Rgb(found) = *picture.get_pixel(x * width / 4, y * height / 4);
        let close = found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) < 12);
        assert!(
            close,
            "orientation {orientation} at {x},{y}: {found:?}, not {expected:?}"
        );
    }
}

/// Per channel, of 255.
#[expect(clippy::cast_precision_loss, reason = "sums of pixels fit 52 bits")]
fn mean_difference(a: &RgbImage, b: &RgbImage) -> f64 {
    let sum: u64 = a
        .iter()
        .zip(b.iter())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / a.as_raw().len() as f64
}

fn files_in(folder: PathBuf) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(files_in(path));
        } else {
            files.push(path);
        }
    }
    files
}
