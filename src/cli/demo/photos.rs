//! The demo's photographs, with their phones' EXIF: the server has something to take off.
//! Sources and licences stand in `fixtures/photos/README.md`.

/// A photograph, what it shows, and what its author says to it.
pub(super) struct Photo {
    pub(super) jpeg: &'static [u8],
    pub(super) alt_text: &'static str,
    pub(super) caption: &'static str,
}

pub(super) const PHOTOS: [Photo; 0] = [];
