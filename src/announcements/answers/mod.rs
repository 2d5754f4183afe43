// SPDX-License-Identifier: EUPL-1.2

//! Answers: an announcement asks something of its readers, and who says nothing is reached another way.
//!
//! The cast:
//!
//! - an editor has an important or urgent announcement [ask](Question): that it was read, who is coming, or one of
//!   a few choices;
//! - a reader [answers](answering), and may change their mind until the question closes;
//! - editors and duty officers follow the [tally]: numbers, never so small that they name somebody;
//! - the [steps] are done by the clock, once each: whoever has not answered is reminded by push, then written to
//!   ([notices]: a mail, or a text message through the city's gateway), then the deputy of their office is told;
//! - a duty officer, and a deputy who was told, see [names]; each look is in the audit log;
//! - some weeks later the names are [forgotten](forgetting), and the totals stay.
//!
//! The flow: the question is part of the draft and of what is approved. The transaction that releases writes the
//! steps with their times. The first of them, at once, writes down who was asked; it is none of the release's own
//! work, because thousands of rows would hold up its commit. Every step is one transaction that finds it undone: a
//! crash in the middle leaves it undone, and of several processes one does it.
//!
//! **Invariants:** who can answer is whom `visible_announcements` has as a reader, and nobody else is reminded or
//! written to. Whoever answers is left alone from then on. Only the classes [`policy::may_ask`] names ask. An answer
//! is told to the change log without who gave it.
//!
//! This is no recognised alarm channel, and says so wherever somebody might take it for one.

mod answering;
mod forgetting;
pub mod http;
mod names;
mod notices;
mod policy;
mod problems;
mod question;
mod steps;
mod store;
mod tally;
mod words;

use std::{sync::Arc, time::Duration};

use secrecy::ExposeSecret as _;

pub use self::{
    answering::{Answer, Asked, OwnAnswer},
    names::{Named, Place},
    question::{Kind, Question, Way},
    tally::Tally,
};
use super::{Announcements, Result};
use crate::{
    clock::At,
    config::Config,
    db::{self, Db, Tx, text_enum},
    id::AnnouncementId,
    mail::{Mail, SetupError},
    push::{Class, Language, Outcome, outbox::recall},
    tasks::Tasks,
    text::Words,
    webhook::{WebHook, WebHookError},
};

text_enum! {
    /// An answer's name.
    pub enum AnswerName {
        Read = "read",
        Coming = "coming",
        ComingIn = "coming_in",
        NotComing = "not_coming",
        Choice = "choice",
    }
}

text_enum! {
    /// What is done by the clock after the release.
    pub enum Step {
        /// Who was asked is written down.
        Ask = "ask",
        /// Whoever has not answered is reminded by push.
        Remind = "remind",
        /// Whoever has not answered is written to.
        Otherwise = "otherwise",
        /// The deputies of those who have not answered are told.
        Deputy = "deputy",
    }
}

text_enum! {
    /// How a notice ended.
    pub enum NoticeOutcome {
        /// The mail server or the gateway has it.
        Delivered = "delivered",
        /// The person answered before it was sent; or all those did of whom a deputy was to be told.
        Answered = "answered",
        /// The receiver does not want it, for good.
        Refused = "refused",
        /// Tried for a day, or until the question closed, in vain.
        GaveUp = "gave_up",
        /// The announcement was withdrawn, or is no longer for this person.
        Withdrawn = "withdrawn",
        /// There is no mail server, or no gateway, any more.
        NotConfigured = "not_configured",
        /// The personnel file has no address of this kind.
        NoAddress = "no_address",
    }
}

/// How people are reached beside push, and how careful the numbers are. Cheap to clone.
#[derive(Clone)]
pub struct Answering(Arc<Setup>);

struct Setup {
    mail: Option<Mail>,
    sms: Option<WebHook>,
    city: String,
    /// Without a slash at the end.
    public_url: String,
    /// Numbers about fewer people than this are not shown.
    smallest_group: i64,
    /// How long after the release it is known who answered what.
    names_kept: Duration,
}

