// SPDX-License-Identifier: EUPL-1.2

//! The statements of channels.

use sqlx::FromRow;
use uuid::Uuid;

use super::super::channels::{ChannelChange, ChannelKind, NewChannel, StoredChannel};
use crate::{
    clock::At,
    db::{Db, Json, Result, Tx, sql},
    id::{AccountId, AudienceId, ChannelId, Id},
    people::audience::Audience,
};

#[derive(FromRow)]
struct ChannelRow {
    id: ChannelId,
    name: String,
    description: String,
    kind: ChannelKind,
    archived_at: Option<At>,
    everybody: bool,
    units: Json<Vec<Uuid>>,
}

impl From<ChannelRow> for StoredChannel {
    fn from(row: ChannelRow) -> Self {
        let audience = if row.everybody {
            Audience::Everybody
        } else {
            let mut units: Vec<_> = row.units.0.into_iter().map(Id::from_uuid).collect();
            units.sort_unstable();
            Audience::Units { units }
        };
        Self {
            id: row.id,
            name: row.name,
            description: row.description,
            kind: row.kind,
            audience,
            archived_at: row.archived_at,
        }
    }
}

/// By name, after one; `all`: whether or not the reader is in their audience.
pub(in super::super) async fn page(
    db: &Db,
    reader: AccountId,
    all: bool,
    after: Option<String>,
    limit: i64,
) -> Result<Vec<StoredChannel>> {
    let rows: Vec<ChannelRow> = db
        .query(sql!(
            "SELECT c.id, c.name, c.description, c.kind, c.archived_at, au.everybody,
                (SELECT " ["json_group_array(hex(m.unit_id))" | "coalesce(json_agg(m.unit_id), '[]')"]
            " FROM audience_units m WHERE m.audience_id = c.audience_id) AS units
             FROM channels c JOIN audiences au ON au.id = c.audience_id
             WHERE (c.name > $1 OR $1 IS NULL) AND ($2 OR EXISTS (
                SELECT 1 FROM channel_readers r WHERE r.channel_id = c.id AND r.account_id = $3))
             ORDER BY c.name LIMIT $4"
        ))
        .bind(after)
        .bind(all)
        .bind(reader)
        .bind(limit)
        .all()
        .await?;
    Ok(rows.into_iter().map(StoredChannel::from).collect())
}

pub(in super::super) async fn one(
    db: &Db,
    reader: AccountId,
    all: bool,
    id: ChannelId,
) -> Result<Option<StoredChannel>> {
    let row: Option<ChannelRow> = db
        .query(sql!(
            "SELECT c.id, c.name, c.description, c.kind, c.archived_at, au.everybody,
                (SELECT " ["json_group_array(hex(m.unit_id))" | "coalesce(json_agg(m.unit_id), '[]')"]
            " FROM audience_units m WHERE m.audience_id = c.audience_id) AS units
             FROM channels c JOIN audiences au ON au.id = c.audience_id
             WHERE c.id = $1 AND ($2 OR EXISTS (
                SELECT 1 FROM channel_readers r WHERE r.channel_id = c.id AND r.account_id = $3))"
        ))
        .bind(id)
        .bind(all)
        .bind(reader)
        .opt()
        .await?;
    Ok(row.map(StoredChannel::from))
}

/// What a new post must know of its channel.
#[derive(FromRow)]
pub(in super::super) struct Target {
    pub(in super::super) kind: ChannelKind,
    pub(in super::super) audience_id: AudienceId,
    pub(in super::super) archived_at: Option<At>,
}

/// The channel as one of its readers may write to it; nobody archives it or changes its audience before
/// the transaction ends.
pub(in super::super) async fn target(
    tx: &mut Tx,
    reader: AccountId,
    id: ChannelId,
) -> Result<Option<Target>> {
    tx.query(sql!(
        "SELECT c.kind, c.audience_id, c.archived_at FROM channels c
         WHERE c.id = $1 AND EXISTS (
            SELECT 1 FROM channel_readers r WHERE r.channel_id = c.id AND r.account_id = $2)"
            ["" | " FOR SHARE OF c"]
    ))
    .bind(id)
    .bind(reader)
    .opt()
    .await
}

pub(in super::super) async fn insert(
    tx: &mut Tx,
    id: ChannelId,
    new: &NewChannel,
    audience: AudienceId,
    creator: AccountId,
    now: At,
) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO channels (id, name, description, kind, audience_id, created_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ))
    .bind(id)
    .bind(new.name.as_str().to_owned())
    .bind(new.description.as_str().to_owned())
    .bind(new.kind)
    .bind(audience)
    .bind(now)
    .bind(creator)
    .execute()
    .await?;
    Ok(())
}

/// Whether there is such a channel.
pub(in super::super) async fn update(
    tx: &mut Tx,
    id: ChannelId,
    change: &ChannelChange,
    audience: Option<AudienceId>,
    now: At,
) -> Result<bool> {
    let updated = tx
        .query(sql!(
            "UPDATE channels SET name = coalesce($2, name), description = coalesce($3, description),
                audience_id = coalesce($4, audience_id),
                archived_at = CASE WHEN $5 THEN coalesce(archived_at, $6)
                                   WHEN NOT $5 THEN NULL ELSE archived_at END
             WHERE id = $1"
        ))
        .bind(id)
        .bind(change.name.as_ref().map(ToString::to_string))
        .bind(change.description.as_ref().map(ToString::to_string))
        .bind(audience)
        .bind(change.archived)
        .bind(now)
        .execute()
        .await?;
    Ok(updated == 1)
}
