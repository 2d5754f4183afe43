// SPDX-License-Identifier: EUPL-1.2

//! What can be wrong with a personnel file, by line and column, in German and English.

use std::fmt::Write as _;

use super::columns::Column;
use crate::{push::Language, text::TextError};

/// One mistake and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProblem {
    /// The line of the file in which the row begins, from 1 (the headings).
    pub line: u64,
    /// The column, where one is to blame.
    pub place: Option<Place>,
    pub mistake: Mistake,
}

/// A column of the file as it is: its number from 1 and its heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub number: usize,
    pub heading: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// An Excel workbook was sent instead of the CSV saved from it.
    Workbook,
    /// No row names a person: everybody would leave.
    Nobody,
    MissingColumn(Column),
    RepeatedColumn(Column),
    CellCount {
        found: usize,
        expected: usize,
    },
    EmptyCell,
    Text(TextError),
    Email,
    Mobile,
    Language,
    RepeatedPersonnelNumber {
        first_line: u64,
    },
    /// The same organisation number has another name in another line.
    OtherUnitName {
        first_line: u64,
        first: String,
    },
    /// The same organisation number has another parent in another line.
    OtherParent {
        first_line: u64,
        first: Option<String>,
    },
    UnknownParent {
        code: String,
    },
    /// The unit stands below itself.
    Cycle {
        codes: Vec<String>,
    },
}

impl RowProblem {
    pub(super) fn of_line(line: u64, mistake: Mistake) -> Self {
        Self {
            line,
            place: None,
            mistake,
        }
    }

    /// "Zeile 7, Spalte 3 (Vorname): …", "Line 7, column 3 (Vorname): …".
    pub fn say(&self, language: Language) -> String {
        let (line, column) = match language {
            Language::German => ("Zeile", "Spalte"),
            Language::English => ("Line", "column"),
        };
        let mut said = format!("{line} {}", self.line);
        if let Some(place) = &self.place {
            let _ = write!(said, ", {column} {} ({})", place.number, place.heading);
        }
        said + ": " + &self.mistake.say(language)
    }
}

impl Mistake {
    pub fn say(&self, language: Language) -> String {
        match language {
            Language::German => self.german(),
            Language::English => self.english(),
        }
    }

    fn german(&self) -> String {
        match self {
            Self::Workbook => "Das ist eine Excel-Mappe. Bitte als CSV speichern.".into(),
            Self::Nobody => "Die Datei nennt keine einzige Person.".into(),
            Self::MissingColumn(column) => format!("Die Spalte „{}“ fehlt.", column.heading()),
            Self::RepeatedColumn(column) => {
                format!("Die Spalte „{}“ kommt mehrmals vor.", column.heading())
            }
            Self::CellCount { found, expected } => {
                format!("Die Zeile hat {found} Zellen, die Überschrift hat {expected}.")
            }
            Self::EmptyCell | Self::Text(TextError::Empty) => "Die Zelle ist leer.".into(),
            Self::Text(TextError::TooLong { by, max }) => {
                format!("Der Text ist um {by} Zeichen zu lang; {max} sind erlaubt.")
            }
            Self::Text(TextError::Control) => {
                "Der Text enthält einen Zeilenumbruch oder ein Steuerzeichen; vielleicht fehlt ein \
                 schließendes Anführungszeichen."
                    .into()
            }
            Self::Email => "Das ist keine E-Mail-Adresse.".into(),
            Self::Mobile => "Das ist keine Telefonnummer.".into(),
            Self::Language => "Als Sprache gibt es „de“ und „en“.".into(),
            Self::RepeatedPersonnelNumber { first_line } => {
                format!("Diese Personalnummer steht schon in Zeile {first_line}.")
            }
            Self::OtherUnitName { first_line, first } => {
                format!("In Zeile {first_line} heißt dieselbe Organisationsnummer „{first}“.")
            }
            Self::OtherParent { first_line, first } => format!(
                "In Zeile {first_line} ist dieselbe Organisationsnummer {}.",
                match first {
                    Some(code) => format!("der Nummer {code} untergeordnet"),
                    None => "keiner anderen untergeordnet".into(),
                }
            ),
            Self::UnknownParent { code } => {
                format!("Die Organisationsnummer {code} kommt in der Datei nicht vor.")
            }
            Self::Cycle { codes } => {
                format!(
                    "Die Organisationseinheiten unterstehen einander im Kreis: {}.",
                    chain(codes)
                )
            }
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Workbook => "This is an Excel workbook. Please save it as CSV.".into(),
            Self::Nobody => "The file does not name a single person.".into(),
            Self::MissingColumn(column) => {
                format!("The column “{}” is missing.", column.heading())
            }
            Self::RepeatedColumn(column) => {
                format!("The column “{}” occurs more than once.", column.heading())
            }
            Self::CellCount { found, expected } => {
                format!("The row has {found} cells, the heading has {expected}.")
            }
            Self::EmptyCell | Self::Text(TextError::Empty) => "The cell is empty.".into(),
            Self::Text(TextError::TooLong { by, max }) => {
                format!("The text is {by} characters too long; {max} are allowed.")
            }
            Self::Text(TextError::Control) => {
                "The text contains a line break or a control character; perhaps a closing quotation \
                 mark is missing."
                    .into()
            }
            Self::Email => "This is not an e-mail address.".into(),
            Self::Mobile => "This is not a telephone number.".into(),
            Self::Language => "The language is either “de” or “en”.".into(),
            Self::RepeatedPersonnelNumber { first_line } => {
                format!("This personnel number already stands in line {first_line}.")
            }
            Self::OtherUnitName { first_line, first } => {
                format!("In line {first_line} the same organisation number is called “{first}”.")
            }
            Self::OtherParent { first_line, first } => format!(
                "In line {first_line} the same organisation number is {}.",
                match first {
                    Some(code) => format!("below number {code}"),
                    None => "below no other".into(),
                }
            ),
            Self::UnknownParent { code } => {
                format!("Organisation number {code} does not occur in the file.")
            }
            Self::Cycle { codes } => {
                format!("The org units stand below each other in a circle: {}.", chain(codes))
            }
        }
    }
}

fn chain(codes: &[String]) -> String {
    codes.join(" → ")
}
