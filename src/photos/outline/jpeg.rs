// SPDX-License-Identifier: EUPL-1.2

//! JPEG (ITU-T T.81, annex B): a chain of marker segments, with entropy-coded data behind each SOS.

use super::{Format, Outline, big_endian, index};
use crate::photos::decode::Refusal;

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const TEM: u8 = 0x01;
const SOF_PROGRESSIVE: u8 = 0xC2;

/// Follows the markers to the end of the first image. What phones append behind it (a second, smaller
/// image; a film of two seconds) is not looked at.
pub(super) fn outline(bytes: &[u8]) -> Result<Outline, Refusal> {
    let mut outline = Outline {
        format: Format::Jpeg,
        width: 0,
        height: 0,
        passes: 0,
        whole: false,
    };
    let mut at = 2;
    let mut sequential = false;
    while let Some((marker, body)) = next_marker(bytes, at) {
        at = match marker {
            EOI => {
                outline.whole = outline.passes > 0;
                break;
            }
            SOI => return Err(Refusal::Unreadable),
            TEM | 0xD0..=0xD7 => body,
            _ => {
                let Some(segment) = segment(bytes, body) else {
                    break;
                };
                if is_frame_header(marker) {
                    let [_precision, h1, h2, w1, w2, ..] = *segment else {
                        return Err(Refusal::Unreadable);
                    };
                    sequential |= marker != SOF_PROGRESSIVE;
                    outline.height = outline.height.max(big_endian(&[h1, h2]));
                    outline.width = outline.width.max(big_endian(&[w1, w2]));
                }
                outline.passes += u32::from(marker == SOS);
                body + 2 + segment.len()
            }
        };
    }
    if sequential && outline.passes > 1 {
        // Rare, and allowed by the standard; but zune-jpeg 0.5 makes a black picture of it without a word.
        return Err(Refusal::Unreadable);
    }
    Ok(outline)
}

/// The next marker at or after `at`, and where it ends. Entropy-coded data hold 0xFF only before a 0x00
/// that is stuffed in, or as a restart marker; both are passed over, as are fill bytes.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xFF)?;
        match *bytes.get(at + 1)? {
            0xFF => at += 1,
            0x00 | 0xD0..=0xD7 => at += 2,
            marker => return Some((marker, at + 2)),
        }
    }
}

/// The content of the segment whose length stands at `at`.
fn segment(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let length = index(big_endian(bytes.get(at..at + 2)?));
    bytes.get(at + 2..at.checked_add(length)?)
}

/// SOF0 to SOF15; 0xC4, 0xC8 and 0xCC are DHT, JPG and DAC.
fn is_frame_header(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &[u8] = &[
        0xFF, 0xD8, // SOI
        0xFF, 0xE1, 0, 6, 0xFF, 0xD9, 0xFF, 0xD9, // APP1 that holds an EOI of its own
        0xFF, 0xC0, 0, 8, 8, 0, 7, 0, 9, 1, // SOF0, 9 × 7
        0xFF, 0xDA, 0, 2, 1, 0xFF, 0, 2, 0xFF, 0xD0,
        3, // SOS, data, a stuffed 0xFF, a restart
        0xFF, 0xFF, 0xD9, // a fill byte, EOI
    ];

    #[test]
    fn the_markers_are_followed_to_the_end() {
        assert_eq!(
            outline(SMALL),
            Ok(Outline {
                format: Format::Jpeg,
                width: 9,
                height: 7,
                passes: 1,
                whole: true
            })
        );
    }

    #[test]
    fn no_beginning_of_a_file_is_whole() {
        for end in 0..SMALL.len() {
            assert!(!outline(&SMALL[..end]).unwrap().whole, "{end}");
        }
    }
}
