// SPDX-License-Identifier: EUPL-1.2

//! Who may know of what, for many at once. The view `post_people` is `post_readers` and, beside it, whoever read a
//! post until it was deleted.

use uuid::Uuid;

use crate::{
    changes::Known,
    db::{Db, IdList, Result, sql},
    id::{AccountId, ChannelId, CommentId, Id, PostId},
};

pub(in super::super) async fn channels(
    db: &Db,
    channels: &[Uuid],
    readers: &[AccountId],
) -> Result<Vec<Known>> {
    let rows: Vec<(ChannelId, AccountId)> = db
        .query(sql!(
            "SELECT r.channel_id, r.account_id FROM channel_readers r
             WHERE r.channel_id " ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
             " AND r.account_id " ["IN (SELECT unhex(value) FROM json_each($2))" | "= ANY($2)"]
        ))
        .bind(ids(channels))
        .bind(readers.iter().copied().collect::<IdList>())
        .all()
        .await?;
    let known = |(channel, reader): (ChannelId, _)| Known {
        subject: channel.uuid(),
        reader,
        post: None,
        gone: false,
    };
    Ok(rows.into_iter().map(known).collect())
}

pub(in super::super) async fn posts(
    db: &Db,
    posts: &[Uuid],
    readers: &[AccountId],
) -> Result<Vec<Known>> {
    let rows: Vec<(PostId, AccountId, bool)> = db
        .query(sql!(
            "SELECT r.post_id, r.account_id, r.deleted_at IS NOT NULL FROM post_people r
             WHERE r.post_id " ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
             " AND r.account_id " ["IN (SELECT unhex(value) FROM json_each($2))" | "= ANY($2)"]
        ))
        .bind(ids(posts))
        .bind(readers.iter().copied().collect::<IdList>())
        .all()
        .await?;
    let known = |(post, reader, gone): (PostId, _, _)| Known {
        subject: post.uuid(),
        reader,
        post: None,
        gone,
    };
    Ok(rows.into_iter().map(known).collect())
}

/// With its post, a comment is gone too.
pub(in super::super) async fn comments(
    db: &Db,
    comments: &[Uuid],
    readers: &[AccountId],
) -> Result<Vec<Known>> {
    let rows: Vec<(CommentId, AccountId, PostId, bool)> = db
        .query(sql!(
            "SELECT c.id, r.account_id, c.post_id,
                    c.deleted_at IS NOT NULL OR r.deleted_at IS NOT NULL
             FROM comments c JOIN post_people r ON r.post_id = c.post_id
             WHERE c.id " ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
             " AND r.account_id " ["IN (SELECT unhex(value) FROM json_each($2))" | "= ANY($2)"]
        ))
        .bind(ids(comments))
        .bind(readers.iter().copied().collect::<IdList>())
        .all()
        .await?;
    let known = |(comment, reader, post, gone): (CommentId, _, _, _)| Known {
        subject: comment.uuid(),
        reader,
        post: Some(post),
        gone,
    };
    Ok(rows.into_iter().map(known).collect())
}

fn ids(subjects: &[Uuid]) -> IdList {
    subjects.iter().copied().map(Id::<()>::from_uuid).collect()
}
