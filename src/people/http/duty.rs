// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/me/duty` and `/api/v1/duty-roster`: who is at work.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    clock::At,
    people::{
        People,
        access::{Employee, Planner},
        duty::{Duty, DutyError, Roster, Rostered, Span},
    },
    text::Line,
    web::{
        NoContent, Problem, ProblemType, Words,
        extract::Json,
        problem::{INVALID_BODY, ProblemBody},
    },
};

static DUTY_END_INVALID: ProblemType = ProblemType::new(
    "duty-end-invalid",
    422,
    "Bis dahin können Sie nicht im Dienst sein.",
    "You can't be on duty until then.",
);

/// Until when one is on duty.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PutDuty {
    /// In the future, within 24 hours.
    until: At,
}

/// The shifts of some people in a period.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PutRoster {
    from: At,
    /// Within 366 days after `from`.
    until: At,
    people: Vec<RosterEntry>,
}

/// Somebody's shifts. None: they are off duty for the whole period.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RosterEntry {
    personnel_number: Line<32>,
    shifts: Vec<RosterShift>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RosterShift {
    /// In the roster's period.
    from: At,
    /// Within 24 hours after `from`; may be after the period.
    until: At,
}

/// What was written.
#[derive(Serialize, ToSchema)]
pub(super) struct RosterWritten {
    people: usize,
    shifts: usize,
}

/// Whether one is on duty, and one's shifts.
#[utoipa::path(
    get, path = "/api/v1/me/duty", operation_id = "get_duty", tag = "people",
    security(("session" = [])),
    responses((status = 200, body = Duty), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn get_duty(
    State(people): State<People>,
    employee: Employee,
) -> Result<axum::Json<Duty>, Problem> {
    Ok(axum::Json(people.duty(&employee).await?))
}

/// Go on duty, from now until an instant. Alerts come first to those on duty.
#[utoipa::path(
    put, path = "/api/v1/me/duty", operation_id = "put_duty", tag = "people",
    security(("session" = [])), request_body = PutDuty,
    responses((status = 200, body = Duty), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn put_duty(
    State(people): State<People>,
    employee: Employee,
    Json(duty): Json<PutDuty>,
) -> Result<axum::Json<Duty>, Problem> {
    Ok(axum::Json(people.go_on_duty(&employee, duty.until).await?))
}

/// Go off duty now, whatever the roster says. Its coming shifts stay.
#[utoipa::path(
    delete, path = "/api/v1/me/duty", operation_id = "delete_duty", tag = "people",
    security(("session" = [])),
    responses((status = 204), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn delete_duty(
    State(people): State<People>,
    employee: Employee,
) -> Result<NoContent, Problem> {
    people.go_off_duty(&employee).await?;
    Ok(NoContent)
}

/// Replace the shifts of some people that begin in a period, all of it or nothing.
#[utoipa::path(
    put, path = "/api/v1/duty-roster", operation_id = "put_duty_roster", tag = "admin",
    security(("session" = [])), request_body = PutRoster,
    responses((status = 200, body = RosterWritten), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn put_duty_roster(
    State(people): State<People>,
    planner: Planner,
    Json(roster): Json<PutRoster>,
) -> Result<axum::Json<RosterWritten>, Problem> {
    let roster = Roster::from(roster);
    let shifts = people.put_roster(&planner, &roster).await?;
    Ok(axum::Json(RosterWritten {
        people: roster.people.len(),
        shifts,
    }))
}

impl From<PutRoster> for Roster {
    fn from(roster: PutRoster) -> Self {
        Self {
            from: roster.from,
            until: roster.until,
            people: roster.people.into_iter().map(Rostered::from).collect(),
        }
    }
}

impl From<RosterEntry> for Rostered {
    fn from(entry: RosterEntry) -> Self {
        let span = |shift: RosterShift| Span {
            from: shift.from,
            until: shift.until,
        };
        Self {
            personnel_number: entry.personnel_number,
            shifts: entry.shifts.into_iter().map(span).collect(),
        }
    }
}

impl From<DutyError> for Problem {
    fn from(error: DutyError) -> Self {
        match error {
            DutyError::EndInPast { now } => Self::new(&DUTY_END_INVALID)
                .detail("Dieser Zeitpunkt ist vorbei.", "That instant is past.")
                .at(
                    "/until",
                    Words::new(
                        format!("muss nach {now} sein"),
                        format!("must be after {now}"),
                    ),
                ),
            DutyError::EndTooFar { latest } => Self::new(&DUTY_END_INVALID)
                .detail(
                    "Höchstens 24 Stunden im Voraus sind möglich.",
                    "At most 24 hours ahead are possible.",
                )
                .at(
                    "/until",
                    Words::new(
                        format!("darf nicht nach {latest} sein"),
                        format!("must not be after {latest}"),
                    ),
                ),
            DutyError::Roster(mistakes) => mistakes
                .into_iter()
                .fold(Self::new(&INVALID_BODY), |problem, mistake| {
                    problem.misused(mistake.pointer, mistake.what)
                }),
            DutyError::Db(error) => error.into(),
        }
    }
}
