// SPDX-License-Identifier: EUPL-1.2

//! The employee app as an installable web page: newsfeed, announcements, directory, oneself. A client of the public
//! API like the apps for iOS and Android, and for offices without either.
//!
//! One document stands at every address, and `app.js` in it shows what the address says. The links in pushes are
//! such addresses (`/announcements/{id}`, docs/api/push-payload.md), and so are the join codes on letters (`/join#…`:
//! what stands after `#` never reaches the server).

use axum::Router;
use include_dir::{Dir, include_dir};

use crate::web::pages;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/app_shell/pages");

/// Where somebody may arrive by a link or by reloading.
const ADDRESSES: [&str; 10] = [
    "/",
    "/join",
    "/new",
    "/posts/{id}",
    "/announcements",
    "/announcements/{id}",
    "/announcements/{id}/answers",
    "/people",
    "/people/{id}",
    "/me",
];

pub fn router() -> Router {
    let document = pages::page(include_str!("pages/index.html"));
    ADDRESSES
        .into_iter()
        .fold(Router::new(), |router, address| {
            router.route(address, document.clone())
        })
        // At the top, so that it rules over all addresses.
        .route("/sw.js", pages::script(include_str!("pages/sw.js")))
        .merge(pages::folder("/app", &FILES))
}
