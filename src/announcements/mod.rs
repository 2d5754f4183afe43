// SPDX-License-Identifier: EUPL-1.2

//! Announcements: what the communications team says to the staff at one instant, T.
//!
//! The cast:
//!
//! - an editor [drafts](Announcements::draft), [edits](Announcements::edit),
//!   [submits](Announcements::submit), [schedules](Announcements::schedule), [releases at once](Announcements::release_now) and
//!   [withdraws](Announcements::remove);
//! - another editor [approves](Announcements::approve), where the class needs a second pair of eyes
//!   ([`review`]);
//! - the [releaser] stages the audience in the outbox before T with its gate shut, warms the
//!   gateways, and at T makes the announcement visible and opens the gate in one transaction;
//! - [attachments]: the photos that it shows and the files that it carries;
//! - after the release an editor [corrects](Announcements::correct) it: other words, here and on the phones; where
//!   a second pair of eyes is needed, another [approves](Announcements::approve_correction) them first;
//! - a reader sees what was [released to them](readers), in their language, and [answers] where that is asked;
//! - the [press] is served by the same release, by the rule that an editor has set;
//! - the [report](Announcements::report) accounts for every recipient after T.
//!
//! The flow: draft → in review → scheduled → (staged) → released → corrected → withdrawn. Whatever an editor
//! changes before T discards what was staged, so the phones get the last state only. A crash before the release
//! leaves a scheduled row, which the next process releases as soon as it runs, or [holds](holding) if it is too
//! late for that.
//!
//! **Invariant:** before the release nobody but editors can tell that an announcement exists. Readers'
//! statements read the view `visible_announcements` and nothing else; the editors' routes refuse anybody
//! else before they look.

pub mod answers;
pub mod attachments;
pub mod corrections;
mod courier;
mod drafts;
mod expiry;
mod holding;
pub mod http;
mod local_time;
mod placeholders;
mod policy;
pub mod press;
pub mod readers;
pub mod release;
mod review;
mod schedule;
mod store;
mod texts;

use std::{sync::Arc, time::Duration};

use serde::Serialize;
use utoipa::ToSchema;

pub use self::{
    answers::{Answering, AnsweringError, AnswersError},
    drafts::{Changes, NewAnnouncement},
    holding::MaxLateness,
    local_time::Candidate,
    placeholders::{Misplaced, Part, Placeholder, TooLong},
    press::{Press, PressError},
    release::{releaser, report},
    review::Approval,
    store::Summary,
    texts::{Texts, Wording},
};
use self::{
    attachments::{Editorial, File, MAX_FILES, MAX_PHOTOS, Photo},
    holding::policy::Lateness,
    review::policy::FourEyes,
};
use crate::{
    clock::{At, Clock, Zone},
    config::{Config, push::Classes},
    db::{Db, DbError, text_enum},
    id::{AccountId, AnnouncementId, Ids},
    people::{
        People,
        audience::{Audience, AudienceError},
    },
    push::Class,
};

/// The room: cheap to clone.
#[derive(Clone)]
pub struct Announcements {
    db: Db,
    clock: Clock,
    ids: Ids,
    people: People,
    press: Press,
    answering: Answering,
    /// How long before T the audience is staged.
    stage_before: Duration,
    /// How long after T each class may still disturb.
    classes: Arc<Classes>,
    four_eyes: FourEyes,
    lateness: Lateness,
    /// The zone of the city's clocks.
    zone: Zone,
}

impl Announcements {
    pub fn new(
        db: Db,
        clock: Clock,
        ids: Ids,
        people: People,
        (press, answering): (Press, Answering),
        config: &Config,
    ) -> Self {
        let announcements = &config.announcements;
        Self {
            db,
            clock,
            ids,
            people,
            press,
            answering,
            stage_before: Duration::from_secs(announcements.stage_seconds),
            classes: Arc::new(config.push.classes.clone()),
            four_eyes: FourEyes::new(&announcements.four_eyes),
            lateness: Lateness::new(announcements.max_lateness_seconds),
            zone: config.server.zone.clone(),
        }
    }
}

/// An announcement as its editors see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = EditorialAnnouncement)]
pub struct Announcement {
    pub id: AnnouncementId,
    pub class: Class,
    pub audience: Audience,
    pub texts: Texts,
    pub photos: Vec<Editorial<Photo>>,
    pub files: Vec<Editorial<File>>,
    /// By which rule the press is served; absent: it gets nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub press: Option<press::Rule>,
    /// From then on nobody is disturbed with it, and it is not listed as current; absent: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<At>,
    /// How many seconds after T it is still released by itself, if no server ran at T; later, it is held.
    pub max_lateness_seconds: MaxLateness,
    /// What it asks of its readers; absent: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<answers::Question>,
    /// Grows with every change. Send it as `If-Match: "<revision>"` to be refused if somebody else has
    /// changed the announcement meanwhile.
    pub revision: i32,
    pub created: Step,
    pub updated: Step,
    /// Whether its class needs a second pair of eyes before it can be scheduled or released.
    pub needs_approval: bool,
    /// Of what it says now: void after every change of words, audience, class, photos, files, end, lateness,
    /// question or the press's rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// The last correction; absent if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected: Option<Step>,
    /// Other words that wait for another editor's approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed_correction: Option<corrections::Proposal>,
    #[serde(flatten)]
    pub state: State,
}

