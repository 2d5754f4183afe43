// SPDX-License-Identifier: EUPL-1.2

//! `Idempotency-Key` on every POST of a signed-in caller (draft-ietf-httpapi-idempotency-key-header): a phone
//! that did not hear the answer asks again, and hears the same answer; the thing is done once.
//!
//! The key is reserved before the handler runs and gets the answer after it. From the reservation on all of it
//! runs to its end even if the phone hangs up meanwhile. Should the process die in between, the reservation is given up
//! after [`ABANDONED`] and the next try runs the handler again. Answers are kept for [`KEPT`]; problems and
//! secrets (`Cache-Control: no-store`) are not.
//!
//! The request is compared by method, path and (for JSON) body; a photo's bytes are not read twice.

mod store;

use std::time::Duration;

use aws_lc_rs::digest;
use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts};
use http_body_util::{BodyExt as _, Limited};

use self::store::{Known, Saved};
use super::{
    Edge, JSON_LIMIT, Problem,
    extract::Caller,
    problem::{BODY_TOO_LARGE, IDEMPOTENCY_IN_PROGRESS, IDEMPOTENCY_KEY_REUSED, INVALID_HEADER},
};
use crate::{clock::At, db::DbError, id::AccountId};

static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// How long an answer can be asked for again.
const KEPT: Duration = Duration::from_hours(24);
/// After this long without an answer, the process that reserved the key is taken to have died.
const ABANDONED: Duration = Duration::from_mins(2);

/// One request's claim to be done once.
struct Once {
    edge: Edge,
    account: AccountId,
    key: String,
    request_hash: Vec<u8>,
}

pub async fn answer_once(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let value = request.headers().get(&IDEMPOTENCY_KEY).cloned();
    let Some(value) = value.filter(|_| request.method() == Method::POST) else {
        return next.run(request).await;
    };
    // Without a session there is nobody to keep an answer for.
    let Some(Caller::Known(employee)) = request.extensions().get::<Caller>() else {
        return next.run(request).await;
    };
    let account = employee.account();
    let key = match checked(&value) {
        Ok(key) => key,
        Err(problem) => return problem.into_response(),
    };
    let (request, request_hash) = match hashed(request).await {
        Ok(hashed) => hashed,
        Err(problem) => return problem.into_response(),
    };
    let once = Once {
        edge,
        account,
        key,
        request_hash,
    };
    once.answer(request, next)
        .await
        .unwrap_or_else(axum::response::IntoResponse::into_response)
}

impl Once {
    /// A phone that hangs up takes nothing with it: what it drops waits for the task and is not the task. Were the key reserved
    /// out here, it could stay reserved for what nobody does.
    async fn answer(self, request: Request, next: Next) -> Result<Response, Problem> {
        let tasks = self.edge.tasks.clone();
        let finished = tasks.spawn(self.reserve_and_answer(request, next));
        finished
            .await
            .unwrap_or_else(|error| Err(Problem::internal(&error)))
    }

    async fn reserve_and_answer(self, request: Request, next: Next) -> Result<Response, Problem> {
        match self.reserve().await? {
            Known::Answered(saved) => Ok(saved.into_response()),
            Known::OtherRequest => Err(Problem::new(&IDEMPOTENCY_KEY_REUSED)),
            Known::InProgress => {
                Err(Problem::new(&IDEMPOTENCY_IN_PROGRESS).retry_after(Duration::from_secs(1)))
            }
            Known::New => {
                let handler = self.edge.tasks.spawn(next.run(request));
                match handler.await {
                    Ok(response) => self.keep(response).await,
                    Err(panic) => {
                        self.forget().await?;
                        Err(Problem::internal(&panic))
                    }
                }
            }
        }
    }

    async fn reserve(&self) -> Result<Known, DbError> {
        let now = self.edge.clock.now();
        store::reserve(
            &self.edge.db,
            self.account,
            &self.key,
            &self.request_hash,
            now,
            &Ages::at(now),
        )
        .await
    }

    async fn forget(&self) -> Result<(), DbError> {
        store::forget(&self.edge.db, self.account, &self.key).await
    }

    async fn keep(&self, response: Response) -> Result<Response, Problem> {
        if !may_be_kept(&response) {
            self.forget().await?;
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let body = body
            .collect()
            .await
            .map_err(|error| Problem::internal(&error))?
            .to_bytes();
        let saved = Saved::new(parts.status, &parts.headers, &body);
        store::keep(&self.edge.db, self.account, &self.key, &saved).await?;
        Ok(Response::from_parts(parts, Body::from(body)))
    }
}

/// What went wrong may go right the next time, and secrets are not kept.
fn may_be_kept(response: &Response) -> bool {
    let failed =
        response.status().is_server_error() || response.extensions().get::<Problem>().is_some();
    let cache = response.headers().get(header::CACHE_CONTROL);
    !failed && cache.is_none_or(|cache| cache != "no-store")
}

/// Reservations and answers older than these no longer count.
struct Ages {
    abandoned_before: At,
    forgotten_before: At,
}

impl Ages {
    fn at(now: At) -> Self {
        Self {
            abandoned_before: now - ABANDONED,
            forgotten_before: now - KEPT,
        }
    }
}

impl Saved {
    fn new(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> Self {
        let kept = [header::CONTENT_TYPE, header::LOCATION];
        let headers = kept
            .iter()
            .filter_map(|name| {
                Some((
                    name.to_string(),
                    headers.get(name)?.to_str().ok()?.to_owned(),
                ))
            })
            .collect();
        Self {
            status: status.as_u16(),
            headers,
            body: body.to_vec(),
        }
    }

    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut response = (status, self.body).into_response();
        response.headers_mut().remove(header::CONTENT_TYPE);
        for (name, value) in self.headers {
            if let (Ok(name), Ok(value)) =
                (HeaderName::try_from(name), HeaderValue::try_from(value))
            {
                response.headers_mut().insert(name, value);
            }
        }
        response
            .headers_mut()
            .insert("idempotency-replayed", HeaderValue::from_static("true"));
        response
    }
}

/// 1 to 64 visible ASCII characters; the quotes of a structured string are taken off.
fn checked(value: &HeaderValue) -> Result<String, Problem> {
    let key = value.to_str().unwrap_or_default().trim_matches('"');
    if key.is_empty() || key.len() > 64 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Problem::new(&INVALID_HEADER).misused(
            "Idempotency-Key",
            "expected 1 to 64 visible ASCII characters",
        ));
    }
    Ok(key.to_owned())
}

async fn hashed(request: Request) -> Result<(Request, Vec<u8>), Problem> {
    let (parts, body) = request.into_parts();
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(
        parts
            .uri
            .path_and_query()
            .map_or("", |path| path.as_str())
            .as_bytes(),
    );
    let body = if is_multipart(&parts) {
        body
    } else {
        let limited = Limited::new(body, JSON_LIMIT).collect().await;
        let bytes = limited
            .map_err(|_| Problem::new(&BODY_TOO_LARGE))?
            .to_bytes();
        hash.update(b"\n");
        hash.update(&bytes);
        Body::from(bytes)
    };
    Ok((
        Request::from_parts(parts, body),
        hash.finish().as_ref().to_vec(),
    ))
}

/// Photos and personnel files are too large to be read for their hash.
fn is_multipart(parts: &Parts) -> bool {
    parts
        .headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| {
            value.as_bytes().starts_with(b"multipart/") || value.as_bytes().starts_with(b"text/csv")
        })
}
