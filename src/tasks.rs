// SPDX-License-Identifier: EUPL-1.2

//! The one place where background tasks start, so that a shutdown can tell them and wait for them; and the threads that
//! they run on.
//!
//! Ordinary threads answer requests, and ask the database. Pushes are sent [aside](Tasks::aside), and those of all classes
//! but alerts are encrypted [behind](Tasks::spawn_behind) both: when a whole city is told, these always have something to do,
//! and whoever reads the feed meanwhile must not wait for them. Nor must a connection to the database: what a busy thread
//! holds is missed by all.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the one place that starts tasks"
)]

use std::{future::Future, io, num::NonZero, sync::LazyLock, thread};

use rustix::process::{getpriority_process, setpriority_process};
use tokio::runtime::{self, Handle, Runtime};
use tokio_util::{
    sync::{CancellationToken, WaitForCancellationFuture},
    task::TaskTracker,
};

/// After so many steps of tasks the threads look whether something has arrived. By themselves they look after 61 when
/// there is always something to do, which beside a large dispatch kept a request waiting for 50 ms before it was read.
const LOOK_AFTER: u32 = 8;

/// The threads that tasks run on.
pub fn runtime() -> io::Result<Runtime> {
    runtime::Builder::new_multi_thread()
        .event_interval(LOOK_AFTER)
        .enable_all()
        .build()
}

/// How far back threads stand that do for everybody at once what nobody waits for at a screen (nice(2): of a core that
/// is wanted by both, each step leaves them about a fifth less of what an ordinary thread gets).
const ASIDE: i32 = 2;
/// The same for work that only has to be done in time.
const BEHIND: i32 = 10;

/// The threads of [`Tasks::aside`], half as many as there are cores: they pass pushes and connections to and fro, which costs
/// more the more they are, and one takes 14 µs for a push. They live as long as the process. `None`: the
/// system gives no more threads.
static ASIDE_THREADS: LazyLock<Option<Runtime>> = LazyLock::new(|| {
    let mut threads = runtime::Builder::new_multi_thread();
    let half = thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2));
    threads
        .worker_threads(half)
        .event_interval(LOOK_AFTER)
        .enable_all();
    standing_back(threads, "aside", ASIDE)
});

/// The threads of [`Tasks::spawn_behind`], as many as there are cores.
static BEHIND_THREADS: LazyLock<Option<Runtime>> = LazyLock::new(|| {
    let mut threads = runtime::Builder::new_current_thread();
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    threads.max_blocking_threads(cores);
    standing_back(threads, "behind", BEHIND)
});

fn standing_back(mut threads: runtime::Builder, name: &str, steps: i32) -> Option<Runtime> {
    let threads = threads
        .thread_name(name)
        // On Linux a thread has a priority of its own. Where that is refused, it has the others'.
        .on_thread_start(move || {
            let inherited = getpriority_process(None).unwrap_or(0);
            let _ = setpriority_process(None, steps.max(inherited));
        })
        .build();
    threads
        .inspect_err(|error| tracing::error!(%error, name, "no threads of their own"))
        .ok()
}

/// The running background tasks of one process, and the threads on which others are started.
#[derive(Clone)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
    threads: Handle,
}

impl Tasks {
    /// On the threads of whoever makes them, wherever something is started later.
    ///
    /// # Panics
    ///
    /// If it is not called by a task.
    #[expect(
        clippy::new_without_default,
        reason = "it depends on where it is called"
    )]
    pub fn new() -> Self {
        Self {
            tracker: TaskTracker::new(),
            stop: CancellationToken::new(),
            threads: Handle::current(),
        }
    }

    /// The same tasks; but what is started by this handle runs on threads of its own, which stand back behind those
    /// that answer requests. A connection belongs to the threads on which it was opened.
    #[must_use]
    pub fn aside(&self) -> Self {
        let aside = ASIDE_THREADS.as_ref().map(Runtime::handle);
        Self {
            threads: aside.unwrap_or(&self.threads).clone(),
            ..self.clone()
        }
    }

    /// Starts a task that [`stop`](Tasks::stop) waits for. It must end soon after
    /// [`stopping`](Tasks::stopping) resolves.
    pub fn spawn<F>(&self, task: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        self.threads.spawn(self.tracker.track_future(task))
    }

    /// Starts work that keeps a thread busy, off the threads that answer requests.
    pub fn spawn_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        self.threads.spawn_blocking(self.tracked(work))
    }

    /// The same for work that can wait: it takes no core from whoever answers a request, and at most as many
    /// pieces are done at a time as there are cores.
    pub fn spawn_behind<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        match BEHIND_THREADS.as_ref() {
            Some(behind) => behind.spawn_blocking(self.tracked(work)),
            None => self.spawn_blocking(work),
        }
    }

    /// [`stop`](Tasks::stop) waits for it.
    fn tracked<T, F: FnOnce() -> T>(&self, work: F) -> impl FnOnce() -> T + use<T, F> {
        let token = self.tracker.token();
        move || {
            let result = work();
            drop(token);
            result
        }
    }

    /// Resolves when the process wants to end.
    pub fn stopping(&self) -> WaitForCancellationFuture<'_> {
        self.stop.cancelled()
    }

    pub fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Tells every task to end and waits until all have.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the thread that asks (getpriority(2): on Linux a thread has its own).
    fn priority() -> i32 {
        getpriority_process(None).unwrap()
    }

    #[tokio::test]
    async fn what_can_wait_stands_back_behind_the_threads_that_answer() {
        let tasks = Tasks::new();
        let ordinary = tasks.spawn(async { priority() }).await.unwrap();
        assert_eq!(tasks.spawn_blocking(priority).await.unwrap(), ordinary);
        let aside = tasks.aside();
        let steps = aside.spawn(async { priority() }).await.unwrap();
        assert_eq!(steps, ASIDE.max(ordinary));
        // Wherever it is started.
        for tasks in [tasks.clone(), aside.clone()] {
            let behind = tasks.spawn_behind(priority).await.unwrap();
            assert_eq!(behind, BEHIND.max(ordinary));
        }
        let from_aside = aside.spawn(async move {
            let back = tasks.spawn(async { priority() }).await.unwrap();
            (back, tasks.spawn_blocking(priority).await.unwrap())
        });
        assert_eq!(from_aside.await.unwrap(), (ordinary, ordinary));
    }

    #[tokio::test]
    async fn a_shutdown_waits_for_work_on_other_threads() {
        let tasks = Tasks::new();
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let work = tasks.aside().spawn(ended);
        let mut stopped = std::pin::pin!(tasks.stop());
        assert!(futures::poll!(stopped.as_mut()).is_pending());
        end.send(()).unwrap();
        stopped.await;
        assert_eq!(work.await.unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn a_shutdown_waits_for_work_behind_the_others() {
        let tasks = Tasks::new();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let work = tasks.spawn_behind(move || ended.recv().is_ok());
        let mut stopped = std::pin::pin!(tasks.stop());
        assert!(futures::poll!(stopped.as_mut()).is_pending());
        end.send(()).unwrap();
        stopped.await;
        assert!(work.await.unwrap());
    }
}
