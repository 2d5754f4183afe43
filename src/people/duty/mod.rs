// SPDX-License-Identifier: EUPL-1.2

//! Duty: who is at work at an instant. An alert is handed over to them before all others, and their [quiet
//! hours](super::quiet) do not count meanwhile; nobody else is shown it.
//!
//! A shift comes from oneself (on duty from now on, for a day at most) or from the roster, which editors and
//! administrators replace for given people and a period. Whoever says that they are off duty is, whatever the
//! roster says. A shift is forgotten a day after its end: this is no record of working hours.

mod store;

use std::{collections::HashSet, time::Duration};

use serde::Serialize;
use utoipa::ToSchema;

pub use self::store::Shift;
use super::{
    People,
    access::{Employee, Planner},
    quiet,
};
use crate::{
    clock::At,
    db::{DbError, text_enum},
    tasks::Tasks,
    text::Line,
};

/// The longest shift: a fire station's.
pub const LONGEST: Duration = Duration::from_hours(24);
/// The longest period that one roster covers.
const LONGEST_PERIOD: Duration = Duration::from_hours(366 * 24);
/// How long after its end a shift is kept, for whoever asks why an alert came first.
const KEPT: Duration = Duration::from_hours(24);
/// How often shifts are forgotten.
const EVERY: Duration = Duration::from_hours(24);

text_enum! {
    /// Who said so.
    pub enum Source {
        OneSelf = "self",
        Roster = "roster",
    }
}

/// Whether somebody is on duty, and what is known of their shifts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Duty {
    pub on_duty: bool,
    /// While on duty: the first instant off duty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<At>,
    /// Running and coming, in the order of their beginning.
    pub shifts: Vec<Shift>,
}

/// The shifts of these people that begin in a period. What was known of them in it is replaced; a person
/// without shifts has none then.
#[derive(Clone, Debug)]
pub struct Roster {
    pub from: At,
    pub until: At,
    pub people: Vec<Rostered>,
}

#[derive(Clone, Debug)]
pub struct Rostered {
    pub personnel_number: Line<32>,
    pub shifts: Vec<Span>,
}

/// From an instant until just before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: At,
    pub until: At,
}

/// One value of a roster that is not right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterMistake {
    /// JSON pointer into the roster.
    pub pointer: String,
    pub what: &'static str,
}

#[derive(Debug, thiserror::Error)]
pub enum DutyError {
    #[error("the end is not in the future; now it is {now}")]
    EndInPast { now: At },
    #[error("nobody is on duty for that long; the latest end is {latest}")]
    EndTooFar { latest: At },
    #[error("some values of the roster are not right")]
    Roster(Vec<RosterMistake>),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl People {
    pub async fn duty(&self, employee: &Employee) -> Result<Duty, DutyError> {
        let now = self.clock.now();
        let shifts = store::not_over(&self.db, employee.account, now).await?;
        Ok(Duty::of(shifts, now))
    }

    /// On duty from now on until an instant, in the place of what the person had said before.
    pub async fn go_on_duty(&self, employee: &Employee, until: At) -> Result<Duty, DutyError> {
        let now = self.clock.now();
        if until <= now {
            return Err(DutyError::EndInPast { now });
        }
        let latest = now + LONGEST;
        if until > latest {
            return Err(DutyError::EndTooFar { latest });
        }
        let mut tx = self.db.begin().await?;
        store::put_own(&mut tx, employee.account, now, until).await?;
        quiet::reconsider(self, &mut tx, &[employee.account], now).await?;
        tx.commit().await?;
        self.duty(employee).await
    }

    /// Off duty from now on. Shifts of the roster that have not begun stay.
    pub async fn go_off_duty(&self, employee: &Employee) -> Result<(), DutyError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        store::end_running(&mut tx, employee.account, now).await?;
        quiet::reconsider(self, &mut tx, &[employee.account], now).await?;
        Ok(tx.commit().await?)
    }

    /// Replaces the roster of its people in its period, all of it or nothing; says how many shifts were
    /// written.
    pub async fn put_roster(&self, _: &Planner, roster: &Roster) -> Result<usize, DutyError> {
        refuse(roster.mistakes())?;
        let mut tx = self.db.begin().await?;
        let accounts = store::by_numbers(&mut tx, &roster.people).await?;
        let unknown = roster.people.iter().enumerate();
        let unknown =
            unknown.filter(|(_, person)| !accounts.contains_key(person.personnel_number.as_str()));
        let unknown = unknown.map(|(index, _)| RosterMistake {
            pointer: format!("/people/{index}/personnel_number"),
            what: "nobody on the payroll has this number",
        });
        refuse(unknown.collect())?;
        let written = store::replace(&mut tx, roster, &accounts).await?;
        let accounts: Vec<_> = accounts.into_values().collect();
        quiet::reconsider(self, &mut tx, &accounts, self.clock.now()).await?;
        tx.commit().await?;
        Ok(written)
    }

