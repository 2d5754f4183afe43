// SPDX-License-Identifier: EUPL-1.2

//! A statement with its arguments, on its way to one of the two databases.

use sqlx::{
    Arguments as _, Database, Encode, FromRow, PgConnection, PgPool, Postgres, Sqlite,
    SqliteConnection, SqlitePool, Type,
    error::BoxDynError,
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};

use super::{DbError, Result, Sql};

/// A value that both databases can store.
pub trait Bind: BindTo<Sqlite> + BindTo<Postgres> {}
impl<T: BindTo<Sqlite> + BindTo<Postgres>> Bind for T {}

#[doc(hidden)]
pub trait BindTo<D: Database>: for<'q> Encode<'q, D> + Type<D> {}
impl<D: Database, T: for<'q> Encode<'q, D> + Type<D>> BindTo<D> for T {}

/// A row that both databases can yield: any tuple, or a struct that derives `FromRow`.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{}

pub(super) enum On<'c> {
    LitePool(&'c SqlitePool),
    Lite(&'c mut SqliteConnection),
    PgPool(&'c PgPool),
    Pg(&'c mut PgConnection),
}

enum Args {
    Lite(SqliteArguments),
    Pg(PgArguments),
}

/// A statement that does nothing until it is executed or asked for rows.
#[must_use]
pub struct Query<'c> {
    on: On<'c>,
    text: &'static str,
    args: Result<Args, BoxDynError>,
}

/// Sends the query to whichever database it is for.
macro_rules! send {
    ($query:expr, $make:ident $(::<$row:ident>)?, |$ready:ident, $on:ident| $run:expr) => {{
        let Query { on, text, args } = $query;
        match (on, args.map_err(sqlx::Error::Encode)?) {
            (On::LitePool($on), Args::Lite(args)) => {
                let $ready = sqlx::$make::<Sqlite, $($row,)? _>(text, args);
                $run
            }
            (On::Lite($on), Args::Lite(args)) => {
                let $ready = sqlx::$make::<Sqlite, $($row,)? _>(text, args);
                $run
            }
            (On::PgPool($on), Args::Pg(args)) => {
                let $ready = sqlx::$make::<Postgres, $($row,)? _>(text, args);
                $run
            }
            (On::Pg($on), Args::Pg(args)) => {
                let $ready = sqlx::$make::<Postgres, $($row,)? _>(text, args);
                $run
            }
            _ => unreachable!("a query's arguments are made for its database"),
        }
    }};
}

impl<'c> Query<'c> {
    pub(super) fn new(on: On<'c>, sql: Sql) -> Self {
        let (text, args) = match on {
            On::LitePool(_) | On::Lite(_) => (sql.sqlite, Args::Lite(SqliteArguments::default())),
            On::PgPool(_) | On::Pg(_) => (sql.postgres, Args::Pg(PgArguments::default())),
        };
        Query {
            on,
            text,
            args: Ok(args),
        }
    }

    /// Binds the next of `$1`, `$2`, …
    pub fn bind(mut self, value: impl Bind) -> Self {
        self.args = self.args.and_then(|mut args| {
            match &mut args {
                Args::Lite(args) => args.add(value)?,
                Args::Pg(args) => args.add(value)?,
            }
            Ok(args)
        });
        self
    }

    /// Runs it and returns how many rows it changed.
    pub async fn execute(self) -> Result<u64> {
        send!(self, query_with, |ready, on| Ok(ready
            .execute(on)
            .await?
            .rows_affected()))
    }

    pub async fn all<T: Row>(self) -> Result<Vec<T>> {
        send!(self, query_as_with::<T>, |ready, on| Ok(ready
            .fetch_all(on)
            .await?))
    }

    /// The first row; an error if there is none.
    pub async fn one<T: Row>(self) -> Result<T> {
        send!(self, query_as_with::<T>, |ready, on| ready
            .fetch_one(on)
            .await
            .map_err(DbError::from))
    }

    /// The first row, if there is one.
    pub async fn opt<T: Row>(self) -> Result<Option<T>> {
        send!(self, query_as_with::<T>, |ready, on| Ok(ready
            .fetch_optional(on)
            .await?))
    }
}
