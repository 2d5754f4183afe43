// SPDX-License-Identifier: EUPL-1.2

//! WebP (RFC 9649): a RIFF file whose chunks name the size up to three times: the canvas (VP8X), and each
//! frame in its own bit stream (`VP8 ` or VP8L), the frames of an animation inside ANMF.

use super::{Format, Outline, index, little_endian};
use crate::photos::decode::Refusal;

#[expect(clippy::unnecessary_wraps, reason = "as the other formats' outlines")]
pub(super) fn outline(bytes: &[u8]) -> Result<Outline, Refusal> {
    let end = index(little_endian(&bytes[4..8])).saturating_add(8);
    let mut outline = Outline {
        format: Format::WebP,
        width: 0,
        height: 0,
        passes: 1,
        whole: end <= bytes.len(),
    };
    let chunks = bytes.get(12..end.min(bytes.len())).unwrap_or_default();
    outline.whole &= measure(chunks, Level::File, &mut outline);
    Ok(outline)
}

/// Whose chunks are read. There are no more levels: a file that nests frames in frames a million times must not
/// have us follow it down until the stack ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    File,
    /// An animation's.
    Frame,
}

/// Takes the sizes of all frames into `outline`; `false` if a chunk is cut off, or a frame is in a frame.
fn measure(mut chunks: &[u8], level: Level, outline: &mut Outline) -> bool {
    while let Some((header, rest)) = chunks.split_at_checked(8) {
        let (kind, length) = header.split_at(4);
        let length = index(little_endian(length));
        let data = &rest[..length.min(rest.len())];
        let size = match kind {
            b"VP8X" => canvas(data),
            b"VP8 " => lossy(data),
            b"VP8L" => lossless(data),
            b"ANMF" => {
                // 16 bytes of place and duration, then chunks of its own.
                let own = data.get(16..).unwrap_or_default();
                if level == Level::Frame || !measure(own, Level::Frame, outline) {
                    return false;
                }
                None
            }
            _ => None,
        };
        if let Some((width, height)) = size {
            outline.width = outline.width.max(width);
            outline.height = outline.height.max(height);
        }
        if rest.len() < length {
            return false;
        }
        // Chunks begin at even addresses; the last one's padding is often left out.
        chunks = rest.get(length.next_multiple_of(2)..).unwrap_or_default();
    }
    true
}

fn canvas(data: &[u8]) -> Option<(u32, u32)> {
    let data = data.get(4..10)?;
    Some((little_endian(&data[..3]) + 1, little_endian(&data[3..]) + 1))
}

/// RFC 6386, section 9.1: three bytes of frame tag, a start code, then twice 14 bits of size.
fn lossy(data: &[u8]) -> Option<(u32, u32)> {
    let data = data.get(3..10)?.strip_prefix(&[0x9D, 0x01, 0x2A])?;
    Some((
        little_endian(&data[..2]) & 0x3FFF,
        little_endian(&data[2..]) & 0x3FFF,
    ))
}

/// RFC 9649, section 3.4: a signature byte, then twice 14 bits of size less one.
fn lossless(data: &[u8]) -> Option<(u32, u32)> {
    let bits = little_endian(data.get(..5)?.strip_prefix(&[0x2F])?);
    Some(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn riff(chunks: &[u8]) -> Vec<u8> {
        let length = u32::try_from(chunks.len() + 4).unwrap();
        [b"RIFF", &length.to_le_bytes()[..], b"WEBP", chunks].concat()
    }

    /// A canvas of 10 × 10, and in it a frame that is 16,383 pixels wide and high.
    fn a_large_frame_on_a_small_canvas() -> Vec<u8> {
        let canvas = [
            b"VP8X",
            &10_u32.to_le_bytes()[..],
            &[0, 0, 0, 0, 9, 0, 0, 9, 0, 0],
        ]
        .concat();
        let frame = [0, 0, 0, 0x9D, 0x01, 0x2A, 0xFF, 0x3F, 0xFF, 0x3F];
        riff(&[&canvas[..], b"VP8 ", &10_u32.to_le_bytes(), &frame].concat())
    }

    #[test]
    fn a_frame_larger_than_its_canvas_is_seen() {
        let outline = outline(&a_large_frame_on_a_small_canvas()).unwrap();
        assert_eq!(
            (outline.width, outline.height, outline.whole),
            (16_383, 16_383, true)
        );
    }

    #[test]
    fn a_frame_inside_an_animation_is_seen() {
        let bits = (4_000_u32 - 1) | (3_000 - 1) << 14;
        let frame = [
            b"VP8L",
            &5_u32.to_le_bytes()[..],
            &[0x2F],
            &bits.to_le_bytes(),
            &[0],
        ]
        .concat();
        let animation = [&[0; 16][..], &frame].concat();
        let length = u32::try_from(animation.len()).unwrap().to_le_bytes();
        let outline = outline(&riff(&[b"ANMF", &length[..], &animation].concat())).unwrap();
        assert_eq!((outline.width, outline.height), (4_000, 3_000));
    }

    /// The stack of a thread that decodes ends long before a million frames do.
    #[test]
    fn frames_in_frames_are_not_followed_down() {
        let nested = 1_000_000_u32;
        let mut chunks = Vec::new();
        for inside in (0..nested).rev() {
            chunks.extend(b"ANMF");
            chunks.extend((16 + 24 * inside).to_le_bytes());
            chunks.extend([0; 16]);
        }
        assert!(!outline(&riff(&chunks)).unwrap().whole);
    }

    #[test]
    fn no_beginning_of_a_file_is_whole() {
        let file = a_large_frame_on_a_small_canvas();
        for end in 12..file.len() {
            assert!(!outline(&file[..end]).unwrap().whole, "{end}");
        }
    }
}
