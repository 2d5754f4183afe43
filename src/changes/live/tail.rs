// SPDX-License-Identifier: EUPL-1.2

//! The one task that reads the log for all listeners.
//!
//! What it costs does not grow with the commits: after each round it rests, and what was committed meanwhile is one
//! round. A round is one read of the log and one statement for each kind of thing in it, however many listen.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use super::{
    super::{ChangeLog, Kind, Line, Place, store},
    listeners::News,
};
use crate::{db::Result, id::Id};

/// Between two rounds: nobody sees the difference, and a storm of reactions is told ten times a second at most.
const REST: Duration = Duration::from_millis(100);
/// And this many times as long as the round took: thousands of listeners keep a fifth of a core busy, not all of it.
const REST_FOR_WORK: u32 = 4;
/// How long a database that failed is left alone.
const PATIENCE: Duration = Duration::from_secs(1);
const ROUND: i64 = 500;

pub(in super::super) async fn run(log: ChangeLog) {
    tokio::select! {
        () = log.tasks.stopping() => {}
        () = follow(&log) => {}
    }
}

async fn follow(log: &ChangeLog) {
    let mut commits = log.db.commits();
    let mut at = None;
    loop {
        commits.borrow_and_update();
        let begun = Instant::now();
        let (ends, rest) = match round(log, at).await {
            Ok(Round { to, ends }) => {
                at = Some(to);
                (ends, REST.max(begun.elapsed() * REST_FOR_WORK))
            }
            Err(error) => {
                tracing::error!(%error, "the change log was not read for those who listen; trying again");
                (false, PATIENCE)
            }
        };
        let rested = Instant::now() + rest;
        if ends && commits.changed().await.is_err() {
            return;
        }
        tokio::time::sleep_until(rested).await;
    }
}

struct Round {
    to: Place,
    /// Whether the log has nothing more: what comes next comes with a commit that tells of itself.
    ends: bool,
}

/// Tells what has happened since a place; without one, begins at the present.
async fn round(log: &ChangeLog, at: Option<Place>) -> Result<Round> {
    let Some(at) = at else {
        let to = store::last(&log.db).await?;
        log.listeners.filled_to(to);
        return Ok(Round { to, ends: false });
    };
    // Asked first: if it were asked afterwards, the older transaction might have ended in between, and a line that
    // was not read yet would not be one to come any more.
    let ends = !store::has_lines_to_come(&log.db).await?;
    let lines = store::after(&log.db, at.rank(), ROUND).await?;
    let Some(last) = lines.last() else {
        return Ok(Round { to: at, ends });
    };
    let to = last.place;
    tell(log, &lines, to).await?;
    log.listeners.filled_to(to);
    for line in &lines {
        match line.kind {
            Kind::SessionEnded => log.listeners.end_session(Id::from_uuid(line.subject)),
            // Who may see what is asked anew when they come back.
            Kind::PeopleImported | Kind::ChannelAudienceChanged => log.listeners.end_all(),
            _ => {}
        }
    }
    Ok(Round { to, ends: false })
}

async fn tell(log: &ChangeLog, lines: &[Line], to: Place) -> Result<()> {
    let accounts = log.listeners.accounts();
    if accounts.is_empty() {
        return Ok(());
    }
    let knowledge = log.known_to(lines, &accounts).await?;
    let mut news: BTreeMap<_, News> = BTreeMap::new();
    for account in accounts {
        let told = lines.iter().filter_map(|line| {
            let item = knowledge.item(line, account)?;
            Some((line.place, item))
        });
        let told: News = told.collect();
        if !told.is_empty() {
            news.insert(account, told);
        }
    }
    log.listeners.tell(&news, to);
    Ok(())
}
