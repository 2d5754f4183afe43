// SPDX-License-Identifier: EUPL-1.2

//! What editors write: drafting, editing, taking back.

use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::{
    Announcement, AnnouncementError, Announcements, MaxLateness, Result, State, StateName, Step,
    Summary, Texts, answers,
    attachments::{self, FileChoice, PhotoChoice},
    corrections, expiry, holding, policy, press, store,
};
use crate::{
    audit::{self, Action, Entries, Entry},
    changes,
    clock::At,
    db::{self, Tx},
    id::AnnouncementId,
    people::{
        access::Editor,
        audience::{self, Audience, AudienceCount},
    },
    push::{Class, outbox},
};

/// What an announcement is drafted with.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnnouncement {
    pub class: Class,
    pub audience: Audience,
    /// In German, in English, or in both.
    pub texts: Texts,
    /// The editor's own photos that are shown nowhere else, in the order in which they are shown; at most
    /// 10.
    #[serde(default)]
    pub photos: Vec<PhotoChoice>,
    /// The editor's own files that nothing carries yet, in the order in which they are listed; at most 10.
    #[serde(default)]
    pub files: Vec<FileChoice>,
    /// From then on nobody is disturbed with it, and it is not listed as current: in the future, and after T.
    #[serde(default)]
    pub expires_at: Option<At>,
    /// How many seconds after T it is still released by itself, if no server ran at T; left out, as the
    /// city's configuration says for its class.
    #[serde(default)]
    pub max_lateness_seconds: Option<MaxLateness>,
}

/// What of an announcement is changed; the rest stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = AnnouncementChanges)]
pub struct Changes {
    pub class: Option<Class>,
    pub audience: Option<Audience>,
    /// All of them: a language that is left out is taken away.
    pub texts: Option<Texts>,
    /// All of them.
    pub photos: Option<Vec<PhotoChoice>>,
    /// All of them.
    pub files: Option<Vec<FileChoice>>,
    /// `null`: never.
    #[serde(deserialize_with = "said")]
    #[schema(value_type = Option<At>)]
    pub expires_at: Option<Option<At>>,
    /// `null`: as its class.
    #[serde(deserialize_with = "said")]
    #[schema(value_type = Option<MaxLateness>)]
    pub max_lateness_seconds: Option<Option<MaxLateness>>,
}

/// Tells `null`, which takes a value away, from what is left out and stays.
pub(super) fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl Changes {
    /// The names of what is changed.
    fn fields(&self) -> Vec<&'static str> {
        let named = [
            (self.class.is_some(), "class"),
            (self.audience.is_some(), "audience"),
            (self.texts.is_some(), "texts"),
            (self.photos.is_some(), "photos"),
            (self.files.is_some(), "files"),
            (self.expires_at.is_some(), "expires_at"),
            (self.max_lateness_seconds.is_some(), "max_lateness_seconds"),
        ];
        let changed = named.into_iter().filter(|(changed, _)| *changed);
        changed.map(|(_, name)| name).collect()
    }
}

impl Announcements {
    pub async fn draft(&self, editor: &Editor, new: NewAnnouncement) -> Result<Announcement> {
        policy::check_texts(&new.texts, new.expires_at)?;
        expiry::check_said(new.expires_at, self.clock.now())?;
        let id = self.ids.id();
        let mut tx = self.db.begin().await?;
        let audience = new.audience.create(&mut tx, &self.ids).await?;
        store::insert(&mut tx, id, new.class, audience, self.step(editor)).await?;
        store::replace_texts(&mut tx, id, &new.texts).await?;
        attachments::show_photos(&mut tx, id, editor, &new.photos).await?;
        attachments::carry_files(&mut tx, id, editor, &new.files).await?;
        expiry::store::set(&mut tx, id, new.expires_at).await?;
        holding::store::set_max_lateness(&mut tx, id, new.max_lateness_seconds).await?;
        let drafted = entry(Action::AnnouncementDrafted, editor, id);
        let drafted = drafted.with("class", new.class.as_str());
        audit::commit(tx, drafted, self.clock.now()).await?;
        self.read(editor, id).await
    }

    /// Any announcement, released or not.
    pub async fn read(&self, _editor: &Editor, id: AnnouncementId) -> Result<Announcement> {
        store::find(&self.db, id, &self.four_eyes, &self.lateness)
            .await?
            .ok_or(AnnouncementError::NotFound)
    }

    /// Up to `limit` announcements in one state or in any, the last made first.
    pub async fn list(
        &self,
        _editor: &Editor,
        state: Option<StateName>,
        before: Option<AnnouncementId>,
        limit: i64,
    ) -> Result<Vec<Summary>> {
        Ok(store::page(&self.db, state, before, limit).await?)
    }

    /// How many people an announcement is for, and how many of them a push can reach now.
    pub async fn audience(&self, _editor: &Editor, id: AnnouncementId) -> Result<AudienceCount> {
        let row = store::row(&self.db, id)
            .await?
            .ok_or(AnnouncementError::NotFound)?;
        let on_duty_at = match row.state()? {
            State::Draft | State::InReview { .. } | State::Held { .. } => Some(self.clock.now()),
            State::Scheduled { release_at, .. } => Some(release_at),
            State::Released { .. } | State::Withdrawn { .. } => None,
        };
        let count = self
            .people
            .count_stored_audience(row.audience_id, on_duty_at);
        Ok(count.await?)
    }

