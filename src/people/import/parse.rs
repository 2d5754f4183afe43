// SPDX-License-Identifier: EUPL-1.2

//! Reading the file: bytes in, a [`Roster`] or all its mistakes out.

use std::collections::HashMap;

use super::{
    columns::{Column, Layout},
    decode,
    problem::{Mistake, RowProblem},
    roster::{Roster, RosterPerson, RosterUnit},
    units::Units,
};
use crate::{push::Language, text::Line};

/// As German offices export it: separated by semicolons, commas or tabs (found by the headings), in UTF-8,
/// UTF-16 or Windows-1252 (see [`super::decode`]), cells quoted or not, some of them empty.
///
/// A row without personnel number and names describes an org unit alone: one in which nobody works
/// directly, such as a department that consists of offices.
pub fn parse(file: &[u8]) -> Result<Roster, Vec<RowProblem>> {
    if decode::is_workbook(file) {
        return Err(vec![RowProblem::of_line(1, Mistake::Workbook)]);
    }
    let text = decode::decode(file);
    let mut rows = Rows::new(&text);
    let headings = rows
        .next()
        .map(|(_, headings)| headings)
        .unwrap_or_default();
    let mut reading = Reading::new(Layout::read(headings.iter())?);
    for (line, record) in rows {
        reading.row(line, &record);
    }
    reading.finish()
}

/// What the rows so far have given.
struct Reading {
    layout: Layout,
    units: Units,
    people: Vec<RosterPerson>,
    line_by_number: HashMap<String, u64>,
    problems: Vec<RowProblem>,
}

impl Reading {
    fn new(layout: Layout) -> Self {
        Self {
            layout,
            units: Units::default(),
            people: Vec::new(),
            line_by_number: HashMap::new(),
            problems: Vec::new(),
        }
    }

    fn row(&mut self, line: u64, record: &csv::StringRecord) {
        let expected = self.layout.width();
        let surplus_is_empty = record
            .iter()
            .skip(expected)
            .all(|cell| cell.trim().is_empty());
        if record.iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        if record.len() < expected || !surplus_is_empty {
            let mistake = Mistake::CellCount {
                found: record.len(),
                expected,
            };
            self.problems.push(RowProblem::of_line(line, mistake));
            return;
        }
        let mut row = Row {
            line,
            record,
            layout: &self.layout,
            problems: &mut self.problems,
        };
        let unit = row.unit();
        let person = row.names_a_person().then(|| row.person());
        if let Some(unit) = unit {
            self.units.add(line, unit, &self.layout, &mut self.problems);
        }
        if let Some(Some(person)) = person {
            self.person(line, person);
        }
    }

    fn person(&mut self, line: u64, person: RosterPerson) {
        if let Some(&first_line) = self.line_by_number.get(&person.personnel_number) {
            self.problems.push(RowProblem {
                line,
                place: self.layout.place(Column::PersonnelNumber),
                mistake: Mistake::RepeatedPersonnelNumber { first_line },
            });
            return;
        }
        self.line_by_number
            .insert(person.personnel_number.clone(), line);
        self.people.push(person);
    }

    fn finish(mut self) -> Result<Roster, Vec<RowProblem>> {
        // A row that was refused may be the one that names the missing parent: tell of parents and
        // circles only once every row is good.
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        let units = self.units.finish(&self.layout, &mut self.problems);
        if self.people.is_empty() {
            self.problems.push(RowProblem::of_line(1, Mistake::Nobody));
        }
        if self.problems.is_empty() {
            Ok(Roster {
                units,
                people: self.people,
            })
        } else {
            Err(self.problems)
        }
    }
}

/// One row on its way in: every cell that is wrong is told of, not only the first.
struct Row<'r> {
    line: u64,
    record: &'r csv::StringRecord,
    layout: &'r Layout,
    problems: &'r mut Vec<RowProblem>,
}

