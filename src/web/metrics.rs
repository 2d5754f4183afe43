// SPDX-License-Identifier: EUPL-1.2

//! `/metrics`, on a listener of its own (`server.metrics_listen`): whoever can reach it may read it.

use axum::{Router, extract::State, response::IntoResponse, routing::get};
use http::{HeaderName, header};

use crate::push::Push;

/// What Prometheus and its kin ask for (OpenMetrics 1.0).
const OPEN_METRICS: (HeaderName, &str) = (
    header::CONTENT_TYPE,
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
);

pub fn router(push: Push) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .with_state(push)
}

async fn metrics(State(push): State<Push>) -> impl IntoResponse {
    ([OPEN_METRICS], push.metrics().await)
}
