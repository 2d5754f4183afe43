// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/org-units/{id}/deputy`: who is told when people of an office do not answer.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    id::{AccountId, OrgUnitId},
    people::{People, access::Admin, deputies::DeputyError},
    web::{
        NoContent, Problem, Words,
        extract::{Json, Path},
        problem::{INVALID_BODY, ProblemBody},
    },
};

/// Who it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Deputy {
    person: AccountId,
}

/// Name the deputy of an org unit, for it and for what is below it and has none.
#[utoipa::path(
    put, path = "/api/v1/org-units/{id}/deputy", operation_id = "set_deputy", tag = "admin",
    security(("session" = [])), params(("id" = OrgUnitId, Path)), request_body = Deputy,
    responses((status = 204), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn set_deputy(
    State(people): State<People>,
    admin: Admin,
    Path(id): Path<OrgUnitId>,
    Json(deputy): Json<Deputy>,
) -> Result<NoContent, Problem> {
    people.set_deputy(&admin, id, deputy.person).await?;
    Ok(NoContent)
}

/// Have an org unit have no deputy of its own.
#[utoipa::path(
    delete, path = "/api/v1/org-units/{id}/deputy", operation_id = "delete_deputy", tag = "admin",
    security(("session" = [])), params(("id" = OrgUnitId, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn delete_deputy(
    State(people): State<People>,
    admin: Admin,
    Path(id): Path<OrgUnitId>,
) -> Result<NoContent, Problem> {
    people.clear_deputy(&admin, id).await?;
    Ok(NoContent)
}

impl From<DeputyError> for Problem {
    fn from(error: DeputyError) -> Self {
        match error {
            DeputyError::NotFound => Self::not_found(),
            DeputyError::Nobody => Self::new(&INVALID_BODY)
                .detail(
                    "Diese Person gibt es nicht, oder sie ist ausgeschieden.",
                    "There is no such person, or they have left.",
                )
                .at(
                    "/person",
                    Words::fixed(
                        "muss jemand sein, der bei der Stadt arbeitet",
                        "must be somebody on the payroll",
                    ),
                ),
            DeputyError::Db(error) => error.into(),
        }
    }
}
