// SPDX-License-Identifier: EUPL-1.2

//! The photos and files of the public page, for everybody. Each answer asks anew whether the press may have it.

use axum::{
    Router,
    extract::{FromRef, State},
    response::Response,
    routing::get,
};
use http::HeaderMap;

use crate::{
    announcements::Announcements,
    files::{self, Files},
    id::{AnnouncementId, FileId, PhotoId},
    photos::{self, Photos, Size},
    web::{Problem, extract::Path},
};

/// Where the bytes are.
#[derive(Clone, FromRef)]
struct Shelves {
    photos: Photos,
    files: Files,
}

/// `/press/{id}/…`; nothing at all if the page is not switched on.
pub fn pages(announcements: &Announcements, photos: Photos, files: Files) -> Router {
    if !announcements.press.0.page {
        return Router::new();
    }
    Router::new()
        .route("/press/{id}/photos/{photo}/{size}", get(show_photo))
        .route("/press/{id}/files/{file}", get(hand_out_file))
        .with_state(Shelves { photos, files })
}

async fn show_photo(
    State(photos): State<Photos>,
    Path((announcement, id, size)): Path<(AnnouncementId, PhotoId, Size)>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let photo = photos.find_for_press(announcement, id).await?;
    photos::http::hand_out(&photos, &photo, size, &asked).await
}

async fn hand_out_file(
    State(files): State<Files>,
    Path((announcement, id)): Path<(AnnouncementId, FileId)>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let file = files.find_for_press(announcement, id).await?;
    files::http::hand_out(&files, &file, &asked).await
}
