// SPDX-License-Identifier: EUPL-1.2

//! A statement in both databases' words.

/// A statement. Where the databases differ, [`sql!`] takes `["sqlite" | "postgres"]`.
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

impl Sql {
    /// Whether SQLite's readers, which can't write, may run it.
    pub(super) fn is_read(self) -> bool {
        let first = self.sqlite.trim_start().as_bytes();
        first.len() >= 6 && first[..6].eq_ignore_ascii_case(b"SELECT")
    }
}

/// Writes a statement: string literals are joined, and a part `["…" | "…"]` is the first text on SQLite
/// and the second on PostgreSQL.
///
/// Every statement goes through this macro, on literals alone: the contract tests read the sources, find
/// each `sql!` and have both databases prepare it. That stands in for the compile-time check of sqlx's
/// `query!`, which can type a text for one driver only.
macro_rules! sql {
    (@sqlite $text:literal) => { $text };
    (@sqlite [$sqlite:literal | $postgres:literal]) => { $sqlite };
    (@postgres $text:literal) => { $text };
    (@postgres [$sqlite:literal | $postgres:literal]) => { $postgres };
    ($($part:tt)+) => {
        const {
            $crate::db::Sql {
                sqlite: concat!($($crate::db::sql!(@sqlite $part)),+),
                postgres: concat!($($crate::db::sql!(@postgres $part)),+),
            }
        }
    };
}
pub(crate) use sql;
