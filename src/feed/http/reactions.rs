// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/posts/{id}/reaction`

use axum::{Json as Answer, extract::State};

use super::super::{Feed, Reaction, Reactions};
use crate::{
    id::PostId,
    people::access::Employee,
    web::{
        Problem,
        extract::{Json, Path},
        problem::ProblemBody,
    },
};

/// Reacts to a post, in place of what one chose before.
#[utoipa::path(
    put, path = "/api/v1/posts/{id}/reaction", operation_id = "put_reaction", tag = "feed",
    security(("session" = [])), params(("id" = PostId, Path)), request_body = Reaction,
    responses((status = 200, body = Reactions), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn put_reaction(
    State(feed): State<Feed>,
    employee: Employee,
    Path(id): Path<PostId>,
    Json(reaction): Json<Reaction>,
) -> Result<Answer<Reactions>, Problem> {
    Ok(Answer(
        feed.react(&employee, id, Some(reaction.kind)).await?,
    ))
}

/// Takes one's reaction back.
#[utoipa::path(
    delete, path = "/api/v1/posts/{id}/reaction", operation_id = "delete_reaction", tag = "feed",
    security(("session" = [])), params(("id" = PostId, Path)),
    responses((status = 200, body = Reactions), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn delete_reaction(
    State(feed): State<Feed>,
    employee: Employee,
    Path(id): Path<PostId>,
) -> Result<Answer<Reactions>, Problem> {
    Ok(Answer(feed.react(&employee, id, None).await?))
}
