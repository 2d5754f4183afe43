// SPDX-License-Identifier: EUPL-1.2

//! The editors' routes after the release.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{Announcement, Announcements},
    Correction, Version,
};
use crate::{
    id::AnnouncementId,
    people::access::Editor,
    web::{
        Page, Problem,
        extract::{IfMatch, Json, Path},
        problem::ProblemBody,
    },
};

pub fn router(announcements: Announcements) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(set_announcement_correction))
        .routes(routes!(list_announcement_versions))
        .with_state(announcements)
}

/// Gives a released announcement other words, for readers at once, and replaces its notification on the phones.
///
/// Asked again for what it says already, it changes nothing.
#[utoipa::path(
    put, path = "/api/v1/editorial/announcements/{id}/correction",
    operation_id = "set_announcement_correction", tag = "editorial", security(("session" = [])),
    params(
        ("id" = AnnouncementId, Path),
        ("If-Match" = Option<String>, Header, description = "The revision that the editor has seen, as \"7\": refused with 412 if it is no longer the last."),
    ),
    request_body = Correction,
    responses((status = 200, body = Announcement), (status = "4XX", body = ProblemBody))
)]
async fn set_announcement_correction(
    State(announcements): State<Announcements>,
    editor: Editor,
    Path(id): Path<AnnouncementId>,
    IfMatch(seen): IfMatch,
    Json(correction): Json<Correction>,
) -> Result<axum::Json<Announcement>, Problem> {
    Ok(axum::Json(
        announcements.correct(&editor, id, seen, correction).await?,
    ))
}

/// Every wording that an announcement has had since its release, the first first, with who and when.
#[utoipa::path(
    get, path = "/api/v1/editorial/announcements/{id}/versions",
    operation_id = "list_announcement_versions", tag = "editorial",
    security(("session" = [])), params(("id" = AnnouncementId, Path)),
    responses((status = 200, body = Page<Version>), (status = "4XX", body = ProblemBody))
)]
async fn list_announcement_versions(
    State(announcements): State<Announcements>,
    editor: Editor,
    Path(id): Path<AnnouncementId>,
) -> Result<axum::Json<Page<Version>>, Problem> {
    Ok(axum::Json(Page {
        items: announcements.versions(&editor, id).await?,
        next_cursor: None,
    }))
}
