// SPDX-License-Identifier: EUPL-1.2

//! The statements of what the press gets beside the words: each begins at the view `press_announcements`.

use std::collections::BTreeMap;

use crate::{
    db::{Db, IdList, Result, sql},
    files::FileKind,
    id::{AnnouncementId, FileId, PhotoId},
};

/// What the press gets with one announcement, in the order that its editors gave it.
#[derive(Clone, Debug, Default)]
pub(in crate::announcements::press) struct Attachments {
    pub(super) photos: Vec<Photo>,
    pub(super) files: Vec<File>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Photo {
    pub(super) id: PhotoId,
    pub(super) alt_text: String,
    /// As the page shows it.
    pub(super) width: i32,
    pub(super) height: i32,
    /// As it is to be printed.
    pub(super) large_width: i32,
    pub(super) large_height: i32,
    pub(super) large_bytes: i64,
    pub(super) media_type: String,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct File {
    pub(super) id: FileId,
    pub(super) title: String,
    pub(super) kind: FileKind,
    pub(super) bytes: i64,
}

#[derive(sqlx::FromRow)]
struct Of<T> {
    announcement_id: AnnouncementId,
    #[sqlx(flatten)]
    attached: T,
}

/// What the press gets with each of these.
pub(in crate::announcements::press) async fn of(
    db: &Db,
    ids: &[AnnouncementId],
) -> Result<BTreeMap<AnnouncementId, Attachments>> {
    let mut all: BTreeMap<AnnouncementId, Attachments> = BTreeMap::new();
    let photos: Vec<Of<Photo>> = db
        .query(sql!(
            "SELECT v.id AS announcement_id, p.id, p.alt_text, medium.width, medium.height,
                large.width AS large_width, large.height AS large_height,
                large.bytes AS large_bytes, large.media_type
             FROM press_announcements v
             JOIN announcement_photos ap ON ap.announcement_id = v.id AND ap.for_press
             JOIN photos p ON p.id = ap.photo_id
             JOIN photo_variants medium ON medium.photo_id = p.id AND medium.size = 'medium'
             JOIN photo_variants large ON large.photo_id = p.id AND large.size = 'large'
             WHERE v.id " ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
            " ORDER BY v.id, ap.position"
        ))
        .bind(ids.iter().copied().collect::<IdList>())
        .all()
        .await?;
    for photo in photos {
        let of = all.entry(photo.announcement_id).or_default();
        of.photos.push(photo.attached);
    }
    let files: Vec<Of<File>> = db
        .query(sql!(
            "SELECT v.id AS announcement_id, f.id, af.title, f.kind, f.bytes
             FROM press_announcements v
             JOIN announcement_files af ON af.announcement_id = v.id AND af.for_press
             JOIN files f ON f.id = af.file_id
             WHERE v.id " ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
            " ORDER BY v.id, af.position"
        ))
        .bind(ids.iter().copied().collect::<IdList>())
        .all()
        .await?;
    for file in files {
        let of = all.entry(file.announcement_id).or_default();
        of.files.push(file.attached);
    }
    Ok(all)
}
