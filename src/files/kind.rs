// SPDX-License-Identifier: EUPL-1.2

//! What may be uploaded as a file, and what it is called.
//!
//! A file has the kind that its name's ending says: by that ending a phone chooses the program that opens it. Its
//! bytes must then [prove](super::proof) it.

use unicode_normalization::UnicodeNormalization as _;

use crate::{
    db::text_enum,
    text::{Line, TextError},
};

text_enum! {
    /// The kinds of files that are taken. Pictures are none of them: a picture is a photo, which loses what the
    /// camera wrote into it, and has words for those who can't see it.
    pub enum FileKind {
        Pdf = "pdf",
        Docx = "docx",
        Xlsx = "xlsx",
        Odt = "odt",
        Ods = "ods",
        Ics = "ics",
        Csv = "csv",
        Txt = "txt",
    }
}

impl FileKind {
    /// As IANA has it registered. Texts bear no charset: it is nowhere said.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Odt => "application/vnd.oasis.opendocument.text",
            Self::Ods => "application/vnd.oasis.opendocument.spreadsheet",
            Self::Ics => "text/calendar",
            Self::Csv => "text/csv",
            Self::Txt => "text/plain",
        }
    }
}

/// A file's name without any folder, with the ending of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName {
    name: Line<120>,
    kind: FileKind,
}

/// Why this is no name for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error(transparent)]
    Text(#[from] TextError),
    #[error("has none of the endings of the kinds that are taken")]
    Ending,
}

impl FileName {
    /// The name as the sender's system gave it. A path loses its folders; letters that macOS takes apart (u and two
    /// dots) are put together.
    pub fn new(raw: &str) -> Result<Self, NameError> {
        let name = raw.rsplit(['/', '\\']).next().unwrap_or_default();
        let name: String = name.nfc().collect();
        // Windows drops what stands there, and with it the ending would be another.
        let name = Line::new(name.trim_end_matches(['.', ' ']))?;
        let (stem, ending) = name.as_str().rsplit_once('.').ok_or(NameError::Ending)?;
        let kind = ending.to_lowercase().parse();
        match kind {
            Ok(kind) if !stem.is_empty() => Ok(Self { name, kind }),
            _ => Err(NameError::Ending),
        }
    }

    pub fn kind(&self) -> FileKind {
        self.kind
    }

    pub fn into_string(self) -> String {
        self.name.into_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_folder_and_the_ending_of_its_kind() {
        for (raw, name) in [
            ("Lageplan.pdf", "Lageplan.pdf"),
            ("../../etc/Lageplan.pdf", "Lageplan.pdf"),
            ("C:\\fakepath\\Dienst plan.XLSX", "Dienst plan.XLSX"),
            ("Bru\u{308}cke.csv. ", "Brücke.csv"),
            ("a.html.txt", "a.html.txt"),
        ] {
            assert_eq!(FileName::new(raw).unwrap().into_string(), name);
        }
        for raw in ["Lageplan", ".pdf", "a.pdf.exe", "a.svg", "x/.txt", "a.docm"] {
            assert_eq!(FileName::new(raw), Err(NameError::Ending), "{raw}");
        }
        for raw in ["", "a/", "..", "a\n.pdf", "a\u{202E}fdp.txt", "a\0.pdf"] {
            assert!(
                matches!(FileName::new(raw), Err(NameError::Text(_))),
                "{raw:?}"
            );
        }
    }
}
