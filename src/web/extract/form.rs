// SPDX-License-Identifier: EUPL-1.2

//! Receiving an upload: `multipart/form-data` (RFC 7578) of a stranger's length, with a known limit.
//!
//! Not more than the limit is ever read in earnest. What comes beyond it is read and thrown away before the
//! problem is answered, because a browser that is still sending when the connection closes shows its
//! user a lost connection, never the problem.

use std::error::Error;

use axum::{
    body::Body,
    extract::{
        FromRequest as _, Multipart, Request,
        multipart::{Field, MultipartError},
    },
};
use bytes::Bytes;
use futures::{Stream, TryStreamExt as _, stream};
use http::header;

use super::super::{
    Problem,
    problem::{BAD_REQUEST, INVALID_BODY, UNSUPPORTED_MEDIA_TYPE},
};

/// What the form's other parts and its boundaries may weigh.
const FRAME: usize = 64 * 1024;
/// How much is thrown away for the sake of a readable answer; who sends more is cut off.
const THROWN_AWAY: usize = 128 << 20;

/// How much a form's file may weigh, in bytes, and what is said of one that weighs more. The form as a whole is
/// cut off a little beyond: whoever takes the file counts its own bytes.
#[derive(Clone, Copy)]
pub struct Limit {
    pub bytes: usize,
    pub too_large: fn(usize) -> Problem,
}

/// A form that is coming in.
pub struct Form {
    parts: Multipart,
    limit: Limit,
}

/// One field of a form. Its bytes are the ones that come next.
pub struct Part<'f> {
    field: Field<'f>,
    limit: Limit,
}

/// More came than is allowed.
#[derive(Debug, thiserror::Error)]
#[error("the body is too large")]
struct TooLarge;

impl Form {
    /// The form of this request, whose file is in the field `file`. Reads nothing of it yet.
    pub async fn open(request: Request, file: &str, limit: Limit) -> Result<Self, Problem> {
        if waits_for_permission(&request) && announced(&request) > limit.bytes + FRAME {
            return Err(limit.exceeded());
        }
        let (parts, body) = request.into_parts();
        let body = Body::from_stream(limited(body, limit.bytes + FRAME));
        let parts = Multipart::from_request(Request::from_parts(parts, body), &()).await;
        let parts = parts.map_err(|_| {
            Problem::new(&UNSUPPORTED_MEDIA_TYPE).detail(
                format!("Erwartet wird multipart/form-data mit dem Feld „{file}“."),
                format!("Expected multipart/form-data with the field \"{file}\"."),
            )
        })?;
        Ok(Self { parts, limit })
    }

    /// The next field; what was not read of the one before is passed over.
    pub async fn next(&mut self) -> Result<Option<Part<'_>>, Problem> {
        let limit = self.limit;
        let field = self.parts.next_field().await;
        let field = field.map_err(|error| broken(&error, limit))?;
        Ok(field.map(|field| Part { field, limit }))
    }

    /// Passes over all that is still to come, so that the caller hears why it is not wanted.
    pub async fn throw_away(mut self) {
        while let Ok(Some(_)) = self.next().await {}
    }
}

impl Part<'_> {
    pub fn name(&self) -> Option<&str> {
        self.field.name()
    }

    /// What the sender calls the file.
    pub fn file_name(&self) -> Option<&str> {
        self.field.file_name()
    }

    /// The next bytes; `None` at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Problem> {
        let chunk = self.field.chunk().await;
        chunk.map_err(|error| broken(&error, self.limit))
    }

    /// All of it as text.
    pub async fn text(self) -> Result<String, Problem> {
        let limit = self.limit;
        let text = self.field.text().await;
        text.map_err(|error| broken(&error, limit))
    }

    /// The problem of a field that the form does not have, or that came before.
    pub fn unexpected(&self) -> Problem {
        let name = self.name().unwrap_or_default();
        let message = "is no field of this form, or is there twice";
        Problem::new(&INVALID_BODY).misused(format!("/{name}"), message)
    }
}

impl Limit {
    fn exceeded(self) -> Problem {
        (self.too_large)(self.bytes)
    }
}

/// Whether the client sends its body only after a 100 (Continue).
fn waits_for_permission(request: &Request) -> bool {
    request.headers().contains_key(header::EXPECT)
}

fn announced(request: &Request) -> usize {
    let length = request.headers().get(header::CONTENT_LENGTH);
    length
        .and_then(|length| length.to_str().ok()?.parse().ok())
        .unwrap_or(0)
}

/// The body up to `max` bytes; if there are more, an error once they have been thrown away.
fn limited(body: Body, max: usize) -> impl Stream<Item = Result<Bytes, axum::BoxError>> {
    let start = (body.into_data_stream(), 0);
    stream::try_unfold(start, move |(mut rest, before)| async move {
        let Some(chunk) = rest.try_next().await? else {
            return Ok(None);
        };
        let received = before + chunk.len();
        if received <= max {
            return Ok(Some((chunk, (rest, received))));
        }
        let mut thrown_away = 0;
        while thrown_away < THROWN_AWAY {
            let Some(chunk) = rest.try_next().await? else {
                break;
            };
            thrown_away += chunk.len();
        }
        Err(TooLarge.into())
    })
}

fn broken(error: &MultipartError, limit: Limit) -> Problem {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<TooLarge>() {
            return limit.exceeded();
        }
        cause = error.source();
    }
    Problem::new(&BAD_REQUEST).detail(
        "Das Formular ist unvollständig angekommen.",
        "The form did not arrive in one piece.",
    )
}
