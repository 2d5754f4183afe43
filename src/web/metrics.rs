// SPDX-License-Identifier: EUPL-1.2

//! `/metrics`, on a listener of its own (`server.metrics_listen`): whoever can reach it may read it.

use std::sync::Arc;

use axum::{Router, extract::State, response::IntoResponse, routing::get};
use futures::future::BoxFuture;
use http::{HeaderName, header};

use crate::push::Push;

/// What Prometheus and its kin ask for (OpenMetrics 1.0).
const OPEN_METRICS: (HeaderName, &str) = (
    header::CONTENT_TYPE,
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
);

/// What a feature adds: the text without its end.
pub type More = Arc<dyn Fn() -> BoxFuture<'static, String> + Send + Sync>;

pub fn router(push: Push, more: More) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .with_state((push, more))
}

async fn metrics(State((push, more)): State<(Push, More)>) -> impl IntoResponse {
    // Push writes the end of the text.
    let text = more().await + &push.metrics().await;
    ([OPEN_METRICS], text)
}
