// SPDX-License-Identifier: EUPL-1.2

//! The review's routes: nouns, as everywhere.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    announcements::{
        Announcement, Announcements,
        http::{APPROVED, Seen},
    },
    id::AnnouncementId,
    web::{Problem, problem::ProblemBody},
};

pub(in crate::announcements) fn router(announcements: Announcements) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(set_announcement_review, delete_announcement_review))
        .routes(routes!(set_announcement_approval))
        .with_state(announcements)
}

/// Lays a draft before the other editors.
#[utoipa::path(
    put, path = "/api/v1/editorial/announcements/{id}/review",
    operation_id = "set_announcement_review", tag = "editorial", security(("session" = [])),
    params(Seen),
    responses((status = 200, body = Announcement), (status = "4XX", body = ProblemBody))
)]
async fn set_announcement_review(
    State(announcements): State<Announcements>,
    Seen(editor, id, seen): Seen,
) -> Result<axum::Json<Announcement>, Problem> {
    Ok(axum::Json(announcements.submit(&editor, id, seen).await?))
}

/// Makes what is in review a draft again; its approval is void.
#[utoipa::path(
    delete, path = "/api/v1/editorial/announcements/{id}/review",
    operation_id = "delete_announcement_review", tag = "editorial", security(("session" = [])),
    params(Seen),
    responses((status = 200, body = Announcement), (status = "4XX", body = ProblemBody))
)]
async fn delete_announcement_review(
    State(announcements): State<Announcements>,
    Seen(editor, id, seen): Seen,
) -> Result<axum::Json<Announcement>, Problem> {
    Ok(axum::Json(
        announcements.take_back(&editor, id, seen).await?,
    ))
}

/// Approves what is in review, as the caller has seen it. Neither its author nor whoever changed it last can.
#[utoipa::path(
    put, path = "/api/v1/editorial/announcements/{id}/approval",
    operation_id = "set_announcement_approval", tag = "editorial", security(("session" = [])),
    params(("id" = AnnouncementId, Path), ("If-Match" = String, Header, description = APPROVED)),
    responses((status = 200, body = Announcement), (status = "4XX", body = ProblemBody))
)]
async fn set_announcement_approval(
    State(announcements): State<Announcements>,
    Seen(editor, id, seen): Seen,
) -> Result<axum::Json<Announcement>, Problem> {
    Ok(axum::Json(announcements.approve(&editor, id, seen).await?))
}
