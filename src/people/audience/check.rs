// SPDX-License-Identifier: EUPL-1.2

//! What is refused, each mistake by its JSON pointer.

use std::collections::{BTreeMap, HashSet};

use super::{
    super::names::caseless, Audience, AudienceError, Mistake, NAMES_NOTHING, Word, terms::Term,
};
use crate::{
    id::{GroupId, OrgUnitId},
    text::Words,
};

/// More than a city has of anything: what is longer is a mistake or mischief.
const MAX_NAMED: usize = 1_000;
/// Parts of a union, and of its exceptions.
const MAX_PARTS: usize = 50;
/// Groups that one audience may name in all.
const MAX_GROUPS: usize = 100;
/// What all groups together may come to.
const MAX_CLAUSES: usize = 20_000;

/// Of what an audience names, what there is.
#[derive(Debug, Default)]
pub(in super::super) struct Known {
    pub(super) units: HashSet<OrgUnitId>,
    /// By their keys.
    pub(super) locations: HashSet<String>,
    pub(super) job_titles: HashSet<String>,
    pub(super) groups: BTreeMap<GroupId, Audience>,
}

/// A part that is no union, and where it stands.
struct Leaf<'a> {
    pointer: String,
    is_exception: bool,
    part: &'a Audience,
}

impl Audience {
    pub(super) fn check_shape(&self) -> Result<(), AudienceError> {
        if let Self::AnyOf { of, except } = self {
            if of.is_empty() {
                return Err(AudienceError::Empty("/of".into()));
            }
            for (name, parts) in [("/of", of), ("/except", except)] {
                if parts.len() > MAX_PARTS {
                    return wrong(
                        name.into(),
                        Words::fixed("hat mehr als 50 Teile", "has more than 50 parts"),
                    );
                }
            }
        }
        let mut groups = 0;
        for leaf in self.leaves() {
            let Some((list, length)) = leaf.part.list() else {
                if matches!(leaf.part, Self::AnyOf { .. }) {
                    let pointer = format!("{}/kind", leaf.pointer);
                    return wrong(pointer, Words::technical("any_of can't stand in an any_of"));
                }
                continue;
            };
            let pointer = format!("{}/{list}", leaf.pointer);
            groups += leaf.part.groups().len();
            match length {
                0 if leaf.is_exception => return wrong(pointer, NAMES_NOTHING),
                0 => return Err(AudienceError::Empty(pointer)),
                1..=MAX_NAMED if groups <= MAX_GROUPS => {}
                _ => return wrong(pointer, Words::fixed("nennt zu viele", "names too many")),
            }
        }
        Ok(())
    }

    pub(super) fn check_names(&self, known: &Known) -> Result<(), AudienceError> {
        let mut mistakes = Vec::new();
        for Leaf { pointer, part, .. } in self.leaves() {
            let mut tell = |unknown: Vec<usize>, list: &str, what: Words| {
                let places = unknown.into_iter();
                mistakes.extend(
                    places.map(|index| (format!("{pointer}/{list}/{index}"), what.clone())),
                );
            };
            match part {
                Self::Units { units } => {
                    let unknown = missing(units, |unit| known.units.contains(unit));
                    tell(
                        unknown,
                        "units",
                        Words::fixed(
                            "diese Dienststelle gibt es nicht mehr",
                            "there is no such open unit",
                        ),
                    );
                }
                Self::Locations { locations } => {
                    let unknown = missing(locations, |word| known.locations.contains(&key(word)));
                    tell(
                        unknown,
                        "locations",
                        Words::fixed("dort arbeitet niemand", "nobody works there"),
                    );
                }
                Self::JobTitles { job_titles } => {
                    let unknown = missing(job_titles, |word| known.job_titles.contains(&key(word)));
                    tell(
                        unknown,
                        "job_titles",
                        Words::fixed("niemand hat diese Funktion", "nobody has this job title"),
                    );
                }
                Self::Groups { groups } => {
                    let unknown = missing(groups, |group| known.groups.contains_key(group));
                    tell(
                        unknown,
                        "groups",
                        Words::fixed("diese Gruppe gibt es nicht mehr", "there is no such group"),
                    );
                }
                Self::Everybody | Self::OnDuty | Self::AnyOf { .. } => {}
            }
        }
        if mistakes.is_empty() {
            Ok(())
        } else {
            Err(AudienceError::Wrong(mistakes))
        }
    }

    /// A group's own audience names no groups: nobody could follow who is meant.
    pub(in super::super) fn check_names_no_groups(&self) -> Result<(), AudienceError> {
        let named = self.leaves().into_iter();
        let named = named.filter(|leaf| matches!(leaf.part, Self::Groups { .. }));
        let mistakes: Vec<Mistake> = named
            .map(|leaf| {
                (
                    format!("{}/kind", leaf.pointer),
                    Words::fixed(
                        "eine Gruppe kann keine Gruppen nennen",
                        "a group can't name groups",
                    ),
                )
            })
            .collect();
        if mistakes.is_empty() {
            Ok(())
        } else {
            Err(AudienceError::Wrong(mistakes))
        }
    }

    fn leaves(&self) -> Vec<Leaf<'_>> {
        let Self::AnyOf { of, except } = self else {
            return vec![Leaf {
                pointer: String::new(),
                is_exception: false,
                part: self,
            }];
        };
        let leaves = |name: &'static str, is_exception, parts| {
            let parts: std::slice::Iter<'_, Self> = <[Self]>::iter(parts);
            parts.enumerate().map(move |(index, part)| Leaf {
                pointer: format!("/{name}/{index}"),
                is_exception,
                part,
            })
        };
        leaves("of", false, of)
            .chain(leaves("except", true, except))
            .collect()
    }

    /// The name and the length of the list that the part has.
    fn list(&self) -> Option<(&'static str, usize)> {
        match self {
            Self::Units { units } => Some(("units", units.len())),
            Self::Locations { locations } => Some(("locations", locations.len())),
            Self::JobTitles { job_titles } => Some(("job_titles", job_titles.len())),
            Self::Groups { groups } => Some(("groups", groups.len())),
            Self::Everybody | Self::OnDuty | Self::AnyOf { .. } => None,
        }
    }

    pub(super) fn groups(&self) -> &[GroupId] {
        match self {
            Self::Groups { groups } => groups,
            _ => &[],
        }
    }
}

/// Of an audience with all its groups.
pub(super) fn check_size(terms: &[Term]) -> Result<(), AudienceError> {
    let clauses: usize = terms
        .iter()
        .map(|term| term.of.len() + term.except.len())
        .sum();
    if clauses > MAX_CLAUSES {
        return wrong(
            String::new(),
            Words::fixed(
                "nennt zu viele, mit dem, was ihre Gruppen nennen",
                "names too many, with what its groups name",
            ),
        );
    }
    Ok(())
}

pub(super) fn key(word: &Word) -> String {
    caseless(word.as_str())
}

fn missing<T>(named: &[T], is_known: impl Fn(&T) -> bool) -> Vec<usize> {
    let named = named.iter().enumerate();
    named
        .filter(|(_, name)| !is_known(name))
        .map(|(index, _)| index)
        .collect()
}

fn wrong(pointer: String, what: Words) -> Result<(), AudienceError> {
    Err(AudienceError::Wrong(vec![(pointer, what)]))
}
