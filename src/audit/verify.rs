// SPDX-License-Identifier: EUPL-1.2

//! Walking the chain from the first entry to the head.

use super::{Hash, store};
use crate::db::{Db, Result};

/// How many entries are read at a time.
const PORTION: i64 = 1_000;

/// What became of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How many entries hold, from the first on.
    pub held: i64,
    /// The hash of the last entry that holds. Kept elsewhere, it shows whether the log was written anew.
    pub last: Option<Hash>,
    /// The first thing that is wrong.
    pub fault: Option<Fault>,
}

/// What is wrong at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The entry is not what was written, or does not follow on the one before.
    Changed(i64),
    /// The entry has been removed.
    Missing(i64),
    /// The head names another last entry than there is: it has been set back or forged.
    Head(i64),
    /// No entry has the hash that was kept elsewhere: the log was cut off before it, head and all, or written anew.
    Kept,
}

/// Walks the chain in portions, and stops at the first thing that is wrong. What is written meanwhile
/// is left for the next time. `kept`: the last hash of an earlier time, which must still stand somewhere.
pub async fn verify(db: &Db, kept: Option<Hash>) -> Result<Verdict> {
    let mut walk = Walk {
        held: 0,
        last: None,
        missed: kept,
    };
    let Some(head) = store::head(db).await? else {
        return Ok(walk.ends(Some(Fault::Head(0))));
    };
    while walk.held < head.position {
        let limit = PORTION.min(head.position - walk.held);
        if let Some(fault) = walk.portion(db, limit).await? {
            return Ok(walk.ends(Some(fault)));
        }
    }
    if walk.before() != head.hash {
        return Ok(walk.ends(Some(Fault::Head(head.position))));
    }
    let beyond = store::beyond_the_head(db).await?.map(Fault::Head);
    let lost = walk.missed.map(|_| Fault::Kept);
    Ok(walk.ends(beyond.or(lost)))
}

struct Walk {
    held: i64,
    last: Option<Hash>,
    /// The hash that was kept, until it is found.
    missed: Option<Hash>,
}

impl Walk {
    async fn portion(&mut self, db: &Db, limit: i64) -> Result<Option<Fault>> {
        let links = match store::after(db, self.held, limit).await {
            // A byte that makes it unreadable: which entry it is, each on its own will tell.
            Err(error) if error.is_unreadable() && limit > 1 => {
                return Box::pin(self.portion(db, 1)).await;
            }
            Err(error) if error.is_unreadable() => {
                return Ok(Some(Fault::Changed(self.held + 1)));
            }
            links => links?,
        };
        if links.is_empty() {
            return Ok(Some(Fault::Missing(self.held + 1)));
        }
        for (link, stored) in links {
            let expected = self.held + 1;
            if link.position != expected {
                return Ok(Some(Fault::Missing(expected)));
            }
            let hash = link.hash(self.before());
            if hash.0 != *stored {
                return Ok(Some(Fault::Changed(expected)));
            }
            (self.held, self.last) = (expected, Some(hash));
            self.missed = self.missed.filter(|missed| *missed != hash);
        }
        Ok(None)
    }

    fn before(&self) -> &[u8] {
        self.last.as_ref().map_or(&[], |hash| &hash.0)
    }

    fn ends(self, fault: Option<Fault>) -> Verdict {
        Verdict {
            held: self.held,
            last: self.last,
            fault,
        }
    }
}
