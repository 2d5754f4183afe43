// SPDX-License-Identifier: EUPL-1.2

//! Whether a file is of the kind that it is said to be, told from its bytes while they come in.
//!
//! Each format is known by what it begins with, at the first byte: what also reads as something else (a web page
//! that turns into a PDF after a kilobyte) is refused. Word's and Excel's documents are zip archives, known by the
//! parts in them wherever they stand, because programs write them in different orders; a document with macros is
//! refused, an OpenDocument too. Texts have no mark: they must be free of control characters, and not begin as markup or as a script.
//!
//! (The crate `infer` was tried: it takes a PDF mark anywhere in the first kilobyte, passes over LibreOffice's
//! order of parts, and sees a picture in every text that begins with "BM".)

use memchr::memmem;

use super::FileKind;

/// Enough for every mark.
const HEAD: usize = 128;
const ZIP_ENTRY: &[u8] = b"PK\x03\x04";
/// A local file header (APPNOTE.TXT, section 4.3.7) without name and extra field.
const ENTRY_HEADER: usize = 30;
/// Parts that matter have short names.
const LONGEST_NAME: usize = 200;
/// Markup, scripts, and what other kinds begin with.
const NO_TEXT: [&[u8]; 3] = [b"<", b"#!", b"%PDF-"];
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A file whose bytes are coming in.
#[derive(Debug)]
pub(super) struct Proof {
    kind: FileKind,
    head: Vec<u8>,
    parts: Parts,
}

/// The bytes are not those of the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Disproved;

impl Proof {
    pub(super) fn of(kind: FileKind) -> Self {
        Self {
            kind,
            head: Vec::with_capacity(HEAD),
            parts: Parts::default(),
        }
    }

    /// The next bytes.
    pub(super) fn see(&mut self, bytes: &[u8]) -> Result<(), Disproved> {
        let missing = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        if missing > 0 {
            self.head.extend_from_slice(&bytes[..missing]);
            if self.head.len() == HEAD {
                self.check_head()?;
            }
        }
        let sound = match self.kind {
            FileKind::Docx | FileKind::Xlsx | FileKind::Odt | FileKind::Ods => {
                self.parts.see(bytes);
                !self.parts.macros
            }
            FileKind::Ics | FileKind::Csv | FileKind::Txt => !bytes.iter().copied().any(is_control),
            FileKind::Pdf => true,
        };
        sound.then_some(()).ok_or(Disproved)
    }

    /// There are no more bytes.
    pub(super) fn conclude(&self) -> Result<(), Disproved> {
        self.check_head()?;
        let whole = match self.kind {
            FileKind::Docx => self.parts.first == Some(FileKind::Docx),
            FileKind::Xlsx => self.parts.first == Some(FileKind::Xlsx),
            _ => true,
        };
        whole.then_some(()).ok_or(Disproved)
    }

    fn check_head(&self) -> Result<(), Disproved> {
        let head = self.head.as_slice();
        let fits = match self.kind {
            FileKind::Pdf => head.starts_with(b"%PDF-"),
            FileKind::Docx | FileKind::Xlsx => head.starts_with(ZIP_ENTRY),
            FileKind::Odt => is_open_document(head, b"text"),
            FileKind::Ods => is_open_document(head, b"spreadsheet"),
            FileKind::Ics => text(head).starts_with(b"BEGIN:VCALENDAR"),
            FileKind::Csv | FileKind::Txt => {
                let text = text(head);
                !text.is_empty() && !NO_TEXT.iter().any(|mark| text.starts_with(mark))
            }
        };
        fits.then_some(()).ok_or(Disproved)
    }
}

/// An OpenDocument package begins with its media type, stored as it is (OpenDocument 1.3, part 2, section 3.3); the
/// next entry follows, so that a template (`…text-template`) is none.
fn is_open_document(head: &[u8], what: &[u8]) -> bool {
    let mark = [b"mimetypeapplication/vnd.oasis.opendocument.", what, b"PK"].concat();
    head.starts_with(ZIP_ENTRY)
        && head
            .get(ENTRY_HEADER..)
            .is_some_and(|rest| rest.starts_with(&mark))
}

