// SPDX-License-Identifier: EUPL-1.2

//! The statements of comments. Whoever calls them has seen that the post is visible.

use sqlx::FromRow;

use super::super::{
    Author,
    comments::{Comment, CommentPlace, CommentWords},
};
use crate::{
    clock::At,
    db::{Db, Result, Tx, sql},
    id::{AccountId, CommentId, PostId},
};

/// A comment to be inserted; its thread is itself or the comment that it replies to.
pub(in super::super) struct Row {
    pub(in super::super) id: CommentId,
    pub(in super::super) post_id: PostId,
    pub(in super::super) thread_id: CommentId,
    pub(in super::super) author_id: AccountId,
    pub(in super::super) text: String,
    pub(in super::super) created_at: At,
}

/// What a write to a comment, or a reply to it, must know of it.
#[derive(FromRow)]
pub(in super::super) struct CommentSubject {
    pub(in super::super) post_id: PostId,
    pub(in super::super) thread_id: CommentId,
    pub(in super::super) author_id: AccountId,
    pub(in super::super) text: String,
}

#[derive(FromRow)]
struct CommentRow {
    id: CommentId,
    thread_id: CommentId,
    author_id: AccountId,
    author_name: String,
    author_unit: String,
    text: String,
    created_at: At,
    edited_at: Option<At>,
    edited_by: Option<AccountId>,
    deleted_at: Option<At>,
}

impl From<CommentRow> for Comment {
    fn from(row: CommentRow) -> Self {
        let words = CommentWords {
            author: Author {
                id: row.author_id,
                name: row.author_name,
                unit: row.author_unit,
            },
            text: row.text,
            edited_at: row.edited_at,
            edited_by_moderation: row.edited_by.is_some_and(|by| by != row.author_id),
        };
        Self {
            id: row.id,
            parent_id: Some(row.thread_id).filter(|thread| *thread != row.id),
            created_at: row.created_at,
            words: row.deleted_at.is_none().then_some(words),
        }
    }
}

/// Threads by age, in each the comment and then its replies, after a place. A deleted comment is left out
/// unless it has replies to hold a place for.
pub(in super::super) async fn page(
    db: &Db,
    post: PostId,
    after: Option<CommentPlace>,
    limit: i64,
) -> Result<Vec<Comment>> {
    let rows: Vec<CommentRow> = db
        .query(sql!(
            "SELECT c.id, c.thread_id, c.author_id, a.given_name || ' ' || a.family_name AS author_name,
                u.name AS author_unit, c.text, c.created_at, c.edited_at, c.edited_by, c.deleted_at
             FROM comments c JOIN accounts a ON a.id = c.author_id JOIN org_units u ON u.id = a.unit_id
             WHERE c.post_id = $1
               AND (c.thread_id > $2 OR $2 IS NULL
                 OR (c.thread_id = $2 AND (c.id <> c.thread_id, c.id) > ($3 <> $2, $3)))
               AND (c.deleted_at IS NULL OR EXISTS (
                 SELECT 1 FROM comments reply WHERE reply.thread_id = c.id AND reply.id <> c.id
                   AND reply.deleted_at IS NULL))
             ORDER BY c.thread_id, c.id <> c.thread_id, c.id LIMIT $4"
        ))
        .bind(post)
        .bind(after.map(CommentPlace::thread))
        .bind(after.map(CommentPlace::comment))
        .bind(limit)
        .all()
        .await?;
    Ok(rows.into_iter().map(Comment::from).collect())
}

/// One that was just written.
pub(in super::super) async fn one(tx: &mut Tx, id: CommentId) -> Result<Comment> {
    let row: CommentRow = tx
        .query(sql!(
            "SELECT c.id, c.thread_id, c.author_id, a.given_name || ' ' || a.family_name AS author_name,
                u.name AS author_unit, c.text, c.created_at, c.edited_at, c.edited_by, c.deleted_at
             FROM comments c JOIN accounts a ON a.id = c.author_id JOIN org_units u ON u.id = a.unit_id
             WHERE c.id = $1"
        ))
        .bind(id)
        .one()
        .await?;
    Ok(row.into())
}

/// Which post the comment stands under; that never changes.
pub(in super::super) async fn post_of(tx: &mut Tx, id: CommentId) -> Result<Option<PostId>> {
    let row: Option<(PostId,)> = tx
        .query(sql!("SELECT post_id FROM comments WHERE id = $1"))
        .bind(id)
        .opt()
        .await?;
    Ok(row.map(|(post,)| post))
}

/// The comment, unless it is deleted.
pub(in super::super) async fn subject(
    tx: &mut Tx,
    id: CommentId,
) -> Result<Option<CommentSubject>> {
    tx.query(sql!(
        "SELECT post_id, thread_id, author_id, text FROM comments
         WHERE id = $1 AND deleted_at IS NULL"
    ))
    .bind(id)
    .opt()
    .await
}

pub(in super::super) async fn insert(tx: &mut Tx, row: Row) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO comments (id, post_id, thread_id, author_id, text, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)"
    ))
    .bind(row.id)
    .bind(row.post_id)
    .bind(row.thread_id)
    .bind(row.author_id)
    .bind(row.text)
    .bind(row.created_at)
    .execute()
    .await?;
    Ok(())
}

/// One comment more or less under the post.
pub(in super::super) async fn count(tx: &mut Tx, post: PostId, by: i32) -> Result<()> {
    tx.query(sql!(
        "UPDATE posts SET comment_count = comment_count + $2 WHERE id = $1"
    ))
    .bind(post)
    .bind(by)
    .execute()
    .await?;
    Ok(())
}

pub(in super::super) async fn edit(
    tx: &mut Tx,
    id: CommentId,
    text: String,
    editor: AccountId,
    now: At,
) -> Result<()> {
    tx.query(sql!(
        "UPDATE comments SET text = $2, edited_at = $3, edited_by = $4 WHERE id = $1"
    ))
    .bind(id)
    .bind(text)
    .bind(now)
    .bind(editor)
    .execute()
    .await?;
    Ok(())
}

/// Forgets the text; the row stays, because replies may stand under it.
pub(in super::super) async fn delete(
    tx: &mut Tx,
    id: CommentId,
    deleter: AccountId,
    now: At,
) -> Result<()> {
    tx.query(sql!(
        "UPDATE comments SET text = '', deleted_at = $2, deleted_by = $3 WHERE id = $1"
    ))
    .bind(id)
    .bind(now)
    .bind(deleter)
    .execute()
    .await?;
    Ok(())
}
