// SPDX-License-Identifier: EUPL-1.2

//! The routes of people, a file per resource.

pub(crate) mod audiences;
mod colleagues;
mod deputies;
mod duty;
mod groups;
mod imports;
mod join_codes;
mod me;
mod org_units;
mod quiet_hours;
mod roles;
mod sessions;

use utoipa_axum::{router::OpenApiRouter, routes};

use super::{People, PeopleError, join_codes::CodeError};
use crate::web::{Problem, ProblemType, problem::TOO_MANY_ATTEMPTS};

pub fn router(people: People) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(sessions::create_session, sessions::list_sessions))
        .routes(routes!(sessions::delete_session))
        .routes(routes!(sessions::delete_current_session))
        .routes(routes!(me::get_me, me::update_me))
        .routes(routes!(duty::get_duty, duty::put_duty, duty::delete_duty))
        .routes(routes!(duty::put_duty_roster))
        .routes(routes!(
            quiet_hours::get_quiet_hours,
            quiet_hours::put_quiet_hours
        ))
        .routes(routes!(colleagues::list_people))
        .routes(routes!(colleagues::get_person))
        .routes(routes!(org_units::list_org_units))
        .routes(routes!(deputies::set_deputy, deputies::delete_deputy))
        .routes(routes!(join_codes::create_join_code))
        .routes(routes!(roles::list_roles))
        .routes(routes!(roles::grant_role, roles::revoke_role))
        .routes(routes!(imports::create_import))
        .routes(routes!(groups::list_groups, groups::create_group))
        .routes(routes!(
            groups::get_group,
            groups::update_group,
            groups::delete_group
        ))
        .routes(routes!(audiences::create_audience_count))
        .routes(routes!(audiences::get_audience_choices))
        .with_state(people)
}

static UNKNOWN_JOIN_CODE: ProblemType = ProblemType::new(
    "unknown-join-code",
    403,
    "Diesen Code gibt es nicht. Bitte prüfen Sie, ob Sie ihn richtig abgetippt haben.",
    "There is no such code. Please check that you have typed it correctly.",
);
static JOIN_CODE_EXPIRED: ProblemType = ProblemType::new(
    "join-code-expired",
    410,
    "Dieser Code gilt nicht mehr. Bitte lassen Sie sich einen neuen geben.",
    "This code is no longer valid. Please ask for a new one.",
);
static JOIN_CODE_USED: ProblemType = ProblemType::new(
    "join-code-used",
    410,
    "Dieser Code wurde schon benutzt. Bitte lassen Sie sich einen neuen geben.",
    "This code has already been used. Please ask for a new one.",
);

impl From<PeopleError> for Problem {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::NotFound => Self::not_found(),
            PeopleError::Db(error) => error.into(),
        }
    }
}

impl From<CodeError> for Problem {
    fn from(error: CodeError) -> Self {
        match error {
            CodeError::Unknown => Self::new(&UNKNOWN_JOIN_CODE),
            CodeError::Expired => Self::new(&JOIN_CODE_EXPIRED),
            CodeError::Used => Self::new(&JOIN_CODE_USED),
            CodeError::TooManyAttempts(wait) => Self::new(&TOO_MANY_ATTEMPTS).retry_after(wait),
            CodeError::Db(error) => error.into(),
        }
    }
}
