// SPDX-License-Identifier: EUPL-1.2

//! The OpenAPI 3.1 document, made from the code, and a page to read it without a network.

use std::sync::Arc;

use axum::{
    Router,
    response::{IntoResponse as _, Response},
    routing::get,
};
use http::header;
use include_dir::{Dir, include_dir};
use utoipa::{
    OpenApi,
    openapi::{
        OpenApi as Document,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

use super::{pages, problem::ProblemBody};

/// The page that lays the document out.
static READER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/web/docs");

/// What the document says before any route is added.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Stadtfunk",
        description = "The API of a city's employee app. Times are RFC 3339 in UTC with milliseconds. \
            Errors are problem details (RFC 9457) with a stable `type`. Lists are pages: give `next_cursor` \
            as `cursor`. Every POST may bear an `Idempotency-Key`.",
        license(name = "EUPL-1.2", identifier = "EUPL-1.2")
    ),
    components(schemas(ProblemBody)),
    modifiers(&Bearer)
)]
pub struct ApiDoc;

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("session", scheme);
    }
}

/// `/api/openapi.json` and `/api/docs`: of the public API, for anybody who writes an app.
pub fn router(document: &Document) -> Router {
    let json: Arc<str> = document.to_json().unwrap_or_default().into();
    Router::new()
        .route(
            "/api/openapi.json",
            get(move || async move { as_json(&json) }),
        )
        .route("/api/docs", pages::page(include_str!("docs/index.html")))
        .merge(pages::folder("/api/docs", &READER))
}

fn as_json(json: &str) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        json.to_owned(),
    )
        .into_response()
}
