// SPDX-License-Identifier: EUPL-1.2

//! An empty database for one test: a file in a folder, or a copy of a template in the throw-away cluster.

use std::{
    fs,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use stadtfunk::db::Db;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::cluster::{Cluster, cluster};

/// An empty database with the schema in it.
pub(crate) struct Database {
    pub(crate) url: String,
    kind: Kind,
}

enum Kind {
    /// The folder goes with the value.
    Sqlite { _folder: TempDir },
    Postgres {
        name: String,
        cluster: &'static Cluster,
    },
}

impl Database {
    pub(crate) async fn sqlite() -> Self {
        static MIGRATED: OnceCell<Vec<u8>> = OnceCell::const_new();
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let file = folder.path().join(FILE);
        let migrated = MIGRATED.get_or_init(migrated_file).await;
        fs::write(file, migrated).expect("a file in a folder of ours");
        Self::in_folder(folder)
    }

    fn in_folder(folder: TempDir) -> Self {
        Self {
            url: format!("sqlite:{}/{FILE}", folder.path().display()),
            kind: Kind::Sqlite { _folder: folder },
        }
    }

    /// `None` if the tests on PostgreSQL are left out.
    pub(crate) async fn postgres() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let cluster = cluster()?;
        let mut admin = connect(cluster).await;
        make_template(cluster, &mut admin).await;
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        run(
            &mut admin,
            format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"),
        )
        .await;
        Some(Self {
            url: cluster.url(&name),
            kind: Kind::Postgres { name, cluster },
        })
    }

    /// A database in a cluster of the test's own, as yet without a schema.
    pub(crate) async fn on(cluster: &'static Cluster) -> Self {
        let name = "test".to_owned();
        run(
            &mut connect(cluster).await,
            format!("CREATE DATABASE {name}"),
        )
        .await;
        Self {
            url: cluster.url(&name),
            kind: Kind::Postgres { name, cluster },
        }
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.kind, Kind::Sqlite { .. })
    }

    /// Throws it away. Nobody may be connected any more: a pool that was left open is an error here.
    pub(crate) async fn drop(self) {
        if let Kind::Postgres { name, cluster } = self.kind {
            let mut admin = connect(cluster).await;
            run(&mut admin, format!("DROP DATABASE {name}")).await;
        }
    }
}

const FILE: &str = "stadtfunk.db";

/// The migrations run once; a copy is written in a millisecond.
async fn migrated_file() -> Vec<u8> {
    let template = Database::in_folder(tempfile::tempdir().expect("a folder for temporary files"));
    let db = Db::open(&template.url).await.expect("the migrations run");
    db.close().await;
    let file = template.url.trim_start_matches("sqlite:");
    fs::read(file).expect("a file in a folder of ours")
}

const TEMPLATE: &str = "template_stadtfunk";

/// The migrations run once; a copy takes some 30 ms.
async fn make_template(cluster: &Cluster, admin: &mut PgConnection) {
    static MADE: OnceCell<()> = OnceCell::const_new();
    MADE.get_or_init(async || {
        run(admin, format!("CREATE DATABASE {TEMPLATE}")).await;
        let db = Db::open(&cluster.url(TEMPLATE))
            .await
            .expect("the migrations run");
        db.close().await;
    })
    .await;
}

async fn run(admin: &mut PgConnection, statement: String) {
    admin
        .execute(AssertSqlSafe(statement))
        .await
        .expect("the cluster's owner may do that");
}

/// Waits until the cluster is up: `initdb` takes a second or two.
async fn connect(cluster: &Cluster) -> PgConnection {
    for _ in 0..1_500 {
        match PgConnection::connect(&cluster.url("postgres")).await {
            Ok(connection) => return connection,
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    panic!("PostgreSQL does not start:\n{}", cluster.log());
}
