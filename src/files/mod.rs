// SPDX-License-Identifier: EUPL-1.2

//! Files: documents that an announcement carries (a plan, a form, a list of dates), kept as their editor sent them.
//!
//! An upload goes into the store as it comes in, and never lies in memory as a whole. Its [name](FileName) says what
//! [kind](FileKind) it is, its bytes must [prove](proof) it, and last, once every byte is safe in the store, there is
//! a row. What fails on the way leaves nothing behind.
//!
//! A file is its owner's alone until an announcement carries it; then whoever may know of the announcement may have
//! the file. The one predicate for it is in `store.rs`, the press's beside it; to everybody else a file's id is as
//! good as one that does not exist. What nothing carries is forgotten after a day
//! ([`housekeeping`](crate::uploads::housekeeping)).
//!
//! What stands in a document besides its text (who wrote it, when, on what machine) is left alone: taking it out
//! would break signatures, and the office that sends the document answers for it.

pub mod http;
mod kind;
mod proof;
mod store;

use std::ops::Range;

use bytes::Bytes;
use futures::Stream;

pub use self::kind::{FileKind, FileName, NameError};
use self::proof::{Disproved, Proof};
use crate::{
    clock::{At, Clock},
    config::FilesConfig,
    db::{Db, DbError},
    id::{self, AccountId, AnnouncementId, FileId, Ids},
    people::access::{Editor, Employee},
    tasks::Tasks,
    uploads::{Denied, Housekeeping, Owned, Storage, StorageError, storage::Upload},
};

/// A file.
#[derive(Clone, Debug)]
pub struct File {
    pub id: FileId,
    pub owner: AccountId,
    pub name: String,
    pub kind: FileKind,
    pub bytes: u64,
    pub created_at: At,
    key: String,
}

/// The files of the city.
#[derive(Clone)]
pub struct Files {
    db: Db,
    clock: Clock,
    ids: Ids,
    tasks: Tasks,
    storage: Storage,
    max_bytes: usize,
}

/// Why a verb of this room was not done.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    #[error("the bytes are not those of the kind {0}")]
    Misnamed(FileKind),
    #[error("the file is larger than {max} bytes")]
    TooManyBytes { max: usize },
    /// There is no such file, or not for this person.
    #[error("no such file")]
    NotFound,
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("the object {0} is gone from the store")]
    Lost(String),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the upload's task: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// A file that is coming in. Dropped before it is [finished](Incoming::finish), it leaves nothing.
pub struct Incoming {
    files: Files,
    file: File,
    proof: Proof,
    upload: Upload,
}

impl Files {
    pub fn new(
        db: Db,
        clock: Clock,
        ids: Ids,
        tasks: Tasks,
        config: &FilesConfig,
    ) -> Result<Self, StorageError> {
        Ok(Self {
            db,
            clock,
            ids,
            tasks,
            storage: Storage::open(&config.store)?,
            max_bytes: config.max_bytes,
        })
    }

    /// Of an upload.
    pub fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// Begins to take a file of this name.
    pub async fn receive(&self, editor: &Editor, name: FileName) -> Result<Incoming, FilesError> {
        self.check_room(editor.account()).await?;
        let id = self.ids.id();
        let key = key(id);
        let upload = self.storage.begin(&key).await?;
        Ok(Incoming {
            files: self.clone(),
            proof: Proof::of(name.kind()),
            upload,
            file: File {
                id,
                owner: editor.account(),
                kind: name.kind(),
                name: name.into_string(),
                bytes: 0,
                created_at: self.clock.now(),
                key,
            },
        })
    }

    /// The file, if there is one that this person may have.
    pub async fn find(&self, employee: &Employee, id: FileId) -> Result<File, FilesError> {
        store::find_visible(&self.db, employee, id)
            .await?
            .ok_or(FilesError::NotFound)
    }

    /// The file, if the press may have it with this announcement.
    pub async fn find_for_press(
        &self,
        announcement: AnnouncementId,
        id: FileId,
    ) -> Result<File, FilesError> {
        store::find_for_press(&self.db, announcement, id)
            .await?
            .ok_or(FilesError::NotFound)
    }

    /// A part of the bytes of a file that was found.
    pub async fn read(
        &self,
        file: &File,
        part: Range<u64>,
    ) -> Result<impl Stream<Item = Result<Bytes, StorageError>> + Send + use<>, FilesError> {
        let bytes = self.storage.read(&file.key, part).await?;
        bytes.ok_or_else(|| FilesError::Lost(file.key.clone()))
    }

    /// Removes one's own file, as long as nothing carries it.
    pub async fn discard(&self, employee: &Employee, id: FileId) -> Result<(), FilesError> {
        let file = self.find(employee, id).await?;
        self.remove_for(employee.account(), file.owner, id).await
    }
}

impl Incoming {
    /// The next bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), FilesError> {
        self.file.bytes += bytes.len() as u64;
        let max = self.files.max_bytes;
        if self.file.bytes > max as u64 {
            return Err(FilesError::TooManyBytes { max });
        }
        self.proof
            .see(bytes)
            .map_err(|wrong| self.misnamed(wrong))?;
        Ok(self.upload.write(bytes).await?)
    }

    /// That was all. Answers once the bytes and the row are on the disk.
    pub async fn finish(self) -> Result<File, FilesError> {
        self.proof
            .conclude()
            .map_err(|wrong| self.misnamed(wrong))?;
        let Self {
            files,
            file,
            upload,
            ..
        } = self;
        // A task of its own: a browser that hangs up now drops this future, but never half of the storing.
        let tasks = files.tasks.clone();
        let keeping = tasks.spawn(async move {
            upload.finish().await?;
            if let Err(error) = store::insert(&files.db, &file).await {
                files.storage.remove(std::slice::from_ref(&file.key)).await;
                return Err(error.into());
            }
            Ok(file)
        });
        keeping.await?
    }

    fn misnamed(&self, _: Disproved) -> FilesError {
        FilesError::Misnamed(self.file.kind)
    }
}

impl Housekeeping for Files {
    type Thing = id::File;
    type Error = FilesError;
    const FOLDER: &'static str = "files";

    fn storage(&self) -> &Storage {
        &self.storage
    }

    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn keys(id: FileId) -> Vec<String> {
        vec![key(id)]
    }

    async fn unattached_before(&self, before: At, limit: i64) -> Result<Vec<FileId>, FilesError> {
        Ok(store::unattached_before(&self.db, before, limit).await?)
    }

    async fn remove_unattached(&self, id: FileId) -> Result<bool, FilesError> {
        let Some(key) = store::remove_unattached(&self.db, id).await? else {
            return Ok(false);
        };
        self.storage.remove(&[key]).await;
        Ok(true)
    }

    async fn exists(&self, id: FileId) -> Result<bool, FilesError> {
        Ok(store::exists(&self.db, id).await?)
    }
}

impl Owned for Files {
    async fn count_unattached(&self, owner: AccountId) -> Result<i64, FilesError> {
        Ok(store::count_unattached(&self.db, owner).await?)
    }
}

/// Where a file is kept. Its name is nobody's business there.
fn key(id: FileId) -> String {
    format!("{}/{id}", Files::FOLDER)
}
