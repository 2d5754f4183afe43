// SPDX-License-Identifier: EUPL-1.2

//! The routes of photos.

mod form;

use std::time::Duration;

use axum::{
    extract::{DefaultBodyLimit, State},
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use self::form::UploadForm;
use super::{AltText, Photo, Photos, PhotosError, Refusal, Size};
use crate::{
    clock::At,
    id::PhotoId,
    people::access::Employee,
    uploads::{Denied, MAX_UNATTACHED},
    web::{
        Created, NoContent, Problem, ProblemType, conditional,
        extract::{Json, Path},
        problem::{FORBIDDEN, ProblemBody},
    },
};

pub fn router(photos: Photos) -> OpenApiRouter {
    OpenApiRouter::new()
        // The form counts for itself: the limit is the administrator's.
        .merge(
            OpenApiRouter::new()
                .routes(routes!(create_photo))
                .layer(DefaultBodyLimit::disable()),
        )
        .routes(routes!(get_photo, update_photo, delete_photo))
        .routes(routes!(get_photo_file))
        .with_state(photos)
}

static TOO_LARGE: ProblemType = ProblemType::new(
    "photo-too-large",
    413,
    "Das Foto ist zu groß.",
    "The photo is too large.",
);
static TOO_MANY_PIXELS: ProblemType = ProblemType::new(
    "photo-too-many-pixels",
    422,
    "Das Foto hat zu viele Bildpunkte.",
    "The photo has too many pixels.",
);
static UNSUPPORTED_TYPE: ProblemType = ProblemType::new(
    "photo-unsupported-type",
    415,
    "Das ist kein Foto im Format JPEG, PNG oder WebP.",
    "This is no photo in JPEG, PNG or WebP.",
);
static TRUNCATED: ProblemType = ProblemType::new(
    "photo-truncated",
    422,
    "Das Foto ist nicht vollständig. Bitte laden Sie es noch einmal hoch.",
    "A part of the photo is missing. Please upload it again.",
);
static UNREADABLE: ProblemType = ProblemType::new(
    "photo-unreadable",
    422,
    "Das Foto ist beschädigt.",
    "The photo is damaged.",
);
static TOO_SLOW: ProblemType = ProblemType::new(
    "photo-too-slow",
    422,
    "Das Foto ließ sich nicht in vertretbarer Zeit öffnen.",
    "The photo could not be opened in a reasonable time.",
);
static BUSY: ProblemType = ProblemType::new(
    "photos-busy",
    503,
    "Gerade werden sehr viele Fotos hochgeladen. Bitte versuchen Sie es gleich noch einmal.",
    "Very many photos are being uploaded. Please try again in a moment.",
);
static ATTACHED: ProblemType = ProblemType::new(
    "photo-in-use",
    409,
    "Das Foto gehört zu einem Beitrag oder einer Mitteilung.",
    "The photo is part of a post or an announcement.",
);
static ANNOUNCED: ProblemType = ProblemType::new(
    "photo-in-announcement",
    409,
    "Das Foto gehört zu einer Mitteilung. Ändern Sie seine Beschreibung dort.",
    "The photo is part of an announcement. Change its description there.",
);
static TOO_MANY_UNATTACHED: ProblemType = ProblemType::new(
    "too-many-unused-photos",
    409,
    "Zu viele Ihrer Fotos gehören noch zu keinem Beitrag.",
    "Too many of your photos are part of no post yet.",
);

impl From<PhotosError> for Problem {
    fn from(error: PhotosError) -> Self {
        match error {
            PhotosError::Refused(refusal) => refusal.into(),
            PhotosError::Busy => Self::new(&BUSY).retry_after(Duration::from_secs(5)),
            PhotosError::NotFound => Self::not_found(),
            PhotosError::Denied(Denied::NotOwn) => Self::new(&FORBIDDEN),
            PhotosError::Denied(Denied::Attached) => Self::new(&ATTACHED),
            PhotosError::Announced => Self::new(&ANNOUNCED),
            PhotosError::Denied(Denied::TooManyUnattached) => Self::new(&TOO_MANY_UNATTACHED)
                .detail(
                    format!("Höchstens {MAX_UNATTACHED} dürfen warten."),
                    format!("At most {MAX_UNATTACHED} may wait."),
                ),
            PhotosError::Db(error) => error.into(),
            PhotosError::Lost(_) | PhotosError::Storage(_) | PhotosError::Task(_) => {
                Self::internal(&error)
            }
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::UnsupportedType => Self::new(&UNSUPPORTED_TYPE),
            Refusal::TooManyBytes { max } => Self::new(&TOO_LARGE).detail(
                format!("Höchstens {} MB sind erlaubt.", max / 1_000_000),
                format!("At most {} MB are allowed.", max / 1_000_000),
            ),
            Refusal::TooManyPixels {
                width,
                height,
                max,
                max_side,
            } => {
                let max = max / 1_000_000;
                Self::new(&TOO_MANY_PIXELS).detail(
                    format!("{width} × {height}; höchstens {max} Millionen, je Seite {max_side}."),
                    format!("{width} × {height}; at most {max} million, {max_side} a side."),
                )
            }
            Refusal::Truncated => Self::new(&TRUNCATED),
            Refusal::Unreadable => Self::new(&UNREADABLE),
            Refusal::TooSlow => Self::new(&TOO_SLOW),
        }
    }
}

/// A photo: what to show before it is there, and where to fetch it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Photo)]
pub struct PhotoBody {
    id: PhotoId,
    /// Of the upright photo as it was taken, in pixels.
    #[schema(example = 4032)]
    width: u32,
    #[schema(example = 3024)]
    height: u32,
    /// [ThumbHash](https://evanw.github.io/thumbhash/) in base64: what to show until the photo is there.
    #[schema(example = "1QcSHQRnh493V4dIh4eXh1h4kJUI")]
    placeholder: String,
    /// What the photo shows, in words; null if nobody has said.
    alt_text: Option<String>,
    created_at: At,
    /// Smallest first. A narrow photo is not enlarged: two sizes can have the same measures.
    files: Vec<FileBody>,
}

/// A photo in one size.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PhotoFile)]
pub struct FileBody {
    size: Size,
    width: u32,
    height: u32,
    /// How much there is to load.
    bytes: u64,
    #[schema(example = "image/jpeg")]
    media_type: String,
    /// Relative to the server. Never changes what it shows, so that it can be cached for ever.
    #[schema(example = "/api/v1/photos/019a8f6e-7c00-7000-8000-000000000001/medium")]
    url: String,
}

impl From<Photo> for PhotoBody {
    fn from(photo: Photo) -> Self {
        let files = photo.variants.into_iter().map(|variant| FileBody {
            url: format!("/api/v1/photos/{}/{}", photo.id, variant.size),
            size: variant.size,
            width: variant.width,
            height: variant.height,
            bytes: variant.bytes,
            media_type: variant.media_type,
        });
        Self {
            files: files.collect(),
            id: photo.id,
            width: photo.width,
            height: photo.height,
            placeholder: photo.placeholder,
            alt_text: photo.alt_text,
            created_at: photo.created_at,
        }
    }
}

/// A new photo.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "the form is read as a stream; this is its shape for the document"
)]
struct NewPhoto {
    /// JPEG, PNG or WebP.
    #[schema(value_type = String, format = Binary)]
    photo: Vec<u8>,
    /// What it shows, in words, for those who can't see it.
    #[schema(max_length = 500)]
    alt_text: Option<String>,
}

