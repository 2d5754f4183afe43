// SPDX-License-Identifier: EUPL-1.2

//! The public page: HTML, an Atom feed (RFC 4287) and a JSON feed (jsonfeed.org, version 1.1), of the same
//! announcements in the same order.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::json;

use super::{Press, attachments::Enclosure, store::announced::Announced};
use crate::{
    clock::{At, Zone},
    push::Language,
};

/// When nothing has been announced yet: a feed needs a time (RFC 4287, section 4.2.15).
const NEVER: At = At::constant(0);

impl Press {
    /// Everything that the press may know, the last first.
    pub(super) fn list_page(&self, announced: &[Announced], language: Language) -> String {
        let title = self.title(language);
        let content = html! {
            h1 { (title) }
            @if announced.is_empty() {
                p.muted { (say(language, "Noch keine Mitteilung.", "No announcement yet.")) }
            }
            @for one in announced {
                @let (spoken, words) = one.in_language(language);
                article.card.stack.tight lang=(spoken) {
                    h2 { a href={ "/press/" (one.id) "?lang=" (language) } { (words.title) } }
                    (self.when(one, language))
                    p { (words.summary) }
                }
            }
            p.small.muted {
                a href={ "/press/feed.atom?lang=" (language) } { "Atom" } " · "
                a href={ "/press/feed.json?lang=" (language) } { "JSON Feed" }
            }
        };
        self.frame(&title, "/press", language, &content)
    }

    /// One announcement.
    pub(super) fn article_page(&self, announced: &Announced, language: Language) -> String {
        let (spoken, words) = announced.in_language(language);
        let content = html! {
            p { a href={ "/press?lang=" (language) } { (self.title(language)) } }
            article.card.stack lang=(spoken) {
                h1 { (words.title) }
                (self.when(announced, language))
                p { strong { (words.summary) } }
                (announced.attachments.photos_shown(announced.id))
                (paragraphs(&words.body))
                (announced.attachments.files_listed(announced.id, language))
            }
        };
        let path = format!("/press/{}", announced.id);
        self.frame(&words.title, &path, language, &content)
    }

    pub(super) fn atom(&self, announced: &[Announced], language: Language) -> String {
        let base = &self.0.public_url;
        let updated = announced.iter().map(Announced::updated_at).max();
        let feed = html! {
            (PreEscaped("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"))
            feed xmlns="http://www.w3.org/2005/Atom" xml:lang=(language) {
                title { (self.title(language)) }
                id { (base) "/press" }
                link rel="self" type="application/atom+xml" href={ (base) "/press/feed.atom?lang=" (language) } {}
                link rel="alternate" type="text/html" href={ (base) "/press?lang=" (language) } {}
                updated { (updated.unwrap_or(NEVER)) }
                author { name { (self.0.city) } }
                @for one in announced {
                    @let (spoken, words) = one.in_language(language);
                    entry xml:lang=(spoken) {
                        title { (words.title) }
                        id { "urn:uuid:" (one.id) }
                        link rel="alternate" type="text/html" href={ (base) "/press/" (one.id) } {}
                        @for enclosure in self.enclosures(one) {
                            link rel="enclosure" type=(enclosure.media_type) length=(enclosure.bytes)
                                title=[&enclosure.title] href=(enclosure.url) {}
                        }
                        published { (one.opened_at) }
                        updated { (one.updated_at()) }
                        summary { (words.summary) }
                        content type="html" { (paragraphs(&words.body).into_string()) }
                    }
                }
            }
        };
        feed.into_string()
    }

    pub(super) fn json_feed(&self, announced: &[Announced], language: Language) -> String {
        let base = &self.0.public_url;
        let items = announced.iter().map(|one| {
            let (spoken, words) = one.in_language(language);
            json!({
                "id": format!("urn:uuid:{}", one.id),
                "url": format!("{base}/press/{}", one.id),
                "title": words.title,
                "summary": words.summary,
                "content_text": words.body,
                "content_html": paragraphs(&words.body).into_string(),
                "date_published": one.opened_at,
                "date_modified": one.updated_at(),
                "language": spoken,
                "attachments": self.enclosures(one).iter().map(json_attachment).collect::<Vec<_>>(),
            })
        });
        json!({
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.title(language),
            "home_page_url": format!("{base}/press"),
            "feed_url": format!("{base}/press/feed.json?lang={language}"),
            "language": language,
            "authors": [{"name": self.0.city}],
            "items": items.collect::<Vec<_>>(),
        })
        .to_string()
    }

