// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/people/{id}/join-codes`: a new code for one person, as for a lost phone.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    clock::At,
    id::AccountId,
    people::{
        People,
        access::Admin,
        join_codes::{InviteError, Purpose},
    },
    web::{
        CreatedSecret, Problem,
        extract::{Json, Path},
        problem::ProblemBody,
    },
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewJoinCode {
    /// `recovery` ends the person's other sessions when it is redeemed.
    purpose: Purpose,
}

/// A join code, good once.
#[derive(Serialize, ToSchema)]
pub(super) struct JoinCode {
    /// It is shown here and never again.
    #[schema(example = "K7QM-2XRD-9WTF")]
    code: String,
    purpose: Purpose,
    expires_at: At,
}

impl From<InviteError> for Problem {
    fn from(error: InviteError) -> Self {
        match error {
            InviteError::Nobody => Self::not_found(),
            InviteError::Db(error) => error.into(),
        }
    }
}

/// Make a person a join code. The code that they still had is revoked.
#[utoipa::path(
    post, path = "/api/v1/people/{id}/join-codes", operation_id = "create_join_code", tag = "admin",
    security(("session" = [])), params(("id" = AccountId, Path)), request_body = NewJoinCode,
    responses((status = 201, body = JoinCode), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn create_join_code(
    State(people): State<People>,
    admin: Admin,
    Path(id): Path<AccountId>,
    Json(NewJoinCode { purpose }): Json<NewJoinCode>,
) -> Result<CreatedSecret<JoinCode>, Problem> {
    let invitation = people.make_join_code(&admin, id, purpose).await?;
    let (code, expires_at) = (invitation.code.to_string(), invitation.expires_at);
    Ok(CreatedSecret(JoinCode {
        code,
        purpose,
        expires_at,
    }))
}
