// SPDX-License-Identifier: EUPL-1.2

//! What stands on the lock screen.

use std::collections::BTreeMap;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use unicode_segmentation::UnicodeSegmentation as _;

use super::{policy::MOST_COUNTED, store::news::News};
use crate::{
    id::PostId,
    push::{
        Language,
        envelope::{Envelope, MOST_BODY, Manner, Text},
    },
};

/// The notice of a post's comments.
pub(super) fn envelope(post: PostId, news: &News, manner: Manner) -> Envelope {
    let body = one_line(&format!("{}: {}", news.author_name, news.text));
    let text = |language| Text {
        title: title(language, news.count, news.is_own_post),
        body: body.clone(),
    };
    let texts = Language::ALL
        .iter()
        .map(|language| (*language, text(*language)));
    Envelope {
        texts: texts.collect(),
        ..empty(post, manner)
    }
}

/// Takes the notice down.
pub(super) fn removal(post: PostId) -> Envelope {
    empty(post, Manner::Remove)
}

fn empty(post: PostId, manner: Manner) -> Envelope {
    Envelope {
        texts: BTreeMap::new(),
        link: format!("/posts/{post}"),
        collapse_id: BASE64_URL_SAFE_NO_PAD.encode(post.uuid()),
        manner,
    }
}

fn title(language: Language, count: i64, is_own_post: bool) -> String {
    let few = count < MOST_COUNTED;
    let many = if few { count } else { MOST_COUNTED - 1 };
    match (language, is_own_post, count) {
        (Language::German, true, 1) => "Neuer Kommentar zu Ihrem Beitrag".to_owned(),
        (Language::German, true, _) if few => format!("{many} neue Kommentare zu Ihrem Beitrag"),
        (Language::German, true, _) => format!("Über {many} neue Kommentare zu Ihrem Beitrag"),
        (Language::German, false, 1) => "Neue Antwort in Ihrem Gespräch".to_owned(),
        (Language::German, false, _) if few => format!("{many} neue Antworten in Ihrem Gespräch"),
        (Language::German, false, _) => format!("Über {many} neue Antworten in Ihrem Gespräch"),
        (Language::English, true, 1) => "New comment on your post".to_owned(),
        (Language::English, true, _) if few => format!("{many} new comments on your post"),
        (Language::English, true, _) => format!("More than {many} new comments on your post"),
        (Language::English, false, 1) => "New reply in your conversation".to_owned(),
        (Language::English, false, _) if few => format!("{many} new replies in your conversation"),
        (Language::English, false, _) => {
            format!("More than {many} new replies in your conversation")
        }
    }
}

/// As much as a lock screen has room for; cut at a grapheme.
fn one_line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= MOST_BODY {
        return text;
    }
    let mut left = MOST_BODY - 1;
    let mut cut: String = text
        .graphemes(true)
        .take_while(|grapheme| {
            let length = grapheme.chars().count();
            let fits = length <= left;
            left = left.saturating_sub(length);
            fits
        })
        .collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::envelope::MOST_TITLE;

    #[test]
    fn one_is_no_number_and_very_many_are_no_longer_counted() {
        let title = |count, own| title(Language::English, count, own);
        assert_eq!(title(1, true), "New comment on your post");
        assert_eq!(title(3, true), "3 new comments on your post");
        assert_eq!(title(100, true), "More than 99 new comments on your post");
        assert_eq!(title(2, false), "2 new replies in your conversation");
    }

    #[test]
    fn every_title_fits_in_both_languages() {
        for &language in Language::ALL {
            for count in [1, 2, 99, 100] {
                for own in [true, false] {
                    let title = title(language, count, own);
                    assert!(title.chars().count() <= MOST_TITLE, "{title}");
                }
            }
        }
    }

    #[test]
    fn a_long_comment_is_cut_between_graphemes_and_stands_on_one_line() {
        assert_eq!(
            one_line("Jana Köhler: Ja,\n\ngern"),
            "Jana Köhler: Ja, gern"
        );
        let family = "👨‍👩‍👧";
        let cut = one_line(&family.repeat(100));
        assert!(cut.chars().count() <= MOST_BODY);
        assert_eq!(cut.trim_end_matches('…').replace(family, ""), "");
        assert!(cut.ends_with('…'));
    }
}
