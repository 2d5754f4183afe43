// SPDX-License-Identifier: EUPL-1.2

//! After the release: a correction gives the announcement other words, a withdrawal takes it back.
//!
//! Either is one transaction. Readers see the new words, or nothing any more, from its commit on; the same
//! commit ends what waits in the outbox of the words before and opens the message that replaces the
//! notification on the phones, or takes it down ([`recall`]). The words before are kept as
//! [versions](Announcements::versions) for editors. Where four eyes are needed, a correction is
//! [proposed](proposals) first.

pub mod http;
pub(super) mod proposals;
mod store;
mod versions;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Announcement, AnnouncementError, Announcements, Result, State, Step, Texts, drafts, expiry,
    placeholders, policy, press, release, store as announcements,
};
use crate::{
    audit::{self, Action, Entries, Entry},
    changes,
    clock::At,
    db::Tx,
    id::{AccountId, AnnouncementId, MessageId},
    people::access::Editor,
    push::{
        Language, Outcome,
        envelope::{Envelope, Manner, Message},
        outbox::{self, recall},
    },
    text::Line,
};

pub(super) use self::store::last;
pub use self::{proposals::Proposal, versions::Version};

/// Other words for a released announcement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnnouncementCorrection)]
pub struct Correction {
    /// In all languages that the announcement has.
    pub texts: Texts,
    /// What was corrected, in the same languages.
    pub note: Notes,
    /// Replaces the notification without sound and without waking anybody.
    #[serde(default)]
    pub silent: bool,
}

/// What was corrected, for readers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CorrectionNotes)]
pub struct Notes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub de: Option<Line<200>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub en: Option<Line<200>>,
}

impl Notes {
    pub fn get(&self, language: Language) -> Option<&Line<200>> {
        match language {
            Language::German => self.de.as_ref(),
            Language::English => self.en.as_ref(),
        }
    }

    fn set(&mut self, language: Language, note: Line<200>) {
        match language {
            Language::German => self.de = Some(note),
            Language::English => self.en = Some(note),
        }
    }
}

/// A correction as it was made.
#[derive(Clone, Debug)]
struct Made {
    number: i32,
    step: Step,
    approved_by: Option<AccountId>,
    silent: bool,
    note: Notes,
    /// The words that stood until then.
    before: Texts,
}

/// Whose a correction is that takes effect now.
#[derive(Clone, Copy, Debug)]
struct Hands {
    written_by: AccountId,
    /// By whom, and in which revision.
    approved: Option<(AccountId, i32)>,
    at: At,
}

impl Announcements {
    /// Gives a released announcement other words; where four eyes are needed, proposes them. Asked for what it
    /// says already, it does nothing.
    pub async fn correct(
        &self,
        editor: &Editor,
        id: AnnouncementId,
        seen: Option<i32>,
        mut correction: Correction,
    ) -> Result<Announcement> {
        let mut tx = self.db.begin().await?;
        let row = drafts::held(&mut tx, id, seen).await?;
        let release_at = check_released(row.state()?)?;
        let before = announcements::texts_in(&mut tx, id).await?;
        check_languages(&before, &correction)?;
        placeholders::check(&correction.texts, row.expires_at)?;
        let moments = self.moments(release_at, row.expires_at);
        correction.texts = placeholders::fill(&correction.texts, &moments);
        if before == correction.texts {
            let made = store::all(&mut tx, id).await?;
            return match made.last() {
                Some(last) if last.note == correction.note => self.read(editor, id).await,
                _ => Err(AnnouncementError::NothingCorrected),
            };
        }
        let written = self.step(editor);
        let done = if self.four_eyes.needs(row.class) {
            self.propose(&mut tx, id, correction, written).await?
        } else {
            let hands = Hands {
                written_by: written.by,
                approved: None,
                at: written.at,
            };
            self.take_effect(&mut tx, &row, correction, hands).await?
        };
        audit::commit(tx, done, written.at).await?;
        self.read(editor, id).await
    }

    /// Readers, phones and the press get the new words, in the caller's transaction.
    async fn take_effect(
        &self,
        tx: &mut Tx,
        row: &announcements::Row,
        correction: Correction,
        hands: Hands,
    ) -> Result<Entries> {
        let (id, at) = (row.id, hands.at);
        let written = Step {
            at,
            by: hands.written_by,
        };
        let before = announcements::texts_in(tx, id).await?;
        let mut envelope = policy::envelope(id, &correction.texts);
        if correction.silent {
            envelope.manner = Manner::ShowQuietly;
        }
        let old = store::messages(tx, id).await?;
        let ends = expiry::of_push(row.expires_at, at + self.classes.get(row.class).ttl);
        let message = self.write(tx, row, envelope, at, ends).await?;
        let released = row.message_of_release()?;
        if recall::copy_recipients(tx, released, message).await? == 0 {
            release::store::add_recipients(tx, row.audience_id, message, None).await?;
        }
        // Whoever has not heard of the old words yet hears of the new ones alone, when their quiet ends.
        self.people
            .mark_recipients(tx, message, row.class, at)
            .await?;
        outbox::stage(tx, &self.ids, message, at).await?;
        let made = store::all(tx, id).await?;
        let number = made.last().map_or(1, |last| last.number + 1);
        let made = Made {
            number,
            step: written,
            approved_by: hands.approved.map(|(by, _)| by),
            silent: correction.silent,
            note: correction.note,
            before,
        };
        store::insert(tx, id, &made, message).await?;
        proposals::forget_in(tx, id).await?;
        announcements::replace_texts(tx, id, &correction.texts).await?;
        let changed_by = hands.approved.map_or(written.by, |(by, _)| by);
        announcements::touch(tx, id, Step { at, by: changed_by }).await?;
        let kind = changes::Kind::AnnouncementCorrected;
        changes::record(tx, kind, id, Some(written.by), at).await?;
        recall::end(tx, &old, Some(message), Outcome::Superseded, at).await?;
        press::correct_in(self, tx, id, at).await?;
        outbox::open(tx, message, at).await?;
        let approved = hands.approved.map(|(by, revision)| {
            let approved = Entry::new(Action::AnnouncementCorrectionApproved, Some(by), id);
            approved.with("revision", revision)
        });
        let corrected = Entry::new(Action::AnnouncementCorrected, Some(written.by), id);
        Ok(Entries::from(approved).and(corrected.with("number", number)))
    }

