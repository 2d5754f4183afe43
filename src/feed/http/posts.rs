// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/posts`

use axum::{Json as Answer, extract::State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{Feed, NewPost, Post, PostText, Reason};
use crate::{
    id::PostId,
    people::access::{Editor, Employee},
    web::{
        Created, NoContent, Problem,
        extract::{Json, Path},
        problem::ProblemBody,
    },
};

/// New words for a post.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PostChange {
    text: PostText,
    /// Required of a moderator who edits another's post.
    reason: Option<Reason>,
}

/// Why something of another's is deleted.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Deletion {
    /// Required of a moderator.
    pub(super) reason: Option<Reason>,
}

/// Publishes a post.
///
/// In an open channel for everybody who reads it, in an editorial one for editors.
#[utoipa::path(
    post, path = "/api/v1/posts", operation_id = "create_post", tag = "feed",
    security(("session" = [])), request_body = NewPost,
    responses((status = 201, body = Post), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn create_post(
    State(feed): State<Feed>,
    employee: Employee,
    Json(new): Json<NewPost>,
) -> Result<Created<Post>, Problem> {
    Ok(Created(feed.publish(&employee, new).await?))
}

/// One post.
#[utoipa::path(
    get, path = "/api/v1/posts/{id}", operation_id = "get_post", tag = "feed",
    security(("session" = [])), params(("id" = PostId, Path)),
    responses((status = 200, body = Post), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn get_post(
    State(feed): State<Feed>,
    employee: Employee,
    Path(id): Path<PostId>,
) -> Result<Answer<Post>, Problem> {
    Ok(Answer(feed.post(&employee, id).await?))
}

/// Edits one's own post, or as a moderator another's, with a reason.
#[utoipa::path(
    patch, path = "/api/v1/posts/{id}", operation_id = "update_post", tag = "feed",
    security(("session" = [])), params(("id" = PostId, Path)), request_body = PostChange,
    responses((status = 200, body = Post), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn update_post(
    State(feed): State<Feed>,
    employee: Employee,
    Path(id): Path<PostId>,
    Json(change): Json<PostChange>,
) -> Result<Answer<Post>, Problem> {
    let post = feed
        .edit_post(&employee, id, change.text, change.reason)
        .await?;
    Ok(Answer(post))
}

/// Deletes one's own post, or as a moderator another's, with a reason in the body.
#[utoipa::path(
    delete, path = "/api/v1/posts/{id}", operation_id = "delete_post", tag = "feed",
    security(("session" = [])), params(("id" = PostId, Path)), request_body = Option<Deletion>,
    responses((status = 204), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn delete_post(
    State(feed): State<Feed>,
    employee: Employee,
    Path(id): Path<PostId>,
    deletion: Option<Json<Deletion>>,
) -> Result<NoContent, Problem> {
    let deletion = deletion.map(|Json(deletion)| deletion).unwrap_or_default();
    feed.delete_post(&employee, id, deletion.reason).await?;
    Ok(NoContent)
}

/// Keeps a post on top of the feed.
///
/// For editors.
#[utoipa::path(
    put, path = "/api/v1/posts/{id}/pin", operation_id = "put_pin", tag = "feed",
    security(("session" = [])), params(("id" = PostId, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn pin_post(
    State(feed): State<Feed>,
    editor: Editor,
    Path(id): Path<PostId>,
) -> Result<NoContent, Problem> {
    feed.pin(&editor, id).await?;
    Ok(NoContent)
}

/// Takes a post down from the top of the feed.
///
/// For editors.
#[utoipa::path(
    delete, path = "/api/v1/posts/{id}/pin", operation_id = "delete_pin", tag = "feed",
    security(("session" = [])), params(("id" = PostId, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn unpin_post(
    State(feed): State<Feed>,
    editor: Editor,
    Path(id): Path<PostId>,
) -> Result<NoContent, Problem> {
    feed.unpin(&editor, id).await?;
    Ok(NoContent)
}