/// Who did something, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AnnouncementStep)]
pub struct Step {
    pub at: At,
    pub by: AccountId,
}

/// Where an announcement stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
#[schema(as = AnnouncementState)]
pub enum State {
    Draft,
    InReview {
        submitted: Step,
    },
    Scheduled {
        /// T.
        release_at: At,
        scheduled: Step,
    },
    /// No server was there at T, and when one was, it was later than it may be: nothing happens until an
    /// editor decides.
    Held {
        /// The T that was missed.
        missed_release_at: At,
        held_at: At,
    },
    Released {
        release_at: At,
        scheduled: Step,
        /// When it became visible and the gate was opened: at T, or later if no server ran at T.
        released_at: At,
    },
    Withdrawn {
        release_at: At,
        scheduled: Step,
        released_at: At,
        withdrawn: Step,
    },
}

text_enum! {
    /// A [`State`]'s name.
    pub enum StateName {
        Draft = "draft",
        InReview = "in_review",
        Scheduled = "scheduled",
        Held = "held",
        Released = "released",
        Withdrawn = "withdrawn",
    }
}

/// Why a verb of this room was not done. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum AnnouncementError {
    #[error("there is no such announcement")]
    NotFound,
    #[error("somebody else has changed the announcement meanwhile")]
    Changed,
    #[error("the announcement has been released")]
    AlreadyReleased,
    #[error("the announcement has been withdrawn")]
    Withdrawn,
    #[error("no correction waits for an approval")]
    NothingProposed,
    #[error("nothing has been released yet")]
    NotReleased,
    #[error("an editor's approval is required")]
    ApprovalRequired,
    #[error("whoever drafted it or changed it last can't approve it")]
    OwnApproval,
    #[error("the announcement is not in review")]
    NotInReview,
    #[error("the announcement is scheduled")]
    Scheduled,
    #[error("an approval names the revision that was seen")]
    RevisionRequired,
    #[error("an announcement needs a text in at least one language")]
    NoText,
    #[error("some of the texts are too long")]
    TextsTooLong(Vec<TooLong>),
    #[error("some placeholders are unknown")]
    UnknownPlaceholders(Vec<Misplaced>),
    #[error("some placeholders have no value")]
    PlaceholdersWithoutValue(Vec<Misplaced>),
    /// The indexes of photos that are not the editor's own, are used elsewhere, or are named twice.
    #[error("some of the photos can't be used")]
    Photos(Vec<usize>),
    /// JSON pointers into a correction: what is missing, and what the announcement has not.
    #[error("the correction is not in the languages of the announcement")]
    Languages {
        missing: Vec<String>,
        unknown: Vec<String>,
    },
    #[error("the correction says what the announcement says already")]
    NothingCorrected,
    #[error("at most {MAX_PHOTOS} photos can be shown")]
    TooManyPhotos,
    /// The indexes of files that are not the editor's own, are carried elsewhere, or are named twice.
    #[error("some of the files can't be used")]
    Files(Vec<usize>),
    #[error("at most {MAX_FILES} files can be carried")]
    TooManyFiles,
    #[error("T is not in the future; now it is {now}")]
    ReleaseInPast { now: At },
    #[error("T is more than a year ahead; the latest is {latest}")]
    ReleaseTooFar { latest: At },
    #[error("the end is not in the future; now it is {now}")]
    ExpiryInPast { now: At },
    #[error("T is not before the end, {expires_at}")]
    ReleaseAfterExpiry { expires_at: At },
    #[error("the announcement expired at {expired_at}")]
    Expired { expired_at: At },
    #[error("the zone's clocks leave this time out; it could be {earlier} or {later}")]
    LocalTimeMissing {
        earlier: Candidate,
        later: Candidate,
    },
    #[error("the zone's clocks show this time twice; it could be {earlier} or {later}")]
    LocalTimeTwice {
        earlier: Candidate,
        later: Candidate,
    },
    #[error("nobody is in the audience")]
    NobodyMeant,
    #[error(transparent)]
    Answers(#[from] AnswersError),
    #[error(transparent)]
    Audience(#[from] AudienceError),
    #[error(transparent)]
    Db(#[from] DbError),
}

type Result<T, E = AnnouncementError> = std::result::Result<T, E>;
