// SPDX-License-Identifier: EUPL-1.2

//! The report is written once: when no phone waits any more and every channel of the press has been told or has not.
//! From then on its figures are read from what was written, whatever becomes of the rows that they were counted from.
//!
//! The SHA-256 of the written bytes goes into the audit log in the same transaction, so that a figure that somebody
//! changes afterwards is [found](altered).

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{report::Report, store};
use crate::{
    announcements::{Announcements, Result},
    audit::{self, Action, Entry},
    clock::At,
    db::{self, Db, DbError},
    id::AnnouncementId,
    push::outbox::Curve,
    tasks::Tasks,
};

/// How often is looked whether a release is over, as long as one is not.
const BETWEEN: Duration = Duration::from_secs(1);
/// Reports that are read at a time to be checked.
const PORTION: i64 = 100;

/// When the figures of a report were written, and the SHA-256 of what was written, as the audit log has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportWritten)]
pub struct Written {
    pub at: At,
    pub sha256: String,
}

/// What is written. Whoever adds to it gives what is missing from older ones a default.
#[derive(Serialize, Deserialize)]
struct Kept {
    report: Report,
    curve: Curve,
}

impl Announcements {
    /// Starts what writes the reports of releases that are over.
    pub fn keep_reports(&self, tasks: &Tasks) {
        tasks.spawn(run(self.clone(), tasks.clone()));
    }

    /// Writes the reports of releases that are over, and says whether one is awaited.
    async fn keep_what_is_over(&self) -> Result<bool> {
        for id in store::over(&self.db).await? {
            // It is awaited still, and looked at again; the others need not wait for it.
            if let Err(error) = self.keep(id).await {
                tracing::error!(announcement = %id, %error, "a report could not be written");
            }
        }
        Ok(store::is_any_report_awaited(&self.db).await?)
    }

    async fn keep(&self, id: AnnouncementId) -> Result<()> {
        let released = self.released(id).await?;
        let (report, curve) = self.counted_with_curve(&released).await?;
        let text = serde_json::to_string(&Kept { report, curve }).map_err(|_| unreadable(id))?;
        let sha256 = sha256(&text);
        let mut tx = self.db.begin().await?;
        let now = tx.now(&self.clock).await?;
        if store::write_report(&mut tx, id, text, now).await? {
            let entry = Entry::new(Action::AnnouncementReported, None, id).with("sha256", sha256);
            audit::commit(tx, entry, now).await?;
        }
        Ok(())
    }
}

async fn run(announcements: Announcements, tasks: Tasks) {
    let mut commits = announcements.db.commits();
    loop {
        // What is committed from here on wakes the wait below.
        commits.borrow_and_update();
        let awaits = announcements.keep_what_is_over().await;
        let awaits = awaits.unwrap_or_else(|error| {
            tracing::error!(%error, "it can't be read which releases are over; trying again");
            true
        });
        let pause = if awaits { BETWEEN } else { Duration::MAX };
        tokio::select! {
            () = tasks.stopping() => return,
            // The database outlives this task, so the sender does too.
            _ = commits.changed(), if !awaits => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// The written report and its curve; `None` while the release is not over.
pub(super) async fn read(db: &Db, id: AnnouncementId) -> db::Result<Option<(Report, Curve)>> {
    let Some((at, text)) = store::written_report(db, id).await? else {
        return Ok(None);
    };
    let kept: Kept = serde_json::from_str(&text).map_err(|_| unreadable(id))?;
    let mut report = kept.report;
    report.written = Some(Written {
        at,
        sha256: sha256(&text),
    });
    Ok(Some((report, kept.curve)))
}

/// Whose report is not what the audit log says was written, or is gone.
pub async fn altered(db: &Db) -> db::Result<Vec<AnnouncementId>> {
    let mut altered = Vec::new();
    let mut after = 0;
    loop {
        let rows = store::reported(db, after, PORTION).await?;
        let Some((last, ..)) = rows.last() else {
            return Ok(altered);
        };
        after = *last;
        for (_, id, details, report) in rows {
            let details: serde_json::Value = serde_json::from_str(&details).unwrap_or_default();
            let holds = report.is_some_and(|report| details["sha256"] == *sha256(&report));
            altered.extend((!holds).then_some(id));
        }
    }
}

fn sha256(text: &str) -> String {
    hex::encode(digest(&SHA256, text.as_bytes()))
}

fn unreadable(id: AnnouncementId) -> DbError {
    DbError::Impossible {
        table: "release_reports",
        id: id.to_string(),
        what: "a report that is none",
    }
}
