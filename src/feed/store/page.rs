// SPDX-License-Identifier: EUPL-1.2

//! The one statement that shows posts: a page of them, or a single one.
//!
//! It is what phones ask most, so everything is in it (authors, photos, counts, one's own reaction, the
//! pinned ones), and the database folds the rows into one JSON text: sqlx hands rows over one by one from
//! SQLite's thread, which costs more than parsing the text does.

use serde::Deserialize;
use uuid::Uuid;

use super::super::{
    Author,
    posts::{Post, PostPhoto},
    reactions::{ReactionCounts, ReactionKind},
};
use crate::{
    clock::At,
    db::{Db, DbError, Json, Result, sql},
    id::{AccountId, ChannelId, Id, PostId},
};

/// Which posts.
#[derive(Clone, Copy)]
pub(in super::super) struct Wanted {
    /// From this id to that one, both included: ids are in the order of time.
    from: Uuid,
    to: Uuid,
    limit: i64,
    channel: Option<ChannelId>,
    pins: i64,
}

impl Wanted {
    /// Up to `limit` older than a post, or the newest there are.
    pub(in super::super) fn older_than(post: Option<PostId>, limit: i64) -> Self {
        let before = |post: PostId| Uuid::from_u128(post.uuid().as_u128().saturating_sub(1));
        Self {
            from: Uuid::nil(),
            to: post.map_or(Uuid::max(), before),
            limit,
            channel: None,
            pins: 0,
        }
    }

    pub(in super::super) fn in_channel(self, channel: Option<ChannelId>) -> Self {
        Self { channel, ..self }
    }

    /// And up to `pins` of the pinned ones, of any time.
    pub(in super::super) fn with_pins(self, pins: i64) -> Self {
        Self { pins, ..self }
    }

    pub(in super::super) fn only(post: PostId) -> Self {
        Self {
            from: post.uuid(),
            to: post.uuid(),
            limit: 1,
            channel: None,
            pins: 0,
        }
    }
}

pub(in super::super) struct WholePage {
    /// The last pinned first.
    pub(in super::super) pinned: Vec<Post>,
    /// The newest first; pinned ones are among them.
    pub(in super::super) posts: Vec<Post>,
}

/// A post as the database folds it. Truth is 0 or 1, time is microseconds: SQLite's JSON knows neither.
#[derive(Deserialize)]
struct Folded {
    /// Chosen for being pinned, not for its time.
    on_top: u8,
    id: Uuid,
    channel: Uuid,
    author: Uuid,
    author_name: String,
    author_unit: String,
    text: String,
    created: i64,
    edited: Option<i64>,
    moderated: u8,
    pinned: Option<i64>,
    comments: u32,
    reactions: ReactionCounts,
    mine: Option<ReactionKind>,
    photos: Option<Vec<FoldedPhoto>>,
}

#[derive(Deserialize)]
struct FoldedPhoto {
    id: Uuid,
    position: u8,
    width: u32,
    height: u32,
    placeholder: String,
    alt_text: String,
}

