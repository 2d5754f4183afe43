// SPDX-License-Identifier: EUPL-1.2

//! Waiting for what happens in the background.

use std::time::{Duration, Instant};

/// How long a condition may take to come true; far more than it should ever need.
const PATIENCE: Duration = Duration::from_secs(10);
const BETWEEN: Duration = Duration::from_millis(5);

/// Asks again and again until there is an answer; panics with `what` if none comes in ten seconds.
pub(crate) async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "still waiting for: {what}");
        tokio::time::sleep(BETWEEN).await;
    }
}
