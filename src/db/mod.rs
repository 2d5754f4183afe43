// SPDX-License-Identifier: EUPL-1.2

//! One SQL text, two databases: SQLite inside for a town, PostgreSQL for a metropolis.
//!
//! A [`Db`] is a pool; [`Db::query`] and [`Tx::query`] take a statement made by [`sql!`] and carry the
//! arguments in that database's own form. Only this folder and the features' `store.rs` know `sqlx`.
//!
//! On SQLite one connection writes (`BEGIN IMMEDIATE`, so that a transaction never finds out late that
//! it can't) and a few read; on PostgreSQL one pool does both. A commit that others should hear of wakes
//! them through [`Db::commits`]: inside the process by a channel, between processes by `NOTIFY`.

mod columns;
mod migrations;
mod open;
mod query;
mod statement;
mod time;

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use tokio::sync::watch;

pub(crate) use self::{columns::text_enum, statement::sql};
pub use self::{
    columns::{IdList, Json},
    open::listen,
    query::{Bind, Query, Row},
    statement::Sql,
    time::follow,
};

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    #[error(transparent)]
    Sqlx(#[from] sqlx::Error),
    #[error("migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("DATABASE_URL must begin with sqlite: or postgres:, not with {0:?}")]
    UnknownScheme(String),
    /// A row that the program can't have written: it names itself.
    #[error("impossible row in {table}, id {id}: {what}")]
    Impossible {
        table: &'static str,
        id: String,
        what: &'static str,
    },
}

pub type Result<T, E = DbError> = std::result::Result<T, E>;

impl DbError {
    /// Whether the statement would have written a second row with the same key.
    pub fn is_unique_violation(&self) -> bool {
        self.is_kind(&sqlx::error::ErrorKind::UniqueViolation)
    }

    /// Whether the statement names a row that does not exist.
    pub fn is_foreign_key_violation(&self) -> bool {
        self.is_kind(&sqlx::error::ErrorKind::ForeignKeyViolation)
    }

    /// Whether the row is there and can't be understood: what was written has been damaged.
    pub fn is_unreadable(&self) -> bool {
        use sqlx::Error::{ColumnDecode, Decode};
        matches!(self, Self::Sqlx(ColumnDecode { .. } | Decode(_)))
    }

    fn is_kind(&self, kind: &sqlx::error::ErrorKind) -> bool {
        matches!(self, Self::Sqlx(sqlx::Error::Database(error)) if error.kind() == *kind)
    }
}

/// An open database.
#[derive(Clone)]
pub struct Db {
    pools: Pools,
    commits: watch::Sender<u64>,
}

/// Whoever reads does not wait for those who write: on SQLite because it has one writer, on PostgreSQL because a dispatch
/// keeps many of them busy.
#[derive(Clone)]
enum Pools {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres { read: PgPool, write: PgPool },
}

/// A transaction: rolled back when dropped.
pub struct Tx {
    inner: Inner,
    /// Who is told of the commit, if it has something to tell.
    tell: Option<watch::Sender<u64>>,
    commits: watch::Sender<u64>,
}

enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// A statement on its own. What begins with `SELECT` goes to the readers.
    pub fn query(&self, sql: Sql) -> Query<'_> {
        let on = match &self.pools {
            Pools::Sqlite { read, .. } if sql.is_read() => query::On::LitePool(read),
            Pools::Sqlite { write, .. } => query::On::LitePool(write),
            Pools::Postgres { read, .. } if sql.is_read() => query::On::PgPool(read),
            Pools::Postgres { write, .. } => query::On::PgPool(write),
        };
        Query::new(on, sql)
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> Result<Tx> {
        let inner = match &self.pools {
            Pools::Sqlite { write, .. } => {
                Inner::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?)
            }
            Pools::Postgres { write, .. } => Inner::Postgres(write.begin().await?),
        };
        Ok(Tx {
            inner,
            tell: None,
            commits: self.commits.clone(),
        })
    }

    /// Changes whenever a transaction that [told](Tx::tell) of itself was committed, here or (on
    /// PostgreSQL, while [`listen`] runs) by another process. A wake-up, not a count.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.commits.subscribe()
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self.pools, Pools::Sqlite { .. })
    }

    /// Has the database parse and type a statement without running it.
    pub async fn prepare(&self, sql: Sql) -> Result<()> {
        use sqlx::{Executor as _, SqlSafeStr as _};
        match &self.pools {
            Pools::Sqlite { write, .. } => {
                write.prepare(sql.sqlite.into_sql_str()).await.map(drop)?;
            }
            Pools::Postgres { write, .. } => {
                write.prepare(sql.postgres.into_sql_str()).await.map(drop)?;
            }
        }
        Ok(())
    }

    /// Whether the database answers at all.
    pub async fn answers(&self) -> Result<()> {
        self.query(sql!("SELECT 1")).one::<(i32,)>().await.map(drop)
    }

    /// Closes every connection; on SQLite this folds the write-ahead log into the file.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres { read, write } => {
                read.close().await;
                write.close().await;
            }
        }
    }
}

impl Tx {
    pub fn query(&mut self, sql: Sql) -> Query<'_> {
        match &mut self.inner {
            Inner::Sqlite(tx) => Query::new(query::On::Lite(tx), sql),
            Inner::Postgres(tx) => Query::new(query::On::Pg(tx), sql),
        }
    }

    /// The commit will wake whoever waits on [`Db::commits`].
    pub async fn tell(&mut self) -> Result<()> {
        if self.tell.is_none() {
            if let Inner::Postgres(_) = self.inner {
                self.query(sql!([
                    "SELECT 1" | "SELECT 1 FROM pg_notify('stadtfunk', '')"
                ]))
                .opt::<(i32,)>()
                .await?;
            }
            self.tell = Some(self.commits.clone());
        }
        Ok(())
    }

    pub async fn commit(self) -> Result<()> {
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await?,
            Inner::Postgres(tx) => tx.commit().await?,
        }
        if let Some(commits) = self.tell {
            commits.send_modify(|count| *count = count.wrapping_add(1));
        }
        Ok(())
    }
}
