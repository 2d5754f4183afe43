// SPDX-License-Identifier: EUPL-1.2

//! Every wording that readers have had: each correction keeps the words that it took the place of.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Made, Notes, store};
use crate::{
    announcements::{
        AnnouncementError, Announcements, Result, State, Step, Texts, store as announcements,
    },
    id::{AccountId, AnnouncementId},
    people::access::Editor,
};

/// The words of an announcement at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AnnouncementVersion)]
pub struct Version {
    /// The first is 1.
    pub number: i32,
    /// Since when these words stand, and whose they are; of the first version, when it was released and by whom it
    /// was scheduled.
    pub written: Step,
    /// What was corrected; absent from the first version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Notes>,
    /// Whether phones were to keep quiet about it; absent from the first version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent: Option<bool>,
    /// Who approved them; absent where the class needed no second pair of eyes, and from the first version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<AccountId>,
    pub texts: Texts,
}

impl Announcements {
    /// Every wording that readers have had, the first first; of what is not released, the one there is.
    pub async fn versions(&self, editor: &Editor, id: AnnouncementId) -> Result<Vec<Version>> {
        let mut tx = self.db.begin().await?;
        // Held, so that nobody corrects it between the statements.
        if announcements::lock(&mut tx, id).await?.is_none() {
            return Err(AnnouncementError::NotFound);
        }
        let made = store::all(&mut tx, id).await?;
        let present = announcements::texts_in(&mut tx, id).await?;
        drop(tx);
        let announcement = self.read(editor, id).await?;
        let first = match announcement.state {
            State::Released {
                scheduled,
                released_at: at,
                ..
            }
            | State::Withdrawn {
                scheduled,
                released_at: at,
                ..
            } => Step {
                at,
                by: scheduled.by,
            },
            State::Draft
            | State::InReview { .. }
            | State::Scheduled { .. }
            | State::Held { .. } => announcement.updated,
        };
        Ok(versions(first, made, present))
    }
}

/// Each correction knows the words before it; the last words are the present ones.
fn versions(first: Step, made: Vec<Made>, present: Texts) -> Vec<Version> {
    let mut versions = Vec::with_capacity(made.len() + 1);
    let mut next = Version {
        number: 1,
        written: first,
        note: None,
        silent: None,
        approved_by: None,
        texts: present,
    };
    for made in made {
        let present = std::mem::replace(&mut next.texts, made.before);
        versions.push(std::mem::replace(
            &mut next,
            Version {
                number: made.number + 1,
                written: made.step,
                note: Some(made.note),
                silent: Some(made.silent),
                approved_by: made.approved_by,
                texts: present,
            },
        ));
    }
    versions.push(next);
    versions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        announcements::Wording,
        clock::At,
        push::Language,
        text::{Line, Text},
    };

    fn texts(title: &str) -> Texts {
        let words = Wording {
            title: Line::new(title).unwrap(),
            push_text: Text::new("Kurz").unwrap(),
            body: Text::new("Lang").unwrap(),
        };
        [(Language::German, words)].into_iter().collect()
    }

    #[test]
    fn every_version_has_the_words_that_stood_then() {
        let step = |second| Step {
            at: At::constant(second),
            by: AccountId::from_uuid(uuid::Uuid::from_u128(1)),
        };
        let made = |number, before| Made {
            number,
            approved_by: None,
            step: step(i64::from(number)),
            silent: false,
            note: Notes::default(),
            before: texts(before),
        };
        let versions = versions(
            step(0),
            vec![made(1, "eins"), made(2, "zwei")],
            texts("drei"),
        );
        let titles: Vec<_> = versions
            .iter()
            .filter_map(|version| version.texts.de.as_ref())
            .map(|words| words.title.as_str())
            .collect();
        assert_eq!(titles, ["eins", "zwei", "drei"]);
        let numbers: Vec<_> = versions.iter().map(|version| version.number).collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert!(versions[0].note.is_none() && versions[1].note.is_some());
    }
}