/// A way that can't work.
#[derive(Debug, thiserror::Error)]
pub enum AnsweringError {
    #[error("answers.sms_web_hook_url: {0}")]
    WebHook(#[from] WebHookError),
    #[error(transparent)]
    Mail(#[from] SetupError),
}

impl Answering {
    /// From configuration. Opens nothing yet.
    pub fn new(config: &Config) -> Result<Self, AnsweringError> {
        let answers = &config.answers;
        let timeout = Duration::from_secs(answers.sms_web_hook_timeout_seconds.get());
        let sms = match (&answers.sms_web_hook_url, &answers.sms_web_hook_secret) {
            (Some(url), Some(secret)) => Some(WebHook::new(url, secret.expose_secret(), timeout)?),
            _ => None,
        };
        Ok(Self(Arc::new(Setup {
            mail: Mail::new(&config.mail)?,
            sms,
            city: config.server.city.clone(),
            public_url: config.server.public_url.clone(),
            smallest_group: answers.smallest_group.into(),
            names_kept: answers.names_kept(),
        })))
    }

    fn has(&self, way: Way) -> bool {
        match way {
            Way::Mail => self.0.mail.is_some(),
            Way::Sms => self.0.sms.is_some(),
        }
    }
}

impl Announcements {
    /// Starts what is done by the clock after a release.
    pub fn follow_up(&self, tasks: &Tasks) {
        steps::start(self, tasks);
        notices::start(self, tasks);
        forgetting::start(self, tasks);
    }
}

/// Why a verb of this room was not done.
#[derive(Debug, thiserror::Error)]
pub enum AnswersError {
    #[error("announcements of this class ask nothing")]
    NotOfClass,
    #[error("some values of the question are not right")]
    Question(Vec<Mistake>),
    #[error("the question's choices lack a language of the texts")]
    Languages(Vec<Language>),
    #[error("the announcement asks nothing")]
    NothingAsked,
    #[error("no answers are taken any more")]
    Closed,
    #[error("that is none of the answers")]
    NotOffered(Mistake),
    #[error("who answered what has been forgotten")]
    Forgotten,
}

/// One value that is not right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// JSON pointer into the body.
    pub pointer: String,
    pub what: Words,
}

impl Mistake {
    fn new(pointer: impl Into<String>, what: Words) -> Self {
        Self {
            pointer: pointer.into(),
            what,
        }
    }
}

/// What an announcement asks of its readers; `None`: nothing.
pub(super) async fn question(db: &Db, id: AnnouncementId) -> db::Result<Option<Question>> {
    store::question::of(db, id).await
}

/// Whether what an announcement asks, if anything, still fits its class and its texts.
pub(super) async fn check_fits(tx: &mut Tx, id: AnnouncementId, class: Class) -> Result<()> {
    if let Some(question) = store::question::of_in(tx, id).await? {
        let texts = super::store::texts_in(tx, id).await?;
        policy::check_class(class)?;
        policy::check_languages(&question, &texts)?;
    }
    Ok(())
}

/// Writes what is to be done by the clock, in the transaction that releases. What has come to its end takes no answers
/// any more.
pub(super) async fn release_in(
    tx: &mut Tx,
    id: AnnouncementId,
    expires_at: Option<At>,
    now: At,
) -> db::Result<()> {
    let Some(question) = store::question::of_in(tx, id).await? else {
        return Ok(());
    };
    let within = question.answer_within_minutes;
    let ends = [within.map(|minutes| now + minutes.duration()), expires_at];
    store::question::set_closes_at(tx, id, ends.into_iter().flatten().min()).await?;
    for (step, after) in question.steps() {
        store::steps::insert(tx, id, step, now + after).await?;
    }
    Ok(())
}

/// Ends what waits for deputies of an announcement that is being withdrawn: there is nothing to look at any more.
pub(super) async fn withdraw_in(tx: &mut Tx, id: AnnouncementId, at: At) -> db::Result<()> {
    if let Some(told) = store::steps::message(tx, id, Step::Deputy).await? {
        recall::end(tx, &[told], None, Outcome::Withdrawn, at).await?;
    }
    Ok(())
}

/// Forgets the question of an announcement that is being deleted.
pub(super) async fn forget_in(tx: &mut Tx, id: AnnouncementId) -> db::Result<()> {
    store::question::set(tx, id, None).await
}
