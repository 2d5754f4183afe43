// SPDX-License-Identifier: EUPL-1.2

//! What the app reads once it has decrypted a push: one JSON object, the same over all three gateways
//! (docs/api/push-payload.md), and never longer than the gateway has room for.

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::{
    id::MessageId,
    push::{
        Language, MessageClass,
        envelope::{Message, Text},
    },
};

/// The version of this object. A reader passes over fields that it does not know.
const VERSION: u8 = 1;

#[derive(Serialize)]
pub(super) struct Plaintext<'a> {
    v: u8,
    message_id: MessageId,
    class: MessageClass,
    pub(super) language: Language,
    pub(super) title: &'a str,
    pub(super) body: &'a str,
    pub(super) link: &'a str,
    /// A later message with the same tag takes this one's place on the lock screen.
    pub(super) tag: &'a str,
    /// `true`: without sound, and nobody is woken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) silent: Option<bool>,
}

/// The same for a message that shows nothing and takes down what stands there.
#[derive(Serialize)]
pub(super) struct Removal<'a> {
    v: u8,
    message_id: MessageId,
    class: MessageClass,
    language: Language,
    /// The tag under which it stands.
    remove: &'a str,
}

impl<'a> Removal<'a> {
    pub(super) fn new(message: &'a Message, language: Language) -> Self {
        Self {
            v: VERSION,
            message_id: message.id,
            class: message.class,
            language,
            remove: &message.envelope.collapse_id,
        }
    }
}

/// The object in a device's language, as `render` writes it, in at most `room` octets: a text too long is
/// cut at a grapheme and ended by an ellipsis, the body first. `None` if the envelope has no text at all.
///
/// Link and tag are never cut. The server makes them, far shorter than any gateway's room.
pub(super) fn plaintext(
    message: &Message,
    language: Language,
    is_silent: bool,
    room: usize,
    render: impl Fn(Plaintext<'_>) -> Vec<u8>,
) -> Option<Vec<u8>> {
    let (language, text) = message.envelope.text(language)?;
    Some(fit(text, room, |title, body| {
        render(Plaintext {
            v: VERSION,
            message_id: message.id,
            class: message.class,
            language,
            title,
            body,
            link: &message.envelope.link,
            tag: &message.envelope.collapse_id,
            silent: is_silent.then_some(true),
        })
    }))
}

/// JSON without white space. Our own types hold nothing that JSON can't write.
pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// What `render` writes of title and body, in at most `room` octets: the body is cut first.
pub(super) fn fit(text: &Text, room: usize, render: impl Fn(&str, &str) -> Vec<u8>) -> Vec<u8> {
    let whole = render(&text.title, &text.body);
    if whole.len() <= room {
        return whole;
    }
    longest(&text.body, room, |body| render(&text.title, body))
        .or_else(|| longest(&text.title, room, |title| render(title, "")))
        .unwrap_or_else(|| render("", ""))
}

/// The longest beginning of `text` that fits, if even nothing but an ellipsis does.
fn longest(text: &str, room: usize, render: impl Fn(&str) -> Vec<u8>) -> Option<Vec<u8>> {
    let ends: Vec<usize> = text
        .grapheme_indices(true)
        .map(|(start, _)| start)
        .collect();
    let fitting = ends.partition_point(|end| render(&cut(text, *end)).len() <= room);
    let end = ends.get(fitting.checked_sub(1)?)?;
    Some(render(&cut(text, *end)))
}

fn cut(text: &str, end: usize) -> String {
    format!("{}…", text[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(title: &str, body: &str, room: usize) -> String {
        let text = Text {
            title: title.to_owned(),
            body: body.to_owned(),
        };
        let bytes = fit(&text, room, |title, body| {
            format!("{title}|{body}").into_bytes()
        });
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_text_that_fits_is_left_alone() {
        assert_eq!(fitted("Titel", "Text", 10), "Titel|Text");
    }

    #[test]
    fn the_body_is_cut_before_the_title_and_ends_in_an_ellipsis() {
        assert_eq!(fitted("Titel", "eins zwei drei", 14), "Titel|eins…");
        assert_eq!(fitted("Titel", "eins zwei drei", 9), "Titel|…");
        assert_eq!(fitted("Titel", "eins zwei drei", 8), "Tite…|");
        assert_eq!(fitted("Titel", "", 5), "T…|");
        assert_eq!(fitted("Titel", "x", 1), "|");
    }

    #[test]
    fn no_grapheme_is_cut_in_two() {
        let family = "👨‍👩‍👧‍👦";
        let cut = fitted("", &family.repeat(3), 1 + 2 * family.len() + 3);
        assert_eq!(cut, format!("|{family}{family}…"));
        let cut = fitted("", &family.repeat(3), 2 * family.len() + 3);
        assert_eq!(cut, format!("|{family}…"));
    }
}
