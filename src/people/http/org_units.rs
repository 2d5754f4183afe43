// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/org-units`: the offices as a tree.

use axum::extract::State;

use crate::{
    people::{People, access::Employee, directory::OrgUnit},
    web::{Page, Problem, problem::ProblemBody},
};

/// All org units on one page. Parents stand before what is below them, so the tree is built in one pass.
#[utoipa::path(
    get, path = "/api/v1/org-units", operation_id = "list_org_units", tag = "people",
    security(("session" = [])),
    responses((status = 200, body = Page<OrgUnit>), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn list_org_units(
    State(people): State<People>,
    _: Employee,
) -> Result<axum::Json<Page<OrgUnit>>, Problem> {
    Ok(axum::Json(Page {
        items: people.org_units().await?,
        next_cursor: None,
    }))
}
