//! The words of an announcement, in German, in English or in both.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    push::Language,
    text::{Line, Text},
};

/// By language; at least one before anything is stored.
pub type Texts = BTreeMap<Language, Wording>;

/// What an announcement says in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnnouncementText)]
pub struct Wording {
    pub title: Line<80>,
    /// What the lock screen shows under the title. Title and push text together are at most 1,120 bytes
    /// and thereby fit every gateway.
    pub push_text: Text<200>,
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
