// SPDX-License-Identifier: EUPL-1.2

//! The photos' bytes, in an object store: a folder by default.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use futures::TryStreamExt as _;
use object_store::{
    ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, local::LocalFileSystem,
    memory::InMemory, path::Path,
};

use super::Size;
use crate::id::PhotoId;

const FOLDER: &str = "photos";

/// An object store for photos.
#[derive(Clone, Debug)]
pub struct Storage {
    objects: Arc<dyn ObjectStore>,
}

/// Where a variant is kept.
pub(super) fn key(id: PhotoId, size: Size) -> String {
    format!("{FOLDER}/{id}/{size}.jpg")
}

/// Why the object store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("photos can be stored in a folder (file:data/photos), not in {0:?}")]
    UnknownScheme(String),
    #[error("the photos' folder: {0}")]
    Folder(#[from] std::io::Error),
    #[error("the photos' store: {0}")]
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
        })
    }

    /// A store that is gone with the process: for tests.
    pub fn in_memory() -> Self {
        Self {
            objects: Arc::new(InMemory::new()),
        }
    }

    /// Stores all objects or none: if one fails, those before it are removed again.
    pub(super) async fn put(&self, objects: &[(String, Bytes)]) -> Result<(), StorageError> {
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
    pub(super) async fn get(&self, key: &str) -> Result<Option<Bytes>, StorageError> {
        match self.objects.get(&Path::from(key)).await {
            Ok(object) => Ok(Some(object.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The photos that have objects and whose ids come after this one.
    pub(super) async fn photos_after(
        &self,
        id: PhotoId,
    ) -> Result<BTreeSet<PhotoId>, StorageError> {
        let folder = Path::from(FOLDER);
        let objects = self
            .objects
            .list_with_offset(Some(&folder), &folder.clone().join(id.to_string()));
        let ids = objects.try_filter_map(|object| async move {
            Ok(object
                .location
                .parts()
                .nth(1)
                .and_then(|id| id.as_ref().parse::<PhotoId>().ok()))
        });
        Ok(ids.try_collect().await?)
    }

    /// Removes objects. What can't be removed is logged and left: an object without a row is never shown.
    pub(super) async fn remove(&self, keys: &[String]) {
        for key in keys {
            match self.objects.delete(&Path::from(key.as_str())).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => tracing::warn!(key, %error, "a photo's object was left behind"),
            }
        }
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
