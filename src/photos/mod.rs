// SPDX-License-Identifier: EUPL-1.2

//! Photos: taken from a phone, shown to whom they are meant for, without what the phone knew of its owner.
//!
//! An upload goes through the [`outline`] (what the file says of itself, held against the [`Limits`] before
//! anything is allocated), into the [`darkroom`] (decoded, made upright, sRGB, three widths, no metadata),
//! into the [`Storage`], and last, once every byte is safe there, into the database. What fails on the way
//! leaves nothing behind. The original is not kept.
//!
//! A photo is its owner's alone until a post or an announcement shows it; then whoever may see that may see
//! the photo. The one predicate for it is the statement in `store.rs`, the press's beside it; to everybody else a photo's
//! id is as good as one that does not exist. What was never shown is forgotten after a day
//! ([`housekeeping`](crate::uploads::housekeeping)).

mod colour;
mod darkroom;
mod decode;
pub mod http;
mod outline;
mod reception;
mod store;
mod variants;

use bytes::Bytes;

pub use self::decode::{Limits, Refusal};
use self::{
    darkroom::{Darkroom, DarkroomError},
    reception::{Desk, Reception},
    variants::{Developed, MEDIA_TYPE},
};
use crate::{
    clock::{At, Clock},
    config::PhotosConfig,
    db::{Db, DbError, text_enum},
    id::{self, AccountId, AnnouncementId, Ids, PhotoId},
    people::access::Employee,
    tasks::Tasks,
    text::Text,
    uploads::{Denied, Housekeeping, Owned, Storage, StorageError, ownership::check_own},
};

/// What a photo shows, in words, for those who can't see it.
pub type AltText = Text<500>;

text_enum! {
    /// How wide a photo is shown.
    pub enum Size {
        /// 320 pixels: in a list.
        Small = "small",
        /// 960 pixels: in the feed, on a phone's full width.
        Medium = "medium",
        /// 2,048 pixels: on the whole screen.
        Large = "large",
    }
}

impl Size {
    /// In pixels, of the upright photo. A photo that is narrower is not enlarged.
    pub const fn width(self) -> u32 {
        match self {
            Self::Small => 320,
            Self::Medium => 960,
            Self::Large => 2_048,
        }
    }
}

/// A photo.
#[derive(Clone, Debug)]
pub struct Photo {
    pub id: PhotoId,
    pub owner: AccountId,
    /// Of the upright original, in pixels.
    pub width: u32,
    pub height: u32,
    /// ThumbHash in base64.
    pub placeholder: String,
    pub alt_text: Option<String>,
    pub created_at: At,
    /// One for each [`Size`], smallest first.
    pub variants: Vec<Variant>,
}

/// A photo in one size: an object in the store.
#[derive(Clone, Debug)]
pub struct Variant {
    pub size: Size,
    pub width: u32,
    pub height: u32,
    pub bytes: u64,
    pub media_type: String,
    key: String,
}

/// The photos of the city.
#[derive(Clone)]
pub struct Photos {
    db: Db,
    clock: Clock,
    ids: Ids,
    tasks: Tasks,
    storage: Storage,
    reception: Reception,
    darkroom: Darkroom,
}

/// Why a verb of this room was not done.
#[derive(Debug, thiserror::Error)]
pub enum PhotosError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("too many photos are being worked on")]
    Busy,
    /// There is no such photo, or not for this person.
    #[error("no such photo")]
    NotFound,
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("the photo's words are an announcement's")]
    Announced,
    #[error("the object {0} is gone from the store")]
    Lost(String),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the upload's task: {0}")]
    Task(#[from] tokio::task::JoinError),
}

impl Photos {
    pub fn new(
        db: Db,
        clock: Clock,
        ids: Ids,
        tasks: Tasks,
        config: &PhotosConfig,
    ) -> Result<Self, StorageError> {
        let limits = Limits::of(config);
        Ok(Self {
            db,
            clock,
            ids,
            darkroom: Darkroom::new(limits, tasks.clone()),
            tasks,
            storage: Storage::open(&config.store)?,
            reception: Reception::new(),
        })
    }

    pub fn limits(&self) -> &Limits {
        self.darkroom.limits()
    }

    /// To be asked before an upload is read into memory, and kept as long as it is there.
    async fn desk(&self) -> Result<Desk, PhotosError> {
        self.reception.desk().await.ok_or(PhotosError::Busy)
    }

    /// Takes a JPEG, PNG or WebP. Answers once all variants and the row are on the disk.
    pub async fn upload(
        &self,
        employee: &Employee,
        file: Bytes,
        alt_text: Option<AltText>,
    ) -> Result<Photo, PhotosError> {
        self.check_room(employee.account()).await?;
        let developed = self.darkroom.develop(file).await?;
        let photo = self.entitle(&developed, employee.account(), alt_text);
        // A task of its own: a phone that hangs up now drops this future, but never half of the storing.
        let photos = self.clone();
        let storing = self
            .tasks
            .spawn(async move { photos.keep(photo, developed).await });
        storing.await?
    }

