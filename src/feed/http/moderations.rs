// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/moderations`

use axum::{Json as Answer, extract::State};

use super::super::{Feed, Moderation};
use crate::{
    people::access::Moderator,
    web::{Page, PageQuery, Problem, extract::Query, problem::ProblemBody},
};

/// What moderators did to others' words, newest first.
///
/// For moderators.
#[utoipa::path(
    get, path = "/api/v1/moderations", operation_id = "list_moderations", tag = "feed",
    security(("session" = [])), params(PageQuery),
    responses((status = 200, body = Page<Moderation>), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn list_moderations(
    State(feed): State<Feed>,
    moderator: Moderator,
    Query(query): Query<PageQuery>,
) -> Result<Answer<Page<Moderation>>, Problem> {
    let rows = feed
        .moderations(&moderator, query.after()?, query.limit.with_one_more())
        .await?;
    Ok(Answer(Page::of(rows, query.limit.get(), |moderation| {
        moderation.id
    })))
}
