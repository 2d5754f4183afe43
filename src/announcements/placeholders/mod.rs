// SPDX-License-Identifier: EUPL-1.2

//! Placeholders in titles, push texts and bodies: `{release_date}`, `{release_time}`, `{expiry_date}`,
//! `{expiry_time}`. They are [filled](fill()) when the message is staged and when it is released, so that a T
//! that is moved at the last moment is told as it is: in the language of the text, by the city's clocks, T
//! itself even if the release is late.
//!
//! A doubled brace, `{{` or `}}`, is one brace. A single one stays as it is, unless it opens what looks like a
//! placeholder: a few characters up to the next closing brace on the same line.
//!
//! **Invariant:** what is stored can be filled, and is then no longer than a push and a page have room for,
//! because it was [checked](check) with the longest that can take each placeholder's place.

mod pieces;

use self::pieces::{Piece, Pieces};
use super::{AnnouncementError, Announcements, Result, Texts, Wording};
use crate::{
    clock::{At, Zone},
    push::{
        Language,
        envelope::{MOST_BODY, MOST_TITLE},
    },
    text::{Line, Text},
};

/// What an editor may have put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    ReleaseDate,
    ReleaseTime,
    ExpiryDate,
    ExpiryTime,
}

impl Placeholder {
    pub const ALL: [Self; 4] = [
        Self::ReleaseDate,
        Self::ReleaseTime,
        Self::ExpiryDate,
        Self::ExpiryTime,
    ];

    /// What stands between the braces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReleaseDate => "release_date",
            Self::ReleaseTime => "release_time",
            Self::ExpiryDate => "expiry_date",
            Self::ExpiryTime => "expiry_time",
        }
    }

    fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|placeholder| placeholder.name() == name)
    }
}

/// What a body has at most, in characters, once it is filled.
const MOST_OF_BODY: usize = 20_000;
/// A day and a time that no other is longer than, in either language: 30 September 2026, 20:22.
const LONGEST: At = At::constant(1_790_799_720);

/// What takes the placeholders' places.
#[derive(Clone, Debug)]
pub(super) struct Moments {
    release_at: At,
    expires_at: Option<At>,
    zone: Zone,
}

/// A placeholder that can't be filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// JSON pointer to the text.
    pub pointer: String,
    pub name: String,
}

/// A text that has no room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLong {
    pub language: Language,
    pub part: Part,
    /// In characters.
    pub by: usize,
    pub most: usize,
}

/// Of an announcement's words in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Title,
    PushText,
    Body,
}

impl Part {
    /// As the API has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::PushText => "push_text",
            Self::Body => "body",
        }
    }

    const fn most(self) -> usize {
        match self {
            Self::Title => MOST_TITLE,
            Self::PushText => MOST_BODY,
            Self::Body => MOST_OF_BODY,
        }
    }

    /// JSON pointer.
    pub fn pointer(self, language: Language) -> String {
        format!("/texts/{language}/{}", self.name())
    }
}

impl Announcements {
    pub(super) fn moments(&self, release_at: At, expires_at: Option<At>) -> Moments {
        Moments {
            release_at,
            expires_at,
            zone: self.zone.clone(),
        }
    }
}

/// The texts with all placeholders filled: the one place where that is done.
pub(super) fn fill(texts: &Texts, moments: &Moments) -> Texts {
    texts.map(|language, words| {
        let fill = |text: &str| filled(text, |placeholder| moments.say(placeholder, language));
        // What was stored before placeholders were known may not fit; then it stays as it is.
        Wording {
            title: Line::new(&fill(words.title.as_str())).unwrap_or_else(|_| words.title.clone()),
            push_text: Text::new(&fill(words.push_text.as_str()))
                .unwrap_or_else(|_| words.push_text.clone()),
            body: Text::new(&fill(words.body.as_str())).unwrap_or_else(|_| words.body.clone()),
        }
    })
}

/// Whether all of it can be filled, and fits.
pub(super) fn check(texts: &Texts, expires_at: Option<At>) -> Result<()> {
    let (mut unknown, mut without_value, mut too_long) = (Vec::new(), Vec::new(), Vec::new());
    let moments = Moments {
        release_at: LONGEST,
        expires_at: expires_at.map(|_| LONGEST),
        zone: Zone::default(),
    };
    for (language, part, text) in parts(texts) {
        let misplaced = |name: &str| Misplaced {
            pointer: part.pointer(language),
            name: name.to_owned(),
        };
        for piece in Pieces(text) {
            if let Piece::Placeholder(name) = piece {
                match Placeholder::named(name) {
                    None => unknown.push(misplaced(name)),
                    Some(known) if moments.say(known, language).is_none() => {
                        without_value.push(misplaced(name));
                    }
                    Some(_) => {}
                }
            }
        }
        let length = filled(text, |placeholder| moments.say(placeholder, language));
        let (length, most) = (length.chars().count(), part.most());
        if length > most {
            too_long.push(TooLong {
                language,
                part,
                by: length - most,
                most,
            });
        }
    }
    if !unknown.is_empty() {
        return Err(AnnouncementError::UnknownPlaceholders(unknown));
    }
    if !without_value.is_empty() {
        return Err(AnnouncementError::PlaceholdersWithoutValue(without_value));
    }
    if !too_long.is_empty() {
        return Err(AnnouncementError::TextsTooLong(too_long));
    }
    Ok(())
}

