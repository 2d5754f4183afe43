// SPDX-License-Identifier: EUPL-1.2

//! From the lines of the change log to notices.

use super::{Notifications, policy::OVER_AFTER, store};
pub(super) use crate::changes::reading::Reader;
use crate::{
    changes::{
        Kind,
        reading::{Entry, Reading},
    },
    clock::At,
    db::{Result, Tx},
    id::{CommentId, Id},
    push::{MessageClass, outbox},
};

const NAME: &str = "social";
/// Lines that are dealt with in one transaction: a few milliseconds, for which other writers wait on SQLite.
const PORTION: i64 = 20;

pub(super) async fn begin(room: &Notifications) -> Result<Reader> {
    Reader::begin(room.db.clone(), NAME).await
}

impl Notifications {
    /// Deals with what has happened since; whether there is more that can't be read yet.
    pub(super) async fn read(&self, reader: &mut Reader) -> Result<bool> {
        loop {
            let reading = reader.read(PORTION).await?;
            if reading.entries.is_empty() {
                return Ok(reading.more_to_come);
            }
            if reading.entries.iter().any(concerns) {
                self.deal_with(reader, &reading).await?;
            } else {
                reader.pass(&reading);
            }
        }
    }

    async fn deal_with(&self, reader: &Reader, reading: &Reading) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        if !reader.keep(&mut tx, reading).await? {
            return Ok(());
        }
        for entry in &reading.entries {
            self.note(&mut tx, entry, now).await?;
        }
        tx.commit().await
    }

    async fn note(&self, tx: &mut Tx, entry: &Entry, now: At) -> Result<()> {
        match entry.kind {
            Kind::CommentAdded => {
                self.comment_added(tx, Id::from_uuid(entry.subject), now)
                    .await
            }
            // Its words may stand on somebody's lock screen, or be on their way there.
            Kind::CommentEdited | Kind::CommentDeleted => {
                store::notices::tell_anew(tx, Id::from_uuid(entry.subject), now).await
            }
            Kind::PostDeleted => {
                store::notices::tell_all_anew(tx, Id::from_uuid(entry.subject), now).await
            }
            Kind::QuietChanged => {
                let account = Some(Id::from_uuid(entry.subject));
                store::notices::ask_again(tx, account, now).await
            }
            Kind::RosterChanged => store::notices::ask_again(tx, None, now).await,
            _ => Ok(()),
        }
    }

    async fn comment_added(&self, tx: &mut Tx, comment: CommentId, now: At) -> Result<()> {
        let Some(comment) = store::expected::comment(tx, comment).await? else {
            return Ok(());
        };
        // Whoever writes has seen what was there.
        if let Some(message) = store::notices::close(tx, comment.post_id, comment.author_id).await?
        {
            outbox::spare(tx, message, comment.author_id, now).await?;
        }
        let ttl = self.classes.get(MessageClass::Social).ttl;
        if comment.created_at + ttl > now {
            store::expected::note(tx, &comment, now, now - OVER_AFTER).await?;
        }
        Ok(())
    }
}

/// Whether the line may ask for anything.
fn concerns(entry: &Entry) -> bool {
    matches!(
        entry.kind,
        Kind::CommentAdded
            | Kind::CommentEdited
            | Kind::CommentDeleted
            | Kind::PostDeleted
            | Kind::QuietChanged
            | Kind::RosterChanged
    )
}
