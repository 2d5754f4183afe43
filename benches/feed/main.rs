// SPDX-License-Identifier: EUPL-1.2

//! How many pages of the newsfeed a second, and how fast each, beside the limit of the same connections.
//!
//!     cargo bench --bench feed -- [--posts N] [--people N] [--seconds S]
//!
//! The server runs in this process, on SQLite in a temporary folder or on an empty PostgreSQL by
//! `DATABASE_URL`; 16 phones ask for the first page over a kept connection each, as fast as they are
//! answered. The limit is a bare axum handler in the same run that answers the same bytes without a session,
//! a database or a layer. The last line is one JSON object.

mod load;
mod town;

use std::{error::Error, io::Write as _, net::SocketAddr, time::Duration};

use axum::{Router, response::IntoResponse as _, routing::get};
use bytes::Bytes;
use http::header;
use stadtfunk::{
    app::{self, App},
    clock::Clock,
    config::{Config, Sources},
    tasks::Tasks,
};
use tokio::net::TcpListener;

use self::load::Load;

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

const FEED: &str = "/api/v1/feed";
const CONNECTIONS: usize = 16;

struct Arguments {
    posts: usize,
    people: usize,
    seconds: u64,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse()?;
    let runtime = stadtfunk::tasks::runtime()?;
    runtime.block_on(measure(&arguments))
}

async fn measure(arguments: &Arguments) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let app = app::build(config(folder.path())?, Clock::wall()).await?;
    let phones = town::settle(&app, arguments.people, arguments.posts, CONNECTIONS).await?;
    let sqlite = app.db.is_sqlite();
    let tasks = Tasks::new();
    let server = serve_app(&tasks, app).await?;

    let page = load::fetch(server, FEED, &phones[0], None).await?;
    let packed = load::fetch(server, FEED, &phones[0], Some("zstd")).await?;
    let bare = serve_bare(&tasks, page.clone()).await?;
    let asking = load::Pace {
        warm_up: Duration::from_secs(1),
        time: Duration::from_secs(arguments.seconds),
        pause: Duration::ZERO,
    };
    let limit = load::run(bare, FEED, &phones, asking).await?;
    let feed = load::run(server, FEED, &phones, asking).await?;
    report(arguments, sqlite, &feed, &limit, page.len(), packed.len())
}

/// The usual configuration, with everything in the folder; `DATABASE_URL` chooses another database.
fn config(folder: &std::path::Path) -> Result<Config> {
    let sources = Sources {
        file: folder.join("stadtfunk.toml"),
        file_must_exist: false,
        push_folder: folder.join("push-config"),
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch of the benchmark, not of the program"
    )]
    let url = std::env::var("DATABASE_URL")
        .unwrap_or_else(|_| format!("sqlite:{}", folder.join("bench.db").display()));
    let environment = [
        ("DATABASE_URL".to_owned(), url),
        (
            "STADTFUNK_PHOTOS_STORE".to_owned(),
            format!("file:{}", folder.join("photos").display()),
        ),
        (
            "STADTFUNK_FILES_STORE".to_owned(),
            format!("file:{}", folder.join("files").display()),
        ),
    ];
    Ok(Config::load_with(&sources, &environment)?)
}

async fn serve_app(tasks: &Tasks, app: App) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tasks.spawn(app::serve(app, listener, std::future::pending()));
    Ok(address)
}

async fn serve_bare(tasks: &Tasks, body: Bytes) -> Result<SocketAddr> {
    let answer = move || {
        let body = body.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], body).into_response() }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let routes = Router::new().route(FEED, get(answer));
    tasks.spawn(async move { axum::serve(listener, routes).await });
    Ok(address)
}

fn report(
    arguments: &Arguments,
    sqlite: bool,
    feed: &Load,
    limit: &Load,
    page: usize,
    packed: usize,
) -> Result<()> {
    let database = if sqlite { "sqlite" } else { "postgres" };
    let mut out = std::io::stdout().lock();
    let rows: [(&str, String); 9] = [
        ("database", database.to_owned()),
        ("posts", arguments.posts.to_string()),
        ("people", arguments.people.to_string()),
        ("connections", CONNECTIONS.to_string()),
        ("page", format!("{page} bytes, {packed} with zstd")),
        ("pages per second", format!("{:.0}", feed.per_s())),
        ("limit (bare axum handler)", format!("{:.0}", limit.per_s())),
        (
            "median / p99",
            format!("{:.2} / {:.2} ms", feed.percentile(50), feed.percentile(99)),
        ),
        (
            "limit's median / p99",
            format!(
                "{:.2} / {:.2} ms",
                limit.percentile(50),
                limit.percentile(99)
            ),
        ),
    ];
    for (name, value) in rows {
        writeln!(out, "{name:<28} {value:>28}")?;
    }
    let json = serde_json::json!({
        "database": database,
        "posts": arguments.posts,
        "people": arguments.people,
        "connections": CONNECTIONS,
        "pages_per_s": feed.per_s().round(),
        "limit_per_s": limit.per_s().round(),
        "ratio": round(feed.per_s() / limit.per_s()),
        "p50_ms": round(feed.percentile(50)),
        "p99_ms": round(feed.percentile(99)),
        "limit_p50_ms": round(limit.percentile(50)),
        "limit_p99_ms": round(limit.percentile(99)),
        "page_bytes": page,
        "page_bytes_zstd": packed,
    });
    writeln!(out, "{json}")?;
    Ok(())
}

impl Arguments {
    /// cargo adds `--bench` by itself.
    fn parse() -> Result<Self> {
        let mut arguments = Self {
            posts: 2_000,
            people: 1_500,
            seconds: 5,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut number = || -> Result<u64> {
                Ok(words.next().ok_or("a number is missing")?.parse::<u64>()?)
            };
            match word.as_str() {
                "--posts" => arguments.posts = usize::try_from(number()?)?.max(1),
                "--people" => arguments.people = usize::try_from(number()?)?.max(CONNECTIONS),
                "--seconds" => arguments.seconds = number()?.max(1),
                "--bench" => {}
                other => return Err(format!("unknown argument {other}").into()),
            }
        }
        Ok(arguments)
    }
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