    /// Takes the notification down from every phone that has it, in the transaction that withdraws.
    pub(super) async fn remove_from_phones(
        &self,
        tx: &mut Tx,
        row: &announcements::Row,
        at: At,
    ) -> Result<()> {
        let old = store::messages(tx, row.id).await?;
        let envelope = Envelope {
            texts: [].into(),
            manner: Manner::Remove,
            ..policy::envelope(row.id, &Texts::default())
        };
        // What has expired is to be taken down too.
        let ends = at + self.classes.get(row.class).ttl;
        let removal = self.write(tx, row, envelope, at, ends).await?;
        let phones = if recall::is_folded(tx, row.message_of_release()?).await? {
            // Whose phones had it is no longer known.
            release::store::add_recipients(tx, row.audience_id, removal, None).await?;
            outbox::stage(tx, &self.ids, removal, at).await?
        } else {
            recall::stage_where_shown(tx, removal, &old).await?
        };
        let staged = (phones > 0).then_some(removal);
        match staged {
            Some(removal) => store::set_removal(tx, row.id, removal).await?,
            None => outbox::discard(tx, removal).await?,
        }
        recall::end(tx, &old, staged, Outcome::Withdrawn, at).await?;
        if let Some(removal) = staged {
            outbox::open(tx, removal, at).await?;
        }
        Ok(())
    }

    /// Writes a message that follows the release, with its gate shut.
    async fn write(
        &self,
        tx: &mut Tx,
        row: &announcements::Row,
        envelope: Envelope,
        at: At,
        expires_at: At,
    ) -> Result<MessageId> {
        let message = Message {
            id: self.ids.id(),
            class: row.class.into(),
            envelope,
            expires_at,
        };
        outbox::create(tx, &message, at, at).await?;
        Ok(message.id)
    }
}

/// Only what readers have is corrected. Gives T.
fn check_released(state: State) -> Result<At> {
    match state {
        State::Released { release_at, .. } => Ok(release_at),
        State::Withdrawn { .. } => Err(AnnouncementError::Withdrawn),
        State::Draft | State::InReview { .. } | State::Scheduled { .. } | State::Held { .. } => {
            Err(AnnouncementError::NotReleased)
        }
    }
}

/// Texts and notes are in the languages that the announcement has: else somebody would go on reading what is wrong.
fn check_languages(before: &Texts, correction: &Correction) -> Result<()> {
    let has = |texts: &Texts, language: Language| texts.iter().any(|(known, _)| known == language);
    let mut missing = Vec::new();
    let mut unknown = Vec::new();
    for &language in Language::ALL {
        let parts = [
            ("texts", has(&correction.texts, language)),
            ("note", correction.note.get(language).is_some()),
        ];
        for (part, is_there) in parts {
            let pointer = format!("/{part}/{language}");
            match (has(before, language), is_there) {
                (true, false) => missing.push(pointer),
                (false, true) => unknown.push(pointer),
                _ => {}
            }
        }
    }
    if missing.is_empty() && unknown.is_empty() {
        Ok(())
    } else {
        Err(AnnouncementError::Languages { missing, unknown })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{announcements::Wording, text::Text};

    fn texts(title: &str) -> Texts {
        let words = Wording {
            title: Line::new(title).unwrap(),
            push_text: Text::new("Kurz").unwrap(),
            body: Text::new("Lang").unwrap(),
        };
        [(Language::German, words)].into_iter().collect()
    }

    fn correction(note: Notes) -> Correction {
        Correction {
            texts: texts("neu"),
            note,
            silent: false,
        }
    }

    #[test]
    fn texts_and_notes_are_in_the_languages_that_there_are() {
        let note = |text| Some(Line::new(text).unwrap());
        let german = Notes {
            de: note("Ort berichtigt"),
            en: None,
        };
        assert!(check_languages(&texts("alt"), &correction(german)).is_ok());
        let english = Notes {
            de: None,
            en: note("Place corrected"),
        };
        let Err(AnnouncementError::Languages { missing, unknown }) =
            check_languages(&texts("alt"), &correction(english))
        else {
            panic!("another language");
        };
        assert_eq!(missing, ["/note/de"]);
        assert_eq!(unknown, ["/note/en"]);
    }
}
