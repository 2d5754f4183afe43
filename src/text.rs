// SPDX-License-Identifier: EUPL-1.2

//! Words from outside: length-limited, trimmed, free of control characters.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// A line or a text of 1 to `MAX` characters (Unicode scalar values) after trimming.
///
/// Refused: control characters other than line feed (so no NUL, which PostgreSQL can't store), and the
/// bidirectional overrides with which a text can be made to read other than it is (Unicode TR 36). Tabs and
/// carriage returns become what they mean.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

/// The same, on one line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Line<const MAX: usize>(String);

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("must not be empty")]
    Empty,
    #[error("is {by} characters too long; {max} are allowed")]
    TooLong { by: usize, max: usize },
    #[error("must not contain control characters or bidirectional overrides")]
    Control,
}

/// A sentence of ours, in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub de: Cow<'static, str>,
    pub en: Cow<'static, str>,
}

impl Words {
    pub const fn fixed(de: &'static str, en: &'static str) -> Self {
        Self {
            de: Cow::Borrowed(de),
            en: Cow::Borrowed(en),
        }
    }

    pub fn new(de: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            de: Cow::Owned(de.into()),
            en: Cow::Owned(en.into()),
        }
    }

    /// What only developers read: in English in either language.
    pub fn technical(en: impl Into<String>) -> Self {
        let en = en.into();
        Self::new(en.clone(), en)
    }
}

impl TextError {
    pub fn words(self) -> Words {
        let de = match self {
            Self::Empty => "darf nicht leer sein".to_owned(),
            Self::TooLong { by, max } => {
                format!("ist um {by} Zeichen zu lang; {max} sind möglich")
            }
            Self::Control => {
                "darf keine Steuerzeichen und keine umgekehrte Schreibrichtung enthalten".to_owned()
            }
        };
        Words::new(de, self.to_string())
    }

    /// Which of these a message is: a parser hands on the words of an error alone.
    pub fn named(message: &str) -> Option<Self> {
        let numbers = message.strip_prefix("is ").and_then(|rest| {
            let (by, rest) = rest.split_once(" characters too long; ")?;
            let max = rest.strip_suffix(" are allowed")?;
            Some((by.parse().ok()?, max.parse().ok()?))
        });
        let too_long = numbers.map(|(by, max)| Self::TooLong { by, max });
        [Some(Self::Empty), Some(Self::Control), too_long]
            .into_iter()
            .flatten()
            .find(|error| error.to_string() == message)
    }
}

impl<const MAX: usize> Text<MAX> {
    pub fn new(raw: &str) -> Result<Self, TextError> {
        check::<MAX>(&raw.replace("\r\n", "\n").replace('\t', " "), true).map(Self)
    }
}

impl<const MAX: usize> Line<MAX> {
    pub fn new(raw: &str) -> Result<Self, TextError> {
        check::<MAX>(raw, false).map(Self)
    }
}

fn check<const MAX: usize>(raw: &str, lines: bool) -> Result<String, TextError> {
    let text = raw.trim();
    let forbidden = |c: char| {
        (c.is_control() && !(lines && c == '\n'))
            || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}')
    };
    if text.chars().any(forbidden) {
        return Err(TextError::Control);
    }
    let length = text.chars().count();
    match length {
        0 => Err(TextError::Empty),
        _ if length > MAX => Err(TextError::TooLong {
            by: length - MAX,
            max: MAX,
        }),
        _ => Ok(text.to_owned()),
    }
}

macro_rules! text_type {
    ($name:ident) => {
        impl<const MAX: usize> $name<MAX> {
            pub fn as_str(&self) -> &str {
                &self.0
            }

            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl<const MAX: usize> std::fmt::Display for $name<MAX> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de, const MAX: usize> Deserialize<'de> for $name<MAX> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(&String::deserialize(deserializer)?).map_err(D::Error::custom)
            }
        }

        impl<const MAX: usize> utoipa::PartialSchema for $name<MAX> {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::Type::String)
                    .min_length(Some(1))
                    .max_length(Some(MAX))
                    .into()
            }
        }

        impl<const MAX: usize> utoipa::ToSchema for $name<MAX> {
            fn name() -> std::borrow::Cow<'static, str> {
                format!(concat!(stringify!($name), "{}"), MAX).into()
            }
        }
    };
}

text_type!(Text);
text_type!(Line);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_trimmed_counted_and_freed_of_carriage_returns() {
        assert_eq!(Text::<5>::new("  a\r\nb\t ").unwrap().as_str(), "a\nb");
        assert_eq!(Text::<5>::new("äöüßé").unwrap().as_str(), "äöüßé");
        assert_eq!(
            Text::<5>::new("äöüßéx"),
            Err(TextError::TooLong { by: 1, max: 5 })
        );
        assert_eq!(Text::<5>::new(" \n "), Err(TextError::Empty));
    }

    #[test]
    fn an_error_is_known_by_its_words() {
        let all = [
            TextError::Empty,
            TextError::TooLong { by: 3, max: 80 },
            TextError::Control,
        ];
        for error in all {
            assert_eq!(TextError::named(&error.to_string()), Some(error));
        }
        assert_eq!(TextError::named("missing field `title`"), None);
    }

    #[test]
    fn what_hides_or_breaks_is_refused() {
        for bad in [
            "a\0b",
            "a\u{1b}[31mb",
            "a\u{202E}b",
            "a\u{2066}b",
            "a\u{85}b",
        ] {
            assert_eq!(Text::<9>::new(bad), Err(TextError::Control), "{bad:?}");
        }
        assert_eq!(Line::<9>::new("a\nb"), Err(TextError::Control));
    }
}
