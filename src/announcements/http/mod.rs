// SPDX-License-Identifier: EUPL-1.2

//! The editors' routes, all under `/api/v1/editorial/announcements`: whoever is no editor is refused before
//! anything is looked up, so the answer says nothing about what exists. Readers have their
//! [own](crate::announcements::readers::http).

mod problems;
mod seen;
mod texts;

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::header;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(in crate::announcements) use self::seen::{APPROVED, Seen};
use super::{
    Announcement, Announcements, Changes, NewAnnouncement, StateName, Summary,
    local_time::LocalTime,
    release::{csv, report::Report},
};
use crate::{
    clock::At,
    id::AnnouncementId,
    people::{access::Editor, audience::AudienceCount},
    web::{
        Created, Cursor, NoContent, Page, PageQuery, Problem,
        extract::{Json, Path, Query},
        page::Limit,
        problem::ProblemBody,
    },
};

pub fn router(announcements: Announcements) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_editorial_announcements, create_announcement))
        .routes(routes!(
            get_editorial_announcement,
            update_announcement,
            delete_announcement
        ))
        .routes(routes!(get_announcement_audience))
        .routes(routes!(
            set_announcement_schedule,
            delete_announcement_schedule
        ))
        .routes(routes!(set_announcement_release))
        .routes(routes!(get_announcement_report))
        .routes(routes!(get_announcement_report_csv))
        .with_state(announcements.clone())
        .merge(super::review::http::router(announcements))
}

/// Which announcements, and which page of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Filter {
    #[param(inline)]
    state: Option<StateName>,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// How many items, 1 to 100.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 20)]
    limit: Limit,
}

/// When an announcement shall be released: in the future, at most a year ahead. Either as an instant or in
/// local time, never both.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Schedule {
    /// T, with its offset from UTC.
    release_at: Option<At>,
    /// T as the clocks of its zone show it: refused where they leave this time out or show it twice.
    release_at_local: Option<LocalTime>,
}

impl Schedule {
    /// T, and the pointer to where it was said.
    fn release_at(self) -> Result<(At, &'static str), Problem> {
        match (self.release_at, self.release_at_local) {
            (Some(at), None) => Ok((at, "/release_at")),
            (None, Some(local)) => Ok((local.instant()?, "/release_at_local/at")),
            (None, None) => Err(problems::one_release_at(
                "/release_at",
                "must be there, unless release_at_local is",
            )),
            (Some(_), Some(_)) => Err(problems::one_release_at(
                "/release_at_local",
                "must not be there beside release_at",
            )),
        }
    }
}

/// Drafts, announcements in review, scheduled, held, released and withdrawn announcements, the last made first.
#[utoipa::path(
    get, path = "/api/v1/editorial/announcements", operation_id = "list_editorial_announcements",
    tag = "editorial", security(("session" = [])), params(Filter),
    responses((status = 200, body = Page<Summary>), (status = "4XX", body = ProblemBody))
)]
async fn list_editorial_announcements(
    State(announcements): State<Announcements>,
    editor: Editor,
    Query(filter): Query<Filter>,
) -> Result<axum::Json<Page<Summary>>, Problem> {
    let page = PageQuery {
        cursor: filter.cursor,
        limit: filter.limit,
    };
    let before = page.after()?;
    let summaries = announcements
        .list(&editor, filter.state, before, page.limit.with_one_more())
        .await?;
    Ok(axum::Json(Page::of(
        summaries,
        page.limit.get(),
        |summary| summary.id,
    )))
}

/// Drafts an announcement. Nobody but editors can tell that it exists until it is released.
#[utoipa::path(
    post, path = "/api/v1/editorial/announcements", operation_id = "create_announcement",
    tag = "editorial", security(("session" = [])), request_body = NewAnnouncement,
    responses((status = 201, body = Announcement), (status = "4XX", body = ProblemBody))
)]
async fn create_announcement(
    State(announcements): State<Announcements>,
    editor: Editor,
    Json(new): Json<NewAnnouncement>,
) -> Result<Created<Announcement>, Problem> {
    Ok(Created(announcements.draft(&editor, new).await?))
}

/// One announcement, in whatever state.
#[utoipa::path(
    get, path = "/api/v1/editorial/announcements/{id}",
    operation_id = "get_editorial_announcement", tag = "editorial",
    security(("session" = [])), params(("id" = AnnouncementId, Path)),
    responses((status = 200, body = Announcement), (status = "4XX", body = ProblemBody))
)]
async fn get_editorial_announcement(
    State(announcements): State<Announcements>,
    editor: Editor,
    Path(id): Path<AnnouncementId>,
) -> Result<axum::Json<Announcement>, Problem> {
    Ok(axum::Json(announcements.read(&editor, id).await?))
}

/// Changes a draft, a scheduled or a held announcement, until its release. What is left out stays.
#[utoipa::path(
    patch, path = "/api/v1/editorial/announcements/{id}", operation_id = "update_announcement",
    tag = "editorial", security(("session" = [])),
    params(Seen),
    request_body = Changes,
    responses((status = 200, body = Announcement), (status = "4XX", body = ProblemBody))
)]
async fn update_announcement(
    State(announcements): State<Announcements>,
    Seen(editor, id, seen): Seen,
    Json(changes): Json<Changes>,
) -> Result<axum::Json<Announcement>, Problem> {
    Ok(axum::Json(
        announcements.edit(&editor, id, seen, changes).await?,
    ))
}

