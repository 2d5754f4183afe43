// SPDX-License-Identifier: EUPL-1.2

//! The statements of what an announcement shows and carries. Readers and the press have their own.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Editorial, File, FileChoice, PhotoChoice};
use crate::{
    db::{Db, IdList, Result, Tx, sql},
    files::FileKind,
    id::{AccountId, AnnouncementId, FileId, PhotoId},
};

/// A photo as an announcement shows it; its bytes are at `/api/v1/photos/{id}/{small|medium|large}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = AnnouncementPhoto)]
pub struct Photo {
    pub id: PhotoId,
    /// Of the upright photo, in pixels.
    pub width: i32,
    pub height: i32,
    /// ThumbHash in base64: what stands in the photo's place until it is there.
    pub placeholder: String,
    pub alt_text: String,
}

#[derive(sqlx::FromRow)]
struct PhotoRow {
    #[sqlx(flatten)]
    photo: Photo,
    for_press: bool,
}

/// A file as a statement finds it.
#[derive(sqlx::FromRow)]
pub(in crate::announcements) struct FileRow {
    id: FileId,
    title: String,
    name: String,
    kind: FileKind,
    bytes: i64,
}

impl From<FileRow> for File {
    fn from(row: FileRow) -> Self {
        Self {
            id: row.id,
            title: row.title,
            name: row.name,
            media_type: row.kind.media_type(),
            bytes: row.bytes,
        }
    }
}

#[derive(sqlx::FromRow)]
struct EditorialFileRow {
    #[sqlx(flatten)]
    file: FileRow,
    for_press: bool,
}

/// In the order in which they are shown.
pub(in crate::announcements) async fn photos(
    db: &Db,
    id: AnnouncementId,
) -> Result<Vec<Editorial<Photo>>> {
    let rows: Vec<PhotoRow> = db
        .query(sql!(
            "SELECT p.id, p.width, p.height, p.placeholder, p.alt_text, ap.for_press
             FROM announcement_photos ap JOIN photos p ON p.id = ap.photo_id
             WHERE ap.announcement_id = $1 ORDER BY ap.position"
        ))
        .bind(id)
        .all()
        .await?;
    let editorial = |row: PhotoRow| Editorial {
        shown: row.photo,
        press: row.for_press,
    };
    Ok(rows.into_iter().map(editorial).collect())
}

/// In the order in which they are listed.
pub(in crate::announcements) async fn files(
    db: &Db,
    id: AnnouncementId,
) -> Result<Vec<Editorial<File>>> {
    let rows: Vec<EditorialFileRow> = db
        .query(sql!(
            "SELECT f.id, af.title, f.name, f.kind, f.bytes, af.for_press
             FROM announcement_files af JOIN files f ON f.id = af.file_id
             WHERE af.announcement_id = $1 ORDER BY af.position"
        ))
        .bind(id)
        .all()
        .await?;
    let editorial = |row: EditorialFileRow| Editorial {
        shown: row.file.into(),
        press: row.for_press,
    };
    Ok(rows.into_iter().map(editorial).collect())
}

/// Which of these photos the announcement may show: the editor's own that are shown nowhere else, and
/// those that it shows already.
pub(super) async fn usable_photos(
    tx: &mut Tx,
    id: AnnouncementId,
    editor: AccountId,
    wanted: &[PhotoId],
) -> Result<Vec<PhotoId>> {
    let rows: Vec<(PhotoId,)> = tx
        .query(sql!(
            "SELECT p.id FROM photos p
             LEFT JOIN announcement_photos shown ON shown.photo_id = p.id
             WHERE p.id " ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
            " AND (shown.announcement_id = $2 OR (p.owner_id = $3 AND shown.photo_id IS NULL
                   AND NOT EXISTS (SELECT 1 FROM post_photos pp WHERE pp.photo_id = p.id)))"
        ))
        .bind(wanted.iter().copied().collect::<IdList>())
        .bind(id)
        .bind(editor)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Which of these files the announcement may carry, with their names: the editor's own that nothing carries, and those
/// that it carries already.
pub(super) async fn usable_files(
    tx: &mut Tx,
    id: AnnouncementId,
    editor: AccountId,
    wanted: &[FileId],
) -> Result<BTreeMap<FileId, String>> {
    let rows: Vec<(FileId, String)> = tx
        .query(sql!(
            "SELECT f.id, f.name FROM files f
             LEFT JOIN announcement_files carried ON carried.file_id = f.id
             WHERE f.id " ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
            " AND (carried.announcement_id = $2 OR (f.owner_id = $3 AND carried.file_id IS NULL))"
        ))
        .bind(wanted.iter().copied().collect::<IdList>())
        .bind(id)
        .bind(editor)
        .all()
        .await?;
    Ok(rows.into_iter().collect())
}

pub(super) async fn replace_photos(
    tx: &mut Tx,
    id: AnnouncementId,
    photos: &[PhotoChoice],
) -> Result<()> {
    forget_photos(tx, id).await?;
    for (position, photo) in (0_i16..).zip(photos) {
        tx.query(sql!(
            "INSERT INTO announcement_photos (announcement_id, position, photo_id, for_press)
             VALUES ($1, $2, $3, $4)"
        ))
        .bind(id)
        .bind(position)
        .bind(photo.id())
        .bind(photo.press())
        .execute()
        .await?;
        if let Some(alt_text) = photo.alt_text() {
            tx.query(sql!("UPDATE photos SET alt_text = $2 WHERE id = $1"))
                .bind(photo.id())
                .bind(alt_text.to_owned())
                .execute()
                .await?;
        }
    }
    Ok(())
}

pub(super) async fn replace_files(
    tx: &mut Tx,
    id: AnnouncementId,
    files: &[FileChoice],
    names: &BTreeMap<FileId, String>,
) -> Result<()> {
    forget_files(tx, id).await?;
    for (position, file) in (0_i16..).zip(files) {
        let title = file.title.as_ref().map(|title| title.as_str().to_owned());
        tx.query(sql!(
            "INSERT INTO announcement_files (announcement_id, position, file_id, title, for_press)
             VALUES ($1, $2, $3, $4, $5)"
        ))
        .bind(id)
        .bind(position)
        .bind(file.id)
        .bind(title.or_else(|| names.get(&file.id).cloned()))
        .bind(file.press)
        .execute()
        .await?;
    }
    Ok(())
}

/// Lets go of all of it: what nothing shows any more is forgotten after a day.
pub(in crate::announcements) async fn forget(tx: &mut Tx, id: AnnouncementId) -> Result<()> {
    forget_photos(tx, id).await?;
    forget_files(tx, id).await
}

async fn forget_photos(tx: &mut Tx, id: AnnouncementId) -> Result<()> {
    tx.query(sql!(
        "DELETE FROM announcement_photos WHERE announcement_id = $1"
    ))
    .bind(id)
    .execute()
    .await
    .map(drop)
}

async fn forget_files(tx: &mut Tx, id: AnnouncementId) -> Result<()> {
    tx.query(sql!(
        "DELETE FROM announcement_files WHERE announcement_id = $1"
    ))
    .bind(id)
    .execute()
    .await
    .map(drop)
}