    /// Changes what has not been released. What was staged is discarded, to be staged anew; what was approved
    /// must be approved anew, and has no T until then.
    pub async fn edit(
        &self,
        editor: &Editor,
        id: AnnouncementId,
        seen: Option<i32>,
        changes: Changes,
    ) -> Result<Announcement> {
        let mut tx = self.db.begin().await?;
        let row = held(&mut tx, id, seen).await?;
        let state = row.state()?;
        state.check_unreleased()?;
        let audience = match &changes.audience {
            Some(audience) => audience.create(&mut tx, &self.ids).await?,
            None => row.audience_id,
        };
        let class = changes.class.unwrap_or(row.class);
        store::update(&mut tx, id, class, audience, self.step(editor)).await?;
        discard_staged(&mut tx, &row).await?;
        if let Some(texts) = &changes.texts {
            store::replace_texts(&mut tx, id, texts).await?;
        }
        if let Some(photos) = &changes.photos {
            attachments::show_photos(&mut tx, id, editor, photos).await?;
        }
        if let Some(files) = &changes.files {
            attachments::carry_files(&mut tx, id, editor, files).await?;
        }
        if let Some(expires_at) = changes.expires_at {
            expiry::check_said(expires_at, self.clock.now())?;
            if let State::Scheduled { release_at, .. } = state {
                expiry::check_release_at(release_at, expires_at)?;
            }
            expiry::store::set(&mut tx, id, expires_at).await?;
        }
        if changes.texts.is_some() || changes.expires_at.is_some() {
            let texts = store::texts_in(&mut tx, id).await?;
            policy::check_texts(&texts, changes.expires_at.unwrap_or(row.expires_at))?;
        }
        if let Some(most) = changes.max_lateness_seconds {
            holding::store::set_max_lateness(&mut tx, id, most).await?;
        }
        answers::check_fits(&mut tx, id, class).await?;
        if let State::Scheduled { release_at, .. } = state {
            super::schedule::check_somebody_is_meant(&mut tx, audience, release_at).await?;
            tx.tell().await?;
        }
        let sent_back = self
            .seen_by_nobody_else(&mut tx, &row, class, editor)
            .await?;
        let edited = entry(Action::AnnouncementEdited, editor, id);
        let edited = edited
            .with("class", class.as_str())
            .with("changed", changes.fields());
        let done = Entries::from(edited).and(sent_back);
        audit::commit(tx, done, self.clock.now()).await?;
        self.read(editor, id).await
    }

    /// Takes an announcement back: for good if only editors knew of it, else it is withdrawn, and stays
    /// visible to editors as what it was.
    pub async fn remove(
        &self,
        editor: &Editor,
        id: AnnouncementId,
        seen: Option<i32>,
    ) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let row = held(&mut tx, id, seen).await?;
        let step = self.step(editor);
        let done = match row.state()? {
            State::Draft
            | State::InReview { .. }
            | State::Scheduled { .. }
            | State::Held { .. } => {
                press::forget_in(&mut tx, id).await?;
                answers::forget_in(&mut tx, id).await?;
                store::delete(&mut tx, id).await?;
                audience::forget_duty(&mut tx, row.audience_id).await?;
                discard_staged(&mut tx, &row).await?;
                entry(Action::AnnouncementDeleted, editor, id).into()
            }
            State::Released { .. } => {
                store::withdraw(&mut tx, id, step).await?;
                corrections::proposals::forget_in(&mut tx, id).await?;
                press::withdraw_in(self, &mut tx, id, step.at).await?;
                self.remove_from_phones(&mut tx, &row, step.at).await?;
                answers::withdraw_in(&mut tx, id, step.at).await?;
                let kind = changes::Kind::AnnouncementWithdrawn;
                changes::record(&mut tx, kind, id, Some(step.by), step.at).await?;
                entry(Action::AnnouncementWithdrawn, editor, id).into()
            }
            // Asked again, because the answer was lost.
            State::Withdrawn { .. } => Entries::none(),
        };
        Ok(audit::commit(tx, done, step.at).await?)
    }

    pub(super) fn step(&self, editor: &Editor) -> Step {
        Step {
            at: self.clock.now(),
            by: editor.account(),
        }
    }
}

/// What an editor has done, for the audit log.
pub(super) fn entry(action: Action, editor: &Editor, id: AnnouncementId) -> Entry {
    Entry::new(action, Some(editor.account()), id)
}

/// The row, held until the transaction ends, if the editor has seen its last revision.
pub(super) async fn held(tx: &mut Tx, id: AnnouncementId, seen: Option<i32>) -> Result<store::Row> {
    let row = store::lock(tx, id)
        .await?
        .ok_or(AnnouncementError::NotFound)?;
    match seen {
        Some(seen) if seen != row.revision => Err(AnnouncementError::Changed),
        _ => Ok(row),
    }
}

/// Drops from the outbox what was staged for the state of things before a change. The row must no longer
/// name the message.
pub(super) async fn discard_staged(tx: &mut Tx, row: &store::Row) -> db::Result<()> {
    if let Some(message) = row.message_id {
        outbox::discard(tx, message).await?;
    }
    Ok(())
}
