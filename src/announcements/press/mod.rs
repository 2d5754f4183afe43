// SPDX-License-Identifier: EUPL-1.2

//! The press, served by the same release as the staff.
//!
//! The cast:
//!
//! - an editor sets a [rule](Rule) on an announcement: the press at the same instant, or the staff first. Without
//!   a rule the press gets nothing;
//! - the [configuration](Press) says which channels there are: the city's [web hook](web_hook), a [mail] to
//!   each address of the press list, and the public [page] with its feeds;
//! - the [opener](opening) opens the channels when enough of the staff's phones have been handed over, or when
//!   the time has come;
//! - [attachments]: the photos and files that an editor gives to the press with it;
//! - [delivering] calls, writes, tries again, and ends every delivery in a named [`PressOutcome`].
//!
//! The flow: in the transaction that releases, a delivery is written for each channel and recipient. The rule
//! `same_instant` opens them in that same transaction; under `staff_first` they wait. Opening is one transaction
//! that says when and why, makes the page show the announcement and makes the deliveries due. They are claimed
//! under a lease: a crash at any point leaves rows that the next process serves, under the same ids.
//!
//! **Invariants:** the press knows what the view `press_announcements` holds and nothing else: never what is not
//! released, never before the rule allows it, never what was withdrawn. If the press had been
//! opened, a correction is told to the web hook and the press list, a withdrawal to the web hook. Each receiver is
//! told one thing after the other.

pub mod attachments;
mod delivering;
pub mod http;
mod mail;
mod opening;
mod page;
mod policy;
pub mod report;
mod store;
mod web_hook;

use std::{sync::Arc, time::Duration};

use secrecy::ExposeSecret as _;

pub(super) use self::page::paragraphs;
use self::store::{deliveries, rules};
pub use self::{policy::Rule, report::PressReport};
use super::{
    Announcement, Announcements, Result,
    drafts::{entry, held},
};
use crate::{
    audit::{self, Action, Entries},
    clock::{At, Zone},
    config::Config,
    db::{self, Tx, text_enum},
    id::AnnouncementId,
    mail::{Mail, SetupError},
    people::access::Editor,
    tasks::Tasks,
    webhook::{WebHook, WebHookError},
};

text_enum! {
    /// A [`Rule`]'s name.
    pub enum RuleName {
        SameInstant = "same_instant",
        StaffFirst = "staff_first",
    }
}

text_enum! {
    /// By what the press is served.
    pub enum PressChannel {
        WebHook = "web_hook",
        Mail = "mail",
        /// The public page and its feeds.
        Page = "page",
    }
}

