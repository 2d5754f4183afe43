// SPDX-License-Identifier: EUPL-1.2

//! Who expects to hear of a comment.

use sqlx::FromRow;

use crate::{
    clock::At,
    db::{Result, Tx, sql},
    id::{AccountId, CommentId, PostId},
    notifications::policy::MOST_IN_THREAD,
};

/// A comment that was written.
#[derive(FromRow)]
pub(in crate::notifications) struct Written {
    id: CommentId,
    pub(in crate::notifications) post_id: PostId,
    thread_id: CommentId,
    pub(in crate::notifications) author_id: AccountId,
    pub(in crate::notifications) created_at: At,
}

/// The comment, if it still stands.
pub(in crate::notifications) async fn comment(
    tx: &mut Tx,
    comment: CommentId,
) -> Result<Option<Written>> {
    tx.query(sql!(
        "SELECT id, post_id, thread_id, author_id, created_at FROM comments
         WHERE id = $1 AND deleted_at IS NULL"
    ))
    .bind(comment)
    .opt()
    .await
}

/// Writes a notice for everybody who expects to hear of the comment, may read it, wants notices and has a phone; or
/// adds it to theirs. A notice of which the last comment was written before `over_before`, and told, begins anew.
pub(in crate::notifications) async fn note(
    tx: &mut Tx,
    comment: &Written,
    now: At,
    over_before: At,
) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO social_notices (account_id, post_id, since, last_at, due_at)
         SELECT w.account_id, p.id, $5, $5, $6
         FROM posts p CROSS JOIN (
            SELECT author_id AS account_id FROM posts WHERE id = $1
            UNION
            SELECT author_id FROM comments WHERE id = $2 AND deleted_at IS NULL
            UNION
            SELECT author_id FROM (
                SELECT author_id FROM comments
                WHERE thread_id = $2 AND id <> $3 AND deleted_at IS NULL
                ORDER BY id DESC LIMIT $8) AS talked) AS w
         WHERE p.id = $1 AND w.account_id <> $4
           AND EXISTS (SELECT 1 FROM post_readers r
                       WHERE r.post_id = $1 AND r.account_id = w.account_id)
           AND EXISTS (SELECT 1 FROM devices d
                       WHERE d.account_id = w.account_id AND d.removed_at IS NULL)
           AND NOT EXISTS (SELECT 1 FROM social_notices_off o WHERE o.account_id = w.account_id)
         ON CONFLICT (account_id, post_id) DO UPDATE SET
            since = CASE WHEN social_notices.due_at IS NULL AND social_notices.last_at < $7
                         THEN excluded.since ELSE social_notices.since END,
            times = CASE WHEN social_notices.due_at IS NULL AND social_notices.last_at < $7
                         THEN 0 ELSE social_notices.times END,
            rung_at = CASE WHEN social_notices.due_at IS NULL AND social_notices.last_at < $7
                           THEN NULL ELSE social_notices.rung_at END,
            due_at = CASE WHEN social_notices.due_at IS NOT NULL THEN social_notices.due_at
                          WHEN social_notices.last_at >= $7 AND social_notices.not_before > $6
                          THEN social_notices.not_before
                          ELSE excluded.due_at END,
            last_at = excluded.last_at"
    ))
    .bind(comment.post_id)
    .bind(comment.thread_id)
    .bind(comment.id)
    .bind(comment.author_id)
    .bind(comment.created_at)
    .bind(now)
    .bind(over_before)
    .bind(MOST_IN_THREAD)
    .execute()
    .await
    .map(drop)
}