/// Deletes a draft, a scheduled or a held announcement for good; withdraws a released one.
#[utoipa::path(
    delete, path = "/api/v1/editorial/announcements/{id}", operation_id = "delete_announcement",
    tag = "editorial", security(("session" = [])),
    params(Seen),
    responses((status = 204), (status = "4XX", body = ProblemBody))
)]
async fn delete_announcement(
    State(announcements): State<Announcements>,
    Seen(editor, id, seen): Seen,
) -> Result<NoContent, Problem> {
    announcements.remove(&editor, id, seen).await?;
    Ok(NoContent)
}

/// How many people the announcement is for, and how many of them a push can reach now.
#[utoipa::path(
    get, path = "/api/v1/editorial/announcements/{id}/audience",
    operation_id = "get_announcement_audience", tag = "editorial",
    security(("session" = [])), params(("id" = AnnouncementId, Path)),
    responses((status = 200, body = AudienceCount), (status = "4XX", body = ProblemBody))
)]
async fn get_announcement_audience(
    State(announcements): State<Announcements>,
    editor: Editor,
    Path(id): Path<AnnouncementId>,
) -> Result<axum::Json<AudienceCount>, Problem> {
    Ok(axum::Json(announcements.audience(&editor, id).await?))
}

/// Sets or moves T, until the last moment.
#[utoipa::path(
    put, path = "/api/v1/editorial/announcements/{id}/schedule",
    operation_id = "set_announcement_schedule", tag = "editorial", security(("session" = [])),
    params(Seen),
    request_body = Schedule,
    responses((status = 200, body = Announcement), (status = "4XX", body = ProblemBody))
)]
async fn set_announcement_schedule(
    State(announcements): State<Announcements>,
    Seen(editor, id, seen): Seen,
    Json(schedule): Json<Schedule>,
) -> Result<axum::Json<Announcement>, Problem> {
    let (release_at, said_at) = schedule.release_at()?;
    let scheduled = announcements.schedule(&editor, id, seen, release_at).await;
    Ok(axum::Json(scheduled.map_err(|error| {
        problems::schedule_problem(error, said_at)
    })?))
}

/// Takes T away: the announcement is a draft or in review again.
#[utoipa::path(
    delete, path = "/api/v1/editorial/announcements/{id}/schedule",
    operation_id = "delete_announcement_schedule", tag = "editorial", security(("session" = [])),
    params(Seen),
    responses((status = 200, body = Announcement), (status = "4XX", body = ProblemBody))
)]
async fn delete_announcement_schedule(
    State(announcements): State<Announcements>,
    Seen(editor, id, seen): Seen,
) -> Result<axum::Json<Announcement>, Problem> {
    Ok(axum::Json(
        announcements.unschedule(&editor, id, seen).await?,
    ))
}

/// Releases a draft, a scheduled or a held announcement at once.
#[utoipa::path(
    put, path = "/api/v1/editorial/announcements/{id}/release",
    operation_id = "set_announcement_release", tag = "editorial", security(("session" = [])),
    params(Seen),
    responses((status = 200, body = Announcement), (status = "4XX", body = ProblemBody))
)]
async fn set_announcement_release(
    State(announcements): State<Announcements>,
    Seen(editor, id, seen): Seen,
) -> Result<axum::Json<Announcement>, Problem> {
    Ok(axum::Json(
        announcements.release_now(&editor, id, seen).await?,
    ))
}

/// When phones were handed over, and what became of every recipient.
#[utoipa::path(
    get, path = "/api/v1/editorial/announcements/{id}/report",
    operation_id = "get_announcement_report", tag = "editorial",
    security(("session" = [])), params(("id" = AnnouncementId, Path)),
    responses((status = 200, body = Report), (status = "4XX", body = ProblemBody))
)]
async fn get_announcement_report(
    State(announcements): State<Announcements>,
    editor: Editor,
    Path(id): Path<AnnouncementId>,
) -> Result<axum::Json<Report>, Problem> {
    Ok(axum::Json(announcements.report(&editor, id).await?))
}

/// The same report as a table: a figure a line, in the columns `group`, `part`, `measure` and `value`.
#[utoipa::path(
    get, path = "/api/v1/editorial/announcements/{id}/report.csv",
    operation_id = "get_announcement_report_csv", tag = "editorial",
    security(("session" = [])), params(("id" = AnnouncementId, Path)),
    responses(
        (status = 200, content_type = "text/csv", body = String),
        (status = "4XX", body = ProblemBody),
    )
)]
async fn get_announcement_report_csv(
    State(announcements): State<Announcements>,
    editor: Editor,
    Path(id): Path<AnnouncementId>,
) -> Result<Response, Problem> {
    let report = announcements.report(&editor, id).await?;
    let name = format!("attachment; filename=\"{id}.csv\"");
    let headers = [
        (
            header::CONTENT_TYPE,
            "text/csv; charset=utf-8; header=present",
        ),
        (header::CONTENT_DISPOSITION, name.as_str()),
    ];
    Ok((headers, csv::file(&report)).into_response())
}
