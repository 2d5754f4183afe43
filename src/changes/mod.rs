// SPDX-License-Identifier: EUPL-1.2

//! The change log: what happened, in order, written in the transaction that made it happen; and what phones
//! are told of it.
//!
//! The cast:
//!
//! - a feature [`record`]s a change beside its rows. A crash between the two loses nothing: the line is there
//!   or the rows are not;
//! - [`sync`] tells a phone that was offline what has changed [since](ChangeLog::since) a [position], of what
//!   its owner may know;
//! - [`live`] tells those who are [listening](ChangeLog::listen) as it happens. One task reads the log, once
//!   for all of them;
//! - a room that does something about what it reads [keeps its place](reading) in the database;
//! - each feature says in one place who may know of its things: it is a [`Subjects`]. This room knows no
//!   audience.
//!
//! Phones are told ids and kinds and never a word: what is meant they fetch, and are asked who they are.
//!
//! **Invariant:** a reader never skips a line. On SQLite one writer at a time writes lines in the order of the
//! commits. On PostgreSQL a line's turn is the transaction that wrote it; a reader stays below the oldest
//! transaction that still runs, and nothing is written below it any more.
//!
//! **Invariant:** nothing that happens before an announcement's release writes a line. Whoever reads, waits or
//! counts here learns nothing of it.

mod housekeeping;
pub mod http;
pub mod live;
mod position;
pub mod reading;
mod store;
mod subjects;
pub mod sync;

use std::sync::Arc;

use self::live::Listeners;
pub use self::{
    position::Standing,
    subjects::{Known, Subjects, Thing},
};
use crate::{
    clock::{At, Clock},
    db::{Db, Result, Tx, text_enum},
    id::{AccountId, Id, Ids},
    tasks::Tasks,
};

text_enum! {
    /// What happened to the subject.
    pub enum Kind {
        /// The first line: a reader stands on a line, so there is always one.
        LogBegun = "log_begun",
        ChannelOpened = "channel_opened",
        ChannelChanged = "channel_changed",
        /// Others read it now, and with it its posts.
        ChannelAudienceChanged = "channel_audience_changed",
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
        SessionEnded = "session_ended",
        /// Somebody's quiet hours or duty have changed; the subject is their account.
        QuietChanged = "quiet_changed",
        /// The duty of many has changed at once; there is no subject.
        RosterChanged = "roster_changed",
    }
}

/// A line of the log.
#[derive(Clone, Debug)]
struct Line {
    place: Place,
    kind: Kind,
    /// The id of the post, comment, announcement …; the kind says which.
    subject: uuid::Uuid,
}

/// Where a reader stands: on this line, having dealt with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    turn: i64,
    nth: i32,
    /// When the line was written: a log that was restored from a backup may have another in its place.
    at: At,
}

impl Place {
    /// By what lines are in order.
    fn rank(self) -> (i64, i32) {
        (self.turn, self.nth)
    }

    /// Whether what stands here comes no later than `other`.
    fn is_up_to(self, other: Self) -> bool {
        self.rank() <= other.rank()
    }
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

/// The log as phones read it. Cheap to clone.
#[derive(Clone)]
pub struct ChangeLog {
    db: Db,
    clock: Clock,
    ids: Ids,
    tasks: Tasks,
    subjects: Arc<[Arc<dyn Subjects>]>,
    seal: position::Seal,
    listeners: Listeners,
}

impl ChangeLog {
    /// Makes the room. `most_streams`: how many may listen to this process at a time.
    pub async fn open(
        db: Db,
        clock: Clock,
        ids: Ids,
        tasks: Tasks,
        subjects: impl Into<Arc<[Arc<dyn Subjects>]>>,
        most_streams: usize,
    ) -> Result<Self> {
        store::forget_the_future(&db).await?;
        store::begin(&db, ids.id::<()>().uuid(), clock.now()).await?;
        let secret = store::secret(&db, ids.secret()).await?;
        Ok(Self {
            db,
            seal: position::Seal::new(&secret, ids.clone()),
            clock,
            ids,
            tasks,
            subjects: subjects.into(),
            listeners: Listeners::new(most_streams),
        })
    }

    /// Starts what tells the listeners, and what forgets old lines.
    pub fn start(&self) {
        self.tasks.spawn(live::tail::run(self.clone()));
        self.tasks.spawn(housekeeping::run(self.clone()));
    }
}
