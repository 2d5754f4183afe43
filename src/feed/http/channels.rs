// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/channels`

use axum::{Json as Answer, extract::State};

use super::super::{Channel, ChannelChange, Feed, NewChannel};
use crate::{
    id::ChannelId,
    people::access::{Admin, Employee},
    web::{
        Created, Page, PageQuery, Problem,
        extract::{Json, Path, Query},
        problem::ProblemBody,
    },
};

/// The channels that one reads, by name.
#[utoipa::path(
    get, path = "/api/v1/channels", operation_id = "list_channels", tag = "feed",
    security(("session" = [])), params(PageQuery),
    responses((status = 200, body = Page<Channel>), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn list_channels(
    State(feed): State<Feed>,
    employee: Employee,
    Query(query): Query<PageQuery>,
) -> Result<Answer<Page<Channel>>, Problem> {
    let rows = feed
        .channels(&employee, query.after()?, query.limit.with_one_more())
        .await?;
    Ok(Answer(Page::of(rows, query.limit.get(), |channel| {
        channel.name.clone()
    })))
}

/// Opens a channel.
///
/// For administrators.
#[utoipa::path(
    post, path = "/api/v1/channels", operation_id = "create_channel", tag = "feed",
    security(("session" = [])), request_body = NewChannel,
    responses((status = 201, body = Channel), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn create_channel(
    State(feed): State<Feed>,
    admin: Admin,
    Json(new): Json<NewChannel>,
) -> Result<Created<Channel>, Problem> {
    Ok(Created(feed.open_channel(&admin, new).await?))
}

/// One channel.
#[utoipa::path(
    get, path = "/api/v1/channels/{id}", operation_id = "get_channel", tag = "feed",
    security(("session" = [])), params(("id" = ChannelId, Path)),
    responses((status = 200, body = Channel), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn get_channel(
    State(feed): State<Feed>,
    employee: Employee,
    Path(id): Path<ChannelId>,
) -> Result<Answer<Channel>, Problem> {
    Ok(Answer(feed.channel(&employee, id).await?))
}

/// Renames a channel, changes its audience, archives it.
///
/// For administrators.
#[utoipa::path(
    patch, path = "/api/v1/channels/{id}", operation_id = "update_channel", tag = "feed",
    security(("session" = [])), params(("id" = ChannelId, Path)), request_body = ChannelChange,
    responses((status = 200, body = Channel), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn update_channel(
    State(feed): State<Feed>,
    admin: Admin,
    Path(id): Path<ChannelId>,
    Json(change): Json<ChannelChange>,
) -> Result<Answer<Channel>, Problem> {
    Ok(Answer(feed.change_channel(&admin, id, change).await?))
}
