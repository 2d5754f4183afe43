// SPDX-License-Identifier: EUPL-1.2

//! The words of an announcement, in German, in English or in both.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    push::Language,
    text::{Line, Text},
};

/// At least one of the two before anything is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnnouncementTexts)]
pub struct Texts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub de: Option<Wording>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub en: Option<Wording>,
}

impl Texts {
    pub fn is_empty(&self) -> bool {
        self.de.is_none() && self.en.is_none()
    }

    /// What there is, each made into something else.
    #[must_use]
    pub fn map(&self, mut f: impl FnMut(Language, &Wording) -> Wording) -> Self {
        let mapped = self
            .iter()
            .map(|(language, words)| (language, f(language, words)));
        mapped.collect()
    }

    /// What there is, German first.
    pub fn iter(&self) -> impl Iterator<Item = (Language, &Wording)> {
        let german = self.de.iter().map(|words| (Language::German, words));
        german.chain(self.en.iter().map(|words| (Language::English, words)))
    }
}

impl FromIterator<(Language, Wording)> for Texts {
    fn from_iter<I: IntoIterator<Item = (Language, Wording)>>(words: I) -> Self {
        let mut texts = Self::default();
        for (language, words) in words {
            match language {
                Language::German => texts.de = Some(words),
                Language::English => texts.en = Some(words),
            }
        }
        texts
    }
}

/// What an announcement says in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnnouncementText)]
pub struct Wording {
    /// At most 80 characters, placeholders counted as what takes their place at its longest.
    pub title: Line<20_000>,
    /// What the lock screen shows under the title. At most 200 characters, counted likewise: so that both fit
    /// every gateway.
    pub push_text: Text<20_000>,
    /// At most 20,000 characters, counted likewise.
    pub body: Text<20_000>,
}

/// The text for a reader: in their language, or else in the other.
pub(super) fn in_language<W>(
    texts: &BTreeMap<Language, W>,
    language: Language,
) -> Option<(Language, &W)> {
    texts
        .get_key_value(&language)
        .or_else(|| texts.first_key_value())
        .map(|(language, words)| (*language, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_gets_their_language_or_else_the_other() {
        let both = BTreeMap::from([
            (Language::German, "Guten Tag"),
            (Language::English, "Hello"),
        ]);
        let german = BTreeMap::from([(Language::German, "Guten Tag")]);
        assert_eq!(
            in_language(&both, Language::English),
            Some((Language::English, &"Hello"))
        );
        assert_eq!(
            in_language(&german, Language::English),
            Some((Language::German, &"Guten Tag"))
        );
        assert_eq!(
            in_language::<&str>(&BTreeMap::new(), Language::German),
            None
        );
    }
}
