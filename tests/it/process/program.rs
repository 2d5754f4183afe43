// SPDX-License-Identifier: EUPL-1.2

//! The built program as a child process.

use std::{
    net::SocketAddr,
    path::Path,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use stadtfunk::tasks::Tasks;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStderr, Command},
    sync::oneshot,
    time::timeout,
};

use crate::world::{Client, Stage};

/// How long a process may take to start or to stop on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

const PROGRAM: &str = env!("CARGO_BIN_EXE_stadtfunk");

/// A running `stadtfunk serve`. Killed when dropped.
pub(super) struct Program {
    pub(super) address: SocketAddr,
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
}

impl Program {
    /// Starts `serve` on the stage's database and waits until it answers: the line `serving` on standard
    /// error names the port that the system has chosen.
    pub(super) async fn serve(stage: &Stage) -> Self {
        Self::serve_with(stage, &[]).await
    }

    /// As [`serve`](Program::serve), with these environment variables besides.
    pub(super) async fn serve_with(stage: &Stage, environment: &[(&str, &str)]) -> Self {
        Self::start(stage, command(&stage.folder(), "serve"), environment).await
    }

    /// As [`serve`](Program::serve), but so that [`limit_files`](Program::limit_files) is an error of the file and
    /// does not end the process, as it is when the disk is full.
    pub(super) async fn serve_with_files_that_may_be_limited(stage: &Stage) -> Self {
        let mut command = command_in(&stage.folder(), "/bin/sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" serve", PROGRAM]);
        Self::start(stage, command, &[]).await
    }

    async fn start(stage: &Stage, mut command: Command, environment: &[(&str, &str)]) -> Self {
        command
            .env("DATABASE_URL", &stage.database.url)
            .env("STADTFUNK_SERVER_LISTEN", "127.0.0.1:0")
            .env("STADTFUNK_LOG_FORMAT", "json")
            .envs(environment.iter().copied());
        let mut child = command.spawn().expect("the program starts");
        let stderr = child.stderr.take().expect("standard error is a pipe");
        let log = Arc::<Mutex<Vec<String>>>::default();
        let (ready, started) = oneshot::channel();
        Tasks::new().spawn(read(BufReader::new(stderr).lines(), log.clone(), ready));
        let started = timeout(PATIENCE, started).await;
        let Ok(Ok(address)) = started else {
            panic!("does not serve:\n{}", said(&log))
        };
        Self {
            address,
            child,
            log,
        }
    }

    pub(super) fn stranger(&self) -> Client {
        Client {
            server: self.address,
            token: None,
        }
    }

    /// Everything it has said so far.
    pub(super) fn log(&self) -> String {
        said(&self.log)
    }

    /// Asks it to stop, as a service manager does.
    pub(super) async fn terminate(&self) {
        let id = self.child.id().expect("still running").to_string();
        let sent = Command::new("sh")
            .args(["-c", "kill -TERM \"$0\"", &id])
            .status()
            .await;
        assert!(sent.expect("sh runs").success());
    }

    /// How long its files may become from now on, in octets: `0` is a full disk, `unlimited` makes room again.
    pub(super) async fn limit_files(&self, octets: &str) {
        let id = self.child.id().expect("still running").to_string();
        let set = Command::new("prlimit")
            .args(["--pid", &id, &format!("--fsize={octets}:unlimited")])
            .status()
            .await;
        assert!(set.expect("util-linux is there").success());
    }

    /// `kill -9`: it has no chance to write anything down.
    pub(super) async fn kill(mut self) {
        self.child.kill().await.expect("a child can be killed");
    }

    /// Waits until it has ended, and gives its exit code and everything it said.
    pub(super) async fn ended(mut self) -> (ExitStatus, String) {
        let status = timeout(PATIENCE, self.child.wait()).await;
        let Ok(status) = status else {
            panic!("does not end:\n{}", said(&self.log))
        };
        (status.expect("a child can be waited for"), said(&self.log))
    }
}

/// The program with a command, in a folder with its configuration, and nothing of our environment.
pub(super) fn command(folder: &Path, command: &str) -> Command {
    let mut program = command_in(folder, PROGRAM);
    program.arg(command);
    program
}

/// Any program in a folder, with nothing of our environment.
fn command_in(folder: &Path, program: &str) -> Command {
    let mut program = Command::new(program);
    program
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    program
}

/// Keeps what the program says, and tells once where it serves.
async fn read(
    mut lines: Lines<BufReader<ChildStderr>>,
    log: Arc<Mutex<Vec<String>>>,
    ready: oneshot::Sender<SocketAddr>,
) {
    let mut ready = Some(ready);
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(address) = serving(&line)
            && let Some(ready) = ready.take()
        {
            let _ = ready.send(address);
        }
        log.lock().expect("not poisoned").push(line);
    }
}

fn serving(line: &str) -> Option<SocketAddr> {
    let line: Value = serde_json::from_str(line).ok()?;
    let fields = &line["fields"];
    (fields["message"] == "serving").then(|| fields["address"].as_str()?.parse().ok())?
}

fn said(log: &Mutex<Vec<String>>) -> String {
    log.lock().expect("not poisoned").join("\n")
}
