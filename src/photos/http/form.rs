// SPDX-License-Identifier: EUPL-1.2

//! The form that a photo comes in. Not more than the limit is ever in memory.

use axum::extract::{FromRequest, Request};
use bytes::{Bytes, BytesMut};

use super::super::{AltText, Desk, Photos, PhotosError, Refusal};
use crate::{
    text::TextError,
    web::{
        Problem,
        extract::form::{Form, Limit, Part},
        problem::INVALID_BODY,
    },
};

/// A form that has come in whole.
pub(super) struct UploadForm {
    pub(super) photo: Bytes,
    pub(super) alt_text: Option<AltText>,
    /// Kept as long as the bytes are.
    _desk: Desk,
}

impl FromRequest<Photos> for UploadForm {
    type Rejection = Problem;

    async fn from_request(request: Request, photos: &Photos) -> Result<Self, Problem> {
        let limit = Limit {
            bytes: photos.limits().bytes,
            too_large: |max| PhotosError::Refused(Refusal::TooManyBytes { max }).into(),
        };
        let form = Form::open(request, "photo", limit).await?;
        let desk = photos.desk().await?;
        let (photo, alt_text) = read(form).await?;
        Ok(Self {
            photo,
            alt_text,
            _desk: desk,
        })
    }
}

async fn read(mut form: Form) -> Result<(Bytes, Option<AltText>), Problem> {
    let (mut photo, mut alt_text) = (None, None);
    while let Some(part) = form.next().await? {
        match part.name() {
            Some("photo") if photo.is_none() => photo = Some(file(part).await?),
            Some("alt_text") if alt_text.is_none() => alt_text = Some(words(part).await?),
            _ => return Err(part.unexpected()),
        }
    }
    let photo = photo.ok_or_else(|| Problem::new(&INVALID_BODY).misused("/photo", "is missing"))?;
    Ok((photo, alt_text.flatten()))
}

async fn file(mut part: Part<'_>) -> Result<Bytes, Problem> {
    let mut file = BytesMut::new();
    while let Some(chunk) = part.chunk().await? {
        file.extend_from_slice(&chunk);
    }
    Ok(file.freeze())
}

/// Empty words are none.
async fn words(part: Part<'_>) -> Result<Option<AltText>, Problem> {
    let text = part.text().await?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let alt_text = AltText::new(&text);
    let wrong = |error: TextError| Problem::new(&INVALID_BODY).at("/alt_text", error.words());
    alt_text.map(Some).map_err(wrong)
}
