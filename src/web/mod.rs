// SPDX-License-Identifier: EUPL-1.2

//! The edge: what every request passes and every handler speaks.
//!
//! A handler extracts, authorises, calls one domain verb and responds:
//!
//! ```ignore
//! async fn create_post(
//!     State(feed): State<Feed>,          // the room
//!     employee: Employee,                // who asks: without a session this is a 401 before the handler
//!     Json(draft): Json<NewPost>,        // limits, unknown fields, types: a problem with JSON pointers
//! ) -> Result<Created<Post>, Problem> {
//!     Ok(Created(feed.publish(&employee, draft).await?))
//! }
//! ```
//!
//! A room's errors become one [`Problem`] in its `http.rs` (`impl From<FeedError> for Problem`); what is not
//! the caller's to know is an opaque 500 with a trace id. The layers around all routes are put together in
//! [`edge`].

pub mod authenticate;
pub mod conditional;
pub mod download;
pub mod extract;
pub mod health;
pub mod idempotency;
pub mod metrics;
pub mod openapi;
pub mod page;
pub mod pages;
pub mod problem;
pub mod respond;

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::{Extension, Router, middleware};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, DefaultPredicate, Predicate},
    set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
};

pub use self::{
    page::{Cursor, Page, PageQuery},
    problem::{Problem, ProblemType, Words},
    respond::{Created, CreatedSecret, NoContent},
};
use crate::{clock::Clock, db::Db, people::People, tasks::Tasks};

/// The most that a JSON body may weigh. Photos and personnel files have limits of their own.
pub const JSON_LIMIT: usize = 256 * 1024;
/// No answer takes longer; a slow upload counts.
const TIMEOUT: Duration = Duration::from_mins(1);

/// What the edge itself needs.
#[derive(Clone)]
pub struct Edge {
    pub people: People,
    pub db: Db,
    pub clock: Clock,
    pub tasks: Tasks,
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Arc<[IpAddr]>,
}

/// Puts the layers around the routes. From the outside in: headers that every answer bears, compression,
/// problems in the caller's language, panics, the time limit, who is calling, `Idempotency-Key`, `ETag`.
pub fn edge(routes: Router, edge: Edge) -> Router {
    let trusted = extract::TrustedProxies(edge.trusted_proxies.clone());
    routes
        .layer(middleware::from_fn(conditional::answer_not_modified))
        .layer(middleware::from_fn_with_state(
            edge.clone(),
            idempotency::answer_once,
        ))
        .layer(middleware::from_fn_with_state(
            edge,
            authenticate::find_caller,
        ))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            TIMEOUT,
        ))
        .layer(CatchPanicLayer::custom(problem::from_panic))
        .layer(Extension(trusted))
        .layer(middleware::from_fn(problem::render))
        .layer(compression())
        .layer(always("x-content-type-options", "nosniff"))
        .layer(always("referrer-policy", "no-referrer"))
        .layer(always("x-frame-options", "DENY"))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-cache"),
        ))
}

/// What is worth it, and does not come in pieces.
fn compression() -> CompressionLayer<impl Predicate> {
    let whole = |_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions| {
        !download::comes_in_pieces(headers)
    };
    CompressionLayer::new().compress_when(DefaultPredicate::new().and(whole))
}

fn always(name: &'static str, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(
        HeaderName::from_static(name),
        HeaderValue::from_static(value),
    )
}
