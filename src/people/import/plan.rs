// SPDX-License-Identifier: EUPL-1.2

//! What an import would change: the roster held against the staff as it is known. Pure.

use std::collections::{HashMap, HashSet};

use super::{
    MAX_LEAVERS_PERCENT,
    roster::{KnownPerson, KnownStaff, KnownUnit, Roster, RosterPerson, RosterUnit},
};
use crate::{
    id::{AccountId, OrgUnitId},
    push::Language,
};

/// The difference between the staff as it is known and a file.
#[derive(Debug, Default)]
pub struct ImportPlan {
    /// People who had not left before the import.
    pub staff_before: usize,
    /// People of whom nothing changes.
    pub unchanged: usize,
    pub joiners: Vec<RosterPerson>,
    /// People who had left and are back. They need a new join code.
    pub returning: Vec<(AccountId, RosterPerson)>,
    pub leavers: Vec<(AccountId, RosterPerson)>,
    pub updated: Vec<UpdatedPerson>,
    pub new_units: Vec<RosterUnit>,
    /// Units that had been closed and are open again.
    pub reopened_units: Vec<(OrgUnitId, RosterUnit)>,
    pub closed_units: Vec<(OrgUnitId, RosterUnit)>,
    pub updated_units: Vec<UpdatedUnit>,
    /// The ids of the units that the database knows, by code.
    pub(super) known_units: HashMap<String, OrgUnitId>,
}

/// Somebody or something of which at least one detail changes.
#[derive(Debug)]
pub struct Updated<Id, T> {
    pub id: Id,
    pub before: T,
    pub after: T,
}

pub type UpdatedPerson = Updated<AccountId, RosterPerson>;
pub type UpdatedUnit = Updated<OrgUnitId, RosterUnit>;

impl UpdatedPerson {
    pub fn moved(&self) -> bool {
        self.before.unit != self.after.unit
    }

    pub fn renamed(&self) -> bool {
        (&self.before.family_name, &self.before.given_name)
            != (&self.after.family_name, &self.after.given_name)
    }

    /// Another job title, place of work, e-mail address or mobile number.
    pub fn changed(&self) -> bool {
        let details = |person: &RosterPerson| {
            let RosterPerson {
                job_title,
                location,
                email,
                mobile,
                ..
            } = person;
            (
                job_title.clone(),
                location.clone(),
                email.clone(),
                mobile.clone(),
            )
        };
        details(&self.before) != details(&self.after)
    }
}

impl UpdatedUnit {
    pub fn moved(&self) -> bool {
        self.before.parent != self.after.parent
    }

    pub fn renamed(&self) -> bool {
        self.before.name != self.after.name
    }
}

impl ImportPlan {
    pub fn changes_nothing(&self) -> bool {
        self.joiners.is_empty()
            && self.returning.is_empty()
            && self.leavers.is_empty()
            && self.updated.is_empty()
            && !self.changes_units()
    }

    /// Whether more than [`MAX_LEAVERS_PERCENT`] of the staff would leave.
    pub fn has_many_leavers(&self) -> bool {
        self.leavers.len() * 100 > self.staff_before * MAX_LEAVERS_PERCENT
    }

    pub(super) fn changes_units(&self) -> bool {
        !(self.new_units.is_empty()
            && self.reopened_units.is_empty()
            && self.closed_units.is_empty()
            && self.updated_units.is_empty())
    }
}

/// Compares by personnel number and organisation number.
pub(super) fn diff(known: &KnownStaff, roster: Roster) -> ImportPlan {
    let mut plan = ImportPlan {
        staff_before: known.people.iter().filter(|person| !person.left).count(),
        known_units: known
            .units
            .iter()
            .map(|known| (known.unit.code.clone(), known.id))
            .collect(),
        ..ImportPlan::default()
    };
    diff_units(&mut plan, &known.units, roster.units);
    diff_people(&mut plan, &known.people, roster.people);
    plan
}

fn diff_units(plan: &mut ImportPlan, known: &[KnownUnit], roster: Vec<RosterUnit>) {
    let by_code: HashMap<&str, &KnownUnit> = known
        .iter()
        .map(|known| (known.unit.code.as_str(), known))
        .collect();
    let codes: HashSet<String> = roster.iter().map(|unit| unit.code.clone()).collect();
    for unit in roster {
        match by_code.get(unit.code.as_str()) {
            None => plan.new_units.push(unit),
            Some(known) if known.closed => plan.reopened_units.push((known.id, unit)),
            Some(known) if known.unit != unit => {
                let before = known.unit.clone();
                plan.updated_units.push(Updated {
                    id: known.id,
                    before,
                    after: unit,
                });
            }
            Some(_) => {}
        }
    }
    let gone = known
        .iter()
        .filter(|known| !known.closed && !codes.contains(&known.unit.code));
    plan.closed_units = gone.map(|known| (known.id, known.unit.clone())).collect();
}

