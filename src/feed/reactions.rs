// SPDX-License-Identifier: EUPL-1.2

//! Reactions: one word from a person to a post.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Feed, FeedError, policy, posts::subject, store};
use crate::{
    changes::{self, Kind},
    db::text_enum,
    id::PostId,
    people::access::Employee,
};

text_enum! {
    /// What a person can say to a post in one word.
    pub enum ReactionKind {
        Like = "like",
        Heart = "heart",
        Applause = "applause",
        Laugh = "laugh",
        Thanks = "thanks",
        Sad = "sad",
    }
}

/// How many people chose each kind.
pub type ReactionCounts = BTreeMap<ReactionKind, u32>;

/// A post's reactions after the caller's has changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Reactions {
    /// How many of each kind; kinds that nobody chose are left out.
    pub reactions: ReactionCounts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub my_reaction: Option<ReactionKind>,
}

/// The caller's reaction to a post.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reaction {
    pub kind: ReactionKind,
}

impl Feed {
    /// Makes `kind` the employee's reaction in place of another, or takes it back (`None`).
    pub async fn react(
        &self,
        employee: &Employee,
        post: PostId,
        kind: Option<ReactionKind>,
    ) -> Result<Reactions, FeedError> {
        let (account, now) = (employee.account(), self.clock.now());
        let mut tx = self.db.begin().await?;
        let seen = subject(&mut tx, employee, post).await?;
        policy::may_answer(seen.channel_archived_at.is_some())?;
        let changed = match kind {
            Some(kind) => store::reactions::put(&mut tx, post, account, kind, now).await?,
            None => store::reactions::delete(&mut tx, post, account).await?,
        };
        if changed {
            store::reactions::count(&mut tx, post).await?;
            changes::record(&mut tx, Kind::ReactionChanged, post, Some(account), now).await?;
        }
        let reactions = store::reactions::counts(&mut tx, post).await?;
        tx.commit().await?;
        Ok(Reactions {
            reactions,
            my_reaction: kind,
        })
    }
}
