// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/devices/current/receipts`: what this session's device has shown.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::ReceiptError;
use crate::{
    clock::At,
    id::MessageId,
    people::access::Employee,
    push::Push,
    web::{NoContent, Problem, ProblemType, extract::Json, problem::ProblemBody},
};

static RECEIPTS_NOT_TAKEN: ProblemType = ProblemType::new(
    "receipts-not-taken",
    409,
    "Für Mitteilungen dieser Klasse wird nicht festgehalten, ob sie angezeigt wurden.",
    "Whether messages of this class were shown is not recorded.",
);

pub fn router(push: Push) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(create_receipt))
        .with_state(push)
}

/// A message that was shown.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewReceipt {
    /// The push's `message_id`.
    message: MessageId,
    /// By the phone's clock.
    displayed_at: At,
}

/// Report that this session's device has shown a message.
///
/// For classes whose receipts the city takes (usually alerts alone); only the number of people is ever
/// shown. Reporting it again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/devices/current/receipts", operation_id = "create_receipt", tag = "devices",
    security(("session" = [])), request_body = NewReceipt,
    responses((status = 204), (status = "4XX", body = ProblemBody))
)]
async fn create_receipt(
    State(push): State<Push>,
    employee: Employee,
    Json(receipt): Json<NewReceipt>,
) -> Result<NoContent, Problem> {
    push.displayed(employee.session(), receipt.message, receipt.displayed_at)
        .await?;
    Ok(NoContent)
}

impl From<ReceiptError> for Problem {
    fn from(error: ReceiptError) -> Self {
        match error {
            ReceiptError::Unknown => Self::not_found(),
            ReceiptError::NotTaken(_) => Self::new(&RECEIPTS_NOT_TAKEN),
            ReceiptError::Db(error) => error.into(),
        }
    }
}
