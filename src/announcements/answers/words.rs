// SPDX-License-Identifier: EUPL-1.2

//! What people who have not answered are told, and their deputies, in German and in English.

use std::fmt::Write as _;

use maud::{DOCTYPE, html};

use crate::{
    announcements::{press::paragraphs, texts::in_language},
    id::AnnouncementId,
    push::{
        Class, Language,
        envelope::{Envelope, Manner, Text},
    },
};

/// The same notification, in the same place, with a word before its title.
pub(super) fn reminder(mut envelope: Envelope) -> Envelope {
    for (language, text) in &mut envelope.texts {
        let before = say(*language, "Bitte antworten", "Please answer");
        text.title = format!("{before}: {}", text.title);
    }
    envelope
}

/// Beside the announcement's own notification, not in its place.
pub(super) fn to_deputies(id: AnnouncementId, class: Class) -> Envelope {
    let text = |language: &Language| {
        let text = Text {
            title: say(*language, "Noch ohne Antwort", "Not answered yet").to_owned(),
            body: silent(class, *language),
        };
        (*language, text)
    };
    Envelope {
        texts: Language::ALL.iter().map(text).collect(),
        link: address_of_the_silent(id),
        collapse_id: format!("d{}", crate::announcements::policy::collapse_id(id)),
        manner: Manner::Show,
    }
}

/// Where the app shows a deputy who has not answered.
fn address_of_the_silent(id: AnnouncementId) -> String {
    format!("/announcements/{id}/answers")
}

fn silent(class: Class, language: Language) -> String {
    match (class, language) {
        (Class::Alert, Language::German) => {
            "Aus Ihrem Bereich haben nicht alle auf eine dringende Mitteilung geantwortet."
        }
        (_, Language::German) => {
            "Aus Ihrem Bereich haben nicht alle auf eine wichtige Mitteilung geantwortet."
        }
        (Class::Alert, Language::English) => {
            "Not everybody in your office has answered an urgent announcement."
        }
        (_, Language::English) => {
            "Not everybody in your office has answered an important announcement."
        }
    }
    .to_owned()
}

/// What a mail or a text message says.
pub(super) struct Said {
    pub(super) title: String,
    text: String,
    /// What to do.
    please: &'static str,
    /// Where.
    address: String,
}

impl Said {
    pub(super) fn to_reader(
        public_url: &str,
        id: AnnouncementId,
        texts: Vec<(Language, String, String)>,
        language: Language,
    ) -> Self {
        let texts = texts.into_iter();
        let texts = texts.map(|(language, title, text)| (language, (title, text)));
        let texts = texts.collect();
        // Without words it was withdrawn just now: then the link leads nowhere.
        let (title, text) = in_language(&texts, language)
            .map(|(_, words)| words.clone())
            .unwrap_or_default();
        Self {
            title,
            text,
            please: say(language, "Bitte antworten Sie hier", "Please answer here"),
            address: format!("{public_url}/announcements/{id}"),
        }
    }

    pub(super) fn to_deputy(
        public_url: &str,
        id: AnnouncementId,
        class: Class,
        language: Language,
    ) -> Self {
        Self {
            title: say(language, "Noch ohne Antwort", "Not answered yet").to_owned(),
            text: silent(class, language),
            please: say(language, "Wer, steht hier", "Who, stands here"),
            address: format!("{public_url}{}", address_of_the_silent(id)),
        }
    }

    /// For a text message.
    pub(super) fn short(&self, city: &str, language: Language) -> String {
        let please = say(language, "Bitte antworten", "Please answer");
        format!("{city}: {} - {please}: {}", self.title, self.address)
    }

    pub(super) fn plain(&self, language: Language) -> String {
        let mut text = String::new();
        // Writing to a string can't fail.
        let _ = write!(
            text,
            "{}\n\n{}\n\n{}:\n{}\n\n{}\n",
            self.title,
            self.text,
            self.please,
            self.address,
            no_alarm(language)
        );
        text
    }

    pub(super) fn html(&self, language: Language) -> String {
        let page = html! {
            (DOCTYPE)
            html lang=(language) {
                head { meta charset="utf-8"; title { (self.title) } }
                body {
                    h1 { (self.title) }
                    (paragraphs(&self.text))
                    p { (self.please) ": " a href=(self.address) { (self.address) } }
                    p { small { (no_alarm(language)) } }
                }
            }
        };
        page.into_string()
    }
}

fn no_alarm(language: Language) -> &'static str {
    say(
        language,
        "Stadtfunk ist kein anerkannter Alarmweg. Für Alarme gelten die Wege Ihrer Leitstelle.",
        "Stadtfunk is no recognised alarm channel. For alarms, your control centre's channels apply.",
    )
}

fn say(language: Language, german: &'static str, english: &'static str) -> &'static str {
    match language {
        Language::German => german,
        Language::English => english,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_html_say_the_same_in_the_same_lines() {
        let words = (
            "Sirene".to_owned(),
            "Tor <3>:\nzu\n\nTor 4: offen".to_owned(),
        );
        let texts = vec![(Language::German, words.0, words.1)];
        let id = AnnouncementId::from_uuid(uuid::Uuid::from_u128(1));
        let said = Said::to_reader("https://app.example-stadt.de", id, texts, Language::German);
        assert!(
            said.plain(Language::German)
                .contains("\nzu\n\nTor 4: offen\n")
        );
        let html = said.html(Language::German);
        let lines = "<p>Tor &lt;3&gt;:<br>zu</p><p>Tor 4: offen</p>";
        assert!(html.contains(lines), "{html}");
    }
}
