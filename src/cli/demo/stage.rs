// SPDX-License-Identifier: EUPL-1.2

//! The demo's stage: a folder, the sandbox, and the server in front of it.

use std::{
    fs,
    io::{self, BufWriter},
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use secrecy::SecretString;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::super::Failure;
use crate::{
    app::{self, App},
    clock::Clock,
    config::{
        AnnouncementsConfig, Config, DatabaseConfig, FilesConfig, LogConfig, OutboxConfig,
        PeopleConfig, PhotosConfig, QuietConfig, ServerConfig, answers::AnswersConfig,
        mail::MailConfig, press::PressConfig,
    },
    id::Ids,
    people::join_codes::{
        Invitation,
        letters::{Sender, write_letters},
    },
    push::sandbox::{Sandbox, SandboxConfig},
    tasks::Tasks,
};

/// Marks a folder as a demo's: nothing else is ever deleted.
const MARK: &str = "this-is-demo-data";
const CITY: &str = "Stadt Lindenau";
/// As many pushes as the phones' lock screens may want to show.
const JOURNAL: usize = 5_000;

pub(super) struct Stage {
    folder: PathBuf,
    app: App,
    sandbox: Sandbox,
    /// The sandbox outlives the server, so that pushes under way at the end get their answers.
    sandbox_tasks: Tasks,
    listener: std::net::TcpListener,
    address: SocketAddr,
}

/// The running server.
pub(super) struct Server {
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl Stage {
    pub(super) async fn set_up(
        folder: &Path,
        listen: SocketAddr,
        database: Option<&SecretString>,
    ) -> Result<Self, Failure> {
        make_anew(folder)?;
        let folder = folder.canonicalize()?;
        let clock = Clock::wall();
        let sandbox_tasks = Tasks::new();
        let sandbox = SandboxConfig {
            keep_journal: JOURNAL,
            ..SandboxConfig::default()
        };
        let ids = Ids::new(clock.clone());
        let sandbox = Sandbox::start(sandbox, clock.clone(), ids, &sandbox_tasks).await?;
        let listener = bind(listen)?;
        let address = listener.local_addr()?;
        let config = configuration(&folder, address, database, &sandbox)?;
        let app = app::build(config, clock).await?;
        if !app.people.org_units().await?.is_empty() {
            return Err(
                "die Datenbank ist nicht leer: die Vorführung will eine eigene / \
                        the database is not empty: the demo wants one of its own"
                    .into(),
            );
        }
        Ok(Self {
            folder,
            app,
            sandbox,
            sandbox_tasks,
            listener,
            address,
        })
    }

    /// Opens the server's doors.
    pub(super) fn open(&self) -> Result<Server, Failure> {
        app::start(&self.app);
        let listener = TcpListener::from_std(self.listener.try_clone()?)?;
        let (stop, stopped) = oneshot::channel();
        let app = self.app.clone();
        let ended = self.sandbox_tasks.spawn(async move {
            app::serve(app, listener, async {
                let _ = stopped.await;
            })
            .await;
        });
        Ok(Server { stop, ended })
    }

    pub(super) async fn close(self, server: Server) -> Result<(), Failure> {
        let _ = server.stop.send(());
        server.ended.await?;
        self.sandbox_tasks.stop().await;
        Ok(())
    }

    pub(super) fn app(&self) -> &App {
        &self.app
    }

    pub(super) fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn city(&self) -> &str {
        &self.app.config.server.city
    }

    pub(super) fn database_name(&self) -> &'static str {
        if self.app.db.is_sqlite() {
            "SQLite"
        } else {
            "PostgreSQL"
        }
    }

    /// Where the letters with the join codes are.
    pub(super) fn letters(&self) -> PathBuf {
        self.folder.join("letters.html")
    }

    pub(super) fn write_letters(&self, invitations: &[Invitation]) -> io::Result<()> {
        let server = &self.app.config.server;
        let sender = Sender {
            city: &server.city,
            public_url: &server.public_url,
        };
        write_letters(
            BufWriter::new(fs::File::create(self.letters())?),
            &sender,
            invitations,
        )
    }
}

/// An empty folder that bears the mark; one that bears it from before is emptied.
fn make_anew(folder: &Path) -> io::Result<()> {
    if folder.join(MARK).exists() {
        fs::remove_dir_all(folder)?;
    } else if folder.exists() && fs::read_dir(folder)?.next().is_some() {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            format!(
                "{} ist nicht leer und keine Vorführung / is not empty and no demo's folder",
                folder.display()
            ),
        ));
    }
    fs::create_dir_all(folder)?;
    fs::write(folder.join(MARK), "")
}

/// The wanted address, or a free port beside it if that one is busy.
fn bind(listen: SocketAddr) -> io::Result<std::net::TcpListener> {
    let listener = match std::net::TcpListener::bind(listen) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        }
        bound => bound?,
    };
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn configuration(
    folder: &Path,
    address: SocketAddr,
    database: Option<&SecretString>,
    sandbox: &Sandbox,
) -> Result<Config, Failure> {
    let own = || format!("sqlite:{}", folder.join("stadtfunk.db").display()).into();
    Ok(Config {
        server: ServerConfig {
            listen: address,
            public_url: format!("http://{address}"),
            city: CITY.to_owned(),
            ..ServerConfig::default()
        },
        database: DatabaseConfig {
            url: database.cloned().unwrap_or_else(own),
        },
        people: PeopleConfig::default(),
        quiet: QuietConfig::default(),
        photos: PhotosConfig {
            store: format!("file:{}", folder.join("photos").display()),
            ..PhotosConfig::default()
        },
        files: FilesConfig {
            store: format!("file:{}", folder.join("files").display()),
            ..FilesConfig::default()
        },
        announcements: AnnouncementsConfig::default(),
        answers: AnswersConfig::default(),
        press: PressConfig::default(),
        mail: MailConfig::default(),
        outbox: OutboxConfig::default(),
        log: LogConfig::default(),
        push: sandbox.settings().push_config()?,
    })
}
