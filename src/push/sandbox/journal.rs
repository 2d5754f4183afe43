// SPDX-License-Identifier: EUPL-1.2

//! What came over the wire: the newest requests whole, and of all of them the numbers.

use std::{
    borrow::Cow,
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http::HeaderMap;
use tokio::sync::watch;

use crate::{clock::At, push::Gateway};

/// One push as it arrived, and what became of it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Counts from 1 in the order of the answers.
    pub number: u64,
    pub at: At,
    pub gateway: Gateway,
    /// Whom it was for, where the request said so.
    pub address: Option<Arc<str>>,
    /// `None`: no answer was given (stalled, cut or reset).
    pub status: Option<u16>,
    /// Whether the phone shows it. A push can be taken without an answer
    /// ([`Fault::LoseAnswer`](super::Fault::LoseAnswer)), and answered with 200 without being taken (FCM's
    /// `validate_only`).
    pub accepted: bool,
    /// The vendor's word for a refusal, or the fault's name.
    pub reason: Cow<'static, str>,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Which entries are asked for. Everything that is `None` is not asked about.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub gateway: Option<Gateway>,
    pub address: Option<String>,
    pub status: Option<u16>,
    pub accepted: Option<bool>,
    /// Only entries with a greater number.
    pub after: u64,
}

/// How often a gateway has given an answer.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Count {
    pub gateway: Gateway,
    pub status: Option<u16>,
    pub reason: Cow<'static, str>,
    pub count: u64,
}

/// The requests of one sandbox. Cheap to clone; all clones are the same journal.
#[derive(Clone)]
pub struct Journal(Arc<Shared>);

struct Shared {
    keep: usize,
    pages: Mutex<Pages>,
    /// The number of the newest entry, for whoever waits.
    newest: watch::Sender<u64>,
}

#[derive(Default)]
struct Pages {
    newest: u64,
    entries: VecDeque<Arc<Entry>>,
    counts: HashMap<(Gateway, Option<u16>, Cow<'static, str>), u64>,
    accepted: HashMap<(Gateway, Arc<str>), u32>,
}

impl Journal {
    pub(super) fn new(keep: usize) -> Self {
        Self(Arc::new(Shared {
            keep,
            pages: Mutex::default(),
            newest: watch::Sender::new(0),
        }))
    }

    /// The entries that are still kept whole, oldest first.
    pub fn entries(&self, filter: &Filter) -> Vec<Arc<Entry>> {
        self.pages()
            .entries
            .iter()
            .filter(|entry| filter.takes(entry))
            .cloned()
            .collect()
    }

    /// How often each gateway has given each answer since the start, in a fixed order.
    pub fn counts(&self) -> Vec<Count> {
        let mut counts: Vec<Count> = self
            .pages()
            .counts
            .iter()
            .map(|((gateway, status, reason), &count)| Count {
                gateway: *gateway,
                status: *status,
                reason: reason.clone(),
                count,
            })
            .collect();
        counts.sort_by(|a, b| {
            (a.gateway, a.status, &a.reason).cmp(&(b.gateway, b.status, &b.reason))
        });
        counts
    }

    /// The addresses whose phones show something, and how many pushes each has accepted.
    pub fn accepted(&self, gateway: Gateway) -> HashMap<Arc<str>, u32> {
        self.pages()
            .accepted
            .iter()
            .filter(|((of, _), _)| *of == gateway)
            .map(|((_, address), times)| (Arc::clone(address), *times))
            .collect()
    }

    /// How many pushes have been accepted by all gateways, repeats included.
    pub fn accepted_total(&self) -> u64 {
        self.pages()
            .accepted
            .values()
            .map(|times| u64::from(*times))
            .sum()
    }

    /// The number of the newest entry, 0 if there is none.
    pub fn newest(&self) -> u64 {
        self.pages().newest
    }

