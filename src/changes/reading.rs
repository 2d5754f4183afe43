// SPDX-License-Identifier: EUPL-1.2

//! Reading on where one left off, for a room that does something about what it reads: its place stands in the
//! database and is moved in the transaction that does it. So each line is dealt with once, by one process, whatever
//! crashes; of two that have read the same lines, the second finds that the place has moved.

use uuid::Uuid;

use super::{Kind, Place, store};
use crate::db::{Db, Result, Tx};

/// A reader with a name of its own.
pub struct Reader {
    db: Db,
    name: &'static str,
    /// What stands up to here was passed over: not worth a write.
    passed: Option<(i64, i32)>,
}

/// Some lines, in their order.
#[derive(Debug)]
pub struct Reading {
    pub entries: Vec<Entry>,
    /// Whether a line was committed that can't be read yet: look again soon, no commit will tell of it.
    pub more_to_come: bool,
    from: (i64, i32),
    to: Option<Place>,
}

/// A line as its reader needs it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub kind: Kind,
    /// The id of the post, comment, account …; the kind says which.
    pub subject: Uuid,
}

impl Reader {
    /// A reader that has never read begins at the end of the log.
    pub async fn begin(db: Db, name: &'static str) -> Result<Self> {
        let end = store::last(&db).await?;
        store::put_reader(&db, name, end).await?;
        let passed = None;
        Ok(Self { db, name, passed })
    }

    /// Up to `most` lines after those that were kept or passed over.
    pub async fn read(&self, most: i64) -> Result<Reading> {
        // Asked first, as by the tail: if it were asked afterwards, the older transaction might have ended in between.
        let more_to_come = store::has_lines_to_come(&self.db).await?;
        let from = store::reader_at(&self.db, self.name).await?;
        let after = self.passed.map_or(from, |passed| passed.max(from));
        let lines = store::after(&self.db, after, most).await?;
        Ok(Reading {
            to: lines.last().map(|line| line.place),
            entries: lines
                .into_iter()
                .map(|line| Entry {
                    kind: line.kind,
                    subject: line.subject,
                })
                .collect(),
            more_to_come,
            from,
        })
    }

    /// None of these lines asks for anything.
    pub fn pass(&mut self, reading: &Reading) {
        self.passed = reading.to.map(Place::rank).or(self.passed);
    }

    /// Keeps the place after these lines; `false`, and nothing is to be done about them, if another process has been
    /// faster.
    pub async fn keep(&self, tx: &mut Tx, reading: &Reading) -> Result<bool> {
        let Some(to) = reading.to else {
            return Ok(true);
        };
        store::move_reader(tx, self.name, reading.from, to).await
    }
}