text_enum! {
    /// What the press is told.
    pub enum PressEvent {
        Released = "released",
        /// It has other words now.
        Corrected = "corrected",
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// How a delivery to the press ended.
    pub enum PressOutcome {
        /// The receiver has it; the page shows it.
        Delivered = "delivered",
        /// The receiver does not want it, for good.
        Refused = "refused",
        /// Tried for a day in vain.
        GaveUp = "gave_up",
        /// The announcement was withdrawn before.
        Withdrawn = "withdrawn",
        /// The channel is configured no longer.
        NotConfigured = "not_configured",
    }
}

text_enum! {
    /// Why the press was opened when it was.
    pub enum Because {
        /// The rule is `same_instant`.
        Release = "release",
        /// Gateways had accepted the share of the phones.
        Share = "share",
        /// The time was up.
        Time = "time",
    }
}

/// The press's channels as they are configured. Cheap to clone.
#[derive(Clone)]
pub struct Press(Arc<Channels>);

struct Channels {
    web_hook: Option<WebHook>,
    mail: Option<Mail>,
    mail_to: Vec<String>,
    page: bool,
    city: String,
    /// Of the city's clocks.
    zone: Zone,
    /// Without a slash at the end.
    public_url: String,
}

/// A channel that can't work.
#[derive(Debug, thiserror::Error)]
pub enum PressError {
    #[error("press.web_hook_url: {0}")]
    WebHook(#[from] WebHookError),
    #[error(transparent)]
    Mail(#[from] SetupError),
}

impl Press {
    /// From configuration. Opens nothing yet.
    pub fn new(config: &Config) -> Result<Self, PressError> {
        let press = &config.press;
        let timeout = Duration::from_secs(press.web_hook_timeout_seconds.get());
        let web_hook = match (&press.web_hook_url, &press.web_hook_secret) {
            (Some(url), Some(secret)) => Some(WebHook::new(url, secret.expose_secret(), timeout)?),
            _ => None,
        };
        Ok(Self(Arc::new(Channels {
            web_hook,
            mail: Mail::new(&config.mail)?,
            mail_to: press.mail_to.clone(),
            page: press.page,
            city: config.server.city.clone(),
            zone: config.server.zone.clone(),
            public_url: config.server.public_url.clone(),
        })))
    }

    /// Everybody who is to be told, by which channel.
    fn recipients(&self) -> impl Iterator<Item = (PressChannel, &str)> {
        let web_hook = self.0.web_hook.iter().map(|_| (PressChannel::WebHook, ""));
        let mail = self.0.mail_to.iter();
        let page = self.0.page.then_some((PressChannel::Page, ""));
        web_hook
            .chain(mail.map(|address| (PressChannel::Mail, address.as_str())))
            .chain(page)
    }

    /// Where the public page shows an announcement, if there is one.
    fn address(&self, id: AnnouncementId) -> Option<String> {
        self.0
            .page
            .then(|| format!("{}/press/{id}", self.0.public_url))
    }
}

impl Announcements {
    /// Has the press served by this rule. Until the release.
    pub async fn set_press(
        &self,
        editor: &Editor,
        id: AnnouncementId,
        seen: Option<i32>,
        rule: Rule,
    ) -> Result<Announcement> {
        self.change_press(editor, id, seen, Some(rule)).await
    }

    /// Has the press get nothing. Until the release.
    pub async fn clear_press(
        &self,
        editor: &Editor,
        id: AnnouncementId,
        seen: Option<i32>,
    ) -> Result<Announcement> {
        self.change_press(editor, id, seen, None).await
    }

    async fn change_press(
        &self,
        editor: &Editor,
        id: AnnouncementId,
        seen: Option<i32>,
        rule: Option<Rule>,
    ) -> Result<Announcement> {
        let mut tx = self.db.begin().await?;
        let row = held(&mut tx, id, seen).await?;
        row.state()?.check_unreleased()?;
        if rules::rule_in(&mut tx, id).await? != rule {
            rules::set_rule(&mut tx, id, rule).await?;
            let step = self.step(editor);
            super::store::touch(&mut tx, id, step).await?;
            // When the press hears of it is part of what is approved.
            let sent_back = self
                .seen_by_nobody_else(&mut tx, &row, row.class, editor)
                .await?;
            let what = rule.map_or("none", |rule| rule.name().as_str());
            let changed = entry(Action::AnnouncementPressChanged, editor, id).with("rule", what);
            tx.tell().await?;
            audit::commit(tx, Entries::from(changed).and(sent_back), step.at).await?;
        }
        self.read(editor, id).await
    }

    /// Starts what opens the press and what serves it.
    pub fn serve_press(&self, tasks: &Tasks) {
        opening::start(self, tasks);
        delivering::start(self, tasks);
    }
}

/// By which rule the press is served of an announcement; `None`: not at all.
pub(super) async fn rule(db: &db::Db, id: AnnouncementId) -> db::Result<Option<Rule>> {
    rules::rule(db, id).await
}

/// Writes what the press is to be told, in the transaction that releases.
pub(super) async fn release_in(
    announcements: &Announcements,
    tx: &mut Tx,
    id: AnnouncementId,
    now: At,
) -> db::Result<()> {
    let Some(rule) = rules::rule_in(tx, id).await? else {
        return Ok(());
    };
    for (channel, recipient) in announcements.press.recipients() {
        let delivery = announcements.ids.id();
        let to = (channel, recipient);
        deliveries::insert(tx, delivery, id, to, PressEvent::Released, (now, None)).await?;
    }
    match rule {
        Rule::SameInstant => {
            rules::set_opens_by(tx, id, now).await?;
            opening::open_in(tx, id, Because::Release, now).await?;
        }
        Rule::StaffFirst {
            at_latest_seconds, ..
        } => {
            let at_latest = Duration::from_secs(u64::from(at_latest_seconds.unsigned_abs()));
            rules::set_opens_by(tx, id, now + at_latest).await?;
        }
    }
    Ok(())
}

/// Tells the press of an announcement's other words, in the transaction that corrects it. Before the press is
/// opened there is nothing to tell: it will get what the announcement says then.
pub(super) async fn correct_in(
    announcements: &Announcements,
    tx: &mut Tx,
    id: AnnouncementId,
    now: At,
) -> db::Result<()> {
    if !rules::is_opened(tx, id).await? {
        return Ok(());
    }
    for (channel, recipient) in announcements.press.recipients() {
        // The page shows the new words by itself.
        if channel != PressChannel::Page {
            let delivery = announcements.ids.id();
            let to = (channel, recipient);
            let event = PressEvent::Corrected;
            deliveries::insert(tx, delivery, id, to, event, (now, Some(now))).await?;
        }
    }
    Ok(())
}

/// Takes an announcement back from the press, in the transaction that withdraws it.
pub(super) async fn withdraw_in(
    announcements: &Announcements,
    tx: &mut Tx,
    id: AnnouncementId,
    now: At,
) -> db::Result<()> {
    deliveries::end_withdrawn(tx, id, now).await?;
    if announcements.press.0.web_hook.is_some() && rules::is_opened(tx, id).await? {
        let delivery = announcements.ids.id();
        let to = (PressChannel::WebHook, "");
        deliveries::insert(
            tx,
            delivery,
            id,
            to,
            PressEvent::Withdrawn,
            (now, Some(now)),
        )
        .await?;
    }
    Ok(())
}

/// Forgets the rule of an announcement that is being deleted.
pub(super) async fn forget_in(tx: &mut Tx, id: AnnouncementId) -> db::Result<()> {
    rules::set_rule(tx, id, None).await
}
