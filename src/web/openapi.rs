//! The OpenAPI 3.1 document, made from the code, and a page to read it without a network.

use std::sync::Arc;

use axum::{
    Router,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use http::{HeaderName, HeaderValue, header};
use utoipa::{
    OpenApi,
    openapi::{
        OpenApi as Document,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

use super::problem::ProblemBody;

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
        .route(
            "/api/docs",
            get(|| async { page(Html(include_str!("docs/index.html"))) }),
        )
        .route(
            "/api/docs/docs.js",
            get(|| async { script(include_str!("docs/docs.js")) }),
        )
        .route(
            "/api/docs/docs.css",
            get(|| async { style(include_str!("docs/docs.css")) }),
        )
}

fn as_json(json: &str) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        json.to_owned(),
    )
        .into_response()
}

/// What our own pages may do: load their own files and speak to their own server, nothing else.
pub const PAGE_POLICY: (HeaderName, HeaderValue) = (
    header::CONTENT_SECURITY_POLICY,
    HeaderValue::from_static(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
         connect-src 'self'; manifest-src 'self'; worker-src 'self'; font-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
    ),
);

/// A page of ours, with its content security policy.
pub fn page(html: Html<&'static str>) -> Response {
    ([PAGE_POLICY], html).into_response()
}

fn script(text: &'static str) -> Response {
    (
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")],
        text,
    )
        .into_response()
}

fn style(text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], text).into_response()
}
