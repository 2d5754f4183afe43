// SPDX-License-Identifier: EUPL-1.2

//! What else goes on while everybody is told: an alert to 1,500, and people who open the app.

#[expect(dead_code, reason = "the other benchmark uses more of it")]
#[path = "../feed/load.rs"]
mod load;
#[path = "../feed/town.rs"]
mod town;

use std::time::Duration;

use stadtfunk::{
    app::{self, App},
    clock::At,
    push::{Class, outbox::Timing},
    tasks::Tasks,
};
use tokio::net::TcpListener;

use self::load::Pace;
use super::{Result, dispatch};

const PEOPLE: usize = 100;
const POSTS: usize = 200;
const READERS: usize = 16;
/// They read before T already; what counts is what they ask for from T on.
const READING: Pace = Pace {
    warm_up: Duration::from_secs(1),
    time: Duration::from_secs(5),
    pause: Duration::from_millis(50),
};
const ALERTED: usize = 1_500;
/// After T.
const ALERT_AFTER: Duration = Duration::from_secs(1);

/// The readers, signed in.
pub(super) struct Readers {
    tokens: Vec<String>,
}

/// How it went with them.
pub(super) struct Busy {
    pub(super) alert: Timing,
    pub(super) pages_per_s: f64,
    pub(super) page_p50_ms: f64,
    pub(super) page_p99_ms: f64,
}

impl Readers {
    pub(super) async fn join(app: &App) -> Result<Self> {
        let tokens = town::settle(app, PEOPLE, POSTS, READERS).await?;
        Ok(Self { tokens })
    }

    /// Reads from a little before T on; a second after it comes the alert.
    pub(super) async fn read(self, app: &App, tasks: &Tasks, opens_at: At) -> Result<Busy> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let server = listener.local_addr()?;
        tasks.spawn(app::serve(app.clone(), listener, std::future::pending()));
        let reading = async {
            app.clock.sleep_until(opens_at - READING.warm_up).await;
            load::run(server, "/api/v1/feed", &self.tokens, READING).await
        };
        let alert = async {
            app.clock.sleep_until(opens_at + ALERT_AFTER).await;
            let staged = dispatch::stage(app, Class::Alert, ALERTED).await?;
            dispatch::open(app, &staged.message).await?;
            dispatch::finished(app, &staged).await?;
            let account = dispatch::account(app, &staged).await?;
            Result::Ok(account.timing.ok_or("nobody was alerted")?)
        };
        let (reading, alert) = tokio::try_join!(reading, alert)?;
        Ok(Busy {
            alert,
            pages_per_s: reading.per_s(),
            page_p50_ms: reading.percentile(50),
            page_p99_ms: reading.percentile(99),
        })
    }
}
