// SPDX-License-Identifier: EUPL-1.2

//! The report as it is asked for: as it was written when the release was over, or counted from the rows as they are;
//! and in both cases with what has happened since the release.

use super::{
    kept,
    later::{self, Later, What},
    report::{Report, build},
};
use crate::{
    announcements::{
        AnnouncementError, Announcements, Result, State,
        press::{self, PressEvent},
        store,
    },
    clock::At,
    id::{AnnouncementId, MessageId},
    people::access::Editor,
    push::outbox::{self, Curve},
};

impl Announcements {
    /// The report of a released announcement: as it was written when the release was over, or as it stands now.
    pub async fn report(&self, _editor: &Editor, id: AnnouncementId) -> Result<Report> {
        let released = self.released(id).await?;
        let report = match kept::read(&self.db, id).await? {
            Some((report, _)) => report,
            None => self.counted(&released).await?,
        };
        self.with_later(report, &released).await
    }

    /// The same, and how many phones had been handed over by when.
    pub async fn report_with_curve(
        &self,
        _editor: &Editor,
        id: AnnouncementId,
    ) -> Result<(Report, Curve)> {
        let released = self.released(id).await?;
        let (report, curve) = match kept::read(&self.db, id).await? {
            Some(kept) => kept,
            None => self.counted_with_curve(&released).await?,
        };
        Ok((self.with_later(report, &released).await?, curve))
    }

    /// Counted from the rows, the release alone.
    pub(super) async fn counted_with_curve(&self, released: &Released) -> Result<(Report, Curve)> {
        let report = self.counted(released).await?;
        let curve = outbox::curve(&self.db, released.message).await?;
        Ok((report, curve))
    }

    async fn counted(&self, released: &Released) -> Result<Report> {
        let account = outbox::account(&self.db, released.message).await?;
        let mut report = build(released, &account);
        let first_ms = report.hand_over.map(|hand_over| hand_over.first_ms);
        report.press = press::report::of(&self.db, released.id, released.t, first_ms).await?;
        if let Some(press) = &mut report.press {
            let of_release = |event| event == PressEvent::Released;
            press.channels.retain(|channel| of_release(channel.event));
            report.complete &= press.is_complete();
        }
        Ok(report)
    }

    /// With what has happened since the release.
    async fn with_later(&self, mut report: Report, released: &Released) -> Result<Report> {
        if let Some(press) = &mut report.press
            && let Some(now) = press::report::of(&self.db, released.id, released.t, None).await?
        {
            let mut channels = now.channels;
            channels.retain(|channel| channel.event != PressEvent::Released);
            press.channels.extend(channels);
            report.complete &= press.is_complete();
        }
        report.later = later::of(&self.db, released).await?;
        if let (Some(_), Some(counted)) = (&report.written, &mut report.people.displayed)
            && let (now, Some(at)) = outbox::displayed(&self.db, released.message).await?
            && now > *counted
        {
            let people = now - *counted;
            let what = What::Displayed { people };
            report.later.push(Later { at, what });
            *counted = now;
        }
        report.later.sort_by_key(|later| later.at);
        Ok(report)
    }

    pub(super) async fn released(&self, id: AnnouncementId) -> Result<Released> {
        let row = store::row(&self.db, id)
            .await?
            .ok_or(AnnouncementError::NotFound)?;
        let (t, opened_at, withdrawn_at) = match row.state()? {
            State::Released {
                release_at,
                released_at,
                ..
            } => (release_at, released_at, None),
            State::Withdrawn {
                release_at,
                released_at,
                withdrawn,
                ..
            } => (release_at, released_at, Some(withdrawn.at)),
            State::Draft
            | State::InReview { .. }
            | State::Scheduled { .. }
            | State::Held { .. } => {
                return Err(AnnouncementError::NotReleased);
            }
        };
        Ok(Released {
            id,
            message: row.message_of_release()?,
            t,
            opened_at,
            withdrawn_at,
            takes_receipts: self.classes.get(row.class).receipts,
        })
    }
}

/// What of an announcement its report is made of.
pub(super) struct Released {
    pub(super) id: AnnouncementId,
    pub(super) message: MessageId,
    pub(super) t: At,
    /// When the gate was opened.
    pub(super) opened_at: At,
    pub(super) withdrawn_at: Option<At>,
    pub(super) takes_receipts: bool,
}
