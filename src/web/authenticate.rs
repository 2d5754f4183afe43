// SPDX-License-Identifier: EUPL-1.2

//! Finds out once per request who is calling, by `Authorization: Bearer <token>`.
//!
//! Tokens travel in this header alone: a browser never sends it by itself, so another site can't make it.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, header};

use super::{Edge, Problem, extract::Caller};

pub async fn find_caller(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let caller = match bearer(request.headers()) {
        None => Caller::Stranger,
        Some(token) => match edge.people.authenticate(token).await {
            Ok(Some(employee)) => Caller::Known(employee),
            Ok(None) => Caller::Ended,
            Err(error) => return Problem::internal(&error).into_response(),
        },
    };
    request.extensions_mut().insert(caller);
    next.run(request).await
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
