// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/editorial/groups`: audiences that editors keep under a name.

use axum::extract::State;

use super::audiences::audience_problem;
use crate::{
    id::GroupId,
    people::{
        People,
        access::Editor,
        groups::{Group, GroupChange, GroupError, NewGroup},
    },
    web::{
        Created, NoContent, Page, PageQuery, Problem, ProblemType, Words,
        extract::{Json, Path, Query},
        problem::ProblemBody,
    },
};

static GROUP_NAME_TAKEN: ProblemType = ProblemType::new(
    "group-name-taken",
    409,
    "Eine Gruppe mit diesem Namen besteht schon.",
    "There is a group of this name already.",
);

/// The saved groups by name.
#[utoipa::path(
    get, path = "/api/v1/editorial/groups", operation_id = "list_groups", tag = "editorial",
    security(("session" = [])), params(PageQuery),
    responses((status = 200, body = Page<Group>), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn list_groups(
    State(people): State<People>,
    editor: Editor,
    Query(query): Query<PageQuery>,
) -> Result<axum::Json<Page<Group>>, Problem> {
    let groups = people
        .groups(&editor, query.after()?, query.limit.with_one_more())
        .await?;
    Ok(axum::Json(Page::of(groups, query.limit.get(), |group| {
        group.name.clone()
    })))
}

/// Keeps an audience under a name.
#[utoipa::path(
    post, path = "/api/v1/editorial/groups", operation_id = "create_group", tag = "editorial",
    security(("session" = [])), request_body = NewGroup,
    responses((status = 201, body = Group), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn create_group(
    State(people): State<People>,
    editor: Editor,
    Json(new): Json<NewGroup>,
) -> Result<Created<Group>, Problem> {
    Ok(Created(people.keep_group(&editor, new).await?))
}

/// One group.
#[utoipa::path(
    get, path = "/api/v1/editorial/groups/{id}", operation_id = "get_group", tag = "editorial",
    security(("session" = [])), params(("id" = GroupId, Path)),
    responses((status = 200, body = Group), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn get_group(
    State(people): State<People>,
    editor: Editor,
    Path(id): Path<GroupId>,
) -> Result<axum::Json<Group>, Problem> {
    Ok(axum::Json(people.group(&editor, id).await?))
}

/// Renames a group or changes whom it means. Announcements that name it keep whom they meant.
#[utoipa::path(
    patch, path = "/api/v1/editorial/groups/{id}", operation_id = "update_group", tag = "editorial",
    security(("session" = [])), params(("id" = GroupId, Path)), request_body = GroupChange,
    responses((status = 200, body = Group), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn update_group(
    State(people): State<People>,
    editor: Editor,
    Path(id): Path<GroupId>,
    Json(change): Json<GroupChange>,
) -> Result<axum::Json<Group>, Problem> {
    Ok(axum::Json(people.change_group(&editor, id, change).await?))
}

/// Forgets a group. Announcements that name it keep whom they meant.
#[utoipa::path(
    delete, path = "/api/v1/editorial/groups/{id}", operation_id = "delete_group", tag = "editorial",
    security(("session" = [])), params(("id" = GroupId, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn delete_group(
    State(people): State<People>,
    editor: Editor,
    Path(id): Path<GroupId>,
) -> Result<NoContent, Problem> {
    people.delete_group(&editor, id).await?;
    Ok(NoContent)
}

impl From<GroupError> for Problem {
    fn from(error: GroupError) -> Self {
        match error {
            GroupError::NotFound => Self::not_found(),
            GroupError::NameTaken => Self::new(&GROUP_NAME_TAKEN).at(
                "/name",
                Words::fixed(
                    "so heißt schon eine andere Gruppe",
                    "must be unique among the groups",
                ),
            ),
            GroupError::Audience(error) => audience_problem(error),
            GroupError::Db(error) => error.into(),
        }
    }
}
