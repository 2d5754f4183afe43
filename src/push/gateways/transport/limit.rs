// SPDX-License-Identifier: EUPL-1.2

//! How much may be under way to one origin, and who goes next.
//!
//! The bound adapts (additive increase, multiplicative decrease, as in RFC 5681): it doubles with each round
//! trip at first, then creeps up while the peer answers as fast as ever, and halves when the peer says that
//! it is too much (429, 503), resets or falls silent. Whoever waits is served by lane, the most urgent
//! first: an alert waits for the next answer, never for the news in front of it.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{sync::oneshot, time::Instant};

/// Never less than this at once, however often the peer complains.
const LEAST: usize = 4;
/// Answers that take this much longer than the fastest are no sign that the peer is full: gateways answer
/// within tens to hundreds of milliseconds from one push to the next.
const TOLERANCE: Duration = Duration::from_millis(100);

#[derive(Clone)]
pub(super) struct Limit(Arc<Inner>);

struct Inner {
    /// What the configuration allows.
    most: usize,
    /// What the peer allows now: the sum over its connections.
    streams: AtomicUsize,
    state: Mutex<State>,
}

struct State {
    bound: usize,
    /// Successes since the bound last grew, once it no longer doubles.
    credit: usize,
    doubling: bool,
    under_way: usize,
    fastest: Duration,
    /// What was sent before this has been reckoned with already.
    cut_at: Option<Instant>,
    waiting: BTreeMap<i16, VecDeque<oneshot::Sender<Permit>>>,
}

/// The right to have one request under way. Goes to the next in line when dropped.
pub(super) struct Permit(Limit);

/// How a request ended, as far as the bound is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Fine,
    /// 429, 503, a lost connection, silence.
    TooMuch,
}

impl Limit {
    /// At most `most` requests at once; a quarter of them to begin with.
    pub(super) fn new(most: usize) -> Self {
        Self(Arc::new(Inner {
            most,
            streams: AtomicUsize::new(1),
            state: Mutex::new(State {
                bound: (most / 4).max(LEAST).min(most),
                credit: 0,
                doubling: true,
                under_way: 0,
                fastest: Duration::MAX,
                cut_at: None,
                waiting: BTreeMap::new(),
            }),
        }))
    }

    /// Waits for a turn; a lower lane goes first.
    pub(super) async fn acquire(&self, lane: i16) -> Permit {
        let turn = {
            let mut state = self.state();
            if state.under_way < self.room(&state) && state.waiting.is_empty() {
                state.under_way += 1;
                return Permit(self.clone());
            }
            let (turn, told) = oneshot::channel();
            state.waiting.entry(lane).or_default().push_back(turn);
            told
        };
        self.serve();
        if let Ok(permit) = turn.await {
            return permit;
        }
        // Nobody drops a waiting sender; were it so, one request too many is better than none.
        self.state().under_way += 1;
        Permit(self.clone())
    }

    /// What the peer's connections allow together; at least one.
    pub(super) fn allow(&self, streams: usize) {
        let before = self.0.streams.swap(streams.max(1), Ordering::Relaxed);
        if streams > before {
            self.serve();
        }
    }

    /// Learns from a request that was sent at `sent` and ended now.
    pub(super) fn learn(&self, sent: Instant, sign: Sign) {
        let took = sent.elapsed();
        let mut state = self.state();
        match sign {
            Sign::TooMuch if state.cut_at.is_none_or(|cut| sent > cut) => {
                state.bound = (state.bound / 2).max(LEAST).min(self.0.most);
                state.doubling = false;
                state.credit = 0;
                state.cut_at = Some(Instant::now());
                tracing::debug!(bound = state.bound, "less at once to a push gateway");
            }
            Sign::TooMuch => {}
            Sign::Fine => {
                state.fastest = state.fastest.min(took);
                let as_fast_as_ever = took <= state.fastest * 2 + TOLERANCE;
                // A bound that nothing came near to says nothing about a larger one.
                let used = state.under_way * 2 >= state.bound;
                if as_fast_as_ever && used && state.bound < self.0.most {
                    state.credit += 1;
                    if state.doubling || state.credit >= state.bound {
                        state.bound += 1;
                        state.credit = 0;
                    }
                }
            }
        }
    }

