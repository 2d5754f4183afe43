// SPDX-License-Identifier: EUPL-1.2

//! The readers' routes.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{super::Announcements, Article, Headline};
use crate::{
    id::AnnouncementId,
    people::access::Employee,
    web::{
        Page, PageQuery, Problem,
        extract::{Path, Query},
        problem::ProblemBody,
    },
};

pub fn router(announcements: Announcements) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_announcements))
        .routes(routes!(get_announcement))
        .with_state(announcements)
}

/// What was announced to the caller and has not expired, the last first.
#[utoipa::path(
    get, path = "/api/v1/announcements", operation_id = "list_announcements", tag = "announcements",
    security(("session" = [])), params(PageQuery),
    responses((status = 200, body = Page<Headline>), (status = "4XX", body = ProblemBody))
)]
async fn list_announcements(
    State(announcements): State<Announcements>,
    reader: Employee,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<Headline>>, Problem> {
    let headlines = announcements
        .headlines(&reader, page.after()?, page.limit.with_one_more())
        .await?;
    Ok(axum::Json(Page::of(
        headlines,
        page.limit.get(),
        Headline::place,
    )))
}

/// One announcement.
///
/// Before its release, after it was withdrawn, and for whoever is not in the audience there is none.
#[utoipa::path(
    get, path = "/api/v1/announcements/{id}", operation_id = "get_announcement", tag = "announcements",
    security(("session" = [])), params(("id" = AnnouncementId, Path)),
    responses((status = 200, body = Article), (status = "4XX", body = ProblemBody))
)]
async fn get_announcement(
    State(announcements): State<Announcements>,
    reader: Employee,
    Path(id): Path<AnnouncementId>,
) -> Result<axum::Json<Article>, Problem> {
    Ok(axum::Json(announcements.article(&reader, id).await?))
}
