// SPDX-License-Identifier: EUPL-1.2

//! What the press list is written: one mail to each address, in every language that there is, as plain text and
//! as HTML.

use std::fmt::Write as _;

use maud::{DOCTYPE, html};

use super::{
    Press, PressEvent, PressOutcome,
    delivering::Served,
    page::paragraphs,
    store::{announced::Announced, deliveries::Claimed},
};
use crate::{
    mail::{Letter, MailError},
    push::Language,
};

impl Press {
    /// One attempt.
    pub(super) async fn write_mail(&self, delivery: &Claimed, announced: &Announced) -> Served {
        let Some(mail) = &self.0.mail else {
            return Served::Never(PressOutcome::NotConfigured, None);
        };
        let letter = self.letter(delivery, announced);
        match mail.send(&delivery.recipient, letter).await {
            Ok(()) => Served::Delivered,
            Err(MailError::Refused(reason)) => Served::Never(PressOutcome::Refused, Some(reason)),
            Err(MailError::Failed(reason)) => Served::Failed {
                reason,
                after: None,
            },
        }
    }

    fn letter(&self, delivery: &Claimed, announced: &Announced) -> Letter {
        let (language, words) = announced.in_language(Language::German);
        let (at, what) = match delivery.event {
            PressEvent::Corrected => (delivery.created_at, correction(language)),
            _ => (announced.opened_at, ""),
        };
        Letter {
            id: delivery.id.uuid(),
            at,
            subject: format!("{}: {what}{}", self.0.city, words.title),
            text: self.plain(announced),
            html: self.html(announced),
        }
    }

    fn plain(&self, announced: &Announced) -> String {
        let mut text = String::new();
        for (language, words) in &announced.texts {
            if !text.is_empty() {
                text.push_str("\n----------\n\n");
            }
            let released = released(*language);
            let at = self.moment(announced.opened_at, *language);
            // Writing to a string can't fail.
            let _ = write!(
                text,
                "{}\n{}\n\n{released} {at}\n\n{}\n\n{}\n",
                words.title, self.0.city, words.summary, words.body
            );
        }
        let (language, _) = announced.in_language(Language::German);
        for enclosure in self.enclosures(announced) {
            let _ = write!(text, "\n{}:\n{}\n", enclosure.said(language), enclosure.url);
        }
        if let Some(address) = self.address(announced.id) {
            let _ = write!(text, "\n{address}\n");
        }
        text
    }

    fn html(&self, announced: &Announced) -> String {
        let (first, words) = announced.in_language(Language::German);
        let enclosures = self.enclosures(announced);
        let page = html! {
            (DOCTYPE)
            html lang=(first) {
                head { meta charset="utf-8"; title { (words.title) } }
                body {
                    @for (language, words) in &announced.texts {
                        article lang=(language) {
                            h1 { (words.title) }
                            p { (self.0.city) " · " (released(*language)) " " (self.moment(announced.opened_at, *language)) }
                            p { strong { (words.summary) } }
                            (paragraphs(&words.body))
                        }
                    }
                    @if !enclosures.is_empty() {
                        ul {
                            @for enclosure in enclosures {
                                li { a href=(enclosure.url) { (enclosure.said(first)) } }
                            }
                        }
                    }
                    @if let Some(address) = self.address(announced.id) {
                        p { a href=(address) { (address) } }
                    }
                }
            }
        };
        page.into_string()
    }
}

fn released(language: Language) -> &'static str {
    match language {
        Language::German => "Veröffentlicht:",
        Language::English => "Released:",
    }
}

/// Before the title of what had other words before.
fn correction(language: Language) -> &'static str {
    match language {
        Language::German => "Berichtigung: ",
        Language::English => "Correction: ",
    }
}
