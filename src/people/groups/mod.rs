// SPDX-License-Identifier: EUPL-1.2

//! Groups: audiences that editors keep under a name ("Krisenstab", "Kitas ohne Leitung").
//!
//! A group is a rule, not a list of names, and it is resolved when an announcement that names it is stored
//! (see [`audience`](super::audience)). Changing or deleting it changes nothing that was stored before.

mod store;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    People,
    access::Editor,
    audience::{Audience, AudienceError},
    names::caseless,
};
use crate::{
    clock::At,
    db::DbError,
    id::{AccountId, GroupId},
    text::Line,
};

/// An audience under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AudienceGroup)]
pub struct Group {
    pub id: GroupId,
    #[schema(example = "Krisenstab")]
    pub name: String,
    pub audience: Audience,
    pub created_at: At,
    pub created_by: AccountId,
    pub updated_at: At,
    pub updated_by: AccountId,
}

/// A group to be kept.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAudienceGroup)]
pub struct NewGroup {
    /// Unique among the groups, whatever its case.
    pub name: Line<80>,
    /// Of any kind but `groups`.
    pub audience: Audience,
}

/// What shall be different; what is absent stays as it is.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = AudienceGroupChange)]
pub struct GroupChange {
    pub name: Option<Line<80>>,
    pub audience: Option<Audience>,
}

#[derive(Debug, thiserror::Error)]
pub enum GroupError {
    #[error("there is no such group")]
    NotFound,
    #[error("there is a group of this name already")]
    NameTaken,
    #[error(transparent)]
    Audience(#[from] AudienceError),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl People {
    /// Up to `limit` groups by name, after one.
    pub async fn groups(
        &self,
        _: &Editor,
        after: Option<String>,
        limit: i64,
    ) -> Result<Vec<Group>, GroupError> {
        let after = after.as_deref().map(caseless);
        Ok(store::page(&self.db, after, limit).await?)
    }

    pub async fn group(&self, _: &Editor, id: GroupId) -> Result<Group, GroupError> {
        store::find(&self.db, id).await?.ok_or(GroupError::NotFound)
    }

    pub async fn keep_group(&self, editor: &Editor, new: NewGroup) -> Result<Group, GroupError> {
        let now = self.clock.now();
        let group = Group {
            id: self.ids.id(),
            name: new.name.into_string(),
            audience: new.audience,
            created_at: now,
            created_by: editor.account(),
            updated_at: now,
            updated_by: editor.account(),
        };
        let mut tx = self.db.begin().await?;
        group.audience.check_names_no_groups()?;
        group.audience.check(&mut tx).await?;
        store::insert(&mut tx, &group, caseless(&group.name))
            .await
            .map_err(name_taken)?;
        tx.commit().await?;
        Ok(group)
    }

    pub async fn change_group(
        &self,
        editor: &Editor,
        id: GroupId,
        change: GroupChange,
    ) -> Result<Group, GroupError> {
        let mut tx = self.db.begin().await?;
        let mut group = store::lock(&mut tx, id)
            .await?
            .ok_or(GroupError::NotFound)?;
        if let Some(name) = change.name {
            group.name = name.into_string();
        }
        if let Some(audience) = change.audience {
            audience.check_names_no_groups()?;
            audience.check(&mut tx).await?;
            group.audience = audience;
        }
        (group.updated_at, group.updated_by) = (self.clock.now(), editor.account());
        store::update(&mut tx, &group, caseless(&group.name))
            .await
            .map_err(name_taken)?;
        tx.commit().await?;
        Ok(group)
    }

    pub async fn delete_group(&self, _: &Editor, id: GroupId) -> Result<(), GroupError> {
        if store::delete(&self.db, id).await? {
            Ok(())
        } else {
            Err(GroupError::NotFound)
        }
    }
}

fn name_taken(error: DbError) -> GroupError {
    if error.is_unique_violation() {
        GroupError::NameTaken
    } else {
        error.into()
    }
}
