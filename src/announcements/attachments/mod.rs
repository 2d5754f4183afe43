// SPDX-License-Identifier: EUPL-1.2

//! What an announcement has beside its words: photos that it shows and files that it carries, and which of them the
//! press gets too.
//!
//! The press gets none unless an editor says so, each time: the staff may be shown what the press has no right to (a
//! colleague's face, an agency's picture, a duty list), and what the press has got can't be taken back.
//!
//! All of it is part of what is approved, the words that say what a photo shows included: they are changed here, with
//! the announcement, and no longer at the photo.

pub(super) mod store;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::store::Photo;
use super::{AnnouncementError, Result, drafts::said};
use crate::{
    db::Tx,
    id::{AnnouncementId, FileId, Id, PhotoId},
    people::access::Editor,
    photos::AltText,
    text::Line,
};

/// How many photos an announcement shows at most.
pub const MAX_PHOTOS: usize = 10;
/// How many files an announcement carries at most.
pub const MAX_FILES: usize = 10;

/// A photo as an editor wants it shown: its id alone, or with what is to be said about it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(
    untagged,
    expecting = "expected a photo's id, or an object with id, press and alt_text"
)]
#[schema(as = AnnouncementPhotoChoice)]
pub enum PhotoChoice {
    Id(PhotoId),
    With(PhotoWith),
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnnouncementPhotoWith)]
pub struct PhotoWith {
    pub id: PhotoId,
    /// Whether the press gets it too.
    #[serde(default)]
    pub press: bool,
    /// What it shows, in words, from now on; `null` takes the words away; left out: as it is.
    #[serde(
        default,
        deserialize_with = "said",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = Option<AltText>)]
    pub alt_text: Option<Option<AltText>>,
}

/// A file as an editor wants it carried.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnnouncementFileChoice)]
pub struct FileChoice {
    pub id: FileId,
    /// What readers see; left out: its name.
    pub title: Option<Line<120>>,
    /// Whether the press gets it too.
    #[serde(default)]
    pub press: bool,
}

/// A file as an announcement carries it; its bytes are at `/api/v1/files/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AnnouncementFile)]
pub struct File {
    pub id: FileId,
    pub title: String,
    #[schema(example = "Lageplan Brücke.pdf")]
    pub name: String,
    #[schema(example = "application/pdf")]
    pub media_type: &'static str,
    pub bytes: i64,
}

/// A photo or a file as editors see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Editorial<T> {
    #[serde(flatten)]
    pub shown: T,
    /// Whether the press gets it too.
    pub press: bool,
}

/// Why photos or files can't be attached.
#[derive(Debug, PartialEq, Eq)]
enum Unfit {
    TooMany,
    /// The indexes of those that are not the editor's own, are used elsewhere, or are named twice.
    At(Vec<usize>),
}

impl PhotoChoice {
    fn id(&self) -> PhotoId {
        match self {
            Self::Id(id) | Self::With(PhotoWith { id, .. }) => *id,
        }
    }

    fn press(&self) -> bool {
        matches!(self, Self::With(PhotoWith { press: true, .. }))
    }

    /// What it is to be described as from now on, if that is said; empty: not at all.
    fn alt_text(&self) -> Option<&str> {
        match self {
            Self::With(PhotoWith {
                alt_text: Some(alt_text),
                ..
            }) => Some(alt_text.as_ref().map_or("", AltText::as_str)),
            Self::Id(_) | Self::With(_) => None,
        }
    }
}

/// Has the announcement show these photos and no others.
pub(super) async fn show_photos(
    tx: &mut Tx,
    id: AnnouncementId,
    editor: &Editor,
    photos: &[PhotoChoice],
) -> Result<()> {
    let ids: Vec<PhotoId> = photos.iter().map(PhotoChoice::id).collect();
    let usable = store::usable_photos(tx, id, editor.account(), &ids).await?;
    check(&ids, &usable, MAX_PHOTOS).map_err(|unfit| match unfit {
        Unfit::TooMany => AnnouncementError::TooManyPhotos,
        Unfit::At(indexes) => AnnouncementError::Photos(indexes),
    })?;
    let shown = store::replace_photos(tx, id, photos).await;
    shown.map_err(|error| {
        if error.is_unique_violation() || error.is_foreign_key_violation() {
            // Another request was faster; which photo it took, the database does not say.
            return AnnouncementError::Photos((0..photos.len()).collect());
        }
        error.into()
    })
}

/// Has the announcement carry these files and no others.
pub(super) async fn carry_files(
    tx: &mut Tx,
    id: AnnouncementId,
    editor: &Editor,
    files: &[FileChoice],
) -> Result<()> {
    let ids: Vec<FileId> = files.iter().map(|file| file.id).collect();
    let usable = store::usable_files(tx, id, editor.account(), &ids).await?;
    let known: Vec<FileId> = usable.keys().copied().collect();
    check(&ids, &known, MAX_FILES).map_err(|unfit| match unfit {
        Unfit::TooMany => AnnouncementError::TooManyFiles,
        Unfit::At(indexes) => AnnouncementError::Files(indexes),
    })?;
    let carried = store::replace_files(tx, id, files, &usable).await;
    carried.map_err(|error| {
        if error.is_unique_violation() || error.is_foreign_key_violation() {
            return AnnouncementError::Files((0..files.len()).collect());
        }
        error.into()
    })
}

/// Each once, not too many, and only what the editor may use.
fn check<K>(wanted: &[Id<K>], usable: &[Id<K>], most: usize) -> Result<(), Unfit> {
    if wanted.len() > most {
        return Err(Unfit::TooMany);
    }
    let mut seen = HashSet::new();
    let unusable: Vec<usize> = wanted
        .iter()
        .enumerate()
        .filter(|(_, id)| !usable.contains(id) || !seen.insert(**id))
        .map(|(index, _)| index)
        .collect();
    if unusable.is_empty() {
        Ok(())
    } else {
        Err(Unfit::At(unusable))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_that_is_foreign_or_named_twice_is_told_by_its_index() {
        let photo = |n: u128| PhotoId::from_uuid(uuid::Uuid::from_u128(n));
        let usable = [photo(1), photo(2)];
        assert_eq!(check(&usable, &usable, MAX_PHOTOS), Ok(()));
        let wanted = [photo(1), photo(3), photo(2), photo(1)];
        assert_eq!(
            check(&wanted, &usable, MAX_PHOTOS),
            Err(Unfit::At(vec![1, 3]))
        );
        let many: Vec<PhotoId> = (0..11).map(photo).collect();
        assert_eq!(check(&many, &many, MAX_PHOTOS), Err(Unfit::TooMany));
    }
}
