// SPDX-License-Identifier: EUPL-1.2

//! A made-up town of 1,500 people: its personnel file as a German personnel office exports it, with
//! semicolons, carriage returns, Windows-1252, umlauts and empty cells. Nobody in it exists; the same
//! seed always makes the same town.

mod names;
mod trades;
mod units;

use std::fmt::Write as _;

use self::{
    names::{FAMILY, GIVEN},
    units::{OFFICES, Office},
};

/// The seed of the town that everybody knows from the demo.
const SEED: u64 = 1_500;
/// The first of the personnel numbers, which have gaps as real ones have.
const FIRST_NUMBER: u32 = 10_003;

/// The fire brigade's organisation number; the stations are below it.
pub(crate) const FIRE_BRIGADE: &str = "37";
const PRESS_OFFICE: &str = "13";
const IT_OFFICE: &str = "12";

pub(crate) struct Town {
    /// The personnel file.
    pub(crate) file: Vec<u8>,
    /// The personnel number of the head of the press office.
    pub(crate) editor: String,
    /// The personnel number of somebody else in the press office, who approves what the head writes.
    pub(crate) second_editor: String,
    /// The personnel number of the head of information technology.
    pub(crate) admin: String,
    /// The personnel number of a third person in the press office.
    pub(crate) moderator: String,
}

impl Town {
    pub(crate) fn new() -> Self {
        let mut maker = Maker {
            chance: Chance(SEED),
            number: FIRST_NUMBER,
            text: String::new(),
        };
        maker.text.push_str(HEADINGS);
        let [mut editor, mut second_editor, mut moderator, mut admin] =
            [const { String::new() }; 4];
        for office in OFFICES {
            let numbers = maker.office(office);
            match office.0 {
                PRESS_OFFICE => {
                    editor.clone_from(&numbers[0]);
                    moderator.clone_from(&numbers[1]);
                    second_editor.clone_from(&numbers[2]);
                }
                IT_OFFICE => admin.clone_from(&numbers[0]),
                _ => {}
            }
        }
        let (file, _, _) = encoding_rs::WINDOWS_1252.encode(&maker.text);
        Self {
            file: file.into_owned(),
            editor,
            second_editor,
            admin,
            moderator,
        }
    }
}

const HEADINGS: &str = "Personalnummer;Nachname;Vorname;Organisationsnummer;Organisationseinheit;\
                        Übergeordnete Organisationsnummer;Funktion;E-Mail;Sprache;Kostenstelle\r\n";

struct Maker {
    chance: Chance,
    number: u32,
    text: String,
}

impl Maker {
    /// Writes an office's rows and returns the personnel numbers in it, the head's first.
    fn office(&mut self, office: &Office) -> Vec<String> {
        (0..office.3)
            .map(|index| self.person(office, index))
            .collect()
    }

    fn person(&mut self, &(code, parent, unit, _, trade): &Office, index: usize) -> String {
        let number = self.number.to_string();
        self.number += 1 + self.chance.below(9);
        let given = self.chance.pick(GIVEN);
        let family = self.family();
        let (head, others) = trade.titles().split_first().unwrap_or((&"", &[]));
        let title = match index {
            0 => *head,
            _ if self.chance.percent(7) => "",
            _ => self.chance.pick(others),
        };
        // Heads have an address; of the others every second one.
        let email = match index {
            0 => email(given, &family, &number),
            _ if self.chance.percent(50) => email(given, &family, &number),
            _ => String::new(),
        };
        let language = match self.chance.below(100) {
            0..7 => "en",
            7..50 => "de",
            _ => "",
        };
        // Writing to a string can't fail.
        let _ = write!(
            self.text,
            "{number};{family};{given};{code};{};{parent};{title};{email};{language};{}\r\n",
            quoted(unit),
            4_000 + self.chance.below(900),
        );
        number
    }

    fn family(&mut self) -> String {
        let first = self.chance.pick(FAMILY);
        if self.chance.percent(6) {
            format!("{first}-{}", self.chance.pick(FAMILY))
        } else {
            first.to_owned()
        }
    }
}

/// Quoted where it must be, and where exports like to.
fn quoted(cell: &str) -> String {
    if cell.contains([';', '"', ',']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// An address in a domain that can't exist (RFC 2606), distinct by the personnel number.
fn email(given: &str, family: &str, number: &str) -> String {
    let plain = |name: &str| -> String {
        let transcribed = name.to_lowercase().replace('ä', "ae").replace('ö', "oe");
        let transcribed = transcribed.replace('ü', "ue").replace('ß', "ss");
        transcribed
            .chars()
            .filter(char::is_ascii_alphabetic)
            .collect()
    };
    format!(
        "{}.{}.{number}@musterstadt.example",
        plain(given),
        plain(family)
    )
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, even enough, and the same on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.next() % u64::from(end)).unwrap_or(0)
    }

    fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    fn pick(&mut self, words: &[&'static str]) -> &'static str {
        let index = usize::try_from(self.next() % words.len().max(1) as u64).unwrap_or(0);
        words.get(index).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::import::parse;

    #[test]
    fn the_town_has_1500_people_and_its_file_is_read_without_a_mistake() {
        let town = Town::new();
        let roster = parse(&town.file).unwrap();
        assert_eq!(roster.people.len(), 1_500);
        assert_eq!(roster.units.len(), OFFICES.len());
        assert!(
            roster
                .units
                .iter()
                .any(|unit| unit.name == "Kita Löwenzahn")
        );
        let without_email = roster
            .people
            .iter()
            .filter(|person| person.email.is_none())
            .count();
        assert!((600..900).contains(&without_email), "{without_email}");
        for number in [
            &town.editor,
            &town.second_editor,
            &town.admin,
            &town.moderator,
        ] {
            assert!(
                roster
                    .people
                    .iter()
                    .any(|person| person.personnel_number == *number)
            );
        }
    }

    #[test]
    fn the_file_is_windows_1252_and_loses_no_letter() {
        let town = Town::new();
        assert!(std::str::from_utf8(&town.file).is_err());
        let (text, _, _) = encoding_rs::WINDOWS_1252.decode(&town.file);
        assert!(
            !text.contains("&#"),
            "a letter that Windows-1252 does not have"
        );
    }

    #[test]
    fn the_same_town_is_made_every_time() {
        assert_eq!(Town::new().file, Town::new().file);
    }
}
