// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/people/{id}/roles`: who may do more than every employee.

use axum::extract::State;

use crate::{
    id::AccountId,
    people::{
        People,
        access::{Admin, Role},
        roles::Grant,
    },
    web::{NoContent, Page, Problem, extract::Path, problem::ProblemBody},
};

/// The roles that a person holds.
#[utoipa::path(
    get, path = "/api/v1/people/{id}/roles", operation_id = "list_roles", tag = "admin",
    security(("session" = [])), params(("id" = AccountId, Path)),
    responses((status = 200, body = Page<Grant>), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn list_roles(
    State(people): State<People>,
    admin: Admin,
    Path(id): Path<AccountId>,
) -> Result<axum::Json<Page<Grant>>, Problem> {
    Ok(axum::Json(Page {
        items: people.roles_of(&admin, id).await?,
        next_cursor: None,
    }))
}

/// Grant a role. Granting it again changes nothing.
#[utoipa::path(
    put, path = "/api/v1/people/{id}/roles/{role}", operation_id = "grant_role", tag = "admin",
    security(("session" = [])), params(("id" = AccountId, Path), ("role" = Role, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn grant_role(
    State(people): State<People>,
    admin: Admin,
    Path((id, role)): Path<(AccountId, Role)>,
) -> Result<NoContent, Problem> {
    people.grant(&admin, id, role).await?;
    Ok(NoContent)
}

/// Take a role back. It counts from the person's next request on.
#[utoipa::path(
    delete, path = "/api/v1/people/{id}/roles/{role}", operation_id = "revoke_role", tag = "admin",
    security(("session" = [])), params(("id" = AccountId, Path), ("role" = Role, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn revoke_role(
    State(people): State<People>,
    admin: Admin,
    Path((id, role)): Path<(AccountId, Role)>,
) -> Result<NoContent, Problem> {
    people.revoke(&admin, id, role).await?;
    Ok(NoContent)
}