    fn room(&self, state: &State) -> usize {
        state.bound.min(self.0.streams.load(Ordering::Relaxed))
    }

    /// Hands out what is free.
    fn serve(&self) {
        let mut next = Vec::new();
        {
            let mut state = self.state();
            let room = self.room(&state);
            while state.under_way < room
                && let Some(mut lane) = state.waiting.first_entry()
            {
                let turn = lane.get_mut().pop_front();
                if lane.get().is_empty() {
                    lane.remove();
                }
                // Whoever gave up is passed over here: a permit that comes back is handed on at once, and
                // thousands that give up together would be as many calls within each other.
                if let Some(turn) = turn.filter(|turn| !turn.is_closed()) {
                    state.under_way += 1;
                    next.push(turn);
                }
            }
        }
        for turn in next {
            // Who gave up this very moment gives the permit back by dropping it.
            drop(turn.send(Permit(self.clone())));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.state().under_way -= 1;
        self.0.serve();
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    fn open(most: usize) -> Limit {
        let limit = Limit::new(most);
        limit.allow(usize::MAX);
        limit
    }

    fn held(limit: &Limit, count: usize) -> Vec<Permit> {
        (0..count)
            .map(|_| limit.acquire(2).now_or_never().expect("room"))
            .collect()
    }

    #[tokio::test]
    async fn an_alert_goes_before_the_news_that_waited_longer() {
        let limit = open(4);
        let mut permits = held(&limit, 4);
        let mut news = Box::pin(limit.acquire(2));
        let mut alert = Box::pin(limit.acquire(0));
        assert!((&mut news).now_or_never().is_none());
        assert!((&mut alert).now_or_never().is_none());
        permits.pop();
        assert!((&mut news).now_or_never().is_none());
        let alert = alert.now_or_never().expect("the alert's turn");
        drop(alert);
        assert!(news.now_or_never().is_some());
    }

    #[tokio::test]
    async fn who_gives_up_waiting_keeps_nobody_from_their_turn() {
        let limit = open(4);
        let permits = held(&limit, 4);
        let mut gives_up = Box::pin(limit.acquire(0));
        assert!((&mut gives_up).now_or_never().is_none());
        let mut stays = Box::pin(limit.acquire(0));
        assert!((&mut stays).now_or_never().is_none());
        drop(gives_up);
        drop(permits);
        assert!(stays.now_or_never().is_some());
        assert_eq!(limit.state().under_way, 0);
    }

    /// As at the curfew of a gateway that has frozen.
    #[tokio::test]
    async fn any_number_may_give_up_at_once() {
        let limit = open(4);
        let mut permits = held(&limit, 4);
        let mut give_up = Vec::new();
        for _ in 0..100_000 {
            let mut turn = Box::pin(limit.acquire(2));
            assert!((&mut turn).now_or_never().is_none());
            give_up.push(turn);
        }
        let mut stays = Box::pin(limit.acquire(2));
        assert!((&mut stays).now_or_never().is_none());
        drop(give_up);
        permits.pop();
        assert!(stays.now_or_never().is_some());
    }

    #[tokio::test]
    async fn the_peer_may_allow_one_at_a_time_and_later_more() {
        let limit = Limit::new(100);
        let first = limit.acquire(2).now_or_never().expect("one");
        let mut second = Box::pin(limit.acquire(2));
        assert!((&mut second).now_or_never().is_none());
        limit.allow(50);
        assert!(second.now_or_never().is_some());
        drop(first);
    }

    #[tokio::test]
    async fn the_bound_doubles_at_first_and_halves_once_for_each_round_trip() {
        let limit = open(400);
        let sent = Instant::now();
        let permits = held(&limit, 100);
        for _ in 0..100 {
            limit.learn(sent, Sign::Fine);
        }
        assert_eq!(limit.state().bound, 200);
        for _ in 0..100 {
            limit.learn(sent, Sign::TooMuch);
        }
        assert_eq!(
            limit.state().bound,
            100,
            "one cut for all that was on its way"
        );
        for _ in 0..100 {
            limit.learn(sent, Sign::Fine);
        }
        assert_eq!(limit.state().bound, 101, "from then on it creeps");
        drop(permits);
    }
}
