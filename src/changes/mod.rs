// SPDX-License-Identifier: EUPL-1.2

//! The change log: what happened, in order, written in the transaction that made it happen.
//!
//! A feature [`record`]s a change beside its rows; whoever must do something about it later (notifications
//! today; sync, live events, search and web hooks to come) reads [`after`] the position it has come to.
//! A crash between the two loses nothing: the line is there or the rows are not.
//!
//! **Invariant:** a reader never skips a position. On SQLite one writer at a time gives positions in the
//! order of the commits; on PostgreSQL a reader stays below the oldest transaction that still runs.

mod store;

use crate::{
    clock::At,
    db::{Db, Result, Tx, text_enum},
    id::{AccountId, Id},
};

text_enum! {
    /// What happened to the subject.
    pub enum Kind {
        ChannelOpened = "channel_opened",
        ChannelChanged = "channel_changed",
        PostPublished = "post_published",
        PostEdited = "post_edited",
        PostDeleted = "post_deleted",
        PostPinned = "post_pinned",
        PostUnpinned = "post_unpinned",
        CommentAdded = "comment_added",
        CommentEdited = "comment_edited",
        CommentDeleted = "comment_deleted",
        ReactionChanged = "reaction_changed",
        AnnouncementReleased = "announcement_released",
        AnnouncementCorrected = "announcement_corrected",
        AnnouncementWithdrawn = "announcement_withdrawn",
        /// Somebody has answered; who, stands nowhere in the log.
        AnnouncementAnswered = "announcement_answered",
        PeopleImported = "people_imported",
    }
}

/// A line of the log.
#[derive(Clone, Debug)]
pub struct Change {
    pub position: i64,
    pub kind: Kind,
    /// The id of the post, comment, announcement …; the kind says which.
    pub subject: uuid::Uuid,
    pub actor: Option<AccountId>,
    pub at: At,
}

/// Writes a line in the caller's transaction; its commit wakes the readers.
pub async fn record<K>(
    tx: &mut Tx,
    kind: Kind,
    subject: Id<K>,
    actor: Option<AccountId>,
    at: At,
) -> Result<()> {
    store::insert(tx, kind, subject.uuid(), actor, at).await?;
    tx.tell().await
}

/// Up to `limit` lines after a position (0: from the beginning), oldest first.
pub async fn after(db: &Db, position: i64, limit: i64) -> Result<Vec<Change>> {
    store::after(db, position, limit).await
}

/// How far the named reader has come; 0 for one that has read nothing.
pub async fn position_of(db: &Db, reader: &'static str) -> Result<i64> {
    store::position_of(db, reader).await
}

/// The reader has dealt with everything up to and including `position`; in the transaction in which it did.
pub async fn advance(tx: &mut Tx, reader: &'static str, position: i64) -> Result<()> {
    store::advance(tx, reader, position).await
}
