// SPDX-License-Identifier: EUPL-1.2

//! The uploads' bytes, in an object store: a folder by default.

use std::{
    collections::BTreeSet,
    io, mem,
    ops::Range,
    path::{Path as FilePath, PathBuf},
    sync::Arc,
};

use bytes::{Bytes, BytesMut};
use futures::{Stream, TryStreamExt as _};
use object_store::{
    GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions,
    local::LocalFileSystem, memory::InMemory, path::Path,
};

use crate::id::Id;

/// How much of an object that comes in pieces is in memory at once.
const PIECE: usize = 1 << 20;

/// An object store.
#[derive(Clone, Debug)]
pub struct Storage {
    objects: Arc<dyn ObjectStore>,
    /// Where the objects are files.
    folder: Option<PathBuf>,
}

/// An object that comes in pieces. It is in the store, whole, once it was [finished](Upload::finish); dropped
/// before, it leaves nothing.
#[derive(Debug)]
pub struct Upload {
    pieces: Box<dyn MultipartUpload>,
    waiting: BytesMut,
}

/// Why the object store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("uploads can be stored in a folder (file:data/photos), not in {0:?}")]
    UnknownScheme(String),
    #[error("the uploads' folder: {0}")]
    Folder(#[from] std::io::Error),
    #[error("the uploads' store: {0}")]
    Store(#[from] object_store::Error),
}

impl Storage {
    /// Opens the store that `url` names: `file:` and a folder, as `file:data/photos` or
    /// `file:///var/lib/stadtfunk/photos`. The folder is made if it is not there. What was
    /// [put](Self::put) is on the disk when the call returns.
    pub fn open(url: &str) -> Result<Self, StorageError> {
        let unknown = || StorageError::UnknownScheme(url.to_owned());
        let path = url.strip_prefix("file:").ok_or_else(unknown)?;
        // `file://host/…` is another machine's folder (RFC 8089).
        let path = match path.strip_prefix("//") {
            Some(path) if !path.starts_with('/') => return Err(unknown()),
            Some(path) => path,
            None => path,
        };
        if path.is_empty() {
            return Err(unknown());
        }
        std::fs::create_dir_all(path)?;
        let folder = LocalFileSystem::new_with_prefix(path)?
            .with_fsync(true)
            .with_automatic_cleanup(true);
        Ok(Self {
            objects: Arc::new(folder),
            folder: Some(path.into()),
        })
    }

    /// A store that is gone with the process: for tests.
    pub fn in_memory() -> Self {
        Self {
            objects: Arc::new(InMemory::new()),
            folder: None,
        }
    }

    /// Stores all objects or none: if one fails, those before it are removed again.
    pub async fn put(&self, objects: &[(String, Bytes)]) -> Result<(), StorageError> {
        for (done, (key, bytes)) in objects.iter().enumerate() {
            let path = Path::from(key.as_str());
            let create = PutOptions {
                mode: PutMode::Create,
                ..PutOptions::default()
            };
            if let Err(error) = self
                .objects
                .put_opts(&path, bytes.clone().into(), create)
                .await
            {
                let stored: Vec<_> = objects[..done].iter().map(|(key, _)| key.clone()).collect();
                self.remove(&stored).await;
                return Err(error.into());
            }
        }
        Ok(())
    }

    /// The object's bytes; `None` if there is no such object.
    pub async fn get(&self, key: &str) -> Result<Option<Bytes>, StorageError> {
        match self.objects.get(&Path::from(key)).await {
            Ok(object) => Ok(Some(object.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Begins an object that comes in pieces.
    pub async fn begin(&self, key: &str) -> Result<Upload, StorageError> {
        let pieces = self.objects.put_multipart(&Path::from(key)).await?;
        Ok(Upload {
            pieces,
            waiting: BytesMut::with_capacity(PIECE),
        })
    }

    /// A part of an object, as it comes from the disk; `None` if there is no such object.
    pub async fn read(
        &self,
        key: &str,
        part: Range<u64>,
    ) -> Result<Option<impl Stream<Item = Result<Bytes, StorageError>> + Send + use<>>, StorageError>
    {
        let options = GetOptions {
            range: Some(GetRange::Bounded(part)),
            ..GetOptions::default()
        };
        match self.objects.get_opts(&Path::from(key), options).await {
            Ok(object) => Ok(Some(object.into_stream().map_err(StorageError::from))),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The things that have objects in this folder and whose ids come after this one. An object is in a folder of
    /// its thing's, or has the thing's name.
    pub async fn ids_after<K>(
        &self,
        folder: &str,
        id: Id<K>,
    ) -> Result<BTreeSet<Id<K>>, StorageError> {
        let folder = Path::from(folder);
        let objects = self
            .objects
            .list_with_offset(Some(&folder), &folder.clone().join(id.to_string()));
        let ids = objects.try_filter_map(|object| async move {
            Ok(object
                .location
                .parts()
                .nth(1)
                .and_then(|id| id.as_ref().parse::<Id<K>>().ok()))
        });
        Ok(ids.try_collect().await?)
    }

    /// Removes what a process that was killed had begun to write for things with these ids; says how many objects. The
    /// store itself writes to `name#1`, passes over such names, and names it anew when it is whole.
    pub async fn forget_half_written<K>(
        &self,
        folder: &str,
        ids: Range<Id<K>>,
    ) -> Result<u64, StorageError> {
        let Some(root) = &self.folder else {
            return Ok(0);
        };
        let mut forgotten = 0;
        for thing in entries(&root.join(folder)).await? {
            let id = name(&thing).split('#').next().unwrap_or_default();
            if !id.parse().is_ok_and(|id| ids.contains(&id)) {
                continue;
            }
            let parts = match entries(&thing).await {
                Err(error) if error.kind() == io::ErrorKind::NotADirectory => vec![thing.clone()],
                parts => parts?,
            };
            for part in parts.iter().filter(|part| name(part).contains('#')) {
                tokio::fs::remove_file(part).await?;
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }

    /// Removes objects. What can't be removed is logged and left: an object without a row is never shown.
    pub async fn remove(&self, keys: &[String]) {
        for key in keys {
            match self.objects.delete(&Path::from(key.as_str())).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => tracing::warn!(key, %error, "an upload's object was left behind"),
            }
        }
    }
}

/// What is in a folder; nothing, if there is none.
async fn entries(folder: &FilePath) -> io::Result<Vec<PathBuf>> {
    let mut entries = match tokio::fs::read_dir(folder).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut paths = Vec::new();
    while let Some(entry) = entries.next_entry().await? {
        paths.push(entry.path());
    }
    Ok(paths)
}

fn name(path: &FilePath) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default()
}

impl Upload {
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() < PIECE {
            return Ok(());
        }
        self.flush().await
    }

    /// When the call returns, the object is on the disk.
    pub async fn finish(mut self) -> Result<(), StorageError> {
        self.flush().await?;
        self.pieces.complete().await?;
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), StorageError> {
        let piece = mem::replace(&mut self.waiting, BytesMut::with_capacity(PIECE));
        if !piece.is_empty() {
            self.pieces.put_part(piece.freeze().into()).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(key: &str) -> (String, Bytes) {
        (key.to_owned(), Bytes::from_static(b"pixels"))
    }

    #[tokio::test]
    async fn what_was_put_into_a_folder_is_there_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(&format!("file://{}/photos", folder.path().display())).unwrap();
        storage.put(&[object("photos/1/small.jpg")]).await.unwrap();
        assert_eq!(
            storage.get("photos/1/small.jpg").await.unwrap().unwrap(),
            "pixels"
        );
        storage
            .remove(&["photos/1/small.jpg", "photos/1/never.jpg"].map(str::to_owned))
            .await;
        assert_eq!(storage.get("photos/1/small.jpg").await.unwrap(), None);
        assert!(
            !folder.path().join("photos/photos/1").exists(),
            "no empty folder is left"
        );
    }

    #[tokio::test]
    async fn if_one_object_cannot_be_stored_none_is() {
        let storage = Storage::in_memory();
        storage.put(&[object("photos/1/large.jpg")]).await.unwrap();
        let all = [object("photos/1/small.jpg"), object("photos/1/large.jpg")];
        assert!(
            storage.put(&all).await.is_err(),
            "an object is never written over"
        );
        assert_eq!(storage.get("photos/1/small.jpg").await.unwrap(), None);
        assert!(storage.get("photos/1/large.jpg").await.unwrap().is_some());
    }

    #[tokio::test]
    async fn what_comes_in_pieces_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(&format!("file:{}", folder.path().display())).unwrap();
        let mut upload = storage.begin("files/1").await.unwrap();
        for _ in 0..3 {
            upload.write(&vec![7; PIECE - 1]).await.unwrap();
        }
        assert_eq!(storage.get("files/1").await.unwrap(), None);
        upload.finish().await.unwrap();
        let whole = storage.get("files/1").await.unwrap().unwrap();
        assert_eq!(whole.len(), 3 * (PIECE - 1));

        let part = storage.read("files/1", 5..9).await.unwrap().unwrap();
        let part: Vec<Bytes> = part.try_collect().await.unwrap();
        assert_eq!(part.concat(), [7; 4]);
        assert!(storage.read("files/2", 0..1).await.unwrap().is_none());
    }

    #[test]
    fn a_store_that_is_no_folder_is_refused_by_name() {
        for url in [
            "s3://bucket/photos",
            "file://host/photos",
            "photos",
            "file:",
            "",
        ] {
            assert!(
                matches!(Storage::open(url), Err(StorageError::UnknownScheme(_))),
                "{url}"
            );
        }
    }
}
