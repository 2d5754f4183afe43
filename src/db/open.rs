// SPDX-License-Identifier: EUPL-1.2

//! Opening: pools, pragmas, migrations, and the ear for other processes' commits.

use std::{future::ready, time::Duration};

use sqlx::{
    Connection as _, Executor as _, SqliteConnection,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::watch;

use super::{Db, DbError, Pools, Result, migrations};
use crate::tasks::Tasks;

/// How long a statement waits for a connection or for SQLite's lock before it is an error.
const PATIENCE: Duration = Duration::from_secs(10);
const SQLITE_READERS: u32 = 4;
/// SQLite's page caches, in KiB (negative by its convention), one for each connection: 24 MiB in all. What is
/// not in them is in the operating system's.
const WRITER_CACHE: &str = "-16384";
const READER_CACHE: &str = "-2048";
/// Pages of SQLite's write-ahead log, 16 MiB, after which they are written to the file itself. Deliveries are written twice
/// within half a second, and the same page for many of them: with the usual 1,000 each came to the file several times.
const CHECKPOINT: &str = "4000";
/// Of each kind, and one of the readers is the ear for other processes' commits.
const POSTGRES_CONNECTIONS: u32 = 8;

impl Db {
    /// Opens `sqlite:PATH` (made if it is missing) or `postgres://…` and brings its schema up to date.
    pub async fn open(url: &str) -> Result<Self> {
        let pools = match url.split_once(':').map_or(url, |(scheme, _)| scheme) {
            "sqlite" => open_sqlite(url).await?,
            "postgres" | "postgresql" => open_postgres(url).await?,
            other => return Err(DbError::UnknownScheme(other.to_owned())),
        };
        Ok(Self {
            pools,
            commits: watch::Sender::new(0),
        })
    }
}

async fn open_sqlite(url: &str) -> Result<Pools> {
    let options = url
        .parse::<SqliteConnectOptions>()?
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        // A power cut may lose the last moments but never damages the file; NORMAL would lose a
        // release that was already pushed, FULL does not.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(PATIENCE)
        // Rows on their way from the thread that reads them: with few, the two wait for each other.
        .row_buffer_size(1_000)
        .pragma("wal_autocheckpoint", CHECKPOINT)
        .pragma("cache_size", WRITER_CACHE);
    if let Some(folder) = options.get_filename().parent() {
        tokio::fs::create_dir_all(folder)
            .await
            .map_err(sqlx::Error::Io)?;
    }
    // A connection to a file does not die between two statements: to ask it each time would double the ways to
    // its thread and back.
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|connection, _| Box::pin(ready(Ok(is_usable(connection)))))
        .connect_with(options.clone())
        .await?;
    migrations::sqlite().run(&write).await?;
    let read = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .connect_with(
            options
                .pragma("cache_size", READER_CACHE)
                .pragma("query_only", "on"),
        )
        .await?;
    Ok(Pools::Sqlite { read, write })
}

/// SQLite ends a transaction by itself when the disk is full. The driver takes it for open for ever then, because there
/// is nothing to roll back any more, and would begin no other: the connection gives way to a new one.
fn is_usable(connection: &SqliteConnection) -> bool {
    let is_usable = !connection.is_in_transaction();
    if !is_usable {
        tracing::warn!("the connection that writes is opened anew");
    }
    is_usable
}

async fn open_postgres(url: &str) -> Result<Pools> {
    let options = url
        .parse::<PgConnectOptions>()?
        .application_name("stadtfunk");
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(PATIENCE)
        // To compile the statement that asks who is meant takes two seconds, to run it for 5,000 people 50 ms. To plan a
        // page of the newsfeed takes longer than to answer it: once for each connection is enough.
        .after_connect(|connection, _| {
            let settings = "SET jit = off; SET plan_cache_mode = force_generic_plan";
            Box::pin(async move { connection.execute(settings).await.map(drop) })
        });
    let write = pool.clone().connect_with(options.clone()).await?;
    migrations::postgres().run(&write).await?;
    let read = pool.connect_with(options).await?;
    Ok(Pools::Postgres { read, write })
}

/// Passes other processes' commits on to [`Db::commits`] until the process stops. Nothing to do on
/// SQLite, where there is one process.
pub fn listen(db: &Db, tasks: &Tasks) {
    let Pools::Postgres { read: pool, .. } = &db.pools else {
        return;
    };
    let (pool, commits, stopping) = (pool.clone(), db.commits.clone(), tasks.clone());
    tasks.spawn(async move {
        tokio::select! {
            () = stopping.stopping() => {}
            () = hear(&pool, &commits) => {}
        }
    });
}

async fn hear(pool: &sqlx::PgPool, commits: &watch::Sender<u64>) {
    loop {
        if let Err(error) = hear_until_cut(pool, commits).await {
            tracing::warn!(%error, "lost the connection that hears of commits; trying again");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn hear_until_cut(
    pool: &sqlx::PgPool,
    commits: &watch::Sender<u64>,
) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen("stadtfunk").await?;
    loop {
        // What was committed while nobody listened is found by whoever is woken now.
        commits.send_modify(|count| *count = count.wrapping_add(1));
        if listener.try_recv().await?.is_none() {
            return Ok(());
        }
    }
}
