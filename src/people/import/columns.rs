// SPDX-License-Identifier: EUPL-1.2

//! The file's columns, found by their headings in whatever order the export has them.

use super::problem::{Mistake, Place, RowProblem};

/// A column that the import reads. Columns with other headings are left alone and stored nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    PersonnelNumber,
    FamilyName,
    GivenName,
    UnitCode,
    UnitName,
    ParentCode,
    JobTitle,
    Location,
    Email,
    Mobile,
    Language,
}

impl Column {
    pub const ALL: [Self; 11] = [
        Self::PersonnelNumber,
        Self::FamilyName,
        Self::GivenName,
        Self::UnitCode,
        Self::UnitName,
        Self::ParentCode,
        Self::JobTitle,
        Self::Location,
        Self::Email,
        Self::Mobile,
        Self::Language,
    ];

    /// The heading as the documentation has it.
    pub fn heading(self) -> &'static str {
        match self {
            Self::PersonnelNumber => "Personalnummer",
            Self::FamilyName => "Nachname",
            Self::GivenName => "Vorname",
            Self::UnitCode => "Organisationsnummer",
            Self::UnitName => "Organisationseinheit",
            Self::ParentCode => "Übergeordnete Organisationsnummer",
            Self::JobTitle => "Funktion",
            Self::Location => "Standort",
            Self::Email => "E-Mail",
            Self::Mobile => "Mobilnummer",
            Self::Language => "Sprache",
        }
    }

    fn is_required(self) -> bool {
        !matches!(
            self,
            Self::JobTitle | Self::Location | Self::Email | Self::Mobile | Self::Language
        )
    }

    /// Reads a heading without regard to case, spaces, dots and hyphens.
    fn from_heading(heading: &str) -> Option<Self> {
        let plain: String = heading
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect();
        Some(match plain.as_str() {
            "personalnummer" | "personalnr" | "persnr" | "personnelnumber" => Self::PersonnelNumber,
            "nachname" | "familienname" | "name" | "familyname" | "lastname" => Self::FamilyName,
            "vorname" | "rufname" | "givenname" | "firstname" => Self::GivenName,
            "organisationsnummer" | "organisationsnr" | "orgnr" | "oenr" | "oenummer" => {
                Self::UnitCode
            }
            "organisationseinheit" | "orgeinheit" | "oe" | "oebezeichnung" | "dienststelle" => {
                Self::UnitName
            }
            "übergeordneteorganisationsnummer"
            | "uebergeordneteorganisationsnummer"
            | "übergeordneteorgnr"
            | "übergeordneteoe" => Self::ParentCode,
            "funktion" | "dienstbezeichnung" | "stellenbezeichnung" | "jobtitle" => Self::JobTitle,
            "standort" | "arbeitsort" | "dienstort" | "location" | "placeofwork" => Self::Location,
            "email" | "emailadresse" | "mail" | "dienstlicheemail" => Self::Email,
            "mobilnummer" | "mobil" | "handy" | "handynummer" | "mobiltelefon" | "mobile" => {
                Self::Mobile
            }
            "sprache" | "language" => Self::Language,
            _ => return None,
        })
    }
}

/// Where each column stands in this file.
#[derive(Debug)]
pub(super) struct Layout {
    /// By [`Column`]'s order: the index of its cell.
    indexes: [Option<usize>; Column::ALL.len()],
    headings: Vec<String>,
}

impl Layout {
    pub(super) fn read<'h>(
        headings: impl Iterator<Item = &'h str>,
    ) -> Result<Self, Vec<RowProblem>> {
        let headings: Vec<String> = headings.map(|heading| heading.trim().to_owned()).collect();
        let mut layout = Self {
            indexes: [None; Column::ALL.len()],
            headings,
        };
        let mut problems = Vec::new();
        for index in 0..layout.headings.len() {
            let Some(column) = Column::from_heading(&layout.headings[index]) else {
                continue;
            };
            match layout.indexes[column as usize] {
                None => layout.indexes[column as usize] = Some(index),
                Some(_) => problems.push(RowProblem {
                    line: 1,
                    place: layout.place_at(index),
                    mistake: Mistake::RepeatedColumn(column),
                }),
            }
        }
        let missing = Column::ALL
            .into_iter()
            .filter(|column| column.is_required() && layout.indexes[*column as usize].is_none());
        problems
            .extend(missing.map(|column| RowProblem::of_line(1, Mistake::MissingColumn(column))));
        if problems.is_empty() {
            Ok(layout)
        } else {
            Err(problems)
        }
    }

    /// How many of our columns a line has as headings: the right delimiter finds the most.
    pub(super) fn score<'h>(headings: impl Iterator<Item = &'h str>) -> usize {
        headings
            .filter(|heading| Column::from_heading(heading).is_some())
            .count()
    }

    pub(super) fn width(&self) -> usize {
        self.headings.len()
    }

    /// The cell of a column, trimmed; `None` if it is empty or the file has no such column.
    pub(super) fn cell<'r>(
        &self,
        record: &'r csv::StringRecord,
        column: Column,
    ) -> Option<&'r str> {
        let cell = record.get(self.indexes[column as usize]?)?.trim();
        (!cell.is_empty()).then_some(cell)
    }

    pub(super) fn place(&self, column: Column) -> Option<Place> {
        self.indexes[column as usize].and_then(|index| self.place_at(index))
    }

    fn place_at(&self, index: usize) -> Option<Place> {
        Some(Place {
            number: index + 1,
            heading: self.headings.get(index)?.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_read_without_regard_to_case_and_punctuation() {
        assert_eq!(
            Column::from_heading(" PERS.-NR. "),
            Some(Column::PersonnelNumber)
        );
        assert_eq!(
            Column::from_heading("ÜBERGEORDNETE Organisations-Nummer"),
            Some(Column::ParentCode)
        );
        assert_eq!(Column::from_heading("Gehaltsgruppe"), None);
        for column in Column::ALL {
            assert_eq!(Column::from_heading(column.heading()), Some(column));
            assert_eq!(Column::ALL[column as usize], column);
        }
    }
}
