// SPDX-License-Identifier: EUPL-1.2

//! From notices that are due to messages.

use super::{
    Next, Notifications,
    policy::{self, MOST_UNDER_WAY},
    store::{
        self,
        news::News,
        notices::{Due, Told},
    },
    words,
};
use crate::{
    clock::At,
    db::{Result, Tx},
    push::{
        MessageClass,
        envelope::{Envelope, Manner, Message},
        outbox,
    },
};

const CLASS: MessageClass = MessageClass::Social;
/// Notices in one transaction: some milliseconds, for which other writers wait on SQLite.
const PORTION: i64 = 10;

impl Notifications {
    /// Tells everybody who is to be told now, and says when there is more to do.
    pub(super) async fn tell_due(&self) -> Result<Next> {
        loop {
            let now = self.clock.now();
            match store::notices::next_due(&self.db).await? {
                None => return Ok(Next::Never),
                Some(due) if due > now => return Ok(Next::At(due)),
                Some(_) => {}
            }
            // A gateway that takes nothing fills the outbox no further: what comes in meanwhile is told in one.
            if outbox::under_way(&self.db, CLASS).await? >= MOST_UNDER_WAY {
                return Ok(Next::Soon);
            }
            let mut tx = self.db.begin().await?;
            let due = store::notices::due(&mut tx, now, PORTION).await?;
            if due.is_empty() {
                // Another process is telling them.
                return Ok(Next::Soon);
            }
            for notice in &due {
                self.tell(&mut tx, notice, now).await?;
            }
            tx.commit().await?;
        }
    }

    /// One person, as it is now: nothing is decided before.
    async fn tell(&self, tx: &mut Tx, due: &Due, now: At) -> Result<()> {
        let expires_at = due.last_at + self.classes.get(CLASS).ttl;
        let news = store::news::of(tx, due).await?;
        match news {
            Some(news) if expires_at > now => self.show(tx, due, &news, expires_at, now).await,
            _ => self.take_down(tx, due, expires_at, now).await,
        }
    }

    async fn show(
        &self,
        tx: &mut Tx,
        due: &Due,
        news: &News,
        expires_at: At,
        now: At,
    ) -> Result<()> {
        // What has not left yet was not heard, and need not leave any more.
        let unheard = match due.message_id {
            Some(old) => outbox::spare(tx, old, due.account_id, now).await? > 0,
            None => true,
        };
        let rung_at = due.rung_at.filter(|_| !unheard);
        let last_sound = store::notices::last_sound(tx, due).await?;
        let manner = policy::manner(rung_at.is_some(), last_sound, now);
        let envelope = words::envelope(due.post_id, news, manner);
        let message = self.write(tx, due, envelope, expires_at, now).await?;
        let marked = self
            .people
            .mark_recipient(tx, message.id, CLASS, due.account_id, now);
        if let Some(until) = marked.await? {
            outbox::discard(tx, message.id).await?;
            let until = until.min(expires_at);
            return store::notices::hold(tx, due, until, rung_at).await;
        }
        self.send(tx, &message, now).await?;
        let told = Told {
            message: message.id,
            comment: news.comment_id,
            at: now,
            rung_at: match manner {
                Manner::Show => Some(now),
                Manner::ShowQuietly | Manner::Remove => rung_at,
            },
            not_before: now + policy::pause(due.times + 1),
        };
        store::notices::told(tx, due, &told).await
    }

    /// There is nothing to tell any more. Whoever was told already no longer sees it.
    async fn take_down(&self, tx: &mut Tx, due: &Due, expires_at: At, now: At) -> Result<()> {
        store::notices::close(tx, due.post_id, due.account_id).await?;
        let Some(old) = due.message_id else {
            return Ok(());
        };
        outbox::spare(tx, old, due.account_id, now).await?;
        if expires_at <= now {
            return Ok(());
        }
        let envelope = words::removal(due.post_id);
        let message = self.write(tx, due, envelope, expires_at, now).await?;
        self.send(tx, &message, now).await
    }

    /// Writes a message to one person, with its gate shut.
    async fn write(
        &self,
        tx: &mut Tx,
        due: &Due,
        envelope: Envelope,
        expires_at: At,
        now: At,
    ) -> Result<Message> {
        let message = Message {
            id: self.ids.id(),
            class: CLASS,
            envelope,
            expires_at,
        };
        outbox::create(tx, &message, now, now).await?;
        store::news::add_recipient(tx, message.id, due.account_id).await?;
        Ok(message)
    }

    async fn send(&self, tx: &mut Tx, message: &Message, now: At) -> Result<()> {
        outbox::stage(tx, &self.ids, message.id, now).await?;
        outbox::open(tx, message.id, now).await
    }
}
