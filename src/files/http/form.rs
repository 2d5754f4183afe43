// SPDX-License-Identifier: EUPL-1.2

//! The form that a file comes in: written to the store as it arrives.

use axum::extract::{FromRequest, Request};

use super::super::{File, FileName, Files, FilesError, Incoming};
use crate::{
    people::access::Editor,
    web::{
        Problem,
        extract::form::{Form, Limit, Part},
        problem::INVALID_BODY,
    },
};

/// A form of which nothing has been read yet.
pub(super) struct FileForm(Form);

impl FromRequest<Files> for FileForm {
    type Rejection = Problem;

    async fn from_request(request: Request, files: &Files) -> Result<Self, Problem> {
        let limit = Limit {
            bytes: files.max_bytes(),
            too_large: |max| FilesError::TooManyBytes { max }.into(),
        };
        Ok(Self(Form::open(request, "file", limit).await?))
    }
}

impl FileForm {
    /// Takes the file in. If it is not wanted, the rest of the form is passed over, so that the editor hears why.
    pub(super) async fn receive(mut self, files: &Files, editor: &Editor) -> Result<File, Problem> {
        match self.read(files, editor).await {
            Ok(incoming) => Ok(incoming.finish().await?),
            Err(problem) => {
                self.0.throw_away().await;
                Err(problem)
            }
        }
    }

    async fn read(&mut self, files: &Files, editor: &Editor) -> Result<Incoming, Problem> {
        let mut incoming = None;
        while let Some(part) = self.0.next().await? {
            if part.name() != Some("file") || incoming.is_some() {
                return Err(part.unexpected());
            }
            incoming = Some(file(part, files, editor).await?);
        }
        incoming.ok_or_else(|| Problem::new(&INVALID_BODY).misused("/file", "is missing"))
    }
}

async fn file(mut part: Part<'_>, files: &Files, editor: &Editor) -> Result<Incoming, Problem> {
    let name = FileName::new(part.file_name().unwrap_or_default())?;
    let mut incoming = files.receive(editor, name).await?;
    while let Some(chunk) = part.chunk().await? {
        incoming.write(&chunk).await?;
    }
    Ok(incoming)
}
