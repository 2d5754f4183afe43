// SPDX-License-Identifier: EUPL-1.2

//! The audit log: who did what to what, when, so that nobody can deny or quietly undo it afterwards.
//!
//! A feature [`record`]s an entry in the transaction in which the thing is done: both are there or neither.
//! Each entry holds the SHA-256 of the one before in its own ([`chain`]), and the head names the last, so a
//! changed byte, a removed entry and a removed tail are found by [`verify()`]. Whoever can write to the database
//! could write the whole chain and the head anew: against that helps only to keep a head elsewhere, which is
//! why `stadtfunk audit verify` prints it.
//!
//! **Invariants:** positions are 1, 2, 3 … without a gap, in the order of the commits: the head's row is held
//! from the entry until the commit. So an entry is the last thing that a transaction writes, or else others
//! wait for the rest of it. No word of what is under embargo stands in an entry: ids, times, classes, names of
//! fields.

mod chain;
pub mod http;
mod store;
mod verify;

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub use self::{
    chain::Hash,
    verify::{Fault, Verdict, verify},
};
use crate::{
    clock::At,
    db::{Db, Result, Tx, text_enum},
    id::{AccountId, Id},
};

text_enum! {
    /// What was done.
    pub enum Action {
        AnnouncementDrafted = "announcement_drafted",
        AnnouncementEdited = "announcement_edited",
        /// Whether and by which rule the press is served.
        AnnouncementPressChanged = "announcement_press_changed",
        /// What it asks of its readers.
        AnnouncementQuestionChanged = "announcement_question_changed",
        AnnouncementSubmitted = "announcement_submitted",
        AnnouncementTakenBack = "announcement_taken_back",
        AnnouncementApproved = "announcement_approved",
        AnnouncementScheduled = "announcement_scheduled",
        AnnouncementUnscheduled = "announcement_unscheduled",
        /// T was missed by more than it may be.
        AnnouncementHeld = "announcement_held",
        AnnouncementReleased = "announcement_released",
        /// The release is over: its report is written.
        AnnouncementReported = "announcement_reported",
        /// At T it was loud in people's quiet hours: how many.
        QuietHoursOverridden = "quiet_hours_overridden",
        AnnouncementCorrected = "announcement_corrected",
        AnnouncementCorrectionProposed = "announcement_correction_proposed",
        AnnouncementCorrectionApproved = "announcement_correction_approved",
        AnnouncementCorrectionDropped = "announcement_correction_dropped",
        AnnouncementWithdrawn = "announcement_withdrawn",
        AnnouncementDeleted = "announcement_deleted",
        /// Who answered an announcement was looked at, by name.
        AnswersLookedAt = "answers_looked_at",
        /// Who is told when people of an org unit do not answer.
        DeputyChanged = "deputy_changed",
    }
}

/// What is to be recorded.
#[derive(Clone, Debug)]
pub struct Entry {
    pub action: Action,
    /// `None`: the program itself.
    pub actor: Option<AccountId>,
    pub subject: uuid::Uuid,
    /// A few facts that the ids don't tell; never anybody's words.
    pub details: Map<String, Value>,
}

impl Entry {
    pub fn new<K>(action: Action, actor: Option<AccountId>, subject: Id<K>) -> Self {
        Self {
            action,
            actor,
            subject: subject.uuid(),
            details: Map::new(),
        }
    }

    /// With one more fact.
    #[must_use]
    pub fn with(mut self, name: &str, fact: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), fact.into());
        self
    }
}

/// An entry of the log.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct Recorded {
    /// 1, 2, 3 … in the order in which things were done.
    pub position: i64,
    pub at: At,
    pub action: Action,
    /// Absent: the program itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<AccountId>,
    /// The id of the announcement …; the action says which.
    pub subject: uuid::Uuid,
    /// A few facts that the ids don't tell.
    #[schema(value_type = Object)]
    pub details: Map<String, Value>,
    /// SHA-256 over the entry and the hash of the one before, in hexadecimal.
    pub hash: Hash,
}

/// Writes an entry in the caller's transaction, as the last thing in it.
pub async fn record(tx: &mut Tx, entry: Entry, at: At) -> Result<()> {
    let last = store::take_head(tx).await?;
    let link = chain::Link {
        position: last.position,
        at,
        action: entry.action.as_str().to_owned(),
        actor: entry.actor,
        subject: entry.subject,
        details: Value::Object(entry.details).to_string(),
    };
    let hash = link.hash(&last.hash);
    store::insert(tx, &link, hash).await?;
    store::set_head(tx, hash).await
}

/// Up to `limit` entries before a position (`None`: from the last), the last first.
pub async fn page(db: &Db, before: Option<i64>, limit: i64) -> Result<Vec<Recorded>> {
    store::page(db, before, limit).await
}
