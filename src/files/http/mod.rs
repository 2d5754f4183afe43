// SPDX-License-Identifier: EUPL-1.2

//! The routes of files.

mod form;

use axum::{
    body::Body,
    extract::{DefaultBodyLimit, State},
    response::Response,
};
use http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use self::form::FileForm;
use super::{File, Files, FilesError, NameError};
use crate::{
    clock::At,
    id::FileId,
    people::access::{Editor, Employee},
    uploads::{Denied, MAX_UNATTACHED},
    web::{
        Created, NoContent, Problem, ProblemType, Words,
        download::{Download, Wanted},
        extract::Path,
        problem::{FORBIDDEN, INVALID_BODY, ProblemBody},
    },
};

pub fn router(files: Files) -> OpenApiRouter {
    OpenApiRouter::new()
        // The form counts for itself: the limit is the administrator's.
        .merge(
            OpenApiRouter::new()
                .routes(routes!(create_file))
                .layer(DefaultBodyLimit::disable()),
        )
        .routes(routes!(get_file, delete_file))
        .with_state(files)
}

static TOO_LARGE: ProblemType = ProblemType::new(
    "file-too-large",
    413,
    "Die Datei ist zu groß.",
    "The file is too large.",
);
static UNSUPPORTED_TYPE: ProblemType = ProblemType::new(
    "file-unsupported-type",
    415,
    "Diese Art von Datei wird nicht angenommen.",
    "Files of this kind are not taken.",
);
static MISNAMED: ProblemType = ProblemType::new(
    "file-misnamed",
    422,
    "Die Datei ist nicht das, was ihr Name sagt.",
    "The file is not what its name says.",
);
static ATTACHED: ProblemType = ProblemType::new(
    "file-in-use",
    409,
    "Die Datei gehört zu einer Mitteilung.",
    "The file is part of an announcement.",
);
static TOO_MANY_UNATTACHED: ProblemType = ProblemType::new(
    "too-many-unused-files",
    409,
    "Zu viele Ihrer Dateien gehören noch zu keiner Mitteilung.",
    "Too many of your files are part of no announcement yet.",
);

impl From<FilesError> for Problem {
    fn from(error: FilesError) -> Self {
        match error {
            FilesError::Misnamed(kind) => {
                let kind = kind.as_str().to_uppercase();
                Self::new(&MISNAMED).detail(
                    format!(
                        "Der Inhalt ist kein {kind}. Dokumente mit Makros werden nicht angenommen."
                    ),
                    format!("The content is no {kind}. Documents with macros are not taken."),
                )
            }
            FilesError::TooManyBytes { max } => Self::new(&TOO_LARGE).detail(
                format!("Höchstens {} MB sind erlaubt.", max / 1_000_000),
                format!("At most {} MB are allowed.", max / 1_000_000),
            ),
            FilesError::NotFound => Self::not_found(),
            FilesError::Denied(Denied::NotOwn) => Self::new(&FORBIDDEN),
            FilesError::Denied(Denied::Attached) => Self::new(&ATTACHED),
            FilesError::Denied(Denied::TooManyUnattached) => Self::new(&TOO_MANY_UNATTACHED)
                .detail(
                    format!("Höchstens {MAX_UNATTACHED} dürfen warten."),
                    format!("At most {MAX_UNATTACHED} may wait."),
                ),
            FilesError::Db(error) => error.into(),
            FilesError::Lost(_) | FilesError::Storage(_) | FilesError::Task(_) => {
                Self::internal(&error)
            }
        }
    }
}

