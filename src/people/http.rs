//! The routes of people.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    People, PeopleError,
    access::{Employee, Role},
};
use crate::{
    id::{AccountId, OrgUnitId},
    push::Language,
    web::Problem,
};

pub fn router(people: People) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_me))
        .with_state(people)
}

impl From<PeopleError> for Problem {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::Db(error) => error.into(),
        }
    }
}

/// The person who is signed in.
#[derive(Serialize, ToSchema)]
struct Me {
    id: AccountId,
    unit: OrgUnitId,
    language: Language,
    roles: Vec<Role>,
}

/// Who is signed in.
#[utoipa::path(
    get, path = "/api/v1/me", operation_id = "get_me", tag = "people",
    security(("session" = [])),
    responses((status = 200, body = Me), (status = "4XX", body = crate::web::problem::ProblemBody))
)]
async fn get_me(
    State(_people): State<People>,
    employee: Employee,
) -> Result<axum::Json<Me>, Problem> {
    Ok(axum::Json(Me {
        id: employee.account(),
        unit: employee.unit(),
        language: employee.language(),
        roles: employee.roles().to_vec(),
    }))
}
