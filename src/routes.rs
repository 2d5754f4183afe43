// SPDX-License-Identifier: EUPL-1.2

//! The one route table, grouped by who calls. Each room lists its own routes in its `http.rs`; the OpenAPI
//! document is made of the same lines.

use std::sync::Arc;

use axum::Router;
use futures::FutureExt as _;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    announcements,
    app::App,
    app_shell, audit, changes, console, feed, files, notifications, people, photos, push,
    web::{Edge, edge, health, metrics, openapi, pages},
};

/// Everything the server answers.
pub fn routes(app: &App) -> Router {
    let (api, document) = api(app).split_for_parts();
    let pages = openapi::router(&document)
        .merge(pages::shared())
        .merge(health::router(app.db.clone(), app.push.clone()))
        .merge(announcements::press::http::pages(app.announcements.clone()))
        .merge(announcements::press::attachments::http::pages(
            &app.announcements,
            app.photos.clone(),
            app.files.clone(),
        ))
        .merge(app_shell::router())
        .merge(console::router());
    edge(
        api.merge(pages),
        Edge {
            trusted_proxies: app.config.server.trusted_proxies.as_slice().into(),
            people: app.people.clone(),
            db: app.db.clone(),
            clock: app.clock.clone(),
            tasks: app.tasks.clone(),
        },
    )
}

/// What is answered on the metrics' own listener.
pub fn metrics(app: &App) -> Router {
    let announcements = app.announcements.clone();
    let more = move || {
        let announcements = announcements.clone();
        async move { announcements.metrics().await }.boxed()
    };
    metrics::router(app.push.clone(), Arc::new(more))
}

/// The public API's document alone.
pub fn document(app: &App) -> Document {
    api(app).split_for_parts().1
}

fn api(app: &App) -> OpenApiRouter {
    OpenApiRouter::with_openapi(openapi::ApiDoc::openapi())
        // Everybody: who I am, my phone, my colleagues.
        .merge(people::http::router(app.people.clone()))
        .merge(push::devices::http::router(app.push.clone()))
        .merge(push::receipts::http::router(app.push.clone()))
        .merge(notifications::http::router(app.notifications.clone()))
        // What colleagues say and show to each other.
        .merge(feed::http::router(app.feed.clone()))
        .merge(photos::http::router(app.photos.clone()))
        // What the city says, and the desk from which it says it.
        .merge(announcements::readers::http::router(
            app.announcements.clone(),
        ))
        .merge(announcements::http::router(app.announcements.clone()))
        .merge(files::http::router(app.files.clone()))
        .merge(announcements::release::http::router(
            app.announcements.clone(),
        ))
        .merge(announcements::corrections::http::router(
            app.announcements.clone(),
        ))
        .merge(announcements::press::http::router(
            app.announcements.clone(),
        ))
        .merge(announcements::answers::http::router(
            app.announcements.clone(),
        ))
        // What has changed, later and at once.
        .merge(changes::http::router(
            app.changes.clone(),
            app.people.clone(),
        ))
        // Who did what.
        .merge(audit::http::router(app.db.clone()))
}
