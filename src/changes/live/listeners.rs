// SPDX-License-Identifier: EUPL-1.2

//! Who listens, and their mailboxes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{mpsc, watch};

use super::super::{Place, position::Reader, subjects::Item};
use crate::id::{AccountId, SessionId};

/// How many batches wait for a phone that reads slowly.
const MAILBOX: usize = 16;
/// How many streams a session may have: a few windows of the app. One more ends the oldest, which is most likely
/// one whose phone has lost it.
const PER_SESSION: usize = 3;

/// What somebody is told, each with the line that tells it.
pub(super) type News = Arc<[(Place, Item)]>;

/// What a listener is told at once.
pub(super) struct Batch {
    pub(super) news: News,
    /// Up to here the listener has been told everything.
    pub(super) to: Place,
}

/// There are as many listeners as this process may have.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("too many are listening")]
pub struct Full;

/// The listeners of one process.
#[derive(Clone)]
pub(in super::super) struct Listeners {
    table: Arc<Mutex<Table>>,
    most: usize,
    /// Up to where the mailboxes have been filled.
    filled: watch::Sender<Option<Place>>,
}

#[derive(Default)]
struct Table {
    next: u64,
    /// In the order of their coming.
    listeners: BTreeMap<u64, Listener>,
}

struct Listener {
    account: AccountId,
    session: SessionId,
    mailbox: mpsc::Sender<Batch>,
}

/// A listener's place in the table; given up when dropped.
pub(super) struct Seat {
    number: u64,
    listeners: Listeners,
    pub(super) mailbox: mpsc::Receiver<Batch>,
}

impl Listeners {
    pub(in super::super) fn new(most: usize) -> Self {
        Self {
            table: Arc::default(),
            most,
            filled: watch::Sender::new(None),
        }
    }

    pub(super) fn seat(&self, reader: &Reader, session: SessionId) -> Result<Seat, Full> {
        let mut table = self.table();
        let own = table.listeners.iter().filter(|(_, l)| l.session == session);
        let own: Vec<u64> = own.map(|(number, _)| *number).collect();
        if own.len() >= PER_SESSION {
            table.listeners.remove(&own[0]);
        }
        if table.listeners.len() >= self.most {
            return Err(Full);
        }
        let (sender, mailbox) = mpsc::channel(MAILBOX);
        let number = table.next;
        table.next += 1;
        let listener = Listener {
            account: reader.account,
            session,
            mailbox: sender,
        };
        table.listeners.insert(number, listener);
        Ok(Seat {
            number,
            listeners: self.clone(),
            mailbox,
        })
    }

    /// Everybody who listens, once.
    pub(super) fn accounts(&self) -> Vec<AccountId> {
        let table = self.table();
        let accounts: BTreeSet<_> = table.listeners.values().map(|l| l.account).collect();
        accounts.into_iter().collect()
    }

    /// Tells each what is theirs. Whose mailbox is full is cut off.
    pub(super) fn tell(&self, news: &BTreeMap<AccountId, News>, to: Place) {
        self.table().listeners.retain(|_, listener| {
            let Some(news) = news.get(&listener.account) else {
                return true;
            };
            let news = Arc::clone(news);
            listener.mailbox.try_send(Batch { news, to }).is_ok()
        });
    }

    /// The mailboxes hold everything up to here.
    pub(super) fn filled_to(&self, place: Place) {
        self.filled.send_replace(Some(place));
    }

    pub(super) fn filled(&self) -> Option<Place> {
        *self.filled.borrow()
    }

    pub(super) fn end_session(&self, session: SessionId) {
        self.table().listeners.retain(|_, l| l.session != session);
    }

    pub(super) fn end_all(&self) {
        self.table().listeners.clear();
    }

    /// A panic elsewhere leaves the table as it is: every step of ours is whole.
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.listeners.table().listeners.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        changes::Standing,
        clock::{At, Clock},
        id::Ids,
    };

    const HERE: Place = Place {
        turn: 1,
        nth: 0,
        at: At::constant(0),
    };

    fn reader(ids: &Ids) -> Reader {
        Reader {
            account: ids.id(),
            standing: Standing([0; 8]),
        }
    }

    fn news(reader: &Reader) -> BTreeMap<AccountId, News> {
        BTreeMap::from([(reader.account, Vec::new().into())])
    }

    #[test]
    fn who_does_not_read_is_cut_off_and_gets_what_was_in_the_mailbox() {
        let ids = Ids::new(Clock::wall());
        let listeners = Listeners::new(10);
        let (slow, quick) = (reader(&ids), reader(&ids));
        let mut slow_seat = listeners.seat(&slow, ids.id()).unwrap();
        let mut quick_seat = listeners.seat(&quick, ids.id()).unwrap();
        for _ in 0..=MAILBOX {
            listeners.tell(&news(&slow), HERE);
            listeners.tell(&news(&quick), HERE);
            assert!(quick_seat.mailbox.try_recv().is_ok());
        }
        assert_eq!(listeners.accounts(), [quick.account]);
        for _ in 0..MAILBOX {
            assert!(slow_seat.mailbox.try_recv().is_ok());
        }
        let end = slow_seat.mailbox.try_recv().err();
        assert_eq!(end, Some(mpsc::error::TryRecvError::Disconnected));
    }

    #[test]
    fn the_fourth_stream_of_a_session_ends_its_first() {
        let ids = Ids::new(Clock::wall());
        let listeners = Listeners::new(10);
        let (someone, session) = (reader(&ids), ids.id());
        let mut seats: Vec<Seat> = (0..=PER_SESSION)
            .map(|_| listeners.seat(&someone, session).unwrap())
            .collect();
        listeners.tell(&news(&someone), HERE);
        let told = seats.iter_mut().map(|seat| seat.mailbox.try_recv().is_ok());
        assert_eq!(told.collect::<Vec<_>>(), [false, true, true, true]);
    }

    #[test]
    fn a_seat_is_free_again_when_it_is_given_up_or_its_session_ends() {
        let ids = Ids::new(Clock::wall());
        let listeners = Listeners::new(1);
        let (someone, session) = (reader(&ids), ids.id());
        let seat = listeners.seat(&someone, session).unwrap();
        assert!(listeners.seat(&someone, ids.id()).is_err());
        drop(seat);
        let _seat = listeners.seat(&someone, session).unwrap();
        listeners.end_session(session);
        let _seat = listeners.seat(&someone, ids.id()).unwrap();
        listeners.end_all();
        assert!(listeners.accounts().is_empty());
    }
}
