// SPDX-License-Identifier: EUPL-1.2

//! `ETag` and `If-None-Match` (RFC 9110, section 13.1.2) for every JSON answer that can be fetched again.
//!
//! The tag is a hash of the body, so it says nothing that the body doesn't, and holds for whoever may read
//! the body. Weak, because compression comes after it. It saves the phone's data, not the server's work.

use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt as _;

use super::Problem;

pub async fn answer_not_modified(request: Request, next: Next) -> Response {
    let asked = (request.method() == Method::GET)
        .then(|| request.headers().get(header::IF_NONE_MATCH).cloned());
    let response = next.run(request).await;
    let Some(known) = asked else { return response };
    if response.status() != StatusCode::OK || !is_json(response.headers()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return Problem::internal(&error).into_response(),
    };
    let tag = tag_of(&bytes);
    let unchanged = known.is_some_and(|known| names(&known, &tag));
    if let Ok(value) = HeaderValue::from_str(&tag) {
        parts.headers.insert(header::ETAG, value);
    }
    if unchanged {
        parts.headers.remove(header::CONTENT_LENGTH);
        parts.headers.remove(header::CONTENT_TYPE);
        return (StatusCode::NOT_MODIFIED, parts.headers).into_response();
    }
    Response::from_parts(parts, Body::from(bytes))
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/json"))
}

/// A weak tag of these bytes.
pub(super) fn tag_of(body: &[u8]) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body);
    format!(
        "W/\"{}\"",
        BASE64_URL_SAFE_NO_PAD.encode(&hash.as_ref()[..12])
    )
}

/// Whether the header lists the tag, by weak comparison.
pub fn names(known: &HeaderValue, tag: &str) -> bool {
    let tag = tag.trim_start_matches("W/");
    known.to_str().is_ok_and(|known| {
        known
            .split(',')
            .map(str::trim)
            .any(|one| one == "*" || one.trim_start_matches("W/") == tag)
    })
}
