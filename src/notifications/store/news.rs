// SPDX-License-Identifier: EUPL-1.2

//! What there is to tell somebody of a post's comments, as it is now.

use sqlx::FromRow;

use super::notices::Due;
use crate::{
    db::{Db, Result, Tx, sql},
    id::{AccountId, CommentId, MessageId},
    notifications::policy::MOST_COUNTED,
};

/// What has been said.
#[derive(FromRow)]
pub(in crate::notifications) struct News {
    /// How many comments, the last one among them.
    pub(in crate::notifications) count: i64,
    /// Whether the post is the reader's own.
    pub(in crate::notifications) is_own_post: bool,
    pub(in crate::notifications) comment_id: CommentId,
    pub(in crate::notifications) author_name: String,
    pub(in crate::notifications) text: String,
}

/// What has come in for a person since their notice began, of what they may read now; `None`: nothing (any more), or
/// they want to hear nothing.
pub(in crate::notifications) async fn of(tx: &mut Tx, due: &Due) -> Result<Option<News>> {
    tx.query(sql!(
        "WITH news AS (
            SELECT c.id, c.created_at, p.author_id = $1 AS is_own_post
            FROM comments c JOIN posts p ON p.id = c.post_id
            WHERE c.post_id = $2 AND c.created_at >= $3 AND c.author_id <> $1
              AND c.deleted_at IS NULL
              AND (p.author_id = $1 OR c.thread_id IN (
                SELECT mine.thread_id FROM comments mine
                WHERE mine.post_id = $2 AND mine.author_id = $1 AND mine.deleted_at IS NULL))
              AND EXISTS (SELECT 1 FROM post_readers r WHERE r.post_id = $2 AND r.account_id = $1)
              AND NOT EXISTS (SELECT 1 FROM social_notices_off o WHERE o.account_id = $1)
            ORDER BY c.created_at DESC, c.id DESC LIMIT $4)
         SELECT (SELECT COUNT(*) FROM news) AS count, n.is_own_post, c.id AS comment_id,
                a.given_name || ' ' || a.family_name AS author_name, c.text
         FROM news n JOIN comments c ON c.id = n.id JOIN accounts a ON a.id = c.author_id
         ORDER BY n.created_at DESC, n.id DESC LIMIT 1"
    ))
    .bind(due.account_id)
    .bind(due.post_id)
    .bind(due.since)
    .bind(MOST_COUNTED)
    .opt()
    .await
}

/// Writes the one person who is meant.
pub(in crate::notifications) async fn add_recipient(
    tx: &mut Tx,
    message: MessageId,
    account: AccountId,
) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO push_recipients (message_id, account_id) VALUES ($1, $2)"
    ))
    .bind(message)
    .bind(account)
    .execute()
    .await
    .map(drop)
}

/// Whether a message is what its person was told last, and they may still read the words in it, which are still so.
pub(in crate::notifications) async fn still_stands(db: &Db, message: MessageId) -> Result<bool> {
    let row: Option<(i32,)> = db
        .query(sql!(
            "SELECT 1 FROM social_notices n JOIN comments c ON c.id = n.comment_id
             WHERE n.message_id = $1 AND c.deleted_at IS NULL
               AND (c.edited_at IS NULL OR c.edited_at <= n.told_at)
               AND EXISTS (SELECT 1 FROM post_readers r
                           WHERE r.post_id = n.post_id AND r.account_id = n.account_id)
               AND NOT EXISTS (SELECT 1 FROM social_notices_off o
                               WHERE o.account_id = n.account_id)"
        ))
        .bind(message)
        .opt()
        .await?;
    Ok(row.is_some())
}
