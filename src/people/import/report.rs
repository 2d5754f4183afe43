// SPDX-License-Identifier: EUPL-1.2

//! An import's difference in words, for whoever looks before they import.

use std::fmt::{self, Display, Write};

use super::{
    plan::{ImportPlan, UpdatedPerson, UpdatedUnit},
    roster::{RosterPerson, RosterUnit},
};
use crate::push::Language;

/// How many lines a section shows before it only counts on.
const LINES: usize = 20;

impl ImportPlan {
    /// The difference as plain text: a sentence with the figures, then a section for each kind of change
    /// that occurs.
    pub fn describe(&self, language: Language) -> String {
        let mut report = Report {
            text: String::new(),
            language,
        };
        // Writing to a string can't fail.
        let _ = report.plan(self);
        report.text
    }
}

struct Report {
    text: String,
    language: Language,
}

impl Report {
    fn plan(&mut self, plan: &ImportPlan) -> fmt::Result {
        self.figures(plan)?;
        let person = |(_, person): &(_, RosterPerson)| name_and_number(person);
        self.section(("Neu", "Joining"), &plan.joiners, name_and_number)?;
        self.section(("Wieder da", "Returning"), &plan.returning, person)?;
        self.section(("Scheiden aus", "Leaving"), &plan.leavers, person)?;
        let updated = |test: fn(&UpdatedPerson) -> bool| {
            plan.updated
                .iter()
                .filter(move |update| test(update))
                .collect::<Vec<_>>()
        };
        self.section(
            ("Wechseln die Einheit", "Moving"),
            &updated(UpdatedPerson::moved),
            |update| {
                let (from, to) = (&update.before.unit, &update.after.unit);
                format!("{}: {from} → {to}", name_and_number(&update.after))
            },
        )?;
        self.section(
            ("Neuer Name", "Renamed"),
            &updated(UpdatedPerson::renamed),
            |update| {
                format!(
                    "{} → {}",
                    name_and_number(&update.before),
                    update.after.name()
                )
            },
        )?;
        let changed = (
            "Andere Funktion, anderer Standort, andere E-Mail oder Mobilnummer",
            "Other job title, place of work, e-mail or mobile number",
        );
        self.section(changed, &updated(UpdatedPerson::changed), |update| {
            name_and_number(&update.after)
        })?;
        self.units(plan)
    }

    fn figures(&mut self, plan: &ImportPlan) -> fmt::Result {
        let (joining, returning, leaving, updated, unchanged) = (
            plan.joiners.len(),
            plan.returning.len(),
            plan.leavers.len(),
            plan.updated.len(),
            plan.unchanged,
        );
        let staff = plan.staff_before;
        match self.language {
            Language::German => writeln!(
                self.text,
                "Bisher {staff} Personen: {joining} kommen hinzu, {returning} kommen zurück, \
                 {leaving} scheiden aus, {updated} ändern sich, {unchanged} bleiben, wie sie sind."
            ),
            Language::English => writeln!(
                self.text,
                "{staff} people so far: {joining} join, {returning} return, {leaving} leave, \
                 {updated} change, {unchanged} stay as they are."
            ),
        }
    }

    fn units(&mut self, plan: &ImportPlan) -> fmt::Result {
        let unit = |(_, unit): &(_, RosterUnit)| name_and_code(unit);
        let updated = |test: fn(&UpdatedUnit) -> bool| {
            plan.updated_units
                .iter()
                .filter(move |update| test(update))
                .collect::<Vec<_>>()
        };
        self.section(
            ("Neue Einheiten", "New org units"),
            &plan.new_units,
            name_and_code,
        )?;
        let reopened = ("Wieder geöffnete Einheiten", "Reopened org units");
        self.section(reopened, &plan.reopened_units, unit)?;
        let closed = ("Geschlossene Einheiten", "Closed org units");
        self.section(closed, &plan.closed_units, unit)?;
        let renamed = ("Umbenannte Einheiten", "Renamed org units");
        self.section(renamed, &updated(UpdatedUnit::renamed), |update| {
            format!("{} → {}", name_and_code(&update.before), update.after.name)
        })?;
        let moved = ("Anders zugeordnete Einheiten", "Org units placed elsewhere");
        self.section(moved, &updated(UpdatedUnit::moved), |update| {
            let place = |parent: &Option<String>| parent.clone().unwrap_or_else(|| "-".into());
            let (from, to) = (place(&update.before.parent), place(&update.after.parent));
            format!("{}: {from} → {to}", name_and_code(&update.after))
        })
    }

    fn section<T, L: Display>(
        &mut self,
        (german, english): (&str, &str),
        items: &[T],
        line: impl Fn(&T) -> L,
    ) -> fmt::Result {
        if items.is_empty() {
            return Ok(());
        }
        let (title, more) = match self.language {
            Language::German => (german, "weitere"),
            Language::English => (english, "more"),
        };
        writeln!(self.text, "\n{title} ({}):", items.len())?;
        for item in items.iter().take(LINES) {
            writeln!(self.text, "  {}", line(item))?;
        }
        if items.len() > LINES {
            writeln!(self.text, "  … {} {more}", items.len() - LINES)?;
        }
        Ok(())
    }
}

fn name_and_number(person: &RosterPerson) -> String {
    format!("{} ({})", person.name(), person.personnel_number)
}

fn name_and_code(unit: &RosterUnit) -> String {
    format!("{} ({})", unit.name, unit.code)
}