impl Row<'_> {
    fn names_a_person(&self) -> bool {
        [
            Column::PersonnelNumber,
            Column::FamilyName,
            Column::GivenName,
        ]
        .into_iter()
        .any(|column| self.layout.cell(self.record, column).is_some())
    }

    fn unit(&mut self) -> Option<RosterUnit> {
        let code = self.required::<32>(Column::UnitCode);
        let name = self.required::<200>(Column::UnitName);
        let parent = self.optional::<32>(Column::ParentCode);
        Some(RosterUnit {
            code: code?,
            name: name?,
            parent: parent.ok()?,
        })
    }

    fn person(&mut self) -> Option<RosterPerson> {
        let personnel_number = self.required::<32>(Column::PersonnelNumber);
        let family_name = self.required::<100>(Column::FamilyName);
        let given_name = self.required::<100>(Column::GivenName);
        let job_title = self.optional::<200>(Column::JobTitle);
        let location = self.optional::<200>(Column::Location);
        let email = self.email();
        let mobile = self.mobile();
        let language = self.language();
        Some(RosterPerson {
            personnel_number: personnel_number?,
            given_name: given_name?,
            family_name: family_name?,
            job_title: job_title.ok()?,
            location: location.ok()?,
            email: email.ok()?,
            mobile: mobile.ok()?,
            language: language.ok()?,
            unit: self.layout.cell(self.record, Column::UnitCode)?.to_owned(),
        })
    }

    fn required<const MAX: usize>(&mut self, column: Column) -> Option<String> {
        match self.optional::<MAX>(column) {
            Ok(None) => {
                self.tell(column, Mistake::EmptyCell);
                None
            }
            Ok(cell) => cell,
            Err(Told) => None,
        }
    }

    fn optional<const MAX: usize>(&mut self, column: Column) -> Result<Option<String>, Told> {
        let Some(cell) = self.layout.cell(self.record, column) else {
            return Ok(None);
        };
        match Line::<MAX>::new(cell) {
            Ok(line) => Ok(Some(line.into_string())),
            Err(error) => Err(self.tell(column, Mistake::Text(error))),
        }
    }

    fn email(&mut self) -> Result<Option<String>, Told> {
        match self.optional::<254>(Column::Email)? {
            Some(email) if !looks_like_email(&email) => {
                Err(self.tell(Column::Email, Mistake::Email))
            }
            email => Ok(email),
        }
    }

    fn mobile(&mut self) -> Result<Option<String>, Told> {
        let Some(number) = self.optional::<40>(Column::Mobile)? else {
            return Ok(None);
        };
        let international = international(&number);
        match international {
            Some(number) => Ok(Some(number)),
            None => Err(self.tell(Column::Mobile, Mistake::Mobile)),
        }
    }

    fn language(&mut self) -> Result<Language, Told> {
        match self
            .layout
            .cell(self.record, Column::Language)
            .map(str::to_lowercase)
            .as_deref()
        {
            None | Some("de" | "deutsch" | "german") => Ok(Language::German),
            Some("en" | "englisch" | "english") => Ok(Language::English),
            Some(_) => Err(self.tell(Column::Language, Mistake::Language)),
        }
    }

    fn tell(&mut self, column: Column, mistake: Mistake) -> Told {
        let place = self.layout.place(column);
        self.problems.push(RowProblem {
            line: self.line,
            place,
            mistake,
        });
        Told
    }
}

/// The mistake is among the problems already.
struct Told;

/// Not RFC 5322, which nobody's address book keeps: something, one `@`, a host with a dot.
fn looks_like_email(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else {
        return false;
    };
    !local.is_empty()
        && !text.contains(char::is_whitespace)
        && !host.contains('@')
        && host.split('.').count() > 1
        && host.split('.').all(|label| !label.is_empty())
}

/// A number as offices write it (`0170 / 1234567`, `+49 (0)170-1234567`, `0049170…`) in the form of E.164; one without a
/// country's code is German.
fn international(text: &str) -> Option<String> {
    let plain = text.replace("(0)", "");
    let separates = |c: char| c.is_whitespace() || matches!(c, '/' | '-' | '(' | ')' | '.' | '–');
    let plain: String = plain.chars().filter(|c| !separates(*c)).collect();
    let abroad = plain.strip_prefix('+').or(plain.strip_prefix("00"));
    let digits = match abroad {
        Some(digits) => digits.to_owned(),
        None => format!("49{}", plain.strip_prefix('0')?),
    };
    let sound = (8..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|digit| digit.is_ascii_digit());
    sound.then(|| format!("+{digits}"))
}

/// The rows with the line in which each begins.
struct Rows<'t> {
    text: &'t str,
    records: csv::StringRecordsIntoIter<&'t [u8]>,
}

impl<'t> Rows<'t> {
    fn new(text: &'t str) -> Self {
        let first_line = text
            .trim_start_matches('\n')
            .lines()
            .next()
            .unwrap_or_default();
        let score = |delimiter: &u8| {
            let headings = reader(first_line, *delimiter).into_records().next();
            headings
                .and_then(Result::ok)
                .map_or(0, |headings| Layout::score(headings.iter()))
        };
        let delimiter = [b',', b'\t', b';']
            .into_iter()
            .max_by_key(score)
            .unwrap_or(b';');
        Self {
            text,
            records: reader(text, delimiter).into_records(),
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = (u64, csv::StringRecord);

    fn next(&mut self) -> Option<Self::Item> {
        // The text is UTF-8 and rows may differ in width, so a record can't be an error.
        let record = self.records.next()?.ok()?;
        let start = record.position()?;
        // The reader's position lies before the empty lines that it skips.
        let rest = usize::try_from(start.byte())
            .ok()
            .and_then(|byte| self.text.get(byte..))?;
        let skipped = rest.bytes().take_while(|byte| *byte == b'\n').count();
        Some((start.line() + skipped as u64, record))
    }
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
}

#[cfg(test)]
mod tests;