fn parts(texts: &Texts) -> impl Iterator<Item = (Language, Part, &str)> {
    texts.iter().flat_map(|(language, words)| {
        [
            (language, Part::Title, words.title.as_str()),
            (language, Part::PushText, words.push_text.as_str()),
            (language, Part::Body, words.body.as_str()),
        ]
    })
}

impl Moments {
    fn say(&self, placeholder: Placeholder, language: Language) -> Option<String> {
        let date = match language {
            Language::German => "%d.%m.%Y",
            Language::English => "%-d %B %Y",
        };
        let (at, form) = match placeholder {
            Placeholder::ReleaseDate => (self.release_at, date),
            Placeholder::ReleaseTime => (self.release_at, "%H:%M"),
            Placeholder::ExpiryDate => (self.expires_at?, date),
            Placeholder::ExpiryTime => (self.expires_at?, "%H:%M"),
        };
        let shown = at.timestamp().to_zoned(self.zone.rules().clone());
        Some(shown.strftime(form).to_string())
    }
}

fn filled(text: &str, value: impl Fn(Placeholder) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    for piece in Pieces(text) {
        match piece {
            Piece::Words(words) => filled.push_str(words),
            Piece::Placeholder(name) => match Placeholder::named(name).and_then(&value) {
                Some(value) => filled.push_str(&value),
                None => filled.extend(["{", name, "}"]),
            },
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{pieces::LONGEST_NAME, *};

    fn moments(expires_at: Option<&str>) -> Moments {
        Moments {
            release_at: "2026-11-21T23:05:30Z".parse().unwrap(),
            expires_at: expires_at.map(|at| at.parse().unwrap()),
            zone: "Europe/Berlin".parse().unwrap(),
        }
    }

    fn said(text: &str, language: Language) -> String {
        let moments = moments(Some("2027-07-01T08:00:00Z"));
        filled(text, |placeholder| moments.say(placeholder, language))
    }

    fn texts(push_text: &str) -> Texts {
        let words = Wording {
            title: Line::new("Titel").unwrap(),
            push_text: Text::new(push_text).unwrap(),
            body: Text::new("Text").unwrap(),
        };
        [(Language::English, words)].into_iter().collect()
    }

    #[test]
    fn times_are_told_in_the_texts_language_by_the_citys_clocks() {
        let text = "{release_date}, {release_time}; {expiry_date}, {expiry_time}";
        assert_eq!(
            said(text, Language::German),
            "22.11.2026, 00:05; 01.07.2027, 10:00"
        );
        assert_eq!(
            said(text, Language::English),
            "22 November 2026, 00:05; 1 July 2027, 10:00"
        );
    }

    #[test]
    fn a_doubled_brace_is_one_and_a_lone_one_stays() {
        let german = |text| said(text, Language::German);
        assert_eq!(german("{{release_time}}"), "{release_time}");
        assert_eq!(german("{{{release_time}}}"), "{00:05}");
        assert_eq!(german(":} und :{ und {\n}"), ":} und :{ und {\n}");
        assert_eq!(german("{"), "{");
        assert_eq!(german("{}"), "{}");
        let long = format!("{{{}}}", "x".repeat(LONGEST_NAME + 1));
        assert_eq!(german(&long), long);
        assert!(check(&texts(&long), None).is_ok());
    }

    #[test]
    fn what_can_not_be_filled_is_named_by_its_place() {
        let at = |name: &str| {
            vec![Misplaced {
                pointer: "/texts/en/push_text".to_owned(),
                name: name.to_owned(),
            }]
        };
        let Err(AnnouncementError::UnknownPlaceholders(unknown)) =
            check(&texts("{Name}, {release_time}"), None)
        else {
            panic!("an unknown placeholder");
        };
        assert_eq!(unknown, at("Name"));
        let until = texts("Until {expiry_date}.");
        let Err(AnnouncementError::PlaceholdersWithoutValue(without)) = check(&until, None) else {
            panic!("a placeholder without a value");
        };
        assert_eq!(without, at("expiry_date"));
        assert!(check(&until, Some(LONGEST)).is_ok());
    }

    #[test]
    fn a_text_is_counted_as_long_as_it_can_become() {
        let room = MOST_BODY - "30 September 2026".len();
        let text = |words| texts(&format!("{{release_date}}{}", "ä".repeat(words)));
        assert!(check(&text(room), None).is_ok());
        let Err(AnnouncementError::TextsTooLong(too_long)) = check(&text(room + 3), None) else {
            panic!("a text too long");
        };
        let by_three = TooLong {
            language: Language::English,
            part: Part::PushText,
            by: 3,
            most: 200,
        };
        assert_eq!(too_long, [by_three]);
    }

    #[test]
    fn no_day_is_longer_than_the_longest() {
        let mut at = LONGEST;
        let longest = moments(None);
        let longest = |at, language| {
            let moments = Moments {
                release_at: at,
                ..longest.clone()
            };
            let said = moments.say(Placeholder::ReleaseDate, language);
            said.map(|said| said.chars().count())
        };
        for _ in 0..366 {
            at = at + std::time::Duration::from_hours(24);
            for &language in Language::ALL {
                assert!(longest(at, language) <= longest(LONGEST, language), "{at}");
            }
        }
    }

    proptest! {
        #[test]
        fn braces_that_are_doubled_come_out_as_they_were_meant(
            text in r"[{}a-c_\n ]{0,40}|\PC{0,40}",
        ) {
            let doubled = text.replace('{', "{{").replace('}', "}}");
            prop_assert_eq!(said(&doubled, Language::German), text);
        }
    }
}
