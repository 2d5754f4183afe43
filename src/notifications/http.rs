// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/me/notifications`: what one's phones tell beside the city's announcements.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{NotificationSettings, Notifications, PutNotificationSettings};
use crate::{
    people::access::Employee,
    web::{Problem, extract::Json, problem::ProblemBody},
};

pub fn router(notifications: Notifications) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(
            get_notification_settings,
            put_notification_settings
        ))
        .with_state(notifications)
}

/// Whether one is told of comments.
#[utoipa::path(
    get, path = "/api/v1/me/notifications", operation_id = "get_notification_settings", tag = "people",
    security(("session" = [])),
    responses((status = 200, body = NotificationSettings), (status = "4XX", body = ProblemBody))
)]
async fn get_notification_settings(
    State(notifications): State<Notifications>,
    employee: Employee,
) -> Result<axum::Json<NotificationSettings>, Problem> {
    Ok(axum::Json(notifications.settings(&employee).await?))
}

/// Choose whether one is told of comments.
#[utoipa::path(
    put, path = "/api/v1/me/notifications", operation_id = "put_notification_settings", tag = "people",
    security(("session" = [])), request_body = PutNotificationSettings,
    responses((status = 200, body = NotificationSettings), (status = "4XX", body = ProblemBody))
)]
async fn put_notification_settings(
    State(notifications): State<Notifications>,
    employee: Employee,
    Json(wanted): Json<PutNotificationSettings>,
) -> Result<axum::Json<NotificationSettings>, Problem> {
    Ok(axum::Json(
        notifications.put_settings(&employee, wanted).await?,
    ))
}
