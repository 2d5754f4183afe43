// SPDX-License-Identifier: EUPL-1.2

//! Moderation: what a moderator does to another's words, with a reason, and the trace that it leaves.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Author, Feed, FeedError,
    policy::{self, Authority},
    store,
};
use crate::{
    clock::At,
    db::{Tx, text_enum},
    id::{AccountId, ModerationId},
    people::access::{Employee, Moderator},
    text::Text,
};

text_enum! {
    /// Whose words: a post's or a comment's.
    pub enum SubjectKind {
        Post = "post",
        Comment = "comment",
    }
}

text_enum! {
    /// What was done to them.
    pub enum Action {
        Edited = "edited",
        Deleted = "deleted",
    }
}

/// Why a moderator did it, as the author may be told.
pub type Reason = Text<500>;

/// What a moderator did.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Moderation {
    pub id: ModerationId,
    pub at: At,
    pub moderator: Author,
    pub subject_kind: SubjectKind,
    pub subject_id: Uuid,
    /// Whose words they were.
    pub author: Author,
    pub action: Action,
    pub reason: String,
    /// The words as they were.
    pub text_before: String,
}

/// Somebody's words that are about to be changed.
pub(super) struct Words {
    pub(super) kind: SubjectKind,
    pub(super) id: Uuid,
    pub(super) author: AccountId,
    pub(super) text: String,
}

/// A moderation that is being done.
pub(super) struct Trace {
    pub(super) moderator: AccountId,
    pub(super) words: Words,
    pub(super) action: Action,
    pub(super) reason: Reason,
}

impl Trace {
    /// Whether the employee may do that to these words, and the trace to leave if they are another's.
    pub(super) fn of(
        employee: &Employee,
        words: Words,
        action: Action,
        reason: Option<Reason>,
    ) -> Result<Option<Self>, FeedError> {
        match policy::authority(employee.account(), employee.roles(), words.author)? {
            Authority::Author => Ok(None),
            Authority::Moderation => Ok(Some(Self {
                moderator: employee.account(),
                words,
                action,
                reason: reason.ok_or(FeedError::ReasonMissing)?,
            })),
        }
    }
}

impl Feed {
    /// Writes the trace, if there is one, in the transaction that changes the words.
    pub(super) async fn leave(
        &self,
        trace: Option<Trace>,
        tx: &mut Tx,
        now: At,
    ) -> Result<(), FeedError> {
        if let Some(trace) = trace {
            store::moderations::insert(tx, self.ids.id(), trace, now).await?;
        }
        Ok(())
    }

    /// What moderators did, newest first: up to `limit` before an entry.
    pub async fn moderations(
        &self,
        _moderator: &Moderator,
        before: Option<ModerationId>,
        limit: i64,
    ) -> Result<Vec<Moderation>, FeedError> {
        Ok(store::moderations::page(&self.db, before, limit).await?)
    }
}
