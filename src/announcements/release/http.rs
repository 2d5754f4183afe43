// SPDX-License-Identifier: EUPL-1.2

//! The release report as a drawing.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, header};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{super::Announcements, timeline};
use crate::{
    id::AnnouncementId,
    people::access::Editor,
    web::{
        Problem,
        extract::Path,
        problem::{ProblemBody, accepted_language},
    },
};

/// The drawing's own style, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

pub fn router(announcements: Announcements) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_announcement_report_svg))
        .with_state(announcements)
}

/// The report as a drawing, in German or in English by `Accept-Language`: a curve of the phones that were handed over,
/// a thin one for each gateway, and a line where each of the press's channels was served. As large for a million phones
/// as for a hundred.
#[utoipa::path(
    get, path = "/api/v1/editorial/announcements/{id}/report.svg",
    operation_id = "get_announcement_report_svg", tag = "editorial",
    security(("session" = [])), params(("id" = AnnouncementId, Path)),
    responses(
        (status = 200, content_type = "image/svg+xml", body = String),
        (status = "4XX", body = ProblemBody),
    )
)]
async fn get_announcement_report_svg(
    State(announcements): State<Announcements>,
    editor: Editor,
    Path(id): Path<AnnouncementId>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let language = accepted_language(&asked);
    let (report, curve) = announcements.report_with_curve(&editor, id).await?;
    let name = format!("inline; filename=\"{id}.svg\"");
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CONTENT_DISPOSITION, name.as_str()),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CONTENT_LANGUAGE, language.as_str()),
        (header::VARY, "accept-language"),
    ];
    Ok((headers, timeline::svg(&report, &curve, language)).into_response())
}
