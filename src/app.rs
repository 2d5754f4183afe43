// SPDX-License-Identifier: EUPL-1.2

//! The composition root: every room is made here, once, and given what it needs.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Extension, Router, extract::ConnectInfo};
use futures::FutureExt as _;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use secrecy::ExposeSecret as _;
use tokio::net::{TcpListener, TcpStream};

use crate::{
    announcements::{Announcements, Answering, AnsweringError, Press, PressError, releaser},
    changes::ChangeLog,
    clock::Clock,
    config::Config,
    db::{self, Db, DbError},
    feed::Feed,
    files::Files,
    id::Ids,
    notifications::Notifications,
    people::{People, quiet},
    photos::Photos,
    push::{
        Push,
        gateways::{GatewayError, Gateways},
    },
    routes,
    tasks::Tasks,
    uploads::{Housekeeping as _, StorageError},
};

/// A caller who does not finish the headers in this time is cut off (slow-loris).
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);

/// The rooms of one process.
#[derive(Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub clock: Clock,
    pub ids: Ids,
    pub tasks: Tasks,
    pub db: Db,
    pub people: People,
    pub feed: Feed,
    pub push: Push,
    pub announcements: Announcements,
    pub notifications: Notifications,
    pub photos: Photos,
    pub files: Files,
    pub changes: ChangeLog,
}

/// Why the program did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the database: {0}")]
    Db(#[from] DbError),
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("push-config: {0}")]
    Gateway(#[from] GatewayError),
    #[error(transparent)]
    Press(#[from] PressError),
    #[error(transparent)]
    Answering(#[from] AnsweringError),
}

/// Opens the database, brings its schema up to date and makes the rooms. Starts nothing yet.
pub async fn build(config: Config, clock: Clock) -> Result<App, StartError> {
    let db = Db::open(config.database.url.expose_secret()).await?;
    db.set_clock(&clock).await?;
    let ids = Ids::new(clock.clone());
    let tasks = Tasks::new();
    let people = People::new(
        db.clone(),
        clock.clone(),
        ids.clone(),
        config.people.clone(),
        quiet::Rules::new(
            config.server.zone.clone(),
            &config.quiet,
            config.push.classes.clone(),
        ),
    );
    let feed = Feed::new(db.clone(), clock.clone(), ids.clone());
    let gateways = Gateways::new(&config.push, clock.clone(), ids.clone(), &tasks)?;
    let push = Push::new(db.clone(), clock.clone(), ids.clone(), gateways);
    let announcements = Announcements::new(
        db.clone(),
        clock.clone(),
        ids.clone(),
        people.clone(),
        (Press::new(&config)?, Answering::new(&config)?),
        &config,
    );
    let notifications = Notifications::new(
        db.clone(),
        clock.clone(),
        ids.clone(),
        people.clone(),
        config.push.classes.clone(),
    );
    let photos = Photos::new(
        db.clone(),
        clock.clone(),
        ids.clone(),
        tasks.clone(),
        &config.photos,
    )?;
    let files = Files::new(
        db.clone(),
        clock.clone(),
        ids.clone(),
        tasks.clone(),
        &config.files,
    )?;
    let changes = ChangeLog::open(
        db.clone(),
        clock.clone(),
        ids.clone(),
        tasks.clone(),
        [feed.subjects(), announcements.subjects()],
        config.server.live_streams,
    )
    .await?;
    Ok(App {
        config: config.into(),
        clock,
        ids,
        tasks,
        db,
        people,
        feed,
        push,
        announcements,
        notifications,
        photos,
        files,
        changes,
    })
}

/// Starts what runs beside the requests.
pub fn start(app: &App) {
    db::listen(&app.db, &app.tasks);
    db::follow(&app.db, &app.clock, &app.tasks);
    app.push
        .start(&app.tasks, Some(app.notifications.last_look()));
    app.push
        .keep_house(&app.tasks, app.config.outbox.fold_after());
    let push = app.push.clone();
    let warm = move || {
        let push = push.clone();
        async move { push.warm().await }.boxed()
    };
    releaser::start(&app.announcements, &app.tasks, Arc::new(warm));
    app.announcements.serve_press(&app.tasks);
    app.announcements.keep_reports(&app.tasks);
    app.photos.keep_house(&app.tasks);
    app.files.keep_house(&app.tasks);
    app.announcements.follow_up(&app.tasks);
    app.people.start(&app.tasks);
    app.changes.start();
    app.notifications.start(&app.tasks);
}

/// Answers requests until `shutdown` resolves; then stops accepting, finishes what is under way (up to
/// `server.shutdown_seconds`), stops the background tasks and closes the database.
pub async fn serve(app: App, listener: TcpListener, shutdown: impl Future<Output = ()>) {
    let routes = routes::routes(&app);
    let connections = GracefulShutdown::new();
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => answer(&app.tasks, &connections, stream, peer, routes.clone()),
                Err(error) => {
                    // Out of file descriptors, most likely: give the others time to finish.
                    tracing::error!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
        }
    }
    drop(listener);
    let patience = Duration::from_secs(app.config.server.shutdown_seconds);
    let in_time = tokio::time::timeout(patience, async {
        tokio::join!(connections.shutdown(), app.tasks.stop());
    });
    if in_time.await.is_err() {
        tracing::warn!("some requests did not finish in time and were cut off");
    }
    app.db.close().await;
}

/// Answers on the metrics' own listener, beside the requests, until the background tasks are stopped.
pub fn serve_metrics(app: &App, listener: TcpListener) {
    let (tasks, routes) = (app.tasks.clone(), routes::metrics(app));
    app.tasks.spawn(async move {
        let stopping = async move { tasks.stopping().await };
        let served = axum::serve(listener, routes).with_graceful_shutdown(stopping);
        if let Err(error) = served.await {
            tracing::error!(%error, "the metrics are no longer served");
        }
    });
}

fn answer(
    tasks: &Tasks,
    connections: &GracefulShutdown,
    stream: TcpStream,
    peer: SocketAddr,
    routes: Router,
) {
    // Small answers must not wait for an acknowledgement (Nagle's algorithm).
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(
        tower::ServiceBuilder::new()
            .map_request(|request: http::Request<Incoming>| request.map(axum::body::Body::new))
            .layer(Extension(ConnectInfo(peer)))
            .service(routes),
    );
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(Duration::from_mins(1)));
    let connection = builder
        .serve_connection(TokioIo::new(stream), service)
        .into_owned();
    let connection = connections.watch(connection);
    tasks.spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}
