// SPDX-License-Identifier: EUPL-1.2

//! The release: one transaction in which the announcement becomes visible and the gate opens.
//!
//! Everything that takes time has been done before T: the audience is resolved and written to the outbox
//! ([`Announcements::stage`]). What was not staged in time (T was set for the next second, or the server was
//! down) is staged in the releasing transaction itself, so it is never released to nobody.
//!
//! Exactly one process releases: the statement that sets `released_at` finds it unset once. None releases before
//! T: the transaction asks the database's clock what time it is, not the process's.

pub mod csv;
pub mod http;
pub mod kept;
pub mod later;
mod reading;
pub mod releaser;
pub mod report;
pub(super) mod store;
mod timeline;

use std::time::Duration;

use self::store::Staging;
use super::{Announcements, answers, expiry, placeholders, policy, press};
use crate::{
    audit::{self, Action, Entries, Entry},
    changes,
    clock::At,
    db::{Result, Tx},
    id::{AnnouncementId, MessageId},
    people::audience,
    push::{Class, envelope::Message, outbox},
};

/// Released so long after T, it disturbs other people than it would have at T.
const LATE: Duration = Duration::from_mins(1);

impl Announcements {
    /// Writes a scheduled announcement's message with its gate shut, or, if it is written already, adds
    /// whoever has joined the audience or registered a phone since, and asks anew who is on duty at T. If
    /// somebody is no longer in the audience, the message is written anew.
    /// Nothing happens to what is no longer scheduled.
    pub(super) async fn stage(&self, id: AnnouncementId) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let now = self.clock.now();
        if let Some(mut staging) = store::lock_scheduled(&mut tx, id).await? {
            drop_former_recipients(&mut tx, &mut staging).await?;
            self.stage_in(&mut tx, &staging, now).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Releases the announcement if its T has come by the database's clock and nobody has released it yet, and
    /// tells whether this call was the one that did.
    pub async fn release_if_due(&self, id: AnnouncementId) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        if let Some(sent_back) = self.send_back_unapproved(&mut tx, id).await? {
            tracing::warn!(announcement = %id, "not released: a second pair of eyes is needed");
            audit::commit(tx, sent_back, self.clock.now()).await?;
            return Ok(false);
        }
        let now = tx.now(&self.clock).await?;
        if let Some(held) = self.hold_if_too_late(&mut tx, id, now).await? {
            tracing::warn!(announcement = %id, "held: T was missed by more than it may be");
            audit::commit(tx, held, now).await?;
            return Ok(false);
        }
        let Some(released) = self.release_in(&mut tx, id, now).await? else {
            return Ok(false);
        };
        audit::commit(tx, released, now).await?;
        Ok(true)
    }

    /// Releases in the caller's transaction, whose commit wakes the dispatchers; `None`: T has not come, or somebody
    /// else was faster.
    pub(super) async fn release_in(
        &self,
        tx: &mut Tx,
        id: AnnouncementId,
        now: At,
    ) -> Result<Option<Entries>> {
        let Some(staging) = store::mark_released(tx, id, now).await? else {
            return Ok(None);
        };
        let message = match staging.message_id {
            Some(message) => {
                if now.since(staging.release_at) >= LATE {
                    self.mark(tx, &staging, message, now).await?;
                }
                message
            }
            None => self.stage_in(tx, &staging, now).await?,
        };
        self.fill_in(tx, &staging).await?;
        outbox::open(tx, message, now).await?;
        press::release_in(self, tx, id, now).await?;
        answers::release_in(tx, id, staging.expires_at, now).await?;
        let (kind, editor) = (changes::Kind::AnnouncementReleased, staging.scheduled_by);
        changes::record(tx, kind, id, Some(editor), now).await?;
        let released = Entry::new(Action::AnnouncementReleased, Some(editor), id);
        let released = released.with("release_at", staging.release_at.to_string());
        let disturbed = outbox::disturbs(tx, message).await?;
        let overridden = (disturbed > 0).then(|| {
            let overridden = Entry::new(Action::QuietHoursOverridden, Some(editor), id);
            overridden.with("people", disturbed)
        });
        Ok(Some(Entries::from(released).and(overridden)))
    }

    /// Puts in what readers and the press get in the place of placeholders, as the phones get it.
    async fn fill_in(&self, tx: &mut Tx, staging: &Staging) -> Result<()> {
        let texts = super::store::texts_in(tx, staging.id).await?;
        let moments = self.moments(staging.release_at, staging.expires_at);
        let filled = placeholders::fill(&texts, &moments);
        if filled != texts {
            super::store::replace_texts(tx, staging.id, &filled).await?;
        }
        Ok(())
    }

    async fn stage_in(&self, tx: &mut Tx, staging: &Staging, now: At) -> Result<MessageId> {
        let message = match staging.message_id {
            Some(message) => message,
            None => self.write_message(tx, staging, now).await?,
        };
        // Only what is urgent asks who is at work.
        let first = (staging.class == Class::Alert).then_some(staging.release_at);
        store::add_recipients(tx, staging.audience_id, message, first).await?;
        self.mark(tx, staging, message, now).await?;
        outbox::stage(tx, &self.ids, message, now).await?;
        if let (Some(release_at), Some(staged)) = (first, staging.message_id)
            && store::update_ranks(tx, staged, release_at).await? > 0
        {
            outbox::rerank(tx, staged).await?;
        }
        Ok(message)
    }

    /// Marks who is not to be disturbed at T, or now if T is past.
    async fn mark(
        &self,
        tx: &mut Tx,
        staging: &Staging,
        message: MessageId,
        now: At,
    ) -> Result<()> {
        let (class, at) = (staging.class, staging.release_at.max(now));
        let marked = self.people.mark_recipients(tx, message, class, at).await?;
        if marked > 0 && staging.message_id.is_some() {
            outbox::follow_all(tx, message).await?;
        }
        Ok(())
    }

    async fn write_message(&self, tx: &mut Tx, staging: &Staging, now: At) -> Result<MessageId> {
        audience::settle_duty(tx, staging.audience_id, staging.release_at).await?;
        let texts = super::store::texts_in(tx, staging.id).await?;
        let texts = placeholders::fill(
            &texts,
            &self.moments(staging.release_at, staging.expires_at),
        );
        let by_class = staging.release_at + self.classes.get(staging.class).ttl;
        let message = Message {
            id: self.ids.id(),
            class: staging.class.into(),
            envelope: policy::envelope(staging.id, &texts),
            expires_at: expiry::of_push(staging.expires_at, by_class),
        };
        outbox::create(tx, &message, staging.release_at, now).await?;
        store::set_message(tx, staging.id, message.id).await?;
        Ok(message.id)
    }
}

/// Takes back a staged message of which somebody would hear who is not meant any more, to be staged anew.
async fn drop_former_recipients(tx: &mut Tx, staging: &mut Staging) -> Result<()> {
    let Some(message) = staging.message_id else {
        return Ok(());
    };
    audience::settle_duty(tx, staging.audience_id, staging.release_at).await?;
    if store::has_former_recipients(tx, staging.audience_id, message).await? {
        store::clear_message(tx, staging.id).await?;
        outbox::discard(tx, message).await?;
        staging.message_id = None;
    }
    Ok(())
}
