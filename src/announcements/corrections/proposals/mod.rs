// SPDX-License-Identifier: EUPL-1.2

//! A correction of what needs a second pair of eyes waits for them: an editor proposes it, another approves it,
//! and only then it takes effect, exactly as one that needs no approval. Until then editors alone can tell that it
//! exists.
//!
//! **Invariant:** whoever approves has not proposed. There is one proposal at a time; a new one takes the place of
//! the one before, whoever made it.

pub(in crate::announcements) mod store;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Correction, Hands, check_released};
use crate::{
    announcements::{
        Announcement, AnnouncementError, Announcements, Result, Step,
        drafts::{entry, held},
        store::touch,
    },
    audit::{self, Action, Entries, Entry},
    db::{self, Tx},
    id::AnnouncementId,
    people::access::Editor,
};

/// A correction that waits for another editor's approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProposedCorrection)]
pub struct Proposal {
    pub proposed: Step,
    #[serde(flatten)]
    pub correction: Correction,
}

impl Announcements {
    /// Lays a correction before the other editors, in the caller's transaction. Nothing happens if these very
    /// words wait already.
    pub(super) async fn propose(
        &self,
        tx: &mut Tx,
        id: AnnouncementId,
        correction: Correction,
        proposed: Step,
    ) -> Result<Entries> {
        let waiting = store::find_in(tx, id).await?;
        if waiting.is_some_and(|waiting| waiting.correction == correction) {
            return Ok(Entries::none());
        }
        let proposal = Proposal {
            proposed,
            correction,
        };
        store::replace(tx, id, &proposal).await?;
        touch(tx, id, proposed).await?;
        let action = Action::AnnouncementCorrectionProposed;
        Ok(Entry::new(action, Some(proposed.by), id).into())
    }

    /// Approves the correction that waits, in the revision that the editor has seen: it takes effect at once.
    pub async fn approve_correction(
        &self,
        editor: &Editor,
        id: AnnouncementId,
        seen: Option<i32>,
    ) -> Result<Announcement> {
        let mut tx = self.db.begin().await?;
        let row = held(&mut tx, id, seen).await?;
        let revision = seen.ok_or(AnnouncementError::RevisionRequired)?;
        check_released(row.state()?)?;
        let Some(proposal) = store::find_in(&mut tx, id).await? else {
            return Err(AnnouncementError::NothingProposed);
        };
        let step = self.step(editor);
        if proposal.proposed.by == step.by {
            return Err(AnnouncementError::OwnApproval);
        }
        let hands = Hands {
            written_by: proposal.proposed.by,
            approved: Some((step.by, revision)),
            at: step.at,
        };
        let done = self
            .take_effect(&mut tx, &row, proposal.correction, hands)
            .await?;
        audit::commit(tx, done, step.at).await?;
        self.read(editor, id).await
    }

    /// Takes back or refuses the correction that waits. Nothing happens if none does.
    pub async fn drop_correction(
        &self,
        editor: &Editor,
        id: AnnouncementId,
        seen: Option<i32>,
    ) -> Result<Announcement> {
        let mut tx = self.db.begin().await?;
        let row = held(&mut tx, id, seen).await?;
        check_released(row.state()?)?;
        if forget_in(&mut tx, id).await? {
            let step = self.step(editor);
            touch(&mut tx, id, step).await?;
            let dropped = entry(Action::AnnouncementCorrectionDropped, editor, id);
            audit::commit(tx, dropped, step.at).await?;
        }
        self.read(editor, id).await
    }
}

/// Forgets the proposal of an announcement; whether there was one.
pub(in crate::announcements) async fn forget_in(
    tx: &mut Tx,
    id: AnnouncementId,
) -> db::Result<bool> {
    store::delete(tx, id).await
}
