// SPDX-License-Identifier: EUPL-1.2

//! The statements of photos.

use super::{Photo, Size, Variant};
use crate::{
    clock::At,
    db::{Db, DbError, Result, sql},
    id::{AccountId, AnnouncementId, PhotoId},
    people::access::{Employee, Role},
};

/// A photo with one of its variants.
#[derive(sqlx::FromRow)]
struct Row {
    id: PhotoId,
    owner_id: AccountId,
    width: i32,
    height: i32,
    placeholder: String,
    alt_text: String,
    created_at: At,
    size: Size,
    variant_width: i32,
    variant_height: i32,
    bytes: i64,
    media_type: String,
    object_key: String,
}

/// The photo, if this person may see it. **This is the one place that says who may see a photo:**
///
/// - its owner;
/// - whoever may read a post that shows it (the view `post_readers`);
/// - whoever may know of an announcement that shows it (the view `visible_announcements`: released, not
///   withdrawn, in its audience); editors at any time.
///
/// One statement, whether the photo is hidden or does not exist, so that the two can't be told apart.
pub(super) async fn find_visible(db: &Db, reader: &Employee, id: PhotoId) -> Result<Option<Photo>> {
    let rows: Vec<Row> = db
        .query(sql!(
            "SELECT p.id, p.owner_id, p.width, p.height, p.placeholder, p.alt_text, p.created_at,
                v.size, v.width AS variant_width, v.height AS variant_height, v.bytes, v.media_type,
                v.object_key
             FROM photos p JOIN photo_variants v ON v.photo_id = p.id
             WHERE p.id = $1 AND (p.owner_id = $2
                OR EXISTS (SELECT 1 FROM post_photos pp
                    JOIN post_readers r ON r.post_id = pp.post_id
                    WHERE pp.photo_id = p.id AND r.account_id = $2)
                OR EXISTS (SELECT 1 FROM announcement_photos ap
                    JOIN visible_announcements n ON n.id = ap.announcement_id
                    WHERE ap.photo_id = p.id AND n.reader_id = $2)
                OR ($3 AND EXISTS (SELECT 1 FROM announcement_photos ap
                    WHERE ap.photo_id = p.id)))"
        ))
        .bind(id)
        .bind(reader.account())
        .bind(reader.has(Role::Editor))
        .all()
        .await?;
    photo(rows)
}

/// The photo, if the press may have it: the announcement is in the view `press_announcements`, and its editors give
/// the photo to the press.
pub(super) async fn find_for_press(
    db: &Db,
    announcement: AnnouncementId,
    id: PhotoId,
) -> Result<Option<Photo>> {
    let rows: Vec<Row> = db
        .query(sql!(
            "SELECT p.id, p.owner_id, p.width, p.height, p.placeholder, p.alt_text, p.created_at,
                v.size, v.width AS variant_width, v.height AS variant_height, v.bytes, v.media_type,
                v.object_key
             FROM press_announcements n
             JOIN announcement_photos ap ON ap.announcement_id = n.id AND ap.for_press
             JOIN photos p ON p.id = ap.photo_id
             JOIN photo_variants v ON v.photo_id = p.id
             WHERE n.id = $1 AND p.id = $2"
        ))
        .bind(announcement)
        .bind(id)
        .all()
        .await?;
    photo(rows)
}

