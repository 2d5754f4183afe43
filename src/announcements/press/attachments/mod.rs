// SPDX-License-Identifier: EUPL-1.2

//! The photos and files that the press gets with an announcement: those that an editor gives to it.
//!
//! They lie at addresses of the public page, and every channel tells of them by these addresses: a mail that brought
//! them along would be too large for many a mailbox, and could not be taken back. Without the page there are none.

pub mod http;
pub(super) mod store;

use maud::{Markup, html};
use serde::Serialize;

pub(super) use self::store::Attachments;
use self::store::{File, Photo};
use super::{Press, page::say, store::announced::Announced};
use crate::{id::AnnouncementId, photos::Size, push::Language};

/// A photo or a file as the press's programs are told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Enclosure {
    pub(super) url: String,
    pub(super) media_type: String,
    pub(super) bytes: i64,
    /// What a photo shows, in words; a file's title. `None`: nobody has said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    /// Of a photo, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) width: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) height: Option<i32>,
}

impl Press {
    /// What comes with an announcement, photos first.
    pub(super) fn enclosures(&self, announced: &Announced) -> Vec<Enclosure> {
        if !self.0.page {
            return Vec::new();
        }
        let (base, id) = (&self.0.public_url, announced.id);
        let Attachments { photos, files } = &announced.attachments;
        let photos = photos.iter().map(|photo| Enclosure {
            url: format!("{base}{}", photo.path(id, Size::Large)),
            media_type: photo.media_type.clone(),
            bytes: photo.large_bytes,
            title: Some(photo.alt_text.clone()).filter(|text| !text.is_empty()),
            width: Some(photo.large_width),
            height: Some(photo.large_height),
        });
        let files = files.iter().map(|file| Enclosure {
            url: format!("{base}{}", file.path(id)),
            media_type: file.kind.media_type().to_owned(),
            bytes: file.bytes,
            title: Some(file.title.clone()),
            width: None,
            height: None,
        });
        photos.chain(files).collect()
    }
}

impl Enclosure {
    /// As a line of a mail: what it is called, and how much there is to load.
    pub(super) fn said(&self, language: Language) -> String {
        let photo = say(language, "Foto", "Photo");
        let title = self.title.as_deref().unwrap_or(photo);
        format!("{title} ({})", weight(self.bytes, language))
    }
}

impl Attachments {
    /// The photos on the public page; their boxes are there before they are.
    pub(super) fn photos_shown(&self, id: AnnouncementId) -> Markup {
        html! {
            @for photo in &self.photos {
                figure {
                    a href=(photo.path(id, Size::Large)) {
                        img src=(photo.path(id, Size::Medium)) alt=(photo.alt_text)
                            width=(photo.width) height=(photo.height) loading="lazy" decoding="async";
                    }
                }
            }
        }
    }

    /// The files on the public page.
    pub(super) fn files_listed(&self, id: AnnouncementId, language: Language) -> Markup {
        html! {
            @if !self.files.is_empty() {
                section lang=(language) {
                    h2 { (say(language, "Dateien", "Files")) }
                    ul {
                        @for file in &self.files {
                            li {
                                a href=(file.path(id)) download { (file.title) }
                                " (" (file.kind.as_str().to_uppercase()) ", " (weight(file.bytes, language)) ")"
                            }
                        }
                    }
                }
            }
        }
    }
}

impl Photo {
    fn path(&self, announcement: AnnouncementId, size: Size) -> String {
        format!("/press/{announcement}/photos/{}/{size}", self.id)
    }
}

impl File {
    fn path(&self, announcement: AnnouncementId) -> String {
        format!("/press/{announcement}/files/{}", self.id)
    }
}

/// How much there is to load, as a person says it.
fn weight(bytes: i64, language: Language) -> String {
    let kilobytes = (bytes.max(1) + 999) / 1_000;
    if kilobytes < 1_000 {
        return format!("{kilobytes} kB");
    }
    let tenths = (kilobytes + 50) / 100;
    let point = say(language, ",", ".");
    format!("{}{point}{} MB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_said_in_the_unit_that_fits() {
        let said = |bytes| weight(bytes, Language::German);
        assert_eq!(said(0), "1 kB");
        assert_eq!(said(184_320), "185 kB");
        assert_eq!(said(999_999), "1,0 MB");
        assert_eq!(said(20 << 20), "21,0 MB");
        assert_eq!(weight(1_250_000, Language::English), "1.3 MB");
    }
}
