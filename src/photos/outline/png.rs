// SPDX-License-Identifier: EUPL-1.2

//! PNG (W3C PNG, third edition, section 5): a signature of eight bytes, then chunks of length, type, data
//! and checksum, from IHDR to IEND.

use super::{Format, Outline, big_endian, index};
use crate::photos::decode::Refusal;

pub(super) fn outline(bytes: &[u8]) -> Result<Outline, Refusal> {
    let Some((b"IHDR", [w1, w2, w3, w4, h1, h2, h3, h4, ..])) = chunk(bytes, 8) else {
        return Err(if bytes.len() < 33 {
            Refusal::Truncated
        } else {
            Refusal::Unreadable
        });
    };
    let mut outline = Outline {
        format: Format::Png,
        width: big_endian(&[*w1, *w2, *w3, *w4]),
        height: big_endian(&[*h1, *h2, *h3, *h4]),
        passes: 1,
        whole: false,
    };
    let mut at = 8;
    while let Some((kind, data)) = chunk(bytes, at) {
        if kind == b"IEND" {
            outline.whole = true;
            break;
        }
        at += 12 + data.len();
    }
    Ok(outline)
}

/// Type and data of the chunk at `at`, if all of it is there, checksum included.
fn chunk(bytes: &[u8], at: usize) -> Option<(&[u8], &[u8])> {
    let (header, rest) = bytes.get(at..)?.split_at_checked(8)?;
    let (length, kind) = header.split_at(4);
    let (data, checksum) = rest.split_at_checked(index(big_endian(length)))?;
    (checksum.len() >= 4).then_some((kind, data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_alone_is_enough_to_know_the_size() {
        let mut header = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        header.extend(60_000_u32.to_be_bytes());
        header.extend(50_000_u32.to_be_bytes());
        header.extend([8, 2, 0, 0, 0, 1, 2, 3, 4]);
        let outline = outline(&header).unwrap();
        assert_eq!(
            (outline.width, outline.height, outline.whole),
            (60_000, 50_000, false)
        );
        assert_eq!(super::outline(&header[..20]), Err(Refusal::Truncated));
    }
}
