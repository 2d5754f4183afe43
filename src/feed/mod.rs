// SPDX-License-Identifier: EUPL-1.2

//! The feed: what colleagues and the communications team write to each other.
//!
//! The cast: a **channel** is a stream of posts, *editorial* (editors post) or *open* (everybody in its
//! audience does); a **post** is a text with up to ten photos; a **comment** answers a post, a *reply*
//! answers a comment, and there is no third level; a **reaction** is one of a few words, one a person.
//!
//! The flow of a write: begin → lock the post, so that nobody deletes it meanwhile → read it as the writer
//! may see it → ask [`policy`] → write → a line in the change log → commit.
//!
//! **Invariant:** whoever may not see a post is answered exactly like one who asks for an id that does not
//! exist. Who may see it is said in one place, the view `post_readers` of the schema; nothing here shows or
//! changes a post, a comment or a reaction before that view was asked.
//!
//! What can fail is a [`FeedError`]. Nobody's words change unnoticed: what a moderator does to another's
//! stands in `moderations`, with the reason and the words as they were.

mod channels;
mod comments;
pub mod http;
mod known;
mod moderation;
mod policy;
mod posts;
mod reactions;
mod store;

use serde::Serialize;
use utoipa::ToSchema;

pub use self::{
    channels::{Channel, ChannelChange, ChannelKind, NewChannel},
    comments::{Comment, CommentPlace, CommentText, CommentWords, NewComment},
    moderation::{Action, Moderation, Reason, SubjectKind},
    policy::Denied,
    posts::{FeedPage, MAX_PHOTOS, NewPost, Post, PostPhoto, PostText},
    reactions::{Reaction, ReactionCounts, ReactionKind, Reactions},
};
use crate::{
    clock::Clock,
    db::{Db, DbError},
    id::{AccountId, Ids},
    people::audience::AudienceError,
};

/// The city's feed.
#[derive(Clone)]
pub struct Feed {
    db: Db,
    clock: Clock,
    ids: Ids,
}

impl Feed {
    pub fn new(db: Db, clock: Clock, ids: Ids) -> Self {
        Self { db, clock, ids }
    }
}

/// Who wrote something, as every answer says it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Author {
    pub id: AccountId,
    /// Given and family name.
    #[schema(example = "Jana Köhler")]
    pub name: String,
    /// The name of the org unit where the author works now.
    #[schema(example = "Feuerwache 2")]
    pub unit: String,
}

/// Why a verb of this room was not done.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// There is no such thing, or not for the caller.
    #[error("not found")]
    NotFound,
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The channel that a new post names does not exist, or not for its author.
    #[error("no such channel")]
    NoSuchChannel,
    #[error("another channel has this name")]
    ChannelNameTaken,
    #[error("a post has at most {MAX_PHOTOS} photos")]
    TooManyPhotos,
    /// The photo at this place in the list does not exist, is somebody else's, or stands elsewhere already.
    #[error("photo {index} can't be used")]
    UnusablePhoto { index: usize },
    /// The comment that a reply names is not one of this post's (any more).
    #[error("no such comment under this post")]
    NoSuchParent,
    #[error("replies can't be replied to")]
    ReplyToReply,
    /// A moderator must say why.
    #[error("a moderation needs a reason")]
    ReasonMissing,
    #[error(transparent)]
    Audience(#[from] AudienceError),
    #[error(transparent)]
    Db(#[from] DbError),
}
