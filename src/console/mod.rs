// SPDX-License-Identifier: EUPL-1.2

//! The console of the communications team: compose, schedule, and watch a release. A client of the public API, which
//! decides what the caller may do; the page only leaves out what would be refused.
//!
//! Addresses stand after `#` (`/console#/announcements/{id}`), so that a board, a filter or a person can be sent as
//! a link.

use axum::Router;
use include_dir::{Dir, include_dir};

use crate::web::pages;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/console/pages");

pub fn router() -> Router {
    Router::new()
        .route("/console", pages::page(include_str!("pages/index.html")))
        .merge(pages::folder("/console", &FILES))
}
