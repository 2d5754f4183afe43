// SPDX-License-Identifier: EUPL-1.2

//! T: set, moved, taken away.

use super::{
    Announcement, AnnouncementError, Announcements, Result, State, Step,
    drafts::{discard_staged, entry, held},
    expiry, policy, release, store,
};
use crate::{
    audit::{self, Action},
    clock::At,
    db::Tx,
    id::{AnnouncementId, AudienceId},
    people::{access::Editor, audience},
};

impl Announcements {
    /// Sets or moves T, of what has the eyes that its class needs. The commit wakes the releaser.
    pub async fn schedule(
        &self,
        editor: &Editor,
        id: AnnouncementId,
        seen: Option<i32>,
        release_at: At,
    ) -> Result<Announcement> {
        let mut tx = self.db.begin().await?;
        let row = held(&mut tx, id, seen).await?;
        row.state()?.check_unreleased()?;
        self.four_eyes.check(row.class, &row.eyes()?)?;
        let now = self.clock.now();
        policy::check_release_at(release_at, now)?;
        expiry::check_current(row.expires_at, now)?;
        expiry::check_release_at(release_at, row.expires_at)?;
        check_somebody_is_meant(&mut tx, row.audience_id, release_at).await?;
        let step = self.step(editor);
        store::schedule(&mut tx, id, Some(release_at), step).await?;
        discard_staged(&mut tx, &row).await?;
        tx.tell().await?;
        let scheduled = entry(Action::AnnouncementScheduled, editor, id);
        let scheduled = scheduled.with("release_at", release_at.to_string());
        audit::commit(tx, scheduled, step.at).await?;
        self.read(editor, id).await
    }

    /// Makes a scheduled announcement, or one that is held, what it was before: a draft, or in review. What has
    /// had no T stays as it is.
    pub async fn unschedule(
        &self,
        editor: &Editor,
        id: AnnouncementId,
        seen: Option<i32>,
    ) -> Result<Announcement> {
        let mut tx = self.db.begin().await?;
        let row = held(&mut tx, id, seen).await?;
        let state = row.state()?;
        state.check_unreleased()?;
        if state.has_had_t() {
            let step = self.step(editor);
            store::schedule(&mut tx, id, None, step).await?;
            discard_staged(&mut tx, &row).await?;
            let unscheduled = entry(Action::AnnouncementUnscheduled, editor, id);
            audit::commit(tx, unscheduled, step.at).await?;
        }
        self.read(editor, id).await
    }

    /// Releases a draft, a scheduled or a held announcement at once: T is now. Asked again, it answers what the
    /// first time did.
    pub async fn release_now(
        &self,
        editor: &Editor,
        id: AnnouncementId,
        seen: Option<i32>,
    ) -> Result<Announcement> {
        let mut tx = self.db.begin().await?;
        let row = held(&mut tx, id, seen).await?;
        let state = row.state()?;
        if !matches!(state, State::Released { .. }) {
            state.check_unreleased()?;
            self.four_eyes.check(row.class, &row.eyes()?)?;
            let step = Step {
                at: tx.now(&self.clock).await?,
                ..self.step(editor)
            };
            expiry::check_current(row.expires_at, step.at)?;
            check_somebody_is_meant(&mut tx, row.audience_id, step.at).await?;
            store::schedule(&mut tx, id, Some(step.at), step).await?;
            discard_staged(&mut tx, &row).await?;
            let released = self.release_in(&mut tx, id, step.at).await?;
            audit::commit(tx, released.unwrap_or_default(), step.at).await?;
        }
        self.read(editor, id).await
    }
}

/// An announcement to nobody is a mistake in its audience, to be told while it can be mended.
/// Who is on duty at T is asked of the shifts that are known now.
pub(super) async fn check_somebody_is_meant(
    tx: &mut Tx,
    audience: AudienceId,
    release_at: At,
) -> Result<()> {
    audience::settle_duty(tx, audience, release_at).await?;
    if release::store::is_anybody_meant(tx, audience).await? {
        Ok(())
    } else {
        Err(AnnouncementError::NobodyMeant)
    }
}
