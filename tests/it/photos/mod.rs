// SPDX-License-Identifier: EUPL-1.2

//! Photos: what is taken, what is refused, what is left of it, who sees it.

mod memory;
mod pictures;
mod refused;
mod shown;
mod stripped;
mod unattached;
mod uploaded;

use http::Method;
use serde_json::Value;
use stadtfunk::id::PhotoId;

use self::pictures::form;
use crate::world::{Answer, Client, Person};

const PHOTOS: &str = "/api/v1/photos";

/// Uploads a file as an app would.
async fn upload(who: &Client, file: &[u8]) -> Answer {
    let (content_type, body) = form(&[("photo", file)]);
    who.call(Method::POST, PHOTOS)
        .body(&content_type, body)
        .send()
        .await
}

/// Uploads a small picture that nothing is wrong with.
pub(crate) async fn a_photo_of(who: &Person) -> PhotoId {
    let answer = upload(who, &pictures::jpeg(640, 480)).await;
    id_of(&answer.created())
}

fn id_of(photo: &Value) -> PhotoId {
    photo["id"].as_str().expect("an id").parse().expect("an id")
}

fn path_of(id: PhotoId) -> String {
    format!("{PHOTOS}/{id}")
}
