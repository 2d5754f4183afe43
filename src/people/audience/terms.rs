// SPDX-License-Identifier: EUPL-1.2

//! A composed audience as the database asks it. Pure.
//!
//! A person is meant who is in at least one term and in none of those that are exceptions. The audience's own
//! parts are one term, its own exceptions another; each group that it names is a term of its own, because it
//! may have exceptions that reach no further than the group.

use std::collections::{BTreeMap, BTreeSet};

use super::{Audience, check::key};
use crate::id::{GroupId, OrgUnitId};

/// Whoever is in one of `of` and in none of `except`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) is_exception: bool,
    pub(super) of: BTreeSet<Clause>,
    pub(super) except: BTreeSet<Clause>,
}

/// What one row asks.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Clause {
    Everybody,
    OnDuty,
    Unit(OrgUnitId),
    /// By its key.
    Location(String),
    JobTitle(String),
}

/// With the groups as they are now.
pub(super) fn of(audience: &Audience, groups: &BTreeMap<GroupId, Audience>) -> Vec<Term> {
    let (of, except) = audience.parts();
    let mut terms = Vec::new();
    for (is_exception, parts) in [(false, of), (true, except)] {
        let own = clauses(parts);
        if !own.is_empty() {
            terms.push(Term {
                is_exception,
                of: own,
                except: BTreeSet::new(),
            });
        }
        let named = parts.iter().flat_map(Audience::groups);
        terms.extend(named.filter_map(|group| groups.get(group)).map(|group| {
            let (of, except) = group.parts();
            Term {
                is_exception,
                of: clauses(of),
                except: clauses(except),
            }
        }));
    }
    terms
}

/// What is named twice is meant once.
fn clauses(parts: &[Audience]) -> BTreeSet<Clause> {
    let mut clauses = BTreeSet::new();
    for part in parts {
        match part {
            Audience::Everybody => {
                clauses.insert(Clause::Everybody);
            }
            Audience::OnDuty => {
                clauses.insert(Clause::OnDuty);
            }
            Audience::Units { units } => clauses.extend(units.iter().copied().map(Clause::Unit)),
            Audience::Locations { locations } => {
                clauses.extend(locations.iter().map(key).map(Clause::Location));
            }
            Audience::JobTitles { job_titles } => {
                clauses.extend(job_titles.iter().map(key).map(Clause::JobTitle));
            }
            Audience::Groups { .. } | Audience::AnyOf { .. } => {}
        }
    }
    clauses
}