    /// Forgets past shifts, and the quiet hours of former colleagues, every day until the process ends.
    pub(super) fn forget_the_past(&self, tasks: &Tasks) {
        let (people, stopping) = (self.clone(), tasks.clone());
        tasks.spawn(async move {
            loop {
                let next = people.clock.now() + EVERY;
                match store::forget(&people.db, people.clock.now() - KEPT).await {
                    Ok(0) => {}
                    Ok(count) => tracing::info!(count, "past shifts were forgotten"),
                    Err(error) => tracing::error!(%error, "past shifts could not be forgotten"),
                }
                people.forget_quiet_hours().await;
                tokio::select! {
                    () = people.clock.sleep_until(next) => {}
                    () = stopping.stopping() => return,
                }
            }
        });
    }
}

impl Duty {
    fn of(shifts: Vec<Shift>, now: At) -> Self {
        let running = shifts.iter().filter(|shift| shift.from <= now);
        let until = running.map(|shift| shift.until).max();
        Self {
            on_duty: until.is_some(),
            until,
            shifts,
        }
    }
}

impl Roster {
    fn mistakes(&self) -> Vec<RosterMistake> {
        let mut mistakes = Vec::new();
        let mut check = |holds: bool, pointer: String, what| {
            if !holds {
                mistakes.push(RosterMistake { pointer, what });
            }
        };
        check(
            self.from < self.until,
            "/until".to_owned(),
            "must be after from",
        );
        let short = self.until.since(self.from) <= LONGEST_PERIOD;
        check(
            short,
            "/until".to_owned(),
            "must be within 366 days after from",
        );
        let mut numbers = HashSet::new();
        for (person, rostered) in self.people.iter().enumerate() {
            let once = numbers.insert(rostered.personnel_number.as_str());
            let pointer = format!("/people/{person}/personnel_number");
            check(once, pointer, "stands in the roster twice");
            let mut beginnings = HashSet::new();
            for (index, shift) in rostered.shifts.iter().enumerate() {
                let at = |name| format!("/people/{person}/shifts/{index}/{name}");
                let inside = (self.from..self.until).contains(&shift.from);
                check(inside, at("from"), "must be in the roster's period");
                let once = beginnings.insert(shift.from);
                check(once, at("from"), "two shifts begin at once");
                let length = shift.until.since(shift.from);
                let possible = !length.is_zero() && length <= LONGEST;
                check(possible, at("until"), "must be within 24 hours after from");
            }
        }
        mistakes
    }
}

fn refuse(mistakes: Vec<RosterMistake>) -> Result<(), DutyError> {
    if mistakes.is_empty() {
        Ok(())
    } else {
        Err(DutyError::Roster(mistakes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: u64) -> At {
        At::constant(1_795_000_000) + Duration::from_hours(hour)
    }

    fn span(from: u64, until: u64) -> Span {
        Span {
            from: at(from),
            until: at(until),
        }
    }

    fn mistakes(shifts: &[&[Span]]) -> Vec<String> {
        let people = shifts.iter().map(|shifts| Rostered {
            personnel_number: Line::new("4711").unwrap(),
            shifts: shifts.to_vec(),
        });
        let roster = Roster {
            from: at(0),
            until: at(48),
            people: people.collect(),
        };
        let mistakes = roster.mistakes().into_iter();
        mistakes.map(|mistake| mistake.pointer).collect()
    }

    #[test]
    fn a_shift_begins_in_the_period_and_may_end_after_it() {
        assert!(mistakes(&[&[span(0, 12), span(24, 48), span(47, 60)]]).is_empty());
        let outside = [span(48, 50)];
        assert_eq!(mistakes(&[&outside]), ["/people/0/shifts/0/from"]);
    }

    #[test]
    fn a_shift_has_an_end_within_a_day() {
        for bad in [span(5, 5), span(5, 4), span(5, 30)] {
            assert_eq!(mistakes(&[&[bad]]), ["/people/0/shifts/0/until"], "{bad:?}");
        }
    }

    #[test]
    fn nobody_stands_in_a_roster_twice_and_no_shift_begins_twice() {
        assert_eq!(mistakes(&[&[], &[]]), ["/people/1/personnel_number"]);
        let twice = [span(1, 2), span(1, 3)];
        assert_eq!(mistakes(&[&twice]), ["/people/0/shifts/1/from"]);
    }

    #[test]
    fn of_two_shifts_at_once_the_later_end_counts() {
        let shift = |from, until, source| Shift {
            from: at(from),
            until: at(until),
            source,
        };
        let shifts = vec![
            shift(0, 8, Source::Roster),
            shift(2, 6, Source::OneSelf),
            shift(9, 20, Source::Roster),
        ];
        assert_eq!(Duty::of(shifts.clone(), at(3)).until, Some(at(8)));
        assert!(!Duty::of(shifts[2..].to_vec(), at(8)).on_duty);
    }
}
