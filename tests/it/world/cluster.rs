// SPDX-License-Identifier: EUPL-1.2

//! A throw-away PostgreSQL for one run of the tests: needs no service, no password and no port, works as root,
//! and ends with the test process however that ends, by `kill -9` too.

use std::{
    env, fs,
    io::Write as _,
    os::unix::{
        fs::{MetadataExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{LazyLock, Mutex},
};

/// Leaves the tests on PostgreSQL out where it can't be installed.
const WITHOUT: &str = "STADTFUNK_TEST_WITHOUT_POSTGRES";

/// A running PostgreSQL that listens on a socket in its own folder alone.
pub(crate) struct Cluster {
    folder: PathBuf,
    _shell: Child,
    /// The shell waits on its end of this pipe, which the kernel closes when this process ends.
    orders: Mutex<ChildStdin>,
}

/// Durability is switched off: nothing of this outlives the tests. What is committed is in the hands of the
/// operating system, if `$1` says so, and survives PostgreSQL's own end. Each line of input is an order to crash.
const RUN: &str = r#"
    initdb -D "$0/data" -U postgres -A trust -N -E UTF8 --locale=C.UTF-8 >"$0/log" 2>&1 || exit 1
    start() {
        postgres -D "$0/data" -k "$0" -c listen_addresses= -c max_connections=300 \
            -c fsync=off -c synchronous_commit="$1" -c full_page_writes=off >>"$0/log" 2>&1 &
    }
    start "$1"
    while read -r crash; do
        kill -QUIT $!
        wait $!
        start "$1"
    done
    until ! kill -QUIT $! 2>/dev/null; do sleep 0.1; done
    rm -rf "$0"
"#;

/// The one cluster of this test process; `None` if the tests on PostgreSQL are left out.
pub(crate) fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: LazyLock<Option<Cluster>> =
        LazyLock::new(|| (!is_left_out()).then(|| Cluster::start("off")));
    CLUSTER.as_ref()
}

fn is_left_out() -> bool {
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch of the tests, not of the program"
    )]
    env::var_os(WITHOUT).is_some_and(|value| value == "1")
}

impl Cluster {
    /// A cluster for one test, which may crash it. Ends with the test process as the other does.
    pub(crate) fn another() -> Option<&'static Self> {
        (!is_left_out()).then(|| &*Box::leak(Box::new(Self::start("on"))))
    }

    fn start(synchronous_commit: &str) -> Self {
        let programs = newest_installation().unwrap_or_else(|| {
            panic!(
                "PostgreSQL is missing: `apt-get install postgresql` (no service need run), or set \
                 {WITHOUT}=1 to leave these tests out"
            )
        });
        let folder = tempfile::Builder::new()
            .prefix("stadtfunk-postgres-")
            .tempdir_in("/tmp")
            .expect("a folder in /tmp")
            .keep();
        let mut run = Command::new("sh");
        run.args(["-c", RUN])
            .arg(&folder)
            .arg(synchronous_commit)
            .env("PATH", format!("{}:/usr/bin:/bin", programs.display()))
            .current_dir(&folder)
            .stdin(Stdio::piped())
            // Ctrl-C at the terminal is for the tests; the shell sees them end and cleans up.
            .process_group(0);
        if let Some((user, group)) = unprivileged(&folder) {
            chown(&folder, Some(user), Some(group)).expect("root may give its folder away");
            run.uid(user).gid(group);
        }
        let mut shell = run.spawn().expect("sh starts");
        let orders = shell.stdin.take().expect("standard input is a pipe");
        Self {
            folder,
            _shell: shell,
            orders: Mutex::new(orders),
        }
    }

    /// Ends PostgreSQL without a chance to tidy up, and starts it anew.
    pub(crate) fn crash(&self) {
        let mut orders = self.orders.lock().expect("not poisoned");
        orders.write_all(b"crash\n").expect("the shell reads");
    }

    /// The address of one of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        let host = self.folder.display();
        format!("postgres:///{database}?host={host}&user=postgres")
    }

    /// What it said, for when it does not answer.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

/// The folder of `initdb` and `postgres`: Debian keeps them out of the path.
fn newest_installation() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let debian = versions
        .filter_map(Result::ok)
        .filter_map(|version| {
            let number: u32 = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin")))
        })
        .filter(|(_, programs)| programs.join("initdb").exists())
        .max()
        .map(|(_, programs)| programs);
    debian.or_else(|| {
        #[expect(
            clippy::disallowed_methods,
            reason = "where the machine keeps its programs"
        )]
        let path = env::var_os("PATH")?;
        env::split_paths(&path).find(|folder| folder.join("initdb").exists())
    })
}

/// PostgreSQL refuses to run as root: as whom else, if we are root (and so own what we make)?
fn unprivileged(ours: &Path) -> Option<(u32, u32)> {
    if fs::metadata(ours).ok()?.uid() != 0 {
        return None;
    }
    let passwd = fs::read_to_string("/etc/passwd").ok()?;
    let find = |name: &str| {
        let line = passwd
            .lines()
            .find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2).map(str::parse);
        Some((ids.next()?.ok()?, ids.next()?.ok()?))
    };
    find("postgres").or_else(|| find("nobody"))
}
