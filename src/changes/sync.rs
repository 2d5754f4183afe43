// SPDX-License-Identifier: EUPL-1.2

//! Sync: what has changed since a phone was last heard of, for its owner.
//!
//! A phone asks for a position first, then fetches its lists, and from then on asks what has changed since. It is
//! told to begin anew when that can't be said any more: its line is no longer kept, too much has happened, or its
//! owner may see other things than before (a move to another office, a channel for others), so that what it
//! keeps may be what its owner may not know.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    ChangeLog, Kind, Line, Place,
    housekeeping::KEPT,
    position::{Position, Reader, Unusable},
    store,
    subjects::{Item, gather},
};
use crate::db::DbError;

/// How many things a page has at most.
const MOST_ITEMS: usize = 500;
/// How many lines are read at a time.
const ROUND: i64 = 1_000;
/// How many lines a phone may be behind: beyond, fetching its lists is less work for both.
const MOST_LINES: usize = 10_000;
/// With nothing to tell, a phone keeps its position, unless reading on from there has become this long a way.
const WORTH_MOVING: usize = 1_000;

/// What has changed since a position.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Sync {
    /// Each thing once, in the order in which they changed.
    pub items: Vec<Item>,
    /// What to ask with next. Opaque; keep it beside what was fetched.
    #[schema(value_type = String)]
    pub position: Position,
    /// Whether there is more already: ask again at once.
    pub more: bool,
}

/// Why it can't be said what has changed since a position.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    #[error("this is no position of the caller's")]
    Unreadable,
    #[error("what has changed since can't be told any more")]
    BeginAnew,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<Unusable> for SyncError {
    fn from(unusable: Unusable) -> Self {
        match unusable {
            Unusable::Unreadable => Self::Unreadable,
            Unusable::StandsElsewhere => Self::BeginAnew,
        }
    }
}

/// A page of what has changed, and where it ends.
pub(super) struct Stretch {
    pub(super) items: Vec<Item>,
    pub(super) to: Place,
    pub(super) more: bool,
    lines: usize,
}

impl ChangeLog {
    /// The present, to begin with.
    pub async fn present(&self, reader: &Reader) -> Result<Sync, SyncError> {
        let place = store::last(&self.db).await?;
        Ok(Sync {
            items: Vec::new(),
            position: self.seal.close(place, reader),
            more: false,
        })
    }

    /// What has changed since a position, of what the reader may know.
    pub async fn since(&self, reader: &Reader, position: &str) -> Result<Sync, SyncError> {
        let from = self.place_of(reader, position).await?;
        let stretch = self.stretch(reader, from).await?;
        let stays = stretch.items.is_empty()
            && stretch.lines < WORTH_MOVING
            && self.clock.now().since(from.at) < KEPT / 2;
        Ok(Sync {
            position: if stays {
                position.to_owned()
            } else {
                self.seal.close(stretch.to, reader)
            },
            items: stretch.items,
            more: stretch.more,
        })
    }

    pub(super) async fn place_of(
        &self,
        reader: &Reader,
        position: &str,
    ) -> Result<Place, SyncError> {
        let place = self.seal.open(position, reader)?;
        if store::has(&self.db, place).await? {
            Ok(place)
        } else {
            Err(SyncError::BeginAnew)
        }
    }

    /// Reads on until the page is full or the log ends. Whether there is more means more for this reader: what
    /// is not for them must not be felt in it.
    pub(super) async fn stretch(&self, reader: &Reader, from: Place) -> Result<Stretch, SyncError> {
        let mut stretch = Stretch {
            items: Vec::new(),
            to: from,
            more: false,
            lines: 0,
        };
        loop {
            let lines = store::after(&self.db, stretch.to.rank(), ROUND).await?;
            stretch.lines += lines.len();
            if stretch.lines > MOST_LINES || lines.iter().any(Line::moves_everybody) {
                return Err(SyncError::BeginAnew);
            }
            let knowledge = self.known_to(&lines, &[reader.account]).await?;
            for line in &lines {
                if let Some(item) = knowledge.item(line, reader.account)
                    && !gather(&mut stretch.items, item, MOST_ITEMS)
                {
                    stretch.more = true;
                    return Ok(stretch);
                }
                stretch.to = line.place;
            }
            if i64::try_from(lines.len()).is_ok_and(|read| read < ROUND) {
                return Ok(stretch);
            }
        }
    }
}

impl Line {
    /// Whether what many people may see has changed with it, in a way that no list of things tells.
    fn moves_everybody(&self) -> bool {
        self.kind == Kind::ChannelAudienceChanged
    }
}
