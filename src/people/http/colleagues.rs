// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/people`: the directory.

use axum::extract::State;
use serde::Deserialize;

use crate::{
    id::{AccountId, OrgUnitId},
    people::{
        People,
        access::Employee,
        directory::{Person, Search},
    },
    text::Line,
    web::{
        Cursor, Page, Problem,
        extract::{Path, Query},
        page::Limit,
        problem::ProblemBody,
    },
};

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PeopleQuery {
    /// Beginnings of names, without regard to case and accents: `ann mu` finds Anna Müller.
    #[param(value_type = Option<String>)]
    q: Option<Line<100>>,
    /// Only in this org unit and all below it.
    unit: Option<OrgUnitId>,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// How many items, 1 to 100.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 20)]
    limit: Limit,
}

/// Colleagues by name.
#[utoipa::path(
    get, path = "/api/v1/people", operation_id = "list_people", tag = "people",
    security(("session" = [])), params(PeopleQuery),
    responses((status = 200, body = Page<Person>), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn list_people(
    State(people): State<People>,
    _: Employee,
    Query(query): Query<PeopleQuery>,
) -> Result<axum::Json<Page<Person>>, Problem> {
    let search = Search {
        text: query.q.map(Line::into_string),
        unit: query.unit,
        after: query.cursor.as_ref().map(Cursor::key).transpose()?,
        limit: query.limit.with_one_more(),
    };
    let found = people.search(search).await?;
    let page = Page::of(found, query.limit.get(), |listed| listed.after.clone());
    Ok(axum::Json(page.map(|listed| listed.person)))
}

/// One colleague.
#[utoipa::path(
    get, path = "/api/v1/people/{id}", operation_id = "get_person", tag = "people",
    security(("session" = [])), params(("id" = AccountId, Path)),
    responses((status = 200, body = Person), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn get_person(
    State(people): State<People>,
    _: Employee,
    Path(id): Path<AccountId>,
) -> Result<axum::Json<Person>, Problem> {
    Ok(axum::Json(people.person(id).await?))
}
