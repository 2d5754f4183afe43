// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/me/quiet-hours`: when one's phone is to be left in peace.

use axum::extract::State;

use crate::{
    people::{
        People,
        access::Employee,
        quiet::{PutQuietHours, QuietError, QuietHours},
    },
    web::{
        Problem, ProblemType,
        extract::{IfMatch, Json},
        problem::{ProblemBody, REVISION_CONFLICT},
    },
};

static QUIET_HOURS_INVALID: ProblemType = ProblemType::new(
    "quiet-hours-invalid",
    422,
    "Diese Ruhezeiten gehen so nicht.",
    "These quiet hours are not possible.",
);

/// One's quiet hours: one's own, or the city's.
#[utoipa::path(
    get, path = "/api/v1/me/quiet-hours", operation_id = "get_quiet_hours", tag = "people",
    security(("session" = [])),
    responses((status = 200, body = QuietHours), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn get_quiet_hours(
    State(people): State<People>,
    employee: Employee,
) -> Result<axum::Json<QuietHours>, Problem> {
    Ok(axum::Json(people.quiet_hours(&employee).await?))
}

/// Choose one's quiet hours. What was held back comes at once if it is not quiet any more.
#[utoipa::path(
    put, path = "/api/v1/me/quiet-hours", operation_id = "put_quiet_hours", tag = "people",
    security(("session" = [])), request_body = PutQuietHours,
    params(IfMatch),
    responses((status = 200, body = QuietHours), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn put_quiet_hours(
    State(people): State<People>,
    employee: Employee,
    IfMatch(seen): IfMatch,
    Json(wanted): Json<PutQuietHours>,
) -> Result<axum::Json<QuietHours>, Problem> {
    Ok(axum::Json(
        people.put_quiet_hours(&employee, seen, wanted).await?,
    ))
}

impl From<QuietError> for Problem {
    fn from(error: QuietError) -> Self {
        match error {
            QuietError::Mistakes(mistakes) => mistakes
                .into_iter()
                .fold(Self::new(&QUIET_HOURS_INVALID), |problem, mistake| {
                    problem.at(mistake.pointer, mistake.what)
                }),
            QuietError::Changed => Self::new(&REVISION_CONFLICT).detail(
                "Sie haben sie inzwischen auf einem anderen Gerät geändert.",
                "You have changed them meanwhile on another device.",
            ),
            QuietError::Db(error) => error.into(),
        }
    }
}
