// SPDX-License-Identifier: EUPL-1.2

//! The statements that write posts.

use sqlx::FromRow;

use crate::{
    clock::At,
    db::{Db, IdList, Result, Tx, sql},
    id::{AccountId, AudienceId, ChannelId, PhotoId, PostId},
};

/// A post to be inserted.
pub(in super::super) struct Row {
    pub(in super::super) id: PostId,
    pub(in super::super) channel_id: ChannelId,
    pub(in super::super) author_id: AccountId,
    pub(in super::super) text: String,
    pub(in super::super) audience_id: AudienceId,
    pub(in super::super) created_at: At,
}

/// What a write to a post must know of it.
#[derive(FromRow)]
pub(in super::super) struct PostSubject {
    pub(in super::super) author_id: AccountId,
    pub(in super::super) text: String,
    pub(in super::super) pinned_at: Option<At>,
    pub(in super::super) channel_archived_at: Option<At>,
}

/// Waits until nobody else writes to the post, and keeps others waiting until the transaction ends. A
/// statement of its own: what is read after it is what the one before has left. SQLite has one writer anyway.
pub(in super::super) async fn lock(tx: &mut Tx, id: PostId) -> Result<()> {
    tx.query(sql!(
        "SELECT id FROM posts WHERE id = $1"["" | " FOR UPDATE"]
    ))
    .bind(id)
    .opt::<(PostId,)>()
    .await?;
    Ok(())
}

/// The post, if the reader may see it.
pub(in super::super) async fn subject(
    tx: &mut Tx,
    reader: AccountId,
    id: PostId,
) -> Result<Option<PostSubject>> {
    tx.query(sql!(
        "SELECT p.author_id, p.text, p.pinned_at, c.archived_at AS channel_archived_at
         FROM posts p JOIN channels c ON c.id = p.channel_id
         WHERE p.id = $1 AND EXISTS (
            SELECT 1 FROM post_readers r WHERE r.post_id = p.id AND r.account_id = $2)"
    ))
    .bind(id)
    .bind(reader)
    .opt()
    .await
}

pub(in super::super) async fn is_visible(db: &Db, reader: AccountId, id: PostId) -> Result<bool> {
    let row = db
        .query(sql!(
            "SELECT post_id FROM post_readers WHERE post_id = $1 AND account_id = $2"
        ))
        .bind(id)
        .bind(reader)
        .opt::<(PostId,)>()
        .await?;
    Ok(row.is_some())
}

pub(in super::super) async fn insert(tx: &mut Tx, row: Row) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO posts (id, channel_id, author_id, text, audience_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)"
    ))
    .bind(row.id)
    .bind(row.channel_id)
    .bind(row.author_id)
    .bind(row.text)
    .bind(row.audience_id)
    .bind(row.created_at)
    .execute()
    .await?;
    Ok(())
}

pub(in super::super) async fn edit(
    tx: &mut Tx,
    id: PostId,
    text: String,
    editor: AccountId,
    now: At,
) -> Result<()> {
    tx.query(sql!(
        "UPDATE posts SET text = $2, edited_at = $3, edited_by = $4 WHERE id = $1"
    ))
    .bind(id)
    .bind(text)
    .bind(now)
    .bind(editor)
    .execute()
    .await?;
    Ok(())
}

/// Hides the post from everybody and forgets its text; its photos are nobody's any more and are swept away.
pub(in super::super) async fn delete(
    tx: &mut Tx,
    id: PostId,
    deleter: AccountId,
    now: At,
) -> Result<()> {
    tx.query(sql!(
        "UPDATE posts SET text = '', deleted_at = $2, deleted_by = $3 WHERE id = $1"
    ))
    .bind(id)
    .bind(now)
    .bind(deleter)
    .execute()
    .await?;
    tx.query(sql!("DELETE FROM post_photos WHERE post_id = $1"))
        .bind(id)
        .execute()
        .await?;
    Ok(())
}

/// Pins by whom and when, or unpins.
pub(in super::super) async fn set_pin(
    tx: &mut Tx,
    id: PostId,
    pin: Option<(At, AccountId)>,
) -> Result<()> {
    tx.query(sql!(
        "UPDATE posts SET pinned_at = $2, pinned_by = $3 WHERE id = $1"
    ))
    .bind(id)
    .bind(pin.map(|(at, _)| at))
    .bind(pin.map(|(_, by)| by))
    .execute()
    .await?;
    Ok(())
}

/// Which of the photos are the owner's and stand nowhere yet.
pub(in super::super) async fn usable_photos(
    tx: &mut Tx,
    owner: AccountId,
    photos: &[PhotoId],
) -> Result<Vec<PhotoId>> {
    let rows: Vec<(PhotoId,)> = tx
        .query(sql!(
            "SELECT id FROM photos f WHERE f.owner_id = $1 AND f.id "
            ["IN (SELECT unhex(value) FROM json_each($2))" | "= ANY($2)"]
            " AND NOT EXISTS (SELECT 1 FROM post_photos u WHERE u.photo_id = f.id)
              AND NOT EXISTS (SELECT 1 FROM announcement_photos u WHERE u.photo_id = f.id)"
        ))
        .bind(owner)
        .bind(photos.iter().copied().collect::<IdList>())
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(in super::super) async fn attach(
    tx: &mut Tx,
    post: PostId,
    index: usize,
    photo: PhotoId,
) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO post_photos (post_id, position, photo_id) VALUES ($1, $2, $3)"
    ))
    .bind(post)
    .bind(i16::try_from(index).unwrap_or(i16::MAX))
    .bind(photo)
    .execute()
    .await?;
    Ok(())
}
