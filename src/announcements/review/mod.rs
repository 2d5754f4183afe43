// SPDX-License-Identifier: EUPL-1.2

//! The second pair of eyes: an editor submits, another approves, and only then what needs it gets a T.
//!
//! **Invariant:** what has a T has the eyes that its class needs. An approval comes before T is set; a change
//! of words, audience, class, photos, files, end, lateness, question or the press's rule voids it and takes T away
//! again; and what has come to need eyes by another configuration while it waited is sent back at T instead of being
//! released.

pub(super) mod http;
pub(super) mod policy;
pub(super) mod store;

pub use self::policy::Approval;
use super::{
    Announcement, AnnouncementError, Announcements, Result, State,
    drafts::{discard_staged, entry, held},
    expiry,
    store::touch,
};
use crate::{
    audit::{self, Action, Entries, Entry},
    db::{self, Tx},
    id::{AccountId, AnnouncementId},
    people::access::Editor,
    push::Class,
};

impl Announcements {
    /// Lays a draft before the other editors. Nothing happens if it has been.
    pub async fn submit(
        &self,
        editor: &Editor,
        id: AnnouncementId,
        seen: Option<i32>,
    ) -> Result<Announcement> {
        let mut tx = self.db.begin().await?;
        let row = held(&mut tx, id, seen).await?;
        if let State::Draft | State::Held { .. } = before_t(row.state()?)? {
            let step = self.step(editor);
            store::submit(&mut tx, id, true, step).await?;
            let submitted = entry(Action::AnnouncementSubmitted, editor, id);
            audit::commit(tx, submitted, step.at).await?;
        }
        self.read(editor, id).await
    }

    /// Makes it a draft again, and voids its approval. A draft stays one.
    pub async fn take_back(
        &self,
        editor: &Editor,
        id: AnnouncementId,
        seen: Option<i32>,
    ) -> Result<Announcement> {
        let mut tx = self.db.begin().await?;
        let row = held(&mut tx, id, seen).await?;
        if let State::InReview { .. } | State::Held { .. } = before_t(row.state()?)? {
            let step = self.step(editor);
            let mut eyes = row.eyes()?;
            eyes.approval = None;
            store::submit(&mut tx, id, false, step).await?;
            store::set_eyes(&mut tx, id, &eyes).await?;
            let taken_back = entry(Action::AnnouncementTakenBack, editor, id);
            audit::commit(tx, taken_back, step.at).await?;
        }
        self.read(editor, id).await
    }

    /// Approves what is in review, in the revision that the editor has seen. Nothing happens if somebody
    /// else has approved it.
    pub async fn approve(
        &self,
        editor: &Editor,
        id: AnnouncementId,
        seen: Option<i32>,
    ) -> Result<Announcement> {
        let mut tx = self.db.begin().await?;
        let row = held(&mut tx, id, seen).await?;
        let revision = seen.ok_or(AnnouncementError::RevisionRequired)?;
        match row.state()? {
            State::InReview { .. } => {}
            state => {
                state.check_unreleased()?;
                return Err(AnnouncementError::NotInReview);
            }
        }
        let step = self.step(editor);
        expiry::check_current(row.expires_at, step.at)?;
        let before = row.eyes()?;
        let eyes = before.approved(Approval {
            at: step.at,
            by: step.by,
            revision,
        })?;
        if eyes != before {
            store::set_eyes(&mut tx, id, &eyes).await?;
            touch(&mut tx, id, step).await?;
            let approved = entry(Action::AnnouncementApproved, editor, id);
            let approved = approved.with("revision", revision);
            audit::commit(tx, approved, step.at).await?;
        }
        self.read(editor, id).await
    }

    /// The editor has changed what others have seen: an approval is void, and what needs one has no T until it
    /// is approved anew, which the entry says. `class`: what it is now.
    pub(super) async fn seen_by_nobody_else(
        &self,
        tx: &mut Tx,
        row: &super::store::Row,
        class: Class,
        editor: &Editor,
    ) -> Result<Entries> {
        let eyes = row.eyes()?.changed_by(editor.account());
        store::set_eyes(tx, row.id, &eyes).await?;
        if row.state()?.has_had_t() && self.four_eyes.check(class, &eyes).is_err() {
            store::take_t_away(tx, row.id).await?;
            discard_staged(tx, row).await?;
            return Ok(unscheduled(Some(editor.account()), row.id).into());
        }
        Ok(Entries::none())
    }

    /// Takes T away from what lacks the eyes that its class has come to need; `None`: it does not.
    pub(super) async fn send_back_unapproved(
        &self,
        tx: &mut Tx,
        id: AnnouncementId,
    ) -> db::Result<Option<Entry>> {
        let Some(row) = super::store::lock(tx, id).await? else {
            return Ok(None);
        };
        let approved = self.four_eyes.check(row.class, &row.eyes()?).is_ok();
        if approved || !row.state()?.is_scheduled() {
            return Ok(None);
        }
        store::take_t_away(tx, id).await?;
        discard_staged(tx, &row).await?;
        Ok(Some(unscheduled(None, id)))
    }
}

/// T was taken away for want of an approval.
fn unscheduled(by: Option<AccountId>, id: AnnouncementId) -> Entry {
    Entry::new(Action::AnnouncementUnscheduled, by, id).with("reason", "approval-required")
}

/// What is released or has a T is no longer to be reviewed.
fn before_t(state: State) -> Result<State> {
    state.check_unreleased()?;
    if state.is_scheduled() {
        return Err(AnnouncementError::Scheduled);
    }
    Ok(state)
}