    /// Returns once so many requests have been written down since the start or the last
    /// [`clear`](Journal::clear).
    pub async fn reaches(&self, number: u64) {
        // The sender lives in `self`, so the wait can't end by its being dropped.
        let _ = self
            .0
            .newest
            .subscribe()
            .wait_for(|newest| *newest >= number)
            .await;
    }

    /// Forgets everything, the counts too.
    pub fn clear(&self) {
        *self.pages() = Pages::default();
        self.0.newest.send_replace(0);
    }

    /// Writes down a push. `entry.number` is given here.
    pub(super) fn record(&self, mut entry: Entry) {
        let mut pages = self.pages();
        pages.newest += 1;
        entry.number = pages.newest;
        self.0.newest.send_replace(entry.number);
        let answer = (entry.gateway, entry.status, entry.reason.clone());
        *pages.counts.entry(answer).or_default() += 1;
        if let (true, Some(address)) = (entry.accepted, &entry.address) {
            *pages
                .accepted
                .entry((entry.gateway, Arc::clone(address)))
                .or_default() += 1;
        }
        if self.0.keep == 0 {
            return;
        }
        if pages.entries.len() >= self.0.keep {
            pages.entries.pop_front();
        }
        // What arrived is a slice of a larger read buffer, which must not be kept alive by it.
        entry.body = Bytes::copy_from_slice(&entry.body);
        pages.entries.push_back(Arc::new(entry));
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Filter {
    fn takes(&self, entry: &Entry) -> bool {
        entry.number > self.after
            && self.gateway.is_none_or(|gateway| gateway == entry.gateway)
            && self
                .status
                .is_none_or(|status| Some(status) == entry.status)
            && self
                .accepted
                .is_none_or(|accepted| accepted == entry.accepted)
            && self
                .address
                .as_ref()
                .is_none_or(|address| Some(&**address) == entry.address.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(address: &str, status: u16) -> Entry {
        Entry {
            number: 0,
            at: "2026-11-21T14:00:00Z".parse().unwrap(),
            gateway: Gateway::Apns,
            address: Some(address.into()),
            status: Some(status),
            accepted: status == 200,
            reason: "".into(),
            path: String::new(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    #[test]
    fn old_entries_go_and_the_counts_stay() {
        let journal = Journal::new(2);
        for address in ["a", "b", "a"] {
            journal.record(entry(address, 200));
        }
        journal.record(entry("c", 410));
        assert_eq!(journal.entries(&Filter::default()).len(), 2);
        assert_eq!(journal.newest(), 4);
        assert_eq!(journal.accepted_total(), 3);
        assert_eq!(journal.accepted(Gateway::Apns)["a"], 2);
        assert!(!journal.accepted(Gateway::Apns).contains_key("c"));
        let counts: Vec<_> = journal
            .counts()
            .iter()
            .map(|c| (c.status, c.count))
            .collect();
        assert_eq!(counts, [(Some(200), 3), (Some(410), 1)]);
    }

    #[test]
    fn a_filter_narrows_by_everything_it_names() {
        let journal = Journal::new(9);
        journal.record(entry("a", 200));
        journal.record(entry("b", 410));
        journal.record(entry("a", 410));
        let numbers = |filter: Filter| -> Vec<u64> {
            journal
                .entries(&filter)
                .iter()
                .map(|entry| entry.number)
                .collect()
        };
        assert_eq!(
            numbers(Filter {
                address: Some("a".into()),
                ..Filter::default()
            }),
            [1, 3]
        );
        assert_eq!(
            numbers(Filter {
                status: Some(410),
                ..Filter::default()
            }),
            [2, 3]
        );
        assert_eq!(
            numbers(Filter {
                accepted: Some(true),
                ..Filter::default()
            }),
            [1]
        );
        assert_eq!(
            numbers(Filter {
                after: 2,
                ..Filter::default()
            }),
            [3]
        );
        assert!(
            numbers(Filter {
                gateway: Some(Gateway::Fcm),
                ..Filter::default()
            })
            .is_empty()
        );
    }
}