/// Uploads a photo, to be shown by a post or an announcement within a day.
#[utoipa::path(
    post, path = "/api/v1/photos", operation_id = "create_photo", tag = "photos",
    security(("session" = [])),
    request_body(content = NewPhoto, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = PhotoBody),
        (status = "4XX", body = ProblemBody),
        (status = 503, body = ProblemBody),
    )
)]
async fn create_photo(
    State(photos): State<Photos>,
    employee: Employee,
    form: UploadForm,
) -> Result<Created<PhotoBody>, Problem> {
    let photo = photos.upload(&employee, form.photo, form.alt_text).await?;
    Ok(Created(photo.into()))
}

/// What is known of a photo.
#[utoipa::path(
    get, path = "/api/v1/photos/{id}", operation_id = "get_photo", tag = "photos",
    security(("session" = [])), params(("id" = PhotoId, Path)),
    responses((status = 200, body = PhotoBody), (status = "4XX", body = ProblemBody))
)]
async fn get_photo(
    State(photos): State<Photos>,
    employee: Employee,
    Path(id): Path<PhotoId>,
) -> Result<axum::Json<PhotoBody>, Problem> {
    Ok(axum::Json(photos.find(&employee, id).await?.into()))
}

/// What can be changed of a photo.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PhotoChange {
    /// What it shows, in words; null takes the words away.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    alt_text: Option<AltText>,
}