pub(super) async fn insert(db: &Db, photo: &Photo) -> Result<()> {
    let mut tx = db.begin().await?;
    tx.query(sql!(
        "INSERT INTO photos (id, owner_id, width, height, placeholder, alt_text, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ))
    .bind(photo.id)
    .bind(photo.owner)
    .bind(integer(photo.width))
    .bind(integer(photo.height))
    .bind(photo.placeholder.clone())
    .bind(photo.alt_text.clone().unwrap_or_default())
    .bind(photo.created_at)
    .execute()
    .await?;
    for variant in &photo.variants {
        tx.query(sql!(
            "INSERT INTO photo_variants
                (photo_id, size, width, height, bytes, media_type, object_key)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ))
        .bind(photo.id)
        .bind(variant.size)
        .bind(integer(variant.width))
        .bind(integer(variant.height))
        .bind(i64::try_from(variant.bytes).unwrap_or(i64::MAX))
        .bind(variant.media_type.clone())
        .bind(variant.key.clone())
        .execute()
        .await?;
    }
    tx.commit().await
}

/// `false`: an announcement shows it, and its words are the announcement's.
pub(super) async fn describe(db: &Db, id: PhotoId, alt_text: Option<&str>) -> Result<bool> {
    let mut tx = db.begin().await?;
    // Held, so that no announcement comes to show it between this and the next statement.
    tx.query(sql!(
        "SELECT id FROM photos WHERE id = $1"["" | " FOR UPDATE"]
    ))
    .bind(id)
    .opt::<(PhotoId,)>()
    .await?;
    let described = tx
        .query(sql!(
            "UPDATE photos SET alt_text = $2 WHERE id = $1
             AND NOT EXISTS (SELECT 1 FROM announcement_photos ap WHERE ap.photo_id = $1)"
        ))
        .bind(id)
        .bind(alt_text.unwrap_or_default().to_owned())
        .execute()
        .await?;
    tx.commit().await?;
    Ok(described == 1)
}

/// How many of a person's photos nothing shows.
pub(super) async fn count_unattached(db: &Db, owner: AccountId) -> Result<i64> {
    let (count,) = db
        .query(sql!(
            "SELECT COUNT(*) FROM photos p WHERE p.owner_id = $1
             AND NOT EXISTS (SELECT 1 FROM post_photos pp WHERE pp.photo_id = p.id)
             AND NOT EXISTS (SELECT 1 FROM announcement_photos ap WHERE ap.photo_id = p.id)"
        ))
        .bind(owner)
        .one()
        .await?;
    Ok(count)
}

/// Up to `limit` photos older than this that nothing shows, oldest first.
pub(super) async fn unattached_before(db: &Db, before: At, limit: i64) -> Result<Vec<PhotoId>> {
    let rows: Vec<(PhotoId,)> = db
        .query(sql!(
            "SELECT p.id FROM photos p WHERE p.created_at < $1
             AND NOT EXISTS (SELECT 1 FROM post_photos pp WHERE pp.photo_id = p.id)
             AND NOT EXISTS (SELECT 1 FROM announcement_photos ap WHERE ap.photo_id = p.id)
             ORDER BY p.created_at LIMIT $2"
        ))
        .bind(before)
        .bind(limit)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Deletes a photo that nothing shows and returns its objects' keys. `None`: something shows it (by now),
/// or it is gone.
pub(super) async fn remove_unattached(db: &Db, id: PhotoId) -> Result<Option<Vec<String>>> {
    let mut tx = db.begin().await?;
    let keys: Vec<(String,)> = tx
        .query(sql!(
            "DELETE FROM photo_variants WHERE photo_id = $1
             AND NOT EXISTS (SELECT 1 FROM post_photos pp WHERE pp.photo_id = $1)
             AND NOT EXISTS (SELECT 1 FROM announcement_photos ap WHERE ap.photo_id = $1)
             RETURNING object_key"
        ))
        .bind(id)
        .all()
        .await?;
    if keys.is_empty() {
        return Ok(None);
    }
    let deleted = tx
        .query(sql!("DELETE FROM photos WHERE id = $1"))
        .bind(id)
        .execute()
        .await;
    match deleted {
        Ok(_) => tx.commit().await?,
        // PostgreSQL: a post that shows it was committed between the two statements.
        Err(error) if error.is_foreign_key_violation() => return Ok(None),
        Err(error) => return Err(error),
    }
    Ok(Some(keys.into_iter().map(|(key,)| key).collect()))
}

pub(super) async fn exists(db: &Db, id: PhotoId) -> Result<bool> {
    let row: Option<(i32,)> = db
        .query(sql!("SELECT 1 FROM photos WHERE id = $1"))
        .bind(id)
        .opt()
        .await?;
    Ok(row.is_some())
}

fn photo(rows: Vec<Row>) -> Result<Option<Photo>> {
    let mut photo: Option<Photo> = None;
    for row in rows {
        let variant = Variant {
            size: row.size,
            width: pixels(row.variant_width, row.id)?,
            height: pixels(row.variant_height, row.id)?,
            bytes: u64::try_from(row.bytes).map_err(|_| impossible(row.id))?,
            media_type: row.media_type,
            key: row.object_key,
        };
        if let Some(photo) = &mut photo {
            photo.variants.push(variant);
            continue;
        }
        photo = Some(Photo {
            id: row.id,
            owner: row.owner_id,
            width: pixels(row.width, row.id)?,
            height: pixels(row.height, row.id)?,
            placeholder: row.placeholder,
            alt_text: Some(row.alt_text).filter(|text| !text.is_empty()),
            created_at: row.created_at,
            variants: vec![variant],
        });
    }
    if let Some(photo) = &mut photo {
        photo.variants.sort_by_key(|variant| variant.size);
    }
    Ok(photo)
}

fn pixels(number: i32, id: PhotoId) -> Result<u32> {
    u32::try_from(number).map_err(|_| impossible(id))
}

fn impossible(id: PhotoId) -> DbError {
    DbError::Impossible {
        table: "photos",
        id: id.to_string(),
        what: "a negative measure",
    }
}

/// A measure of at most 65,535 (what a JPEG can have) as the column's type.
fn integer(pixels: u32) -> i32 {
    i32::try_from(pixels).unwrap_or(i32::MAX)
}
