// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/feed`

use axum::{Json as Answer, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Feed, FeedPage};
use crate::{
    id::ChannelId,
    people::access::Employee,
    web::{Cursor, Problem, extract::Query, page::Limit, problem::ProblemBody},
};

/// Which part of the newsfeed.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FeedQuery {
    /// Only this channel's posts.
    #[param(value_type = Option<ChannelId>)]
    channel: Option<ChannelId>,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// How many items, 1 to 100.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 20)]
    limit: Limit,
}

/// A page of the newsfeed.
#[derive(Serialize, ToSchema)]
pub(super) struct FeedAnswer {
    #[serde(flatten)]
    page: FeedPage,
    /// Give this as `cursor` for older posts; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<Cursor>,
}

/// The newsfeed: the posts of all channels that one reads, newest first.
#[utoipa::path(
    get, path = "/api/v1/feed", operation_id = "list_feed", tag = "feed",
    security(("session" = [])), params(FeedQuery),
    responses((status = 200, body = FeedAnswer), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn list_feed(
    State(feed): State<Feed>,
    employee: Employee,
    Query(query): Query<FeedQuery>,
) -> Result<Answer<FeedAnswer>, Problem> {
    let before = query.cursor.as_ref().map(Cursor::key).transpose()?;
    let page = feed
        .newsfeed(&employee, query.channel, before, query.limit.get())
        .await?;
    Ok(Answer(FeedAnswer {
        next_cursor: page.next.map(|last| Cursor::new(&last)),
        page,
    }))
}
