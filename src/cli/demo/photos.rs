// SPDX-License-Identifier: EUPL-1.2

//! The demo's photographs, with their phones' EXIF: the server has something to take off. Sources and
//! licences stand in `fixtures/photos/README.md`.

/// A photograph, what it shows, and what its author says to it.
pub(super) struct Photo {
    pub(super) jpeg: &'static [u8],
    pub(super) alt_text: &'static str,
    pub(super) caption: &'static str,
}

macro_rules! photo {
    ($file:literal, $alt_text:literal, $caption:literal) => {
        Photo {
            jpeg: include_bytes!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/fixtures/photos/",
                $file
            )),
            alt_text: $alt_text,
            caption: $caption,
        }
    };
}

pub(super) const PHOTOS: [Photo; 6] = [
    photo!(
        "turm.jpg",
        "Der Eiffelturm vor blauem Himmel, davor eine breite Allee",
        "Partnerschaftsreise der Azubis: drei Tage Paris, und alle sind wieder da."
    ),
    photo!(
        "dahlie.jpg",
        "Eine orangefarbene Dahlie vor dunklem Grün",
        "Die letzten Dahlien im Stadtpark. Danke an das Team Grün für dieses Jahr!"
    ),
    photo!(
        "kaffee.jpg",
        "Eine Tasse Kaffee mit Löffel auf einer Untertasse",
        "Frühschicht in der Leitstelle. Der Kaffee ist fertig, die Leitungen sind ruhig."
    ),
    photo!(
        "katze.jpg",
        "Das Gesicht einer getigerten Katze",
        "Wer vermisst sie? Saß heute früh im Salzlager am Betriebshof Nord."
    ),
    photo!(
        "pavillon.jpg",
        "Ein roter Pavillon mit geschwungenen Dächern über einem See",
        "Urlaubsgruß aus Peking an die Kolleginnen und Kollegen vom Hochbau: So geht Denkmalpflege."
    ),
    photo!(
        "rakete.jpg",
        "Eine Rakete auf der Startrampe in der Dämmerung",
        "Raumfahrttag in der Stadtbibliothek: Morgen um 15 Uhr lesen wir vom Mond."
    ),
];
