// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/me`: the person who is signed in.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    clock::Zone,
    people::{
        People, PeopleError,
        access::{Employee, Role},
        directory::Person,
    },
    push::Language,
    web::{Problem, extract::Json, problem::ProblemBody},
};

/// The person who is signed in.
#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    #[serde(flatten)]
    person: Person,
    language: Language,
    roles: Vec<Role>,
    /// The zone of the IANA database whose clocks the city goes by.
    #[schema(value_type = String, example = "Europe/Berlin")]
    city_zone: Zone,
}

impl Me {
    pub(super) async fn of(people: &People, employee: &Employee) -> Result<Self, PeopleError> {
        Ok(Self {
            person: people.person(employee.account()).await?,
            language: employee.language(),
            roles: employee.roles().to_vec(),
            city_zone: people.city_zone().clone(),
        })
    }
}

/// What a person may change about themselves. The rest is the personnel office's.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateMe {
    /// In which language announcements and pushes come.
    language: Option<Language>,
}

/// Who is signed in.
#[utoipa::path(
    get, path = "/api/v1/me", operation_id = "get_me", tag = "people",
    security(("session" = [])),
    responses((status = 200, body = Me), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn get_me(
    State(people): State<People>,
    employee: Employee,
) -> Result<axum::Json<Me>, Problem> {
    Ok(axum::Json(Me::of(&people, &employee).await?))
}

/// Choose one's language.
#[utoipa::path(
    patch, path = "/api/v1/me", operation_id = "update_me", tag = "people",
    security(("session" = [])), request_body = UpdateMe,
    responses((status = 200, body = Me), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn update_me(
    State(people): State<People>,
    employee: Employee,
    Json(update): Json<UpdateMe>,
) -> Result<axum::Json<Me>, Problem> {
    let mut me = Me::of(&people, &employee).await?;
    if let Some(language) = update.language {
        people.choose_language(&employee, language).await?;
        me.language = language;
    }
    Ok(axum::Json(me))
}
