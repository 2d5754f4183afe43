// SPDX-License-Identifier: EUPL-1.2

//! The editors' routes for the press, and the public page, which asks nobody who they are.

use axum::{Router, extract::State, response::Response, routing::get};
use http::HeaderMap;
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{Announcement, Announcements, http::Seen},
    Rule,
    store::announced::{announced, latest},
};
use crate::{
    id::AnnouncementId,
    push::Language,
    web::{
        Problem,
        extract::{Json, Path, Query},
        pages::{style, written},
        problem::{ProblemBody, accepted_language},
    },
};

/// How many announcements the page and its feeds show.
const SHOWN: i64 = 50;

/// Under `/api/v1/editorial/announcements`.
pub fn router(announcements: Announcements) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(set_announcement_press, delete_announcement_press))
        .with_state(announcements)
}

/// `/press…`; nothing at all if the page is not switched on.
pub fn pages(announcements: Announcements) -> Router {
    if !announcements.press.0.page {
        return Router::new();
    }
    Router::new()
        .route("/press", get(show_list))
        .route("/press/{id}", get(show_article))
        .route("/press/feed.atom", get(show_atom))
        .route("/press/feed.json", get(show_json_feed))
        .with_state(announcements)
        .route("/press/press.css", style(include_str!("pages/press.css")))
}

/// Has the press served by this rule. Without one it gets nothing.
#[utoipa::path(
    put, path = "/api/v1/editorial/announcements/{id}/press", operation_id = "set_announcement_press",
    tag = "editorial", security(("session" = [])),
    params(Seen),
    request_body = Rule,
    responses((status = 200, body = Announcement), (status = "4XX", body = ProblemBody))
)]
async fn set_announcement_press(
    State(announcements): State<Announcements>,
    Seen(editor, id, seen): Seen,
    Json(rule): Json<Rule>,
) -> Result<axum::Json<Announcement>, Problem> {
    Ok(axum::Json(
        announcements.set_press(&editor, id, seen, rule).await?,
    ))
}

/// Has the press get nothing.
#[utoipa::path(
    delete, path = "/api/v1/editorial/announcements/{id}/press",
    operation_id = "delete_announcement_press", tag = "editorial", security(("session" = [])),
    params(Seen),
    responses((status = 200, body = Announcement), (status = "4XX", body = ProblemBody))
)]
async fn delete_announcement_press(
    State(announcements): State<Announcements>,
    Seen(editor, id, seen): Seen,
) -> Result<axum::Json<Announcement>, Problem> {
    Ok(axum::Json(
        announcements.clear_press(&editor, id, seen).await?,
    ))
}

/// In which language a page is wanted; else the browser's.
#[derive(Deserialize)]
struct Wanted {
    lang: Option<Language>,
}

impl Wanted {
    fn language(&self, headers: &HeaderMap) -> Language {
        self.lang.unwrap_or_else(|| accepted_language(headers))
    }
}

async fn show_list(
    State(announcements): State<Announcements>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let language = wanted.language(&headers);
    let announced = latest(&announcements.db, SHOWN, announcements.clock.now()).await?;
    let page = announcements.press.list_page(&announced, language);
    Ok(written(
        &headers,
        "text/html; charset=utf-8",
        language,
        page,
    ))
}

async fn show_article(
    State(announcements): State<Announcements>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
    Path(id): Path<AnnouncementId>,
) -> Result<Response, Problem> {
    let language = wanted.language(&headers);
    let Some(announced) = announced(&announcements.db, id).await? else {
        return Err(Problem::not_found());
    };
    let page = announcements.press.article_page(&announced, language);
    Ok(written(
        &headers,
        "text/html; charset=utf-8",
        language,
        page,
    ))
}

async fn show_atom(
    State(announcements): State<Announcements>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let language = wanted.language(&headers);
    let announced = latest(&announcements.db, SHOWN, announcements.clock.now()).await?;
    let feed = announcements.press.atom(&announced, language);
    let media_type = "application/atom+xml; charset=utf-8";
    Ok(written(&headers, media_type, language, feed))
}

async fn show_json_feed(
    State(announcements): State<Announcements>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let language = wanted.language(&headers);
    let announced = latest(&announcements.db, SHOWN, announcements.clock.now()).await?;
    let feed = announcements.press.json_feed(&announced, language);
    Ok(written(&headers, "application/feed+json", language, feed))
}