    /// The photo, if there is one that this person may see.
    pub async fn find(&self, employee: &Employee, id: PhotoId) -> Result<Photo, PhotosError> {
        store::find_visible(&self.db, employee, id)
            .await?
            .ok_or(PhotosError::NotFound)
    }

    /// The photo, if the press may have it with this announcement.
    pub async fn find_for_press(
        &self,
        announcement: AnnouncementId,
        id: PhotoId,
    ) -> Result<Photo, PhotosError> {
        store::find_for_press(&self.db, announcement, id)
            .await?
            .ok_or(PhotosError::NotFound)
    }

    /// The bytes of a variant of a photo that was [found](Self::find).
    pub async fn open(&self, variant: &Variant) -> Result<Bytes, PhotosError> {
        let bytes = self.storage.get(&variant.key).await?;
        bytes.ok_or_else(|| PhotosError::Lost(variant.key.clone()))
    }

    /// Says in words what one's own photo shows; `None` takes the words away. Once an announcement shows it, they are
    /// the announcement's words, approved with it and changed with it.
    pub async fn describe(
        &self,
        employee: &Employee,
        id: PhotoId,
        alt_text: Option<AltText>,
    ) -> Result<Photo, PhotosError> {
        let photo = self.find(employee, id).await?;
        check_own(employee.account(), photo.owner)?;
        let alt_text = alt_text.map(Text::into_string);
        if store::describe(&self.db, id, alt_text.as_deref()).await? {
            Ok(Photo { alt_text, ..photo })
        } else {
            Err(PhotosError::Announced)
        }
    }

    /// Removes one's own photo, as long as nothing shows it.
    pub async fn discard(&self, employee: &Employee, id: PhotoId) -> Result<(), PhotosError> {
        let photo = self.find(employee, id).await?;
        self.remove_for(employee.account(), photo.owner, id).await
    }

    fn entitle(&self, of: &Developed, owner: AccountId, alt_text: Option<AltText>) -> Photo {
        let id = self.ids.id();
        let variants = of.variants.iter().map(|rendered| Variant {
            size: rendered.size,
            width: rendered.width,
            height: rendered.height,
            bytes: rendered.bytes.len() as u64,
            media_type: MEDIA_TYPE.to_owned(),
            key: key(id, rendered.size),
        });
        Photo {
            id,
            owner,
            width: of.width,
            height: of.height,
            placeholder: of.placeholder.clone(),
            alt_text: alt_text.map(Text::into_string),
            created_at: self.clock.now(),
            variants: variants.collect(),
        }
    }

    /// Objects first, then the row: whoever finds the row finds the objects.
    async fn keep(&self, photo: Photo, developed: Developed) -> Result<Photo, PhotosError> {
        let keys = photo.variants.iter().map(|variant| variant.key.clone());
        let keys: Vec<String> = keys.collect();
        let bytes = developed.variants.into_iter().map(|variant| variant.bytes);
        let objects: Vec<_> = keys.iter().cloned().zip(bytes).collect();
        self.storage.put(&objects).await?;
        if let Err(error) = store::insert(&self.db, &photo).await {
            self.storage.remove(&keys).await;
            return Err(error.into());
        }
        Ok(photo)
    }
}

impl Housekeeping for Photos {
    type Thing = id::Photo;
    type Error = PhotosError;
    const FOLDER: &'static str = "photos";

    fn storage(&self) -> &Storage {
        &self.storage
    }

    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn keys(id: PhotoId) -> Vec<String> {
        Size::ALL.iter().map(|size| key(id, *size)).collect()
    }

    async fn unattached_before(&self, before: At, limit: i64) -> Result<Vec<PhotoId>, PhotosError> {
        Ok(store::unattached_before(&self.db, before, limit).await?)
    }

    async fn remove_unattached(&self, id: PhotoId) -> Result<bool, PhotosError> {
        let Some(keys) = store::remove_unattached(&self.db, id).await? else {
            return Ok(false);
        };
        self.storage.remove(&keys).await;
        Ok(true)
    }

    async fn exists(&self, id: PhotoId) -> Result<bool, PhotosError> {
        Ok(store::exists(&self.db, id).await?)
    }
}

impl Owned for Photos {
    async fn count_unattached(&self, owner: AccountId) -> Result<i64, PhotosError> {
        Ok(store::count_unattached(&self.db, owner).await?)
    }
}

/// Where a variant is kept.
fn key(id: PhotoId, size: Size) -> String {
    format!("{}/{id}/{size}.jpg", Photos::FOLDER)
}

impl Photo {
    pub fn variant(&self, size: Size) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.size == size)
    }
}

impl From<DarkroomError> for PhotosError {
    fn from(error: DarkroomError) -> Self {
        match error {
            DarkroomError::Refused(refusal) => Self::Refused(refusal),
            DarkroomError::Busy => Self::Busy,
        }
    }
}