fn diff_people(plan: &mut ImportPlan, known: &[KnownPerson], roster: Vec<RosterPerson>) {
    let by_number: HashMap<&str, &KnownPerson> = known
        .iter()
        .map(|known| (known.person.personnel_number.as_str(), known))
        .collect();
    let numbers: HashSet<String> = roster
        .iter()
        .map(|person| person.personnel_number.clone())
        .collect();
    for person in roster {
        match by_number.get(person.personnel_number.as_str()) {
            None => plan.joiners.push(person),
            Some(known) if known.left => plan.returning.push((known.id, person)),
            Some(known) if differs(&known.person, &person) => {
                let before = known.person.clone();
                plan.updated.push(Updated {
                    id: known.id,
                    before,
                    after: person,
                });
            }
            Some(_) => plan.unchanged += 1,
        }
    }
    let gone = known
        .iter()
        .filter(|known| !known.left && !numbers.contains(&known.person.personnel_number));
    plan.leavers = gone.map(|known| (known.id, known.person.clone())).collect();
}

/// Whether anything but the language differs: that is the person's own choice.
fn differs(known: &RosterPerson, file: &RosterPerson) -> bool {
    let neutral = |person: &RosterPerson| RosterPerson {
        language: Language::German,
        ..person.clone()
    };
    neutral(known) != neutral(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Clock, id::Ids};

    fn person(number: &str, unit: &str) -> RosterPerson {
        RosterPerson {
            personnel_number: number.into(),
            given_name: "Ida".into(),
            family_name: "Kern".into(),
            job_title: None,
            location: None,
            email: None,
            mobile: None,
            language: Language::German,
            unit: unit.into(),
        }
    }

    fn unit(code: &str, name: &str) -> RosterUnit {
        RosterUnit {
            code: code.into(),
            name: name.into(),
            parent: None,
        }
    }

    fn known(units: &[RosterUnit], people: &[(RosterPerson, bool)]) -> KnownStaff {
        let ids = Ids::new(Clock::manual("2026-11-21T14:00:00Z".parse().unwrap()));
        let open = |unit: &RosterUnit| KnownUnit {
            id: ids.id(),
            unit: unit.clone(),
            closed: false,
        };
        let person = |(person, left): &(RosterPerson, bool)| KnownPerson {
            id: ids.id(),
            person: person.clone(),
            left: *left,
        };
        KnownStaff {
            units: units.iter().map(open).collect(),
            people: people.iter().map(person).collect(),
        }
    }

    #[test]
    fn everybody_is_told_apart_by_what_became_of_them() {
        let old = known(
            &[unit("37", "Feuerwehr"), unit("60", "Bauamt")],
            &[
                (person("same", "37"), false),
                (person("leaver", "37"), false),
                (person("back", "37"), true),
                (person("moved", "60"), false),
                (person("long gone", "60"), true),
            ],
        );
        let mut english = person("same", "37");
        english.language = Language::English;
        let plan = diff(
            &old,
            Roster {
                units: vec![
                    unit("37", "Feuerwehr und Rettungsdienst"),
                    unit("40", "Schulamt"),
                ],
                people: vec![
                    english,
                    person("back", "37"),
                    person("moved", "40"),
                    person("new", "40"),
                ],
            },
        );
        let numbers = |people: &[(AccountId, RosterPerson)]| -> Vec<String> {
            people
                .iter()
                .map(|(_, person)| person.personnel_number.clone())
                .collect()
        };
        assert_eq!((plan.staff_before, plan.unchanged), (3, 1));
        assert_eq!(plan.joiners[0].personnel_number, "new");
        assert_eq!(numbers(&plan.leavers), ["leaver"]);
        assert_eq!(numbers(&plan.returning), ["back"]);
        assert!(plan.updated[0].moved() && !plan.updated[0].renamed());
        assert!(plan.updated_units[0].renamed() && !plan.updated_units[0].moved());
        assert_eq!(plan.new_units[0].code, "40");
        assert_eq!(plan.closed_units[0].1.code, "60");
    }

    #[test]
    fn more_than_a_fifth_leaving_is_many() {
        let staff: Vec<_> = (0..10)
            .map(|n| (person(&n.to_string(), "37"), false))
            .collect();
        let old = known(&[unit("37", "Feuerwehr")], &staff);
        let staying = |count: usize| Roster {
            units: vec![unit("37", "Feuerwehr")],
            people: staff
                .iter()
                .take(count)
                .map(|(person, _)| person.clone())
                .collect(),
        };
        assert!(!diff(&old, staying(8)).has_many_leavers());
        assert!(diff(&old, staying(7)).has_many_leavers());
        assert!(diff(&old, staying(10)).changes_nothing());
    }
}
