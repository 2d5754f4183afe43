// SPDX-License-Identifier: EUPL-1.2

//! What a file says of itself, read by ourselves before any decoder sees it: its real type, its size in
//! pixels, whether it is whole. Nothing is allocated, so a file of a hundred bytes that claims 60,000 ×
//! 60,000 pixels costs a hundred bytes.
//!
//! The decoders check too, but later and each in its own way: the JPEG decoder fills what is missing
//! of a truncated file with grey, and the WebP decoder believes the inner frame's size until it has
//! decoded it.

mod jpeg;
mod png;
mod webp;

use super::decode::Refusal;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Jpeg,
    Png,
    WebP,
}

/// A file's own claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outline {
    pub(super) format: Format,
    /// The largest width and height that the file names anywhere, in pixels.
    pub(super) width: u32,
    pub(super) height: u32,
    /// How often a decoder will go over all pixels (the scans of a JPEG; 1 elsewhere).
    pub(super) passes: u32,
    /// The end that the format prescribes is there.
    pub(super) whole: bool,
}

/// Reads the outline of a file. Its name and the media type it was sent with are not asked.
pub(super) fn outline(bytes: &[u8]) -> Result<Outline, Refusal> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => jpeg::outline(bytes),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => png::outline(bytes),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => webp::outline(bytes),
        _ => Err(Refusal::UnsupportedType),
    }
}

/// A big-endian number of at most four bytes.
fn big_endian(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// A little-endian number of at most four bytes.
fn little_endian(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// A length from a file, as an index. A 32-bit length fits every machine that can serve a city.
fn index(length: u32) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_picture_is_told_from_its_bytes() {
        for bytes in [
            &b""[..],
            b"Sehr geehrte Damen und Herren",
            b"GIF89a",
            b"\xFF\xD8",
            b"RIFF",
        ] {
            assert_eq!(outline(bytes), Err(Refusal::UnsupportedType), "{bytes:?}");
        }
    }
}
