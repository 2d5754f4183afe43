// SPDX-License-Identifier: EUPL-1.2

//! The editors' routes after the release.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{
        Announcement, Announcements,
        http::{APPROVED, Seen},
    },
    Correction, Version,
};
use crate::{
    id::AnnouncementId,
    people::access::Editor,
    web::{
        Page, Problem,
        extract::{Json, Path},
        problem::ProblemBody,
    },
};

pub fn router(announcements: Announcements) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(
            set_announcement_correction,
            delete_announcement_correction
        ))
        .routes(routes!(set_announcement_correction_approval))
        .routes(routes!(list_announcement_versions))
        .with_state(announcements)
}

/// Gives a released announcement other words, for readers at once, and replaces its notification on the phones.
///
/// Where its class needs a second pair of eyes, the words are proposed, and wait for another editor's approval.
/// Asked again for what it says already, it changes nothing.
#[utoipa::path(
    put, path = "/api/v1/editorial/announcements/{id}/correction",
    operation_id = "set_announcement_correction", tag = "editorial", security(("session" = [])),
    params(Seen),
    request_body = Correction,
    responses((status = 200, body = Announcement), (status = "4XX", body = ProblemBody))
)]
async fn set_announcement_correction(
    State(announcements): State<Announcements>,
    Seen(editor, id, seen): Seen,
    Json(correction): Json<Correction>,
) -> Result<axum::Json<Announcement>, Problem> {
    Ok(axum::Json(
        announcements.correct(&editor, id, seen, correction).await?,
    ))
}

/// Takes back or refuses the correction that waits for an approval.
#[utoipa::path(
    delete, path = "/api/v1/editorial/announcements/{id}/correction",
    operation_id = "delete_announcement_correction", tag = "editorial", security(("session" = [])),
    params(Seen),
    responses((status = 200, body = Announcement), (status = "4XX", body = ProblemBody))
)]
async fn delete_announcement_correction(
    State(announcements): State<Announcements>,
    Seen(editor, id, seen): Seen,
) -> Result<axum::Json<Announcement>, Problem> {
    Ok(axum::Json(
        announcements.drop_correction(&editor, id, seen).await?,
    ))
}

/// Approves the correction that waits, as the caller has seen it, which takes effect at once. Whoever proposed it
/// can't.
#[utoipa::path(
    put, path = "/api/v1/editorial/announcements/{id}/correction/approval",
    operation_id = "set_announcement_correction_approval", tag = "editorial", security(("session" = [])),
    params(
        ("id" = AnnouncementId, Path),
        ("If-Match" = String, Header, description = APPROVED),
    ),
    responses((status = 200, body = Announcement), (status = "4XX", body = ProblemBody))
)]
async fn set_announcement_correction_approval(
    State(announcements): State<Announcements>,
    Seen(editor, id, seen): Seen,
) -> Result<axum::Json<Announcement>, Problem> {
    Ok(axum::Json(
        announcements.approve_correction(&editor, id, seen).await?,
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
