// SPDX-License-Identifier: EUPL-1.2

//! The audit log: who did what to what, when, so that nobody can deny or quietly undo it afterwards.
//!
//! A feature [`commit`]s the transaction in which the thing is done together with its [`Entries`]: both are there or
//! neither. What does part of a thing in somebody else's transaction gives its entries back.
//!
//! Each entry holds the SHA-256 of the one before in its own ([`chain`]), and the head names the last, so a
//! changed byte, a removed entry and a removed tail are found by [`verify()`]. Whoever can write to the database
//! could write the whole chain and the head anew, or cut off both: against that helps only to keep a hash
//! elsewhere, which is why `stadtfunk audit verify` prints the last, and asks for it the next time.
//!
//! **Invariants:** positions are 1, 2, 3 … without a gap, in the order of the commits: the head's row is held
//! from the first entry until the commit. Others wait for it meanwhile, and whoever wanted a row of theirs then would
//! wait for ever: so entries are the last that a transaction writes, and as nobody but [`commit`] can write one, they
//! are. No word of what is under embargo stands in an entry: ids, times, classes, names of fields.

mod chain;
pub mod http;
mod store;
mod verify;

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub use self::{
    chain::{Hash, HashError},
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
#[must_use = "it is recorded by `commit`"]
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
    pub fn with(mut self, name: &str, fact: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), fact.into());
        self
    }
}

/// What a transaction has done, in the order in which it is told; nothing, perhaps.
#[derive(Clone, Debug, Default)]
#[must_use = "they are recorded by `commit`"]
pub struct Entries(Vec<Entry>);

impl Entries {
    pub fn none() -> Self {
        Self::default()
    }

    pub fn and(mut self, more: impl Into<Self>) -> Self {
        self.0.extend(more.into().0);
        self
    }
}

impl From<Entry> for Entries {
    fn from(entry: Entry) -> Self {
        Self(vec![entry])
    }
}

impl From<Option<Entry>> for Entries {
    fn from(entry: Option<Entry>) -> Self {
        Self(entry.into_iter().collect())
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

/// Commits what a transaction has done, and that it did: its entries are the last that it writes.
pub async fn commit(mut tx: Tx, entries: impl Into<Entries>, at: At) -> Result<()> {
    let Entries(entries) = entries.into();
    if !entries.is_empty() {
        let mut head = store::hold_head(&mut tx).await?;
        for entry in entries {
            let link = chain::Link {
                position: head.position + 1,
                at,
                action: entry.action.as_str().to_owned(),
                actor: entry.actor,
                subject: entry.subject,
                details: Value::Object(entry.details).to_string(),
            };
            let hash = link.hash(&head.hash);
            store::insert(&mut tx, &link, hash).await?;
            head = store::Head {
                position: link.position,
                hash: hash.0.to_vec(),
            };
        }
        store::set_head(&mut tx, head).await?;
    }
    tx.commit().await
}

/// Up to `limit` entries before a position (`None`: from the last), the last first.
pub async fn page(db: &Db, before: Option<i64>, limit: i64) -> Result<Vec<Recorded>> {
    store::page(db, before, limit).await
}