/// What a browser that guesses would begin to read at.
fn text(head: &[u8]) -> &[u8] {
    let head = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head);
    head.trim_ascii_start()
}

/// Of any encoding that extends ASCII.
fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | b'\x0C')
}

/// Where an OpenDocument package keeps its macros: in Basic, and in every other language.
const OPEN_DOCUMENT_MACROS: [&[u8]; 2] = [b"Basic/", b"Scripts/"];

/// The parts of an Office Open XML document or of an OpenDocument package, read from the zip's entries as they pass.
#[derive(Debug, Default)]
struct Parts {
    /// The end of what has been seen, where an entry may have begun.
    rest: Vec<u8>,
    /// Whose parts came first. (A document can hold another, which is then not the first.)
    first: Option<FileKind>,
    macros: bool,
}

impl Parts {
    fn see(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
        let seen = std::mem::take(&mut self.rest);
        let mut at = 0;
        let from = loop {
            match memmem::find(&seen[at..], ZIP_ENTRY) {
                // The mark itself may be cut in two.
                None => break at.max(seen.len().saturating_sub(ZIP_ENTRY.len() - 1)),
                Some(found) => at += found,
            }
            match name_of(&seen[at..]) {
                None => break at,
                Some(name) => self.take_note(name),
            }
            at += ZIP_ENTRY.len();
        };
        self.rest = seen[from..].to_vec();
    }

    fn take_note(&mut self, name: &[u8]) {
        let kind = if name.starts_with(b"word/") {
            Some(FileKind::Docx)
        } else if name.starts_with(b"xl/") {
            Some(FileKind::Xlsx)
        } else {
            None
        };
        self.first = self.first.or(kind);
        self.macros |= name.ends_with(b"vbaProject.bin")
            || OPEN_DOCUMENT_MACROS
                .iter()
                .any(|folder| name.starts_with(folder));
    }
}

