// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/sessions`: signing in with a join code, one's own devices, signing out.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::me::Me;
use crate::{
    id::SessionId,
    people::{
        People,
        access::Employee,
        sessions::{DeviceName, SessionInfo},
    },
    text::Line,
    web::{
        CreatedSecret, NoContent, Page, Problem,
        extract::{ClientAddress, Json, Path},
        problem::ProblemBody,
    },
};

/// A join code, to be redeemed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSession {
    /// As printed on the letter; case, hyphens and spaces don't matter.
    #[schema(value_type = String, example = "K7QM-2XRD-9WTF")]
    code: Line<64>,
    /// How the person will know this device in a list: "Pixel 9".
    #[schema(value_type = String)]
    device_name: DeviceName,
}

/// A session that has begun.
#[derive(Serialize, ToSchema)]
pub(super) struct SignedIn {
    id: SessionId,
    /// For `Authorization: Bearer …`. It is shown here and never again.
    #[schema(example = "sf_…")]
    token: String,
    person: Me,
}

/// One of the caller's devices.
#[derive(Serialize, ToSchema)]
pub(super) struct OwnSession {
    #[serde(flatten)]
    session: SessionInfo,
    /// Whether it is the one that asks.
    current: bool,
}

/// Redeem a join code.
///
/// The code is used up. A code that was made for a lost phone ends the person's other sessions. Wrong codes
/// are counted for each address; after thirty, one is listened to every ten seconds.
#[utoipa::path(
    post, path = "/api/v1/sessions", operation_id = "create_session", tag = "sessions",
    request_body = NewSession,
    responses((status = 201, body = SignedIn), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn create_session(
    State(people): State<People>,
    ClientAddress(client): ClientAddress,
    Json(new): Json<NewSession>,
) -> Result<CreatedSecret<SignedIn>, Problem> {
    let (token, employee) = people
        .sign_in(new.code.as_str(), &new.device_name, client)
        .await?;
    Ok(CreatedSecret(SignedIn {
        id: employee.session(),
        token: token.expose().to_owned(),
        person: Me::of(&people, &employee).await?,
    }))
}

/// One's own devices that are signed in, newest first.
#[utoipa::path(
    get, path = "/api/v1/sessions", operation_id = "list_sessions", tag = "sessions",
    security(("session" = [])),
    responses((status = 200, body = Page<OwnSession>), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn list_sessions(
    State(people): State<People>,
    employee: Employee,
) -> Result<axum::Json<Page<OwnSession>>, Problem> {
    let sessions = people.own_sessions(&employee).await?;
    let own = |session: SessionInfo| OwnSession {
        current: session.id == employee.session(),
        session,
    };
    let items = sessions.into_iter().map(own).collect();
    Ok(axum::Json(Page {
        items,
        next_cursor: None,
    }))
}

/// End one of one's own sessions, as on a lost phone; its device gets no more pushes.
#[utoipa::path(
    delete, path = "/api/v1/sessions/{id}", operation_id = "delete_session", tag = "sessions",
    security(("session" = [])), params(("id" = SessionId, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn delete_session(
    State(people): State<People>,
    employee: Employee,
    Path(id): Path<SessionId>,
) -> Result<NoContent, Problem> {
    people.end_own_session(&employee, id).await?;
    Ok(NoContent)
}

/// Sign out.
#[utoipa::path(
    delete, path = "/api/v1/sessions/current", operation_id = "delete_current_session",
    tag = "sessions", security(("session" = [])),
    responses((status = 204), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn delete_current_session(
    State(people): State<People>,
    employee: Employee,
) -> Result<NoContent, Problem> {
    people.sign_out(&employee).await?;
    Ok(NoContent)
}
