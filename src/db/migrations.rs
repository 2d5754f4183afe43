// SPDX-License-Identifier: EUPL-1.2

//! The schema: `migrations/*.sql` runs verbatim on both databases; `migrations/sqlite/` and
//! `migrations/postgres/` hold what must differ. Numbers are unique across the three folders.

use sqlx::migrate::Migrator;

pub(super) fn sqlite() -> Migrator {
    with_common(&sqlx::migrate!("migrations/sqlite"))
}

pub(super) fn postgres() -> Migrator {
    with_common(&sqlx::migrate!("migrations/postgres"))
}

/// The common migrations and those of one database, in the order of their numbers.
fn with_common(own: &Migrator) -> Migrator {
    let common = sqlx::migrate!("./migrations");
    let mut all: Vec<_> = common.iter().chain(own.iter()).cloned().collect();
    all.sort_by_key(|migration| migration.version);
    Migrator::with_migrations(all)
}
