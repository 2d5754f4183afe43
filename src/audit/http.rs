// SPDX-License-Identifier: EUPL-1.2

//! `GET /api/v1/audit`: administrators read what was done. They see that an announcement was drafted and by
//! whom, never a word of it.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Recorded;
use crate::{
    db::Db,
    people::access::Admin,
    web::{Page, PageQuery, Problem, extract::Query, problem::ProblemBody},
};

pub fn router(db: Db) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_audit_entries))
        .with_state(db)
}

/// The audit log, the last entry first.
#[utoipa::path(
    get, path = "/api/v1/audit", operation_id = "list_audit_entries", tag = "admin",
    security(("session" = [])), params(PageQuery),
    responses((status = 200, body = Page<Recorded>), (status = "4XX", body = ProblemBody))
)]
async fn list_audit_entries(
    State(db): State<Db>,
    _: Admin,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<Recorded>>, Problem> {
    let entries = super::page(&db, page.after()?, page.limit.with_one_more()).await?;
    Ok(axum::Json(Page::of(entries, page.limit.get(), |entry| {
        entry.position
    })))
}
