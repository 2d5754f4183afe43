// SPDX-License-Identifier: EUPL-1.2

//! Channels: streams of posts, opened and shaped by administrators.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Feed, FeedError, policy, store};
use crate::{
    changes::{self, Kind},
    clock::At,
    db::text_enum,
    id::ChannelId,
    people::{
        access::{Admin, Employee, Role},
        audience::Audience,
    },
    text::{Line, Text},
};

text_enum! {
    /// Who posts in a channel.
    pub enum ChannelKind {
        /// Editors; the others read, comment and react.
        Editorial = "editorial",
        /// Everybody who reads it.
        Open = "open",
    }
}

/// A channel as its readers see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Channel {
    pub id: ChannelId,
    #[schema(example = "Stadtnachrichten")]
    pub name: String,
    pub description: String,
    pub kind: ChannelKind,
    /// Who reads it.
    pub audience: Audience,
    /// Since when nothing new is written in it; absent in a living channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<At>,
    /// Whether the caller may post in it.
    pub may_post: bool,
}

/// A channel to be opened.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewChannel {
    /// Unique among the channels.
    pub name: Line<80>,
    pub description: Text<500>,
    pub kind: ChannelKind,
    pub audience: Audience,
}

/// What shall be different; what is absent stays as it is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelChange {
    pub name: Option<Line<80>>,
    pub description: Option<Text<500>>,
    /// Who reads it from now on; posts keep their own audience beside it.
    pub audience: Option<Audience>,
    /// `true` ends writing in it, `false` allows it again.
    pub archived: Option<bool>,
}

/// A channel's row, not yet as anybody sees it.
pub(super) struct StoredChannel {
    pub(super) id: ChannelId,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) kind: ChannelKind,
    pub(super) audience: Audience,
    pub(super) archived_at: Option<At>,
}

impl StoredChannel {
    fn seen_by(self, employee: &Employee) -> Channel {
        let archived = self.archived_at.is_some();
        Channel {
            may_post: policy::may_post(employee.roles(), self.kind, archived).is_ok(),
            id: self.id,
            name: self.name,
            description: self.description,
            kind: self.kind,
            audience: self.audience,
            archived_at: self.archived_at,
        }
    }
}

impl Feed {
    /// The channels that the employee reads, by name; for an administrator all there are, because somebody
    /// must be able to change them. Up to `limit` after a name.
    pub async fn channels(
        &self,
        employee: &Employee,
        after: Option<String>,
        limit: i64,
    ) -> Result<Vec<Channel>, FeedError> {
        let all = employee.has(Role::Admin);
        let rows = store::channels::page(&self.db, employee.account(), all, after, limit).await?;
        Ok(rows.into_iter().map(|row| row.seen_by(employee)).collect())
    }

    pub async fn channel(&self, employee: &Employee, id: ChannelId) -> Result<Channel, FeedError> {
        let all = employee.has(Role::Admin);
        let row = store::channels::one(&self.db, employee.account(), all, id).await?;
        row.map(|row| row.seen_by(employee))
            .ok_or(FeedError::NotFound)
    }

    pub async fn open_channel(&self, admin: &Admin, new: NewChannel) -> Result<Channel, FeedError> {
        let (id, now) = (self.ids.id(), self.clock.now());
        let mut tx = self.db.begin().await?;
        let audience = new.audience.create_plain(&mut tx, &self.ids).await?;
        store::channels::insert(&mut tx, id, &new, audience, admin.account(), now)
            .await
            .map_err(name_taken)?;
        changes::record(&mut tx, Kind::ChannelOpened, id, Some(admin.account()), now).await?;
        tx.commit().await?;
        self.channel(admin, id).await
    }

    pub async fn change_channel(
        &self,
        admin: &Admin,
        id: ChannelId,
        change: ChannelChange,
    ) -> Result<Channel, FeedError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let audience = match &change.audience {
            Some(audience) => Some(audience.create_plain(&mut tx, &self.ids).await?),
            None => None,
        };
        let known = store::channels::update(&mut tx, id, &change, audience, now)
            .await
            .map_err(name_taken)?;
        if !known {
            return Err(FeedError::NotFound);
        }
        let kind = match audience {
            Some(_) => Kind::ChannelAudienceChanged,
            None => Kind::ChannelChanged,
        };
        changes::record(&mut tx, kind, id, Some(admin.account()), now).await?;
        tx.commit().await?;
        self.channel(admin, id).await
    }
}

fn name_taken(error: crate::db::DbError) -> FeedError {
    if error.is_unique_violation() {
        FeedError::ChannelNameTaken
    } else {
        error.into()
    }
}
