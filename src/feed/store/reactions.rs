// SPDX-License-Identifier: EUPL-1.2

//! The statements of reactions. The post is locked before any of them.

use super::super::reactions::{ReactionCounts, ReactionKind};
use crate::{
    clock::At,
    db::{Json, Result, Tx, sql},
    id::{AccountId, PostId},
};

/// Whether it was another before, or none.
pub(in super::super) async fn put(
    tx: &mut Tx,
    post: PostId,
    account: AccountId,
    kind: ReactionKind,
    now: At,
) -> Result<bool> {
    let changed = tx
        .query(sql!(
            "INSERT INTO reactions (post_id, account_id, kind, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (post_id, account_id)
             DO UPDATE SET kind = excluded.kind, created_at = excluded.created_at
             WHERE reactions.kind <> excluded.kind"
        ))
        .bind(post)
        .bind(account)
        .bind(kind)
        .bind(now)
        .execute()
        .await?;
    Ok(changed == 1)
}

/// Whether there was one.
pub(in super::super) async fn delete(
    tx: &mut Tx,
    post: PostId,
    account: AccountId,
) -> Result<bool> {
    let deleted = tx
        .query(sql!(
            "DELETE FROM reactions WHERE post_id = $1 AND account_id = $2"
        ))
        .bind(post)
        .bind(account)
        .execute()
        .await?;
    Ok(deleted == 1)
}

/// Counts anew, so that the count can't drift from what is counted.
pub(in super::super) async fn count(tx: &mut Tx, post: PostId) -> Result<()> {
    tx.query(sql!(
        "UPDATE posts SET reaction_counts = coalesce((
            SELECT " ["json_group_object" | "jsonb_object_agg"] "(kind, people) FROM (
                SELECT kind, COUNT(*) AS people FROM reactions WHERE post_id = $1 GROUP BY kind) kinds
         ), '{}') WHERE id = $1"
    ))
    .bind(post)
    .execute()
    .await?;
    Ok(())
}

pub(in super::super) async fn counts(tx: &mut Tx, post: PostId) -> Result<ReactionCounts> {
    let (Json(counts),): (Json<ReactionCounts>,) = tx
        .query(sql!("SELECT reaction_counts FROM posts WHERE id = $1"))
        .bind(post)
        .one()
        .await?;
    Ok(counts)
}
