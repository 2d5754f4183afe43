// SPDX-License-Identifier: EUPL-1.2

//! One listener's stream: first what was missed, then what happens.

use std::time::Duration;

use super::{
    super::{
        ChangeLog, Place,
        position::{Position, Reader},
        store,
        subjects::{Item, gather},
        sync::SyncError,
    },
    listeners::{Batch, Full, Seat},
};
use crate::{clock::At, db::Result, id::SessionId};

/// After so long without a word a sign of life is given: proxies cut what is silent for a minute.
const SILENCE: Duration = Duration::from_secs(20);
/// A stream ends after so long, and its phone comes back: then it is asked anew who it is.
const LASTS: Duration = Duration::from_hours(1);
/// When a phone whose stream has ended shall come back: drawn from this many seconds, because all may end at once.
const COMES_BACK_WITHIN: u16 = 10;

/// What goes down a stream.
#[derive(Clone, Debug)]
pub enum Frame {
    /// The first: from here on nothing is missed.
    Ready(Position),
    Items(Vec<Item>, Position),
    /// What was missed can't be told: fetch everything anew, and go on from here.
    Reset(Position),
    /// Nothing happened.
    Beat(Position),
    /// The last: come back after this time.
    End(Duration),
}

/// What a listener hears.
pub struct Stream {
    log: ChangeLog,
    reader: Reader,
    seat: Seat,
    at: Place,
    ends_at: At,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Opening {
        /// Whether the phone named a position that says nothing any more.
        reset: bool,
        behind: bool,
    },
    CatchingUp,
    Listening,
    Over,
}

/// Why nobody listens.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error(transparent)]
    Full(#[from] Full),
    #[error(transparent)]
    Db(#[from] crate::db::DbError),
}

impl ChangeLog {
    /// Listens from a position on, or from the present. Whose position says nothing any more hears so first.
    pub async fn listen(
        &self,
        reader: Reader,
        session: SessionId,
        after: Option<&str>,
    ) -> Result<Stream, ListenError> {
        // Before the log is read: what is written from now on comes by the mailbox.
        let seat = self.listeners.seat(&reader, session)?;
        let from = match after {
            Some(position) => match self.place_of(&reader, position).await {
                Ok(place) => Some(place),
                Err(SyncError::Db(error)) => return Err(error.into()),
                Err(SyncError::Unreadable | SyncError::BeginAnew) => None,
            },
            None => None,
        };
        let stage = Stage::Opening {
            reset: after.is_some() && from.is_none(),
            behind: from.is_some(),
        };
        let at = match from {
            Some(place) => place,
            None => store::last(&self.db).await?,
        };
        Ok(Stream {
            log: self.clone(),
            reader,
            seat,
            at,
            ends_at: self.clock.now() + LASTS,
            stage,
        })
    }
}

impl Stream {
    /// What comes next; `None` after the end.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            match self.stage {
                Stage::Opening { reset: true, .. } => {
                    self.stage = Stage::Listening;
                    return Some(Frame::Reset(self.position()));
                }
                Stage::Opening { behind, .. } => {
                    self.stage = if behind {
                        Stage::CatchingUp
                    } else {
                        Stage::Listening
                    };
                    return Some(Frame::Ready(self.position()));
                }
                Stage::CatchingUp => {
                    if let Some(frame) = self.catch_up().await {
                        return Some(frame);
                    }
                }
                Stage::Listening => return Some(self.hear().await),
                Stage::Over => return None,
            }
        }
    }

    async fn catch_up(&mut self) -> Option<Frame> {
        match self.log.stretch(&self.reader, self.at).await {
            Ok(stretch) => {
                if !stretch.more {
                    self.stage = Stage::Listening;
                }
                self.at = stretch.to;
                (!stretch.items.is_empty()).then(|| Frame::Items(stretch.items, self.position()))
            }
            Err(SyncError::BeginAnew | SyncError::Unreadable) => self.begin_anew().await,
            Err(SyncError::Db(error)) => Some(self.fail(&error)),
        }
    }

    async fn begin_anew(&mut self) -> Option<Frame> {
        match store::last(&self.log.db).await {
            Ok(place) => {
                self.at = place;
                self.stage = Stage::Listening;
                Some(Frame::Reset(self.position()))
            }
            Err(error) => Some(self.fail(&error)),
        }
    }

    fn fail(&mut self, error: &crate::db::DbError) -> Frame {
        tracing::error!(%error, "a listener was not told what they had missed");
        self.end()
    }

    async fn hear(&mut self) -> Frame {
        let log = self.log.clone();
        let silent_until = log.clock.now() + SILENCE;
        loop {
            tokio::select! {
                biased;
                () = log.tasks.stopping() => return self.end(),
                batch = self.seat.mailbox.recv() => match batch {
                    Some(batch) => if let Some(frame) = self.open(&batch) {
                        return frame;
                    },
                    None => return self.end(),
                },
                () = log.clock.sleep_until(self.ends_at) => return self.end(),
                () = log.clock.sleep_until(silent_until) => {
                    // In this order: what was put into the mailbox before the place was written is seen here.
                    let filled = log.listeners.filled();
                    if self.seat.mailbox.is_empty() {
                        if let Some(filled) = filled.filter(|filled| self.at.is_up_to(*filled)) {
                            self.at = filled;
                        }
                        return Frame::Beat(self.position());
                    }
                }
            }
        }
    }

    /// What a batch tells that was not caught up with already.
    fn open(&mut self, batch: &Batch) -> Option<Frame> {
        let mut items = Vec::new();
        for (place, item) in batch.news.iter() {
            if !place.is_up_to(self.at) {
                gather(&mut items, *item, usize::MAX);
            }
        }
        if !batch.to.is_up_to(self.at) {
            self.at = batch.to;
        }
        (!items.is_empty()).then(|| Frame::Items(items, self.position()))
    }

    fn end(&mut self) -> Frame {
        self.stage = Stage::Over;
        let [high, low] = self.log.ids.secret();
        let millis = u16::from_be_bytes([high, low]) % (COMES_BACK_WITHIN * 1_000);
        Frame::End(Duration::from_millis(1_000 + u64::from(millis)))
    }

    fn position(&self) -> Position {
        self.log.seal.close(self.at, &self.reader)
    }
}