/// What the reader may see of the posts that are wanted.
pub(in super::super) async fn page(
    db: &Db,
    reader: AccountId,
    wanted: Wanted,
) -> Result<WholePage> {
    let (Json(rows),): (Json<Vec<Folded>>,) = db
        .query(sql!(
            "SELECT " ["json_group_array(json_object(" | "coalesce(json_agg(json_build_object("]
                "'on_top', wanted.on_top,
                'id', " ["hex(p.id)" | "p.id"] ",
                'channel', " ["hex(p.channel_id)" | "p.channel_id"] ",
                'author', " ["hex(p.author_id)" | "p.author_id"] ",
                'author_name', a.given_name || ' ' || a.family_name,
                'author_unit', u.name,
                'text', p.text,
                'created', "
                    ["p.created_at" | "(extract(epoch FROM p.created_at) * 1000000)::bigint"] ",
                'edited', "
                    ["p.edited_at" | "(extract(epoch FROM p.edited_at) * 1000000)::bigint"] ",
                'moderated', CASE WHEN p.edited_by <> p.author_id THEN 1 ELSE 0 END,
                'pinned', "
                    ["p.pinned_at" | "(extract(epoch FROM p.pinned_at) * 1000000)::bigint"] ",
                'comments', p.comment_count,
                'reactions', " ["json(p.reaction_counts)" | "p.reaction_counts"] ",
                'mine', mine.kind,
                'photos', (SELECT " ["json_group_array(json_object(" | "json_agg(json_build_object("]
                        "'id', " ["hex(f.id)" | "f.id"] ",
                        'position', pp.position, 'width', f.width, 'height', f.height,
                        'placeholder', f.placeholder, 'alt_text', f.alt_text))
                    FROM post_photos pp JOIN photos f ON f.id = pp.photo_id
                    WHERE pp.post_id = p.id)"
            ["))" | ")), '[]')"]
            " FROM (
                SELECT id, 0 AS on_top FROM (
                    SELECT p.id FROM posts p
                    WHERE p.deleted_at IS NULL AND p.id BETWEEN $1 AND $2
                      AND (p.channel_id = $3 OR $3 IS NULL) AND EXISTS (
                        SELECT 1 FROM post_readers r WHERE r.post_id = p.id AND r.account_id = $4)
                    ORDER BY p.id DESC LIMIT $5) newest
                UNION ALL
                SELECT id, 1 AS on_top FROM (
                    SELECT p.id FROM posts p
                    WHERE p.deleted_at IS NULL AND p.pinned_at IS NOT NULL
                      AND (p.channel_id = $3 OR $3 IS NULL) AND EXISTS (
                        SELECT 1 FROM post_readers r WHERE r.post_id = p.id AND r.account_id = $4)
                    ORDER BY p.pinned_at DESC LIMIT $6) pins
             ) wanted
             JOIN posts p ON p.id = wanted.id
             JOIN accounts a ON a.id = p.author_id
             JOIN org_units u ON u.id = a.unit_id
             LEFT JOIN reactions mine ON mine.post_id = p.id AND mine.account_id = $4"
        ))
        .bind(wanted.from)
        .bind(wanted.to)
        .bind(wanted.channel)
        .bind(reader)
        .bind(wanted.limit)
        .bind(wanted.pins)
        .one()
        .await?;
    let (mut pinned, mut posts): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.on_top == 1);
    pinned.sort_unstable_by_key(|row| std::cmp::Reverse(row.pinned));
    posts.sort_unstable_by_key(|row| std::cmp::Reverse(row.id));
    Ok(WholePage {
        pinned: pinned
            .into_iter()
            .map(Post::try_from)
            .collect::<Result<_>>()?,
        posts: posts
            .into_iter()
            .map(Post::try_from)
            .collect::<Result<_>>()?,
    })
}

impl TryFrom<Folded> for Post {
    type Error = DbError;

    fn try_from(row: Folded) -> Result<Self> {
        let time = |micros| {
            At::from_micros(micros).ok_or_else(|| DbError::Impossible {
                table: "posts",
                id: row.id.to_string(),
                what: "an instant outside the calendar",
            })
        };
        let mut photos = row.photos.unwrap_or_default();
        photos.sort_unstable_by_key(|photo| photo.position);
        Ok(Self {
            id: Id::from_uuid(row.id),
            channel_id: Id::from_uuid(row.channel),
            author: Author {
                id: Id::from_uuid(row.author),
                name: row.author_name,
                unit: row.author_unit,
            },
            created_at: time(row.created)?,
            edited_at: row.edited.map(time).transpose()?,
            text: row.text,
            photos: photos.into_iter().map(PostPhoto::from).collect(),
            edited_by_moderation: row.moderated == 1,
            pinned: row.pinned.is_some(),
            comments: row.comments,
            reactions: row.reactions,
            my_reaction: row.mine,
        })
    }
}

impl From<FoldedPhoto> for PostPhoto {
    fn from(row: FoldedPhoto) -> Self {
        Self {
            id: Id::from_uuid(row.id),
            url: format!("/api/v1/photos/{}/{{size}}", row.id),
            width: row.width,
            height: row.height,
            placeholder: row.placeholder,
            alt_text: row.alt_text,
        }
    }
}
