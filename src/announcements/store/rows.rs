// SPDX-License-Identifier: EUPL-1.2

//! An announcement's row, and what its timestamps say.

use crate::{
    announcements::{Approval, MaxLateness, State, Step, review::policy::Eyes},
    clock::At,
    db::{Db, DbError, Result, Tx, sql},
    id::{AccountId, AnnouncementId, AudienceId, MessageId},
    push::Class,
};

const TABLE: &str = "announcements";

/// A row as it stands; [`state`](Row::state) makes sense of its timestamps.
#[derive(sqlx::FromRow)]
pub(in crate::announcements) struct Row {
    pub(in crate::announcements) id: AnnouncementId,
    pub(in crate::announcements) class: Class,
    pub(in crate::announcements) audience_id: AudienceId,
    pub(in crate::announcements) revision: i32,
    created_at: At,
    created_by: AccountId,
    updated_at: At,
    updated_by: AccountId,
    release_at: Option<At>,
    scheduled_at: Option<At>,
    scheduled_by: Option<AccountId>,
    pub(in crate::announcements) message_id: Option<MessageId>,
    released_at: Option<At>,
    withdrawn_at: Option<At>,
    withdrawn_by: Option<AccountId>,
    edited_by: Option<AccountId>,
    submitted_at: Option<At>,
    submitted_by: Option<AccountId>,
    approved_at: Option<At>,
    approved_by: Option<AccountId>,
    approved_revision: Option<i32>,
    pub(in crate::announcements) expires_at: Option<At>,
    max_lateness_seconds: Option<i32>,
    held_at: Option<At>,
    missed_at: Option<At>,
}

impl Row {
    pub(in crate::announcements) fn state(&self) -> Result<State> {
        let step = |at: Option<At>, by: Option<AccountId>| match (at, by) {
            (Some(at), Some(by)) => Ok(Some(Step { at, by })),
            (None, None) => Ok(None),
            _ => Err(self.impossible("a step without its time or its person")),
        };
        let scheduled = step(self.scheduled_at, self.scheduled_by)?;
        let withdrawn = step(self.withdrawn_at, self.withdrawn_by)?;
        let submitted = step(self.submitted_at, self.submitted_by)?;
        let held = match (self.held_at, self.missed_at) {
            (Some(held_at), Some(missed)) if self.release_at.is_none() => Some((held_at, missed)),
            (None, None) => None,
            _ => return Err(self.impossible("held without a missed T, or with another")),
        };
        match (self.release_at, scheduled, self.released_at, withdrawn) {
            (None, None, None, None) => Ok(match (held, submitted) {
                (Some((held_at, missed_release_at)), _) => State::Held {
                    missed_release_at,
                    held_at,
                },
                (None, Some(submitted)) => State::InReview { submitted },
                (None, None) => State::Draft,
            }),
            (Some(t), Some(scheduled), None, None) => Ok(State::Scheduled {
                release_at: t,
                scheduled,
            }),
            (Some(t), Some(scheduled), Some(released_at), None) => Ok(State::Released {
                release_at: t,
                scheduled,
                released_at,
            }),
            (Some(t), Some(scheduled), Some(released_at), Some(withdrawn)) => {
                Ok(State::Withdrawn {
                    release_at: t,
                    scheduled,
                    released_at,
                    withdrawn,
                })
            }
            _ => Err(self.impossible("timestamps that no life of an announcement can have")),
        }
    }

    pub(in crate::announcements) fn created(&self) -> Step {
        Step {
            at: self.created_at,
            by: self.created_by,
        }
    }

    pub(in crate::announcements) fn updated(&self) -> Step {
        Step {
            at: self.updated_at,
            by: self.updated_by,
        }
    }

    /// Whose eyes have been on it.
    pub(in crate::announcements) fn eyes(&self) -> Result<Eyes> {
        let approval = match (self.approved_at, self.approved_by, self.approved_revision) {
            (Some(at), Some(by), Some(revision)) => Some(Approval { at, by, revision }),
            (None, None, None) => None,
            _ => return Err(self.impossible("an approval without its time, person or revision")),
        };
        Ok(Eyes {
            author: self.created_by,
            editor: self.edited_by.unwrap_or(self.created_by),
            approval,
        })
    }

    /// How late it may be by its own word.
    pub(in crate::announcements) fn max_lateness(&self) -> Result<Option<MaxLateness>> {
        let Some(seconds) = self.max_lateness_seconds else {
            return Ok(None);
        };
        let most = MaxLateness::new(seconds);
        most.map(Some)
            .ok_or_else(|| self.impossible("a lateness out of bounds"))
    }

    /// What push carried; every released announcement has it.
    pub(in crate::announcements) fn message_of_release(&self) -> Result<MessageId> {
        self.message_id
            .ok_or_else(|| self.impossible("released without a message"))
    }

    fn impossible(&self, what: &'static str) -> DbError {
        impossible(self.id, what)
    }
}

pub(super) fn impossible(id: AnnouncementId, what: &'static str) -> DbError {
    DbError::Impossible {
        table: TABLE,
        id: id.to_string(),
        what,
    }
}

pub(in crate::announcements) async fn row(db: &Db, id: AnnouncementId) -> Result<Option<Row>> {
    db.query(sql!("SELECT * FROM announcements WHERE id = $1"))
        .bind(id)
        .opt()
        .await
}

/// The row, held until the transaction ends, so that nobody edits what is being released, or the other
/// way round. (On SQLite the transaction is the only writer anyway.)
pub(in crate::announcements) async fn lock(tx: &mut Tx, id: AnnouncementId) -> Result<Option<Row>> {
    tx.query(sql!(
        "SELECT * FROM announcements WHERE id = $1"["" | " FOR UPDATE"]
    ))
    .bind(id)
    .opt()
    .await
}
