// SPDX-License-Identifier: EUPL-1.2

//! From bytes to text: the encodings in which German offices save a CSV file.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// What a ZIP archive, and so an Excel workbook, begins with.
const ZIP: &[u8] = b"PK\x03\x04";
/// What an older Excel workbook begins with (Compound File Binary, MS-CFB section 2.2).
const COMPOUND_FILE: &[u8] = b"\xD0\xCF\x11\xE0";

/// Whether somebody sent the workbook instead of the CSV saved from it.
pub(super) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(ZIP) || bytes.starts_with(COMPOUND_FILE)
}

/// The file's text with plain line feeds: by its byte order mark (UTF-8, or UTF-16 as Excel's "Unicode
/// text" has it); else as UTF-8 if it is that without a fault; else as Windows-1252, in which any bytes
/// mean something and what is undefined becomes a control character, refused later by line and column.
pub(super) fn decode(bytes: &[u8]) -> String {
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None if std::str::from_utf8(bytes).is_ok() => UTF_8,
        None => WINDOWS_1252,
    };
    let (text, _, _) = encoding.decode(bytes);
    plain_line_feeds(text)
}

fn plain_line_feeds(text: Cow<'_, str>) -> String {
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        text.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_are_read_from_every_encoding() {
        let utf16: Vec<u8> = "\u{FEFF}Größe\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in [
            "Größe\r\n".as_bytes(),
            "\u{FEFF}Größe\n".as_bytes(),
            b"Gr\xF6\xDFe\r\n",
            b"Gr\xF6\xDFe\r",
            &utf16,
        ] {
            assert_eq!(decode(bytes), "Größe\n", "{bytes:?}");
        }
    }
}
