// SPDX-License-Identifier: EUPL-1.2

//! Letters: one HTML file with a page per person, to be printed on A4, folded and handed out by the offices.
//!
//! The address stands where a window envelope shows it (DIN 5008, form B: 20 mm from the left, 45 mm from
//! the top, 85 × 45 mm). The QR code opens the app's join page with the code after `#`, which browsers
//! keep to themselves: it is in no server's log.

use std::{
    fmt::{self, Display, Formatter, Write as _},
    io,
};

use qrcode::{EcLevel, QrCode, render::svg};

use super::Invitation;
use crate::clock::At;

/// What all letters of one print run have in common.
#[derive(Clone, Debug)]
pub struct Sender<'a> {
    /// The city's name, as it signs.
    pub city: &'a str,
    /// Where phones reach the server, without a slash at the end.
    pub public_url: &'a str,
}

/// Writes the letters as they come, so that 50,000 of them need no memory.
pub fn write_letters<'i>(
    mut out: impl io::Write,
    sender: &Sender<'_>,
    invitations: impl IntoIterator<Item = &'i Invitation>,
) -> io::Result<()> {
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"de\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        Escaped(sender.city)
    )?;
    for invitation in invitations {
        let letter = Letter::new(sender, invitation)?;
        write!(out, "{letter}")?;
    }
    writeln!(out, "</body>\n</html>")?;
    out.flush()
}

const STYLE: &str = include_str!("letters.css");

struct Letter<'a> {
    sender: &'a Sender<'a>,
    invitation: &'a Invitation,
    join_url: String,
    qr: String,
}

impl<'a> Letter<'a> {
    fn new(sender: &'a Sender<'a>, invitation: &'a Invitation) -> io::Result<Self> {
        let join_url = format!("{}/join#{}", sender.public_url, invitation.code);
        // Medium correction (15 %) outlives a fold through the code.
        let qr = QrCode::with_error_correction_level(&join_url, EcLevel::M)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error.to_string()))?
            .render::<svg::Color<'_>>()
            .min_dimensions(200, 200)
            .build();
        // The drawing alone: an XML declaration has no place inside HTML.
        let qr = qr
            .find("<svg")
            .map_or_else(|| qr.clone(), |start| qr[start..].to_owned());
        Ok(Self {
            sender,
            invitation,
            join_url,
            qr,
        })
    }

    fn name(&self) -> String {
        format!(
            "{} {}",
            self.invitation.given_name, self.invitation.family_name
        )
    }
}

impl Display for Letter<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self {
            sender, invitation, ..
        } = self;
        let name = self.name();
        write!(
            f,
            "<article>\n<address><small>{city}</small>\n{name}<br>\n{unit}</address>\n\
             <h1>Ihr Zugang zur Mitarbeiter-App</h1>\n",
            city = Escaped(sender.city),
            name = Escaped(&name),
            unit = Escaped(&invitation.unit_name),
        )?;
        self.german(f)?;
        self.code(f)?;
        self.english(f)?;
        f.write_str("</article>\n")
    }
}

impl Letter<'_> {
    fn german(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "<section>\n<p>Guten Tag, {name},</p>\n\
             <p>mit der Mitarbeiter-App lesen Sie Neuigkeiten und Mitteilungen der {city} auf Ihrem \
             Telefon. Die Teilnahme ist freiwillig.</p>\n\
             <p>Scannen Sie das Bild mit der Kamera Ihres Telefons, oder öffnen Sie \
             <b>{url}</b> und geben Sie den Code ein. Der Code gilt einmal, für Sie allein und bis zum \
             <b>{until}</b>. Bitte geben Sie ihn nicht weiter.</p>\n</section>\n",
            name = Escaped(&self.name()),
            city = Escaped(self.sender.city),
            url = Escaped(&self.address()),
            until = date(self.invitation.expires_at, "%d.%m.%Y"),
        )
    }

    fn english(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "<section lang=\"en\">\n<p>Dear {name},</p>\n\
             <p>the staff app brings you news and announcements of {city} on your phone. Taking part is \
             voluntary.</p>\n\
             <p>Scan the picture with your phone’s camera, or open <b>{url}</b> and type the code. The \
             code works once, for you alone and until <b>{until}</b>. Please do not pass it on.</p>\n\
             </section>\n",
            name = Escaped(&self.name()),
            city = Escaped(self.sender.city),
            url = Escaped(&self.address()),
            until = date(self.invitation.expires_at, "%-d %B %Y"),
        )
    }

    fn code(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "<figure>\n<a href=\"{url}\">{qr}</a>\n<figcaption>{code}</figcaption>\n</figure>\n",
            url = Escaped(&self.join_url),
            qr = self.qr,
            code = self.invitation.code,
        )
    }

    /// What a person types: the join page without the code.
    fn address(&self) -> String {
        format!("{}/join", self.sender.public_url)
    }
}

/// The day in UTC on which the code still works from beginning to end: the one before it expires.
fn date(expires_at: At, format: &str) -> String {
    let last_whole_day = expires_at - std::time::Duration::from_hours(24);
    last_whole_day.timestamp().strftime(format).to_string()
}

/// Text as HTML, in elements and in quoted attributes.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;"),
                '<' => f.write_str("&lt;"),
                '>' => f.write_str("&gt;"),
                '"' => f.write_str("&quot;"),
                '\'' => f.write_str("&#39;"),
                c => f.write_char(c),
            }?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Clock, id::Ids};

    #[test]
    fn a_letter_has_a_page_for_each_person_and_escapes_their_names() {
        let ids = Ids::new(Clock::manual("2026-11-21T14:00:00Z".parse().unwrap()));
        let invitation = |given: &str| Invitation {
            account: ids.id(),
            given_name: given.into(),
            family_name: "O'Neill <b>".into(),
            unit_name: "Kita \"Pusteblume\" & Hort".into(),
            code: "K7QM-2XRD-9WTF".parse().unwrap(),
            expires_at: "2026-12-21T14:00:00Z".parse().unwrap(),
        };
        let sender = Sender {
            city: "Stadt Musterstadt",
            public_url: "https://funk.example",
        };
        let mut html = Vec::new();
        write_letters(&mut html, &sender, &[invitation("Zoë"), invitation("Jörg")]).unwrap();
        let html = String::from_utf8(html).unwrap();

        assert_eq!(html.matches("<article>").count(), 2);
        assert_eq!(html.matches("<svg").count(), 2);
        assert!(!html.contains("<?xml"));
        assert!(html.contains("Zoë O&#39;Neill &lt;b&gt;"));
        assert!(html.contains("Kita &quot;Pusteblume&quot; &amp; Hort"));
        assert!(html.contains("href=\"https://funk.example/join#K7QM-2XRD-9WTF\""));
        assert!(html.contains("bis zum <b>20.12.2026</b>"));
        assert!(html.contains("until <b>20 December 2026</b>"));
    }
}
