// SPDX-License-Identifier: EUPL-1.2

//! The routes of questions and answers: the desk's, the reader's, and the duty officer's.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{Announcement, Announcements, http::Seen},
    Answer, Asked, Named, Question, Tally,
};
use crate::{
    id::AnnouncementId,
    people::access::{Coordinator, Employee},
    web::{
        Page, PageQuery, Problem,
        extract::{Json, Path, Query},
        problem::ProblemBody,
    },
};

pub fn router(announcements: Announcements) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(
            set_announcement_question,
            delete_announcement_question
        ))
        .routes(routes!(get_announcement_tally))
        .routes(routes!(put_announcement_answer))
        .routes(routes!(list_announcement_answers))
        .with_state(announcements)
}

/// Has an important or urgent announcement ask for an answer.
#[utoipa::path(
    put, path = "/api/v1/editorial/announcements/{id}/question",
    operation_id = "set_announcement_question", tag = "editorial", security(("session" = [])),
    params(Seen),
    request_body = Question,
    responses((status = 200, body = Announcement), (status = "4XX", body = ProblemBody))
)]
async fn set_announcement_question(
    State(announcements): State<Announcements>,
    Seen(editor, id, seen): Seen,
    Json(question): Json<Question>,
) -> Result<axum::Json<Announcement>, Problem> {
    Ok(axum::Json(
        announcements.ask(&editor, id, seen, question).await?,
    ))
}

/// Has it ask for none.
#[utoipa::path(
    delete, path = "/api/v1/editorial/announcements/{id}/question",
    operation_id = "delete_announcement_question", tag = "editorial", security(("session" = [])),
    params(Seen),
    responses((status = 200, body = Announcement), (status = "4XX", body = ProblemBody))
)]
async fn delete_announcement_question(
    State(announcements): State<Announcements>,
    Seen(editor, id, seen): Seen,
) -> Result<axum::Json<Announcement>, Problem> {
    Ok(axum::Json(
        announcements.ask_nothing(&editor, id, seen).await?,
    ))
}

/// How many have answered what, and what was done about the others. For editors and duty officers; without names.
#[utoipa::path(
    get, path = "/api/v1/editorial/announcements/{id}/answers",
    operation_id = "get_announcement_tally", tag = "editorial",
    security(("session" = [])), params(("id" = AnnouncementId, Path)),
    responses((status = 200, body = Tally), (status = "4XX", body = ProblemBody))
)]
async fn get_announcement_tally(
    State(announcements): State<Announcements>,
    coordinator: Coordinator,
    Path(id): Path<AnnouncementId>,
) -> Result<axum::Json<Tally>, Problem> {
    Ok(axum::Json(announcements.tally(&coordinator, id).await?))
}

/// Answers, or answers otherwise than before, until the question closes.
#[utoipa::path(
    put, path = "/api/v1/announcements/{id}/answer", operation_id = "put_announcement_answer",
    tag = "announcements", security(("session" = [])), params(("id" = AnnouncementId, Path)),
    request_body = Answer,
    responses((status = 200, body = Asked), (status = "4XX", body = ProblemBody))
)]
async fn put_announcement_answer(
    State(announcements): State<Announcements>,
    reader: Employee,
    Path(id): Path<AnnouncementId>,
    Json(answer): Json<Answer>,
) -> Result<axum::Json<Asked>, Problem> {
    Ok(axum::Json(announcements.answer(&reader, id, answer).await?))
}

/// Who has answered what, by name; each look is in the audit log.
///
/// For duty officers; and for a deputy who was told, those of their office who have not answered. For everybody else
/// there is no such list.
#[utoipa::path(
    get, path = "/api/v1/announcements/{id}/answers", operation_id = "list_announcement_answers",
    tag = "announcements", security(("session" = [])),
    params(("id" = AnnouncementId, Path), PageQuery),
    responses((status = 200, body = Page<Named>), (status = "4XX", body = ProblemBody))
)]
async fn list_announcement_answers(
    State(announcements): State<Announcements>,
    who: Employee,
    Path(id): Path<AnnouncementId>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<Named>>, Problem> {
    let named = announcements
        .named_answers(&who, id, page.after()?, page.limit.with_one_more())
        .await?;
    let page = Page::of(named, page.limit.get(), |(place, _)| place.clone());
    Ok(axum::Json(page.map(|(_, named)| named)))
}
