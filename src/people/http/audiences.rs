// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/editorial/audience-…`: what an editor asks before anything is stored.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    people::{
        People,
        access::Editor,
        audience::{Audience, AudienceCount, AudienceError, Choices},
    },
    web::{
        Problem, ProblemType,
        extract::Json,
        problem::{INVALID_BODY, ProblemBody},
    },
};

/// Nobody is meant: by what is said, or by whom there is.
pub(crate) static EMPTY_AUDIENCE: ProblemType = ProblemType::new(
    "empty-audience",
    422,
    "Zu diesen Empfängern gehört niemand.",
    "Nobody is in this audience.",
);

/// Whom to count.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AudienceToCount)]
pub(super) struct Asked {
    audience: Audience,
}

/// How many people an audience is now, before anything is stored. `on_duty` is counted by who is on duty now.
#[utoipa::path(
    post, path = "/api/v1/editorial/audience-counts", operation_id = "create_audience_count",
    tag = "editorial", security(("session" = [])), request_body = Asked,
    responses((status = 200, body = AudienceCount), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn create_audience_count(
    State(people): State<People>,
    _: Editor,
    Json(asked): Json<Asked>,
) -> Result<axum::Json<AudienceCount>, Problem> {
    let count = people.count_audience(&asked.audience).await;
    Ok(axum::Json(count.map_err(audience_problem)?))
}

/// The places of work and the job titles that an audience can name, each with how many people it means.
#[utoipa::path(
    get, path = "/api/v1/editorial/audience-choices", operation_id = "get_audience_choices",
    tag = "editorial", security(("session" = [])),
    responses((status = 200, body = Choices), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn get_audience_choices(
    State(people): State<People>,
    editor: Editor,
) -> Result<axum::Json<Choices>, Problem> {
    Ok(axum::Json(people.audience_choices(&editor).await?))
}

/// What is wrong with the `audience` of a body.
pub(crate) fn audience_problem(error: AudienceError) -> Problem {
    let kind = match error {
        AudienceError::Db(error) => return error.into(),
        AudienceError::Empty(_) => &EMPTY_AUDIENCE,
        AudienceError::Wrong(_) | AudienceError::NotHere => &INVALID_BODY,
    };
    let pointers = error.pointers().into_iter();
    pointers.fold(Problem::new(kind), |problem, (pointer, what)| {
        problem.at(format!("/audience{pointer}"), what)
    })
}