/// The name of the entry that begins here, as far as it matters; `None`: it is not all there yet.
fn name_of(entry: &[u8]) -> Option<&[u8]> {
    let length = entry.get(26..28)?;
    let length = usize::from(u16::from_le_bytes([length[0], length[1]]));
    entry.get(ENTRY_HEADER..ENTRY_HEADER + length.min(LONGEST_NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A zip's entries, stored.
    fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = Vec::new();
        for (name, content) in entries {
            zip.extend(ZIP_ENTRY);
            zip.extend([0; 22]);
            zip.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
            zip.extend([0; 2]);
            zip.extend(name.as_bytes());
            zip.extend(*content);
        }
        zip
    }

    /// Whether the bytes prove the kind, whatever the pieces they come in.
    fn proves(kind: FileKind, bytes: &[u8]) -> bool {
        let by = |size: usize| {
            let mut proof = Proof::of(kind);
            bytes.chunks(size).try_for_each(|piece| proof.see(piece))?;
            proof.conclude()
        };
        let proved = by(1 << 20);
        for size in [1, 7, 64, 129] {
            assert_eq!(by(size), proved, "{kind} in pieces of {size}");
        }
        proved.is_ok()
    }

    #[test]
    fn each_kind_is_proved_by_its_bytes_and_no_other() {
        let word = zip(&[
            ("[Content_Types].xml", &[1; 900]),
            ("_rels/.rels", &[2; 90]),
            ("word/document.xml", b"<w>"),
        ]);
        // LibreOffice's order.
        let writer = zip(&[
            ("_rels/.rels", b"r"),
            ("docProps/core.xml", b"c"),
            ("docProps/app.xml", b"a"),
            ("word/_rels/document.xml.rels", b"d"),
            ("[Content_Types].xml", b"t"),
        ]);
        let excel = zip(&[("[Content_Types].xml", b"t"), ("xl/workbook.xml", b"x")]);
        let of = |what: &str| {
            let media_type = format!("application/vnd.oasis.opendocument.{what}");
            zip(&[("mimetype", media_type.as_bytes()), ("content.xml", b"x")])
        };
        let sound = [
            (FileKind::Pdf, b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n\0".to_vec()),
            (FileKind::Docx, word),
            (FileKind::Docx, writer),
            (FileKind::Xlsx, excel),
            (FileKind::Odt, of("text")),
            (FileKind::Ods, of("spreadsheet")),
            (
                FileKind::Ics,
                b"\xEF\xBB\xBFBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_vec(),
            ),
        ];
        for (kind, bytes) in &sound {
            for &other in FileKind::ALL {
                let text = matches!(other, FileKind::Txt | FileKind::Csv);
                let both = *kind == FileKind::Ics && text;
                assert_eq!(
                    proves(other, bytes),
                    other == *kind || both,
                    "{kind} as {other}"
                );
            }
        }
        for kind in [FileKind::Txt, FileKind::Csv] {
            // UTF-8, and what spreadsheets write in Germany.
            assert!(proves(kind, "BM;Größe\r\n1;ü\r\n".as_bytes()));
            assert!(proves(kind, b"Stra\xDFe;Gr\xF6\xDFe\n"));
        }
        assert!(!proves(FileKind::Odt, &of("text-template")));
    }

    #[test]
    fn what_also_reads_as_something_else_is_refused() {
        for (kind, bytes) in [
            (
                FileKind::Pdf,
                &b"<html><script>alert(1)</script>%PDF-1.7"[..],
            ),
            (FileKind::Pdf, b""),
            (FileKind::Txt, b""),
            (FileKind::Txt, b" \n\t"),
            (FileKind::Txt, b" \r\n<!DOCTYPE html><p>"),
            (FileKind::Txt, b"\xEF\xBB\xBF<svg onload=alert(1)>"),
            (
                FileKind::Txt,
                b"%PDF-1.7 without a single control character",
            ),
            (FileKind::Csv, b"#!/bin/sh\n"),
            (FileKind::Csv, b"MZ\x90\0\x03"),
            (FileKind::Txt, b"\xFF\xFEa\0b\0"),
            (FileKind::Ics, b"BEGIN:VCARD"),
        ] {
            assert!(!proves(kind, bytes), "{kind}: {bytes:?}");
        }
        let late = [&b"Guten Tag. ".repeat(5_000)[..], b"\0"].concat();
        assert!(!proves(FileKind::Txt, &late));
    }

    #[test]
    fn a_document_with_macros_or_of_another_program_is_refused() {
        let macros = zip(&[
            ("[Content_Types].xml", b"t"),
            ("word/document.xml", b"d"),
            ("word/vbaProject.bin", b"m"),
        ]);
        assert!(!proves(FileKind::Docx, &macros));
        for folder in ["Basic/Standard/Module1.xml", "Scripts/python/hello.py"] {
            let mark = ("mimetype", &b"application/vnd.oasis.opendocument.text"[..]);
            let macros = zip(&[mark, ("content.xml", b"x"), (folder, b"m")]);
            assert!(!proves(FileKind::Odt, &macros), "{folder}");
        }
        let slides = zip(&[("[Content_Types].xml", b"t"), ("ppt/slides.xml", b"s")]);
        assert!(!proves(FileKind::Docx, &slides));
        assert!(!proves(FileKind::Xlsx, &zip(&[("a.exe", b"MZ")])));
        // A letter that holds a table is a letter.
        let table = zip(&[("xl/workbook.xml", b"x")]);
        let letter = zip(&[
            ("word/document.xml", b"d"),
            ("word/embeddings/1.xlsx", &table),
        ]);
        assert!(proves(FileKind::Docx, &letter) && !proves(FileKind::Xlsx, &letter));
    }
}
