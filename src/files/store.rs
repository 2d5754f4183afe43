// SPDX-License-Identifier: EUPL-1.2

//! The statements of files.

use super::{File, FileKind};
use crate::{
    clock::At,
    db::{Db, DbError, Result, sql},
    id::{AccountId, AnnouncementId, FileId},
    people::access::{Employee, Role},
};

#[derive(sqlx::FromRow)]
struct Row {
    id: FileId,
    owner_id: AccountId,
    name: String,
    kind: FileKind,
    bytes: i64,
    object_key: String,
    created_at: At,
}

impl Row {
    fn file(self) -> Result<File> {
        let bytes = u64::try_from(self.bytes).map_err(|_| DbError::Impossible {
            table: "files",
            id: self.id.to_string(),
            what: "a negative length",
        })?;
        Ok(File {
            id: self.id,
            owner: self.owner_id,
            name: self.name,
            kind: self.kind,
            bytes,
            created_at: self.created_at,
            key: self.object_key,
        })
    }
}

/// The file, if this person may have it. **This is the one place that says who may have a file:**
///
/// - its owner;
/// - whoever may know of an announcement that carries it (the view `visible_announcements`: released, not
///   withdrawn, in its audience); editors at any time.
///
/// One statement, whether the file is hidden or does not exist, so that the two can't be told apart.
pub(super) async fn find_visible(db: &Db, reader: &Employee, id: FileId) -> Result<Option<File>> {
    let row: Option<Row> = db
        .query(sql!(
            "SELECT f.id, f.owner_id, f.name, f.kind, f.bytes, f.object_key, f.created_at
             FROM files f
             WHERE f.id = $1 AND (f.owner_id = $2
                OR EXISTS (SELECT 1 FROM announcement_files af
                    JOIN visible_announcements n ON n.id = af.announcement_id
                    WHERE af.file_id = f.id AND n.reader_id = $2)
                OR ($3 AND EXISTS (SELECT 1 FROM announcement_files af WHERE af.file_id = f.id)))"
        ))
        .bind(id)
        .bind(reader.account())
        .bind(reader.has(Role::Editor))
        .opt()
        .await?;
    row.map(Row::file).transpose()
}

/// The file, if the press may have it: the announcement is in the view `press_announcements`, and its editors give the
/// file to the press.
pub(super) async fn find_for_press(
    db: &Db,
    announcement: AnnouncementId,
    id: FileId,
) -> Result<Option<File>> {
    let row: Option<Row> = db
        .query(sql!(
            "SELECT f.id, f.owner_id, f.name, f.kind, f.bytes, f.object_key, f.created_at
             FROM press_announcements n
             JOIN announcement_files af ON af.announcement_id = n.id AND af.for_press
             JOIN files f ON f.id = af.file_id
             WHERE n.id = $1 AND f.id = $2"
        ))
        .bind(announcement)
        .bind(id)
        .opt()
        .await?;
    row.map(Row::file).transpose()
}

pub(super) async fn insert(db: &Db, file: &File) -> Result<()> {
    db.query(sql!(
        "INSERT INTO files (id, owner_id, name, kind, bytes, object_key, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ))
    .bind(file.id)
    .bind(file.owner)
    .bind(file.name.clone())
    .bind(file.kind)
    .bind(i64::try_from(file.bytes).unwrap_or(i64::MAX))
    .bind(file.key.clone())
    .bind(file.created_at)
    .execute()
    .await
    .map(drop)
}

/// How many of a person's files nothing carries.
pub(super) async fn count_unattached(db: &Db, owner: AccountId) -> Result<i64> {
    let (count,) = db
        .query(sql!(
            "SELECT COUNT(*) FROM files f WHERE f.owner_id = $1
             AND NOT EXISTS (SELECT 1 FROM announcement_files af WHERE af.file_id = f.id)"
        ))
        .bind(owner)
        .one()
        .await?;
    Ok(count)
}

/// Up to `limit` files older than this that nothing carries, oldest first.
pub(super) async fn unattached_before(db: &Db, before: At, limit: i64) -> Result<Vec<FileId>> {
    let rows: Vec<(FileId,)> = db
        .query(sql!(
            "SELECT f.id FROM files f WHERE f.created_at < $1
             AND NOT EXISTS (SELECT 1 FROM announcement_files af WHERE af.file_id = f.id)
             ORDER BY f.created_at LIMIT $2"
        ))
        .bind(before)
        .bind(limit)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Deletes a file that nothing carries and returns its object's key. `None`: something carries it (by now), or it is
/// gone.
pub(super) async fn remove_unattached(db: &Db, id: FileId) -> Result<Option<String>> {
    let deleted: Result<Option<(String,)>> = db
        .query(sql!(
            "DELETE FROM files WHERE id = $1
             AND NOT EXISTS (SELECT 1 FROM announcement_files af WHERE af.file_id = $1)
             RETURNING object_key"
        ))
        .bind(id)
        .opt()
        .await;
    match deleted {
        Ok(deleted) => Ok(deleted.map(|(key,)| key)),
        // PostgreSQL: an announcement that carries it was committed meanwhile.
        Err(error) if error.is_foreign_key_violation() => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) async fn exists(db: &Db, id: FileId) -> Result<bool> {
    let row: Option<(i32,)> = db
        .query(sql!("SELECT 1 FROM files WHERE id = $1"))
        .bind(id)
        .opt()
        .await?;
    Ok(row.is_some())
}