/// Says in words what one's own photo shows.
#[utoipa::path(
    patch, path = "/api/v1/photos/{id}", operation_id = "update_photo", tag = "photos",
    security(("session" = [])), params(("id" = PhotoId, Path)), request_body = PhotoChange,
    responses((status = 200, body = PhotoBody), (status = "4XX", body = ProblemBody))
)]
async fn update_photo(
    State(photos): State<Photos>,
    employee: Employee,
    Path(id): Path<PhotoId>,
    Json(change): Json<PhotoChange>,
) -> Result<axum::Json<PhotoBody>, Problem> {
    let photo = photos.describe(&employee, id, change.alt_text).await?;
    Ok(axum::Json(photo.into()))
}

/// Removes one's own photo, as long as nothing shows it.
#[utoipa::path(
    delete, path = "/api/v1/photos/{id}", operation_id = "delete_photo", tag = "photos",
    security(("session" = [])), params(("id" = PhotoId, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody))
)]
async fn delete_photo(
    State(photos): State<Photos>,
    employee: Employee,
    Path(id): Path<PhotoId>,
) -> Result<NoContent, Problem> {
    photos.discard(&employee, id).await?;
    Ok(NoContent)
}

/// The photo itself. May be cached for ever, but by the phone alone.
#[utoipa::path(
    get, path = "/api/v1/photos/{id}/{size}", operation_id = "get_photo_file", tag = "photos",
    security(("session" = [])),
    params(("id" = PhotoId, Path), ("size" = Size, Path)),
    responses(
        (status = 200, content_type = "image/jpeg", body = [u8]),
        (status = 304),
        (status = "4XX", body = ProblemBody),
    )
)]
async fn get_photo_file(
    State(photos): State<Photos>,
    employee: Employee,
    Path((id, size)): Path<(PhotoId, Size)>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let photo = photos.find(&employee, id).await?;
    let mut answer = hand_out(&photos, &photo, size, &asked).await?;
    let for_ever = HeaderValue::from_static("private, max-age=31536000, immutable");
    answer.headers_mut().insert(header::CACHE_CONTROL, for_ever);
    Ok(answer)
}

/// Answers with a photo that was found for the caller, or with 304 if the caller has it. Only then: what a phone still has
/// says nothing about whether its owner may still see it.
pub async fn hand_out(
    photos: &Photos,
    photo: &Photo,
    size: Size,
    asked: &HeaderMap,
) -> Result<Response, Problem> {
    let variant = photo.variant(size).ok_or_else(Problem::not_found)?;
    let tag = format!("\"{}-{size}\"", photo.id);
    let known = asked.get(header::IF_NONE_MATCH);
    let unchanged = known.is_some_and(|known| conditional::names(known, &tag));
    let tag = [(header::ETAG, tag)];
    if unchanged {
        return Ok((StatusCode::NOT_MODIFIED, tag).into_response());
    }
    let bytes = photos.open(variant).await?;
    let mut response = (tag, bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media_type(&variant.media_type));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("inline"),
    );
    Ok(response)
}

fn media_type(text: &str) -> HeaderValue {
    HeaderValue::from_str(text)
        .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"))
}
