// SPDX-License-Identifier: EUPL-1.2

//! Notices: who is to be told when, and what they were told.

use sqlx::FromRow;

use crate::{
    clock::At,
    db::{Db, Result, Tx, sql},
    id::{AccountId, CommentId, MessageId, PostId},
};

/// A notice that is due.
#[derive(FromRow)]
pub(in crate::notifications) struct Due {
    pub(in crate::notifications) account_id: AccountId,
    pub(in crate::notifications) post_id: PostId,
    pub(in crate::notifications) since: At,
    pub(in crate::notifications) last_at: At,
    /// How often its person was told.
    pub(in crate::notifications) times: i32,
    pub(in crate::notifications) message_id: Option<MessageId>,
    pub(in crate::notifications) rung_at: Option<At>,
}

/// What somebody has just been told.
pub(in crate::notifications) struct Told {
    pub(in crate::notifications) message: MessageId,
    /// Whose words stand in it.
    pub(in crate::notifications) comment: CommentId,
    pub(in crate::notifications) at: At,
    pub(in crate::notifications) rung_at: Option<At>,
    pub(in crate::notifications) not_before: At,
}

/// When the next notice is due.
pub(in crate::notifications) async fn next_due(db: &Db) -> Result<Option<At>> {
    let (due,): (Option<At>,) = db
        .query(sql!(
            "SELECT MIN(due_at) FROM social_notices WHERE due_at IS NOT NULL"
        ))
        .one()
        .await?;
    Ok(due)
}

/// Some of those that are due, held until the transaction ends; those that another process holds are left to it.
pub(in crate::notifications) async fn due(tx: &mut Tx, now: At, most: i64) -> Result<Vec<Due>> {
    tx.query(sql!(
        "SELECT account_id, post_id, since, last_at, times, message_id, rung_at
         FROM social_notices WHERE due_at <= $1 ORDER BY due_at LIMIT $2"
            ["" | " FOR UPDATE SKIP LOCKED"]
    ))
    .bind(now)
    .bind(most)
    .all()
    .await
}

/// When the person's phone was last heard because of another post.
pub(in crate::notifications) async fn last_sound(tx: &mut Tx, due: &Due) -> Result<Option<At>> {
    let (at,) = tx
        .query(sql!(
            "SELECT MAX(rung_at) FROM social_notices WHERE account_id = $1 AND post_id <> $2"
        ))
        .bind(due.account_id)
        .bind(due.post_id)
        .one()
        .await?;
    Ok(at)
}

/// The person has been told.
pub(in crate::notifications) async fn told(tx: &mut Tx, due: &Due, told: &Told) -> Result<()> {
    tx.query(sql!(
        "UPDATE social_notices SET due_at = NULL, is_held = false, times = times + 1,
            message_id = $3, comment_id = $4, told_at = $5, rung_at = $6, not_before = $7
         WHERE account_id = $1 AND post_id = $2"
    ))
    .bind(due.account_id)
    .bind(due.post_id)
    .bind(told.message)
    .bind(told.comment)
    .bind(told.at)
    .bind(told.rung_at)
    .bind(told.not_before)
    .execute()
    .await
    .map(drop)
}

/// The person is not to be disturbed until then.
pub(in crate::notifications) async fn hold(
    tx: &mut Tx,
    due: &Due,
    until: At,
    rung_at: Option<At>,
) -> Result<()> {
    tx.query(sql!(
        "UPDATE social_notices SET due_at = $3, is_held = true, rung_at = $4
         WHERE account_id = $1 AND post_id = $2"
    ))
    .bind(due.account_id)
    .bind(due.post_id)
    .bind(until)
    .bind(rung_at)
    .execute()
    .await
    .map(drop)
}

/// Forgets a notice; says what the person was told last.
pub(in crate::notifications) async fn close(
    tx: &mut Tx,
    post: PostId,
    account: AccountId,
) -> Result<Option<MessageId>> {
    let row: Option<(Option<MessageId>,)> = tx
        .query(sql!(
            "DELETE FROM social_notices WHERE account_id = $1 AND post_id = $2
             RETURNING message_id"
        ))
        .bind(account)
        .bind(post)
        .opt()
        .await?;
    Ok(row.and_then(|(message,)| message))
}

/// Whoever was told in a comment's words is told anew: it says something else now, or nothing.
pub(in crate::notifications) async fn tell_anew(
    tx: &mut Tx,
    comment: CommentId,
    now: At,
) -> Result<()> {
    tx.query(sql!(
        "UPDATE social_notices SET due_at = $2 WHERE comment_id = $1"
    ))
    .bind(comment)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// The same of all comments of a post.
pub(in crate::notifications) async fn tell_all_anew(
    tx: &mut Tx,
    post: PostId,
    now: At,
) -> Result<()> {
    tx.query(sql!(
        "UPDATE social_notices SET due_at = $2 WHERE post_id = $1"
    ))
    .bind(post)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// What waits for this person, or for anybody, need not wait any more.
pub(in crate::notifications) async fn ask_again(
    tx: &mut Tx,
    account: Option<AccountId>,
    now: At,
) -> Result<()> {
    tx.query(sql!(
        "UPDATE social_notices SET due_at = $2
         WHERE is_held AND (account_id = $1 OR CAST($1 AS " ["blob" | "uuid"] ") IS NULL)"
    ))
    .bind(account)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// Forgets notices of which the last comment was written before an instant and which were told, in portions.
pub(in crate::notifications) async fn forget(db: &Db, before: At, portion: i64) -> Result<u64> {
    db.query(sql!(
        "DELETE FROM social_notices WHERE (account_id, post_id) IN (
            SELECT account_id, post_id FROM social_notices
            WHERE due_at IS NULL AND last_at < $1 LIMIT $2)"
    ))
    .bind(before)
    .bind(portion)
    .execute()
    .await
}
