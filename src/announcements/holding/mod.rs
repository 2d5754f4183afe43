// SPDX-License-Identifier: EUPL-1.2

//! T was missed: no server ran at T, or none that could reach the database.
//!
//! What is less late than it [may be](MaxLateness) is released as soon as a server is back. What is later
//! might say what is no longer so: it is held, and so is what has [expired](expiry) meanwhile. It has no T any more, nothing of it is staged, and nobody but
//! editors can tell that it exists, as before. The editors are told on their own phones, and decide: a new T,
//! at once, or never.
//!
//! **Invariant:** holding and telling is one transaction. What is held has editors who were told, and of two
//! processes one holds.

mod metrics;
pub(super) mod policy;
pub(super) mod store;

use std::collections::BTreeMap;

pub use self::policy::MaxLateness;
use super::{
    Announcements, State, drafts::discard_staged, expiry, policy::envelope, store as announcements,
};
use crate::{
    audit::{Action, Entry},
    clock::At,
    db::{Result, Tx},
    id::AnnouncementId,
    push::{
        Class, Language,
        envelope::{Envelope, Message, Text},
        outbox,
    },
};

/// As loud as what they have to decide about may be waiting for.
const CLASS: Class = Class::Important;

impl Announcements {
    /// Holds what is later than it may be; `None`: it is not.
    pub(super) async fn hold_if_too_late(
        &self,
        tx: &mut Tx,
        id: AnnouncementId,
        now: At,
    ) -> Result<Option<Entry>> {
        let Some(row) = announcements::lock(tx, id).await? else {
            return Ok(None);
        };
        let State::Scheduled { release_at, .. } = row.state()? else {
            return Ok(None);
        };
        let most = self.max_lateness(row.class, row.max_lateness()?);
        let is_too_late = policy::is_too_late(release_at, most, now);
        if !is_too_late && !expiry::has_come(row.expires_at, now) {
            return Ok(None);
        }
        store::hold(tx, id, release_at, now).await?;
        discard_staged(tx, &row).await?;
        self.tell_editors(tx, id, now).await?;
        let held = Entry::new(Action::AnnouncementHeld, None, id);
        let held = held
            .with("release_at", release_at.to_string())
            .with("late_by_seconds", now.since(release_at).as_secs());
        Ok(Some(held))
    }

    /// How late an announcement may be: by its own word, or else by its class.
    pub(super) fn max_lateness(&self, class: Class, own: Option<MaxLateness>) -> MaxLateness {
        own.unwrap_or_else(|| self.lateness.get(class))
    }

    /// A push to the phones of everybody who is an editor, in the transaction that holds. It says nothing of
    /// what is held: that is under embargo, and a lock screen is seen by others.
    async fn tell_editors(&self, tx: &mut Tx, id: AnnouncementId, now: At) -> Result<()> {
        let message = Message {
            id: self.ids.id(),
            class: CLASS.into(),
            envelope: notice(id),
            expires_at: now + self.classes.get(CLASS).ttl,
        };
        outbox::create(tx, &message, now, now).await?;
        store::add_editors(tx, message.id).await?;
        self.people
            .mark_recipients(tx, message.id, CLASS, now)
            .await?;
        outbox::stage(tx, &self.ids, message.id, now).await?;
        outbox::open(tx, message.id, now).await
    }
}

/// What editors read. Under the announcement's own collapse id, so that its release takes the notice's place.
fn notice(id: AnnouncementId) -> Envelope {
    let text = |title: &str, body: &str| Text {
        title: title.to_owned(),
        body: body.to_owned(),
    };
    Envelope {
        texts: BTreeMap::from([
            (
                Language::German,
                text(
                    "Eine Mitteilung wird zurückgehalten",
                    "Zum Zeitpunkt der Freigabe war der Server nicht in Betrieb. Bitte entscheiden \
                     Sie: neu planen, jetzt freigeben oder löschen.",
                ),
            ),
            (
                Language::English,
                text(
                    "An announcement is being held",
                    "The server was down at the time of its release. Please decide: schedule it \
                     anew, release it now, or delete it.",
                ),
            ),
        ]),
        link: format!("/console#/announcements/{id}"),
        ..envelope(id, &super::Texts::default())
    }
}
