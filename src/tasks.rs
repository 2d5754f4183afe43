// SPDX-License-Identifier: EUPL-1.2

//! The one place where background tasks start, so that a shutdown can tell them and wait for them.

use std::{future::Future, io, num::NonZero, sync::LazyLock, thread};

use tokio::runtime::{self, Runtime};
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

/// By how much the threads of [`Tasks::spawn_behind`] step back: of a core that is wanted by both, an ordinary
/// thread gets nine tenths (nice(2): each step is about 1.25).
const STEP_BACK: i32 = 10;

/// As many threads as there are cores, which run when no other thread of the process wants a core. They live
/// as long as the process. `None`: the system gives no more threads.
static BEHIND: LazyLock<Option<Runtime>> = LazyLock::new(|| {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    runtime::Builder::new_current_thread()
        .max_blocking_threads(cores)
        .thread_name("behind")
        // On Linux a thread has a priority of its own. Where that is refused, it has the others'.
        .on_thread_start(|| {
            let _ = rustix::process::nice(STEP_BACK);
        })
        .build()
        .inspect_err(|error| tracing::error!(%error, "no threads for work behind the others"))
        .ok()
});

/// The running background tasks of one process.
#[derive(Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Tasks {
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a task that [`stop`](Tasks::stop) waits for. It must end soon after
    /// [`stopping`](Tasks::stopping) resolves.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that starts tasks"
    )]
    pub fn spawn<F>(&self, task: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        tokio::spawn(self.tracker.track_future(task))
    }

    /// Starts work that keeps a thread busy, off the threads that answer requests.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that starts tasks"
    )]
    pub fn spawn_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        tokio::task::spawn_blocking(self.tracked(work))
    }

    /// The same for work that can wait: it takes no core from whoever answers a request, and at most as many
    /// pieces are done at a time as there are cores.
    pub fn spawn_behind<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        match BEHIND.as_ref() {
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
    use rustix::process::getpriority_process;

    use super::*;

    #[tokio::test]
    async fn work_that_can_wait_steps_back_behind_the_threads_that_answer() {
        let tasks = Tasks::new();
        // Of the thread that asks (getpriority(2): on Linux a thread has its own).
        let priority = || getpriority_process(None).unwrap();
        let ordinary = tasks.spawn_blocking(priority).await.unwrap();
        let behind = tasks.spawn_behind(priority).await.unwrap();
        assert_eq!(behind, (ordinary + STEP_BACK).min(19));
        assert_eq!(tasks.spawn_blocking(priority).await.unwrap(), ordinary);
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