impl From<NameError> for Problem {
    fn from(error: NameError) -> Self {
        match error {
            NameError::Text(error) => {
                let Words { de, en } = error.words();
                let what = Words::new(format!("ihr Name {de}"), format!("its name {en}"));
                Self::new(&INVALID_BODY).at("/file", what)
            }
            NameError::Ending => Self::new(&UNSUPPORTED_TYPE).detail(
                "Möglich sind PDF, DOCX, XLSX, ODT, ODS, ICS, CSV und TXT. Bilder laden Sie als Foto hoch.",
                "PDF, DOCX, XLSX, ODT, ODS, ICS, CSV and TXT are possible. Upload pictures as photos.",
            ),
        }
    }
}

/// A file as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = File)]
struct FileBody {
    id: FileId,
    /// Without any folder.
    #[schema(example = "Lageplan Brücke.pdf")]
    name: String,
    #[schema(example = "application/pdf")]
    media_type: &'static str,
    bytes: u64,
    created_at: At,
    /// Relative to the server.
    #[schema(example = "/api/v1/files/019a8f6e-7c00-7000-8000-000000000001")]
    url: String,
}

impl From<File> for FileBody {
    fn from(file: File) -> Self {
        Self {
            id: file.id,
            url: format!("/api/v1/files/{}", file.id),
            name: file.name,
            media_type: file.kind.media_type(),
            bytes: file.bytes,
            created_at: file.created_at,
        }
    }
}

/// A new file.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "the form is read as a stream; this is its shape for the document"
)]
struct NewFile {
    /// PDF, DOCX, XLSX, ODT, ODS, ICS, CSV or TXT, with its name.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Uploads a document, to be carried by an announcement within a day.
#[utoipa::path(
    post, path = "/api/v1/files", operation_id = "create_file", tag = "files",
    security(("session" = [])),
    request_body(content = NewFile, content_type = "multipart/form-data"),
    responses((status = 201, body = FileBody), (status = "4XX", body = ProblemBody))
)]
async fn create_file(
    State(files): State<Files>,
    editor: Editor,
    form: FileForm,
) -> Result<Created<FileBody>, Problem> {
    Ok(Created(form.receive(&files, &editor).await?.into()))
}

/// The file itself, as a download; a part of it, if `Range` asks for one.
#[utoipa::path(
    get, path = "/api/v1/files/{id}", operation_id = "get_file", tag = "files",
    security(("session" = [])),
    params(
        ("id" = FileId, Path),
        ("Range" = Option<String>, Header, description = "As `bytes=1000-`, to go on where the line broke; `If-Range` makes sure that it is the same file."),
    ),
    responses(
        (status = 200, content_type = "application/octet-stream", body = [u8]),
        (status = 206, content_type = "application/octet-stream", body = [u8]),
        (status = 304),
        (status = "4XX", body = ProblemBody),
    )
)]
async fn get_file(
    State(files): State<Files>,
    employee: Employee,
    Path(id): Path<FileId>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let file = files.find(&employee, id).await?;
    hand_out(&files, &file, &asked).await
}

/// Removes one's own file, as long as nothing carries it.
#[utoipa::path(
    delete, path = "/api/v1/files/{id}", operation_id = "delete_file", tag = "files",
    security(("session" = [])), params(("id" = FileId, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody))
)]
async fn delete_file(
    State(files): State<Files>,
    employee: Employee,
    Path(id): Path<FileId>,
) -> Result<NoContent, Problem> {
    files.discard(&employee, id).await?;
    Ok(NoContent)
}

/// Answers with a file that was found for the caller, or with the part that is still wanted. It is asked for anew each
/// time: what was withdrawn is no longer to be had.
pub async fn hand_out(files: &Files, file: &File, asked: &HeaderMap) -> Result<Response, Problem> {
    let download = Download {
        name: &file.name,
        media_type: file.kind.media_type(),
        bytes: file.bytes,
        tag: format!("\"{}\"", file.id),
    };
    match download.wanted(asked) {
        Wanted::Nothing(answer) => Ok(answer),
        Wanted::Part(part, head) => {
            let bytes = files.read(file, part).await?;
            Ok(head.map(|()| Body::from_stream(bytes)))
        }
    }
}