    /// When it was opened, and that and when it was corrected.
    fn when(&self, announced: &Announced, language: Language) -> Markup {
        let time = |at: At| html! { time datetime=(at) { (self.moment(at, language)) } };
        html! {
            p.small.muted lang=(language) {
                (time(announced.opened_at))
                @if let Some(at) = announced.corrected_at {
                    " · " (say(language, "Berichtigt:", "Corrected:")) " " (time(at))
                }
            }
        }
    }

    /// By the city's clocks, as what is announced tells its times.
    pub(super) fn moment(&self, at: At, language: Language) -> String {
        moment_in(&self.0.zone, at, language)
    }

    fn title(&self, language: Language) -> String {
        let press = say(language, "Presse", "Press");
        format!("{press} – {}", self.0.city)
    }

    fn frame(&self, title: &str, path: &str, language: Language, content: &Markup) -> String {
        let other = match language {
            Language::German => Language::English,
            Language::English => Language::German,
        };
        let page = html! {
            (DOCTYPE)
            html lang=(language) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) }
                    link rel="stylesheet" href="/shared/tokens.css";
                    link rel="stylesheet" href="/press/press.css";
                    link rel="alternate" type="application/atom+xml" href={ "/press/feed.atom?lang=" (language) };
                    link rel="alternate" type="application/feed+json" href={ "/press/feed.json?lang=" (language) };
                }
                body {
                    header.row {
                        strong.grow { (self.0.city) }
                        a href={ (path) "?lang=" (other) } lang=(other) hreflang=(other) {
                            (say(other, "Deutsch", "English"))
                        }
                    }
                    main.stack { (content) }
                }
            }
        };
        page.into_string()
    }
}

/// As JSON Feed names its parts.
fn json_attachment(enclosure: &Enclosure) -> serde_json::Value {
    let mut attachment = json!({
        "url": enclosure.url,
        "mime_type": enclosure.media_type,
        "size_in_bytes": enclosure.bytes,
    });
    if let Some(title) = &enclosure.title {
        attachment["title"] = json!(title);
    }
    attachment
}

/// A text as HTML: an empty line begins a paragraph, a line break stays one.
pub(in crate::announcements) fn paragraphs(text: &str) -> Markup {
    html! {
        @for paragraph in text.split("\n\n").filter(|text| !text.trim().is_empty()) {
            p {
                @for (index, line) in paragraph.trim().lines().enumerate() {
                    @if index > 0 { br; }
                    (line)
                }
            }
        }
    }
}

/// To the minute, for people, by the clocks of a zone, whose offset then has a name: in the hour that autumn repeats
/// it tells which of the two is meant.
fn moment_in(zone: &Zone, at: At, language: Language) -> String {
    let form = say(language, "%d.%m.%Y, %H:%M %Z", "%-d %B %Y, %H:%M %Z");
    let shown = at.timestamp().to_zoned(zone.rules().clone());
    let shown = shown.strftime(form).to_string();
    // The zones' database has English names alone.
    match language {
        Language::German => shown.replace("CEST", "MESZ").replace("CET", "MEZ"),
        Language::English => shown,
    }
}

pub(super) fn say(language: Language, de: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::German => de,
        Language::English => en,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_stays_text() {
        let html = paragraphs("Eins <b>\nzwei\n\n\ndrei & \"vier\"").into_string();
        assert_eq!(
            html,
            "<p>Eins &lt;b&gt;<br>zwei</p><p>drei &amp; &quot;vier&quot;</p>"
        );
    }

    #[test]
    fn people_read_a_time_in_their_language_by_the_citys_clocks() {
        let zone = "Europe/Berlin".parse().unwrap();
        let said = |at: &str, language| moment_in(&zone, at.parse().unwrap(), language);
        let at = "2026-11-05T14:00:10Z";
        assert_eq!(said(at, Language::German), "05.11.2026, 15:00 MEZ");
        assert_eq!(said(at, Language::English), "5 November 2026, 15:00 CET");
        let twice = ["2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z"];
        let twice = twice.map(|at| said(at, Language::German));
        assert_eq!(twice, ["31.10.2027, 02:30 MESZ", "31.10.2027, 02:30 MEZ"]);
    }
}
