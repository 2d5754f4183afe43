// SPDX-License-Identifier: EUPL-1.2

//! The stage and the servers on it.

use std::{net::SocketAddr, path::PathBuf, sync::Mutex, time::Duration};

use stadtfunk::{
    app::{self, App},
    clock::{At, Clock},
    config::{Config, Sources},
    tasks::Tasks,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::{Client, Database};

/// When a manual clock begins: a Saturday afternoon.
pub(crate) const START: &str = "2026-11-21T14:00:00Z";
/// How long a server may take to stop once nobody is waiting for an answer.
const STOPS_WITHIN: Duration = Duration::from_secs(10);

/// An empty database and a folder, and whatever servers run on them.
pub(crate) struct Stage {
    pub(crate) database: Database,
    folder: TempDir,
    running: Mutex<Vec<Running>>,
    /// The rooms of worlds without a server of their own.
    offices: Mutex<Vec<App>>,
    /// What runs beside the servers.
    pub(super) tasks: Tasks,
}

/// A server of the real program. Cheap to clone.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) clock: Clock,
    /// Its rooms, for what can't be done over HTTP.
    pub(crate) app: App,
}

/// How a world differs from the usual.
#[derive(Clone)]
pub(crate) struct Settings {
    /// The usual one stands still at [`START`].
    pub(crate) clock: Clock,
    /// Environment variables as the program would read them.
    pub(crate) environment: Vec<(String, String)>,
}

impl Default for Settings {
    fn default() -> Self {
        let start: At = START.parse().expect("an instant");
        Self {
            clock: Clock::manual(start),
            environment: Vec::new(),
        }
    }
}

struct Running {
    server: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

impl Stage {
    pub(crate) fn on(database: Database) -> Self {
        Self {
            database,
            folder: tempfile::tempdir().expect("a folder for temporary files"),
            running: Mutex::default(),
            offices: Mutex::default(),
            tasks: Tasks::new(),
        }
    }

    /// A server with the usual settings and the town's org units.
    pub(crate) async fn world(&self) -> World {
        self.world_with(Settings::default()).await
    }

    /// A server with these settings and the town's org units.
    pub(crate) async fn world_with(&self, settings: Settings) -> World {
        let app = self.rooms(&settings).await;
        app::start(&app);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener");
        let (stop, stopped) = oneshot::channel();
        let server = Tasks::new().spawn(app::serve(app.clone(), listener, async {
            let _ = stopped.await;
        }));
        self.running
            .lock()
            .expect("not poisoned")
            .push(Running { server, stop });
        let world = World {
            address,
            clock: settings.clock,
            app,
        };
        world.found_the_town().await;
        world
    }

    /// The rooms without a server, beside a program that serves this stage at `address`: to hire people for it.
    pub(crate) async fn office_of(&self, address: SocketAddr) -> World {
        let settings = Settings {
            clock: Clock::wall(),
            ..Settings::default()
        };
        let app = self.rooms(&settings).await;
        self.offices.lock().expect("not poisoned").push(app.clone());
        let world = World {
            address,
            clock: settings.clock,
            app,
        };
        world.found_the_town().await;
        world
    }

    async fn rooms(&self, settings: &Settings) -> App {
        Box::pin(app::build(self.config(settings), settings.clock.clone()))
            .await
            .unwrap_or_else(|error| panic!("the program starts: {error}"))
    }

    /// Stops every server and waits until it has: a restart is this and another [`world`](Stage::world).
    pub(crate) async fn stop_servers(&self) {
        let running = std::mem::take(&mut *self.running.lock().expect("not poisoned"));
        for Running { server, stop } in running {
            let _ = stop.send(());
            let stopped = tokio::time::timeout(STOPS_WITHIN, server).await;
            stopped
                .expect("a server stops soon after it is told to")
                .expect("a server does not panic");
        }
    }

    /// Ends the test: no server may hang, no connection to the database may be left.
    pub(crate) async fn strike(self) {
        self.stop_servers().await;
        let offices = std::mem::take(&mut *self.offices.lock().expect("not poisoned"));
        for office in offices {
            office.tasks.stop().await;
            office.db.close().await;
        }
        self.tasks.stop().await;
        self.database.drop().await;
    }

    /// Where this stage's files are: the configuration, the photos.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// The configuration as the program would load it from this stage's folder.
    fn config(&self, settings: &Settings) -> Config {
        let folder = self.folder.path();
        let sources = Sources {
            file: folder.join("stadtfunk.toml"),
            file_must_exist: false,
            push_folder: folder.join("push-config"),
        };
        let store = |name: &str| format!("file:{}", folder.join(name).display());
        let usual = [
            ("DATABASE_URL", self.database.url.clone()),
            ("STADTFUNK_PHOTOS_STORE", store("photos")),
            ("STADTFUNK_FILES_STORE", store("files")),
        ];
        let mut environment: Vec<_> = usual.map(|(name, value)| (name.to_owned(), value)).into();
        environment.extend(settings.environment.iter().cloned());
        Config::load_with(&sources, &environment).expect("a configuration in order")
    }
}

impl World {
    /// Somebody without a session.
    pub(crate) fn stranger(&self) -> Client {
        Client {
            server: self.address,
            token: None,
        }
    }

    /// Lets some time pass, so that what is made next is younger than what was made before: ids are made of
    /// the clock, and a clock that stands still makes ids in no order.
    pub(crate) fn a_moment_later(&self) {
        self.clock.advance(Duration::from_millis(1));
    }
}
