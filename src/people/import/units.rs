// SPDX-License-Identifier: EUPL-1.2

//! The org units that the rows name: each once, every parent known, no circle.

use std::collections::{HashMap, HashSet};

use super::{
    columns::{Column, Layout},
    problem::{Mistake, RowProblem},
    roster::RosterUnit,
};

/// Collects units row by row and remembers where each was first named.
#[derive(Default)]
pub(super) struct Units {
    units: Vec<(RosterUnit, u64)>,
    index_by_code: HashMap<String, usize>,
}

impl Units {
    /// Adds a row's unit; says so if an earlier row had it otherwise.
    pub(super) fn add(
        &mut self,
        line: u64,
        unit: RosterUnit,
        layout: &Layout,
        problems: &mut Vec<RowProblem>,
    ) {
        let Some(&index) = self.index_by_code.get(&unit.code) else {
            self.index_by_code
                .insert(unit.code.clone(), self.units.len());
            self.units.push((unit, line));
            return;
        };
        let (first, first_line) = &self.units[index];
        let mut tell = |column, mistake| {
            problems.push(RowProblem {
                line,
                place: layout.place(column),
                mistake,
            });
        };
        if first.name != unit.name {
            let (first_line, first) = (*first_line, first.name.clone());
            tell(
                Column::UnitName,
                Mistake::OtherUnitName { first_line, first },
            );
        }
        if first.parent != unit.parent {
            let (first_line, first) = (*first_line, first.parent.clone());
            tell(
                Column::ParentCode,
                Mistake::OtherParent { first_line, first },
            );
        }
    }

    /// The units, once all rows are read.
    pub(super) fn finish(self, layout: &Layout, problems: &mut Vec<RowProblem>) -> Vec<RosterUnit> {
        self.check_parents(layout, problems);
        self.check_circles(layout, problems);
        self.units.into_iter().map(|(unit, _)| unit).collect()
    }

    fn check_parents(&self, layout: &Layout, problems: &mut Vec<RowProblem>) {
        for (unit, line) in &self.units {
            let Some(code) = &unit.parent else { continue };
            if !self.index_by_code.contains_key(code) {
                problems.push(RowProblem {
                    line: *line,
                    place: layout.place(Column::ParentCode),
                    mistake: Mistake::UnknownParent { code: code.clone() },
                });
            }
        }
    }

    /// Walks up from each unit. A walk ends at a root or where an earlier walk went; where it meets
    /// itself, it has found a circle, which is thereby told once.
    fn check_circles(&self, layout: &Layout, problems: &mut Vec<RowProblem>) {
        let mut seen = HashSet::new();
        for start in 0..self.units.len() {
            let mut walk = Vec::new();
            let mut next = Some(start);
            while let Some(index) = next.filter(|index| seen.insert(*index)) {
                walk.push(index);
                next = self.parent_of(index);
            }
            let circle = next.and_then(|index| walk.iter().position(|step| *step == index));
            if let Some(circle) = circle.map(|from| &walk[from..]) {
                let codes = circle.iter().chain(&circle[..1]);
                problems.push(RowProblem {
                    line: self.units[circle[0]].1,
                    place: layout.place(Column::ParentCode),
                    mistake: Mistake::Cycle {
                        codes: codes
                            .map(|index| self.units[*index].0.code.clone())
                            .collect(),
                    },
                });
            }
        }
    }

    fn parent_of(&self, index: usize) -> Option<usize> {
        self.index_by_code
            .get(self.units[index].0.parent.as_ref()?)
            .copied()
    }
}
