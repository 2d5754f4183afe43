// SPDX-License-Identifier: EUPL-1.2

//! Receiving an upload: `multipart/form-data` (RFC 7578) of a stranger's length, with a known limit.
//!
//! Not more than the limit is ever in memory. What comes beyond it is read and thrown away before the
//! problem is answered, because a browser that is still sending when the connection closes shows its
//! user a lost connection, never the problem.

use std::error::Error;

use axum::{
    body::Body,
    extract::{FromRequest, Multipart, Request, multipart::Field},
};
use bytes::{Bytes, BytesMut};
use futures::{Stream, TryStreamExt as _, stream};
use http::header;

use super::super::{AltText, Desk, Photos, PhotosError, Refusal};
use crate::web::{
    Problem,
    problem::{BAD_REQUEST, INVALID_BODY, UNSUPPORTED_MEDIA_TYPE},
};

/// What the form's other parts and its boundaries may weigh.
const FRAME: usize = 64 * 1024;
/// How much is thrown away for the sake of a readable answer; who sends more is cut off.
const THROWN_AWAY: usize = 128 << 20;

/// A form that has come in whole.
pub(super) struct UploadForm {
    pub(super) photo: Bytes,
    pub(super) alt_text: Option<AltText>,
    /// Kept as long as the bytes are.
    _desk: Desk,
}

/// More came than is allowed.
#[derive(Debug, thiserror::Error)]
#[error("the body is too large")]
struct TooLarge;

impl FromRequest<Photos> for UploadForm {
    type Rejection = Problem;

    async fn from_request(request: Request, photos: &Photos) -> Result<Self, Problem> {
        let max = photos.limits().bytes;
        if waits_for_permission(&request) && announced(&request) > max + FRAME {
            return Err(too_large(max));
        }
        let desk = photos.desk().await?;
        let (parts, body) = request.into_parts();
        let body = Body::from_stream(limited(body, max + FRAME));
        let form = Multipart::from_request(Request::from_parts(parts, body), &()).await;
        let form = form.map_err(|_| {
            Problem::new(&UNSUPPORTED_MEDIA_TYPE).detail(
                "Erwartet wird multipart/form-data mit dem Feld „photo“.",
                "Expected multipart/form-data with the field \"photo\".",
            )
        })?;
        let (photo, alt_text) = read(form, max).await?;
        Ok(Self {
            photo,
            alt_text,
            _desk: desk,
        })
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

async fn read(mut form: Multipart, max: usize) -> Result<(Bytes, Option<AltText>), Problem> {
    let (mut photo, mut alt_text) = (None, None);
    while let Some(field) = form
        .next_field()
        .await
        .map_err(|error| broken(&error, max))?
    {
        match field.name() {
            Some("photo") if photo.is_none() => photo = Some(file(field, max).await?),
            Some("alt_text") if alt_text.is_none() => alt_text = Some(words(field, max).await?),
            name => {
                let name = name.unwrap_or_default().to_owned();
                let message = "is no field of this form, or is there twice";
                return Err(Problem::new(&INVALID_BODY).at(format!("/{name}"), message));
            }
        }
    }
    let photo = photo.ok_or_else(|| Problem::new(&INVALID_BODY).at("/photo", "is missing"))?;
    Ok((photo, alt_text.flatten()))
}

async fn file(mut field: Field<'_>, max: usize) -> Result<Bytes, Problem> {
    let mut file = BytesMut::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error, max))? {
        file.extend_from_slice(&chunk);
    }
    Ok(file.freeze())
}

/// Empty words are none.
async fn words(field: Field<'_>, max: usize) -> Result<Option<AltText>, Problem> {
    let text = field.text().await.map_err(|error| broken(&error, max))?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let alt_text = AltText::new(&text);
    let wrong = |error| Problem::new(&INVALID_BODY).at("/alt_text", format!("{error}"));
    alt_text.map(Some).map_err(wrong)
}

fn broken(error: &(dyn Error + 'static), max: usize) -> Problem {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<TooLarge>() {
            return too_large(max);
        }
        cause = error.source();
    }
    Problem::new(&BAD_REQUEST).detail(
        "Das Formular ist unvollständig angekommen.",
        "The form did not arrive in one piece.",
    )
}

fn too_large(max: usize) -> Problem {
    PhotosError::Refused(Refusal::TooManyBytes { max }).into()
}
