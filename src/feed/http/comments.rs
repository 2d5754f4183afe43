// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/posts/{id}/comments` and `/api/v1/comments`

use axum::{Json as Answer, extract::State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    super::{Comment, CommentText, Feed, NewComment, Reason},
    posts::Deletion,
};
use crate::{
    id::{CommentId, PostId},
    people::access::Employee,
    web::{
        Created, NoContent, Page, PageQuery, Problem,
        extract::{Json, Path, Query},
        problem::ProblemBody,
    },
};

/// New words for a comment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CommentChange {
    text: CommentText,
    /// Required of a moderator who edits another's comment.
    reason: Option<Reason>,
}

/// A post's comments, oldest first, each followed by its replies.
#[utoipa::path(
    get, path = "/api/v1/posts/{id}/comments", operation_id = "list_comments", tag = "feed",
    security(("session" = [])), params(("id" = PostId, Path), PageQuery),
    responses((status = 200, body = Page<Comment>), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn list_comments(
    State(feed): State<Feed>,
    employee: Employee,
    Path(post): Path<PostId>,
    Query(query): Query<PageQuery>,
) -> Result<Answer<Page<Comment>>, Problem> {
    let rows = feed
        .comments(&employee, post, query.after()?, query.limit.with_one_more())
        .await?;
    Ok(Answer(Page::of(rows, query.limit.get(), Comment::place)))
}

/// Comments on a post, or replies to a comment.
#[utoipa::path(
    post, path = "/api/v1/posts/{id}/comments", operation_id = "create_comment", tag = "feed",
    security(("session" = [])), params(("id" = PostId, Path)), request_body = NewComment,
    responses((status = 201, body = Comment), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn create_comment(
    State(feed): State<Feed>,
    employee: Employee,
    Path(post): Path<PostId>,
    Json(new): Json<NewComment>,
) -> Result<Created<Comment>, Problem> {
    Ok(Created(feed.comment(&employee, post, new).await?))
}

/// Edits one's own comment, or as a moderator another's, with a reason.
#[utoipa::path(
    patch, path = "/api/v1/comments/{id}", operation_id = "update_comment", tag = "feed",
    security(("session" = [])), params(("id" = CommentId, Path)), request_body = CommentChange,
    responses((status = 200, body = Comment), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn update_comment(
    State(feed): State<Feed>,
    employee: Employee,
    Path(id): Path<CommentId>,
    Json(change): Json<CommentChange>,
) -> Result<Answer<Comment>, Problem> {
    let comment = feed
        .edit_comment(&employee, id, change.text, change.reason)
        .await?;
    Ok(Answer(comment))
}

/// Deletes one's own comment, or as a moderator another's, with a reason in the body.
#[utoipa::path(
    delete, path = "/api/v1/comments/{id}", operation_id = "delete_comment", tag = "feed",
    security(("session" = [])), params(("id" = CommentId, Path)), request_body = Option<Deletion>,
    responses((status = 204), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn delete_comment(
    State(feed): State<Feed>,
    employee: Employee,
    Path(id): Path<CommentId>,
    deletion: Option<Json<Deletion>>,
) -> Result<NoContent, Problem> {
    let deletion = deletion.map(|Json(deletion)| deletion).unwrap_or_default();
    feed.delete_comment(&employee, id, deletion.reason).await?;
    Ok(NoContent)
}
