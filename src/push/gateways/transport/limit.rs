// SPDX-License-Identifier: EUPL-1.2

//! How much may be under way to one origin, and who goes next.
//!
//! The bound adapts (additive increase, multiplicative decrease, as in RFC 5681): it doubles with each round
//! trip at first, then creeps up while the peer answers as fast as ever, and halves when the peer says that
//! it is too much (429, 503), resets or falls silent. Whoever waits is served by lane, the most urgent
//! first: an alert waits for the next answer, never for the news in front of it.
//!
//! Where others could use the time, nobody waits for a peer that is silent: if no answer comes for so long,
//! all who wait for their turn are turned away, and so is whoever comes after them and finds no room. One or
//! a few are under way meanwhile; the next answer ends it.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::oneshot,
    time::{Instant, timeout},
};

/// Never less than this at once, however often the peer complains.
const LEAST: usize = 4;
/// Answers that take this much longer than the fastest are no sign that the peer is full: gateways answer
/// within tens to hundreds of milliseconds from one push to the next.
const TOLERANCE: Duration = Duration::from_millis(100);
/// How often whoever is patient waits again for a turn that has not come, while others get theirs.
const AGAIN: u32 = 4;

#[derive(Clone)]
pub(super) struct Limit(Arc<Inner>);

struct Inner {
    /// For the log.
    peer: String,
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
    /// When the last answer came; or, if nothing was under way then, when something was again.
    heard: Instant,
    /// Nothing was heard for so long that all who waited were turned away.
    is_silent: bool,
    waiting: BTreeMap<i16, VecDeque<oneshot::Sender<Permit>>>,
}

/// The right to have one request under way. Goes to the next in line when dropped.
pub(super) struct Permit(Limit);

/// How a request ended, as far as the bound is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Fine,
    /// An answer: 429, 503.
    TooMuch,
    /// No answer: a lost connection, silence.
    Lost,
}

impl Limit {
    /// At most `most` requests at once; a quarter of them to begin with.
    pub(super) fn new(peer: String, most: usize) -> Self {
        Self(Arc::new(Inner {
            peer,
            most,
            streams: AtomicUsize::new(1),
            state: Mutex::new(State {
                bound: (most / 4).max(LEAST).min(most),
                credit: 0,
                doubling: true,
                under_way: 0,
                fastest: Duration::MAX,
                cut_at: None,
                heard: Instant::now(),
                is_silent: false,
                waiting: BTreeMap::new(),
            }),
        }))
    }

    /// Waits for a turn; a lower lane goes first. `None`: the peer has been silent for this `patience`, or is
    /// so slow that the turn did not come within five times as long. Without one the turn always comes.
    pub(super) async fn acquire(&self, lane: i16, patience: Option<Duration>) -> Option<Permit> {
        let turn = {
            let mut state = self.state();
            if state.under_way < self.room(&state) && state.waiting.is_empty() {
                state.begin();
                return Some(Permit(self.clone()));
            }
            if state.is_silent && patience.is_some() {
                return None;
            }
            let (turn, told) = oneshot::channel();
            state.waiting.entry(lane).or_default().push_back(turn);
            told
        };
        self.serve();
        match patience {
            // A sender that is dropped has turned its receiver away.
            None => turn.await.ok(),
            // Rarely needed: a thousand of these futures are in memory at once.
            Some(patience) => Box::pin(self.within(patience, turn)).await,
        }
    }

    async fn within(
        &self,
        patience: Duration,
        mut turn: oneshot::Receiver<Permit>,
    ) -> Option<Permit> {
        for _ in 0..=AGAIN {
            if let Ok(turn) = timeout(patience, &mut turn).await {
                return turn.ok();
            }
            let turned_away = {
                let mut state = self.state();
                state.is_silent = state.heard.elapsed() >= patience;
                state.is_silent.then(|| std::mem::take(&mut state.waiting))
            };
            if let Some(turned_away) = turned_away {
                let count: usize = turned_away.values().map(VecDeque::len).sum();
                tracing::warn!(
                    peer = self.0.peer,
                    count,
                    "a push service is silent; what waits for it comes later"
                );
                break;
            }
        }
        None
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
        let now = Instant::now();
        let took = now.saturating_duration_since(sent);
        let mut state = self.state();
        if sign != Sign::Lost {
            state.heard = now;
            state.is_silent = false;
        }
        match sign {
            Sign::TooMuch | Sign::Lost if state.cut_at.is_none_or(|cut| sent > cut) => {
                state.bound = (state.bound / 2).max(LEAST).min(self.0.most);
                state.doubling = false;
                state.credit = 0;
                state.cut_at = Some(now);
                tracing::debug!(
                    peer = self.0.peer,
                    bound = state.bound,
                    "less at once to a push gateway"
                );
            }
            Sign::TooMuch | Sign::Lost => {}
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
                    state.begin();
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

impl State {
    fn begin(&mut self) {
        if self.under_way == 0 && !self.is_silent {
            self.heard = Instant::now();
        }
        self.under_way += 1;
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
        let limit = Limit::new(String::new(), most);
        limit.allow(usize::MAX);
        limit
    }

    fn held(limit: &Limit, count: usize) -> Vec<Permit> {
        (0..count)
            .map(|_| {
                limit
                    .acquire(2, None)
                    .now_or_never()
                    .flatten()
                    .expect("room")
            })
            .collect()
    }

    #[tokio::test]
    async fn an_alert_goes_before_the_news_that_waited_longer() {
        let limit = open(4);
        let mut permits = held(&limit, 4);
        let mut news = Box::pin(limit.acquire(2, None));
        let mut alert = Box::pin(limit.acquire(0, None));
        assert!((&mut news).now_or_never().is_none());
        assert!((&mut alert).now_or_never().is_none());
        permits.pop();
        assert!((&mut news).now_or_never().is_none());
        let alert = alert.now_or_never().flatten().expect("the alert's turn");
        drop(alert);
        assert!(news.now_or_never().flatten().is_some());
    }

    #[tokio::test]
    async fn who_gives_up_waiting_keeps_nobody_from_their_turn() {
        let limit = open(4);
        let permits = held(&limit, 4);
        let mut gives_up = Box::pin(limit.acquire(0, None));
        assert!((&mut gives_up).now_or_never().is_none());
        let mut stays = Box::pin(limit.acquire(0, None));
        assert!((&mut stays).now_or_never().is_none());
        drop(gives_up);
        drop(permits);
        assert!(stays.now_or_never().flatten().is_some());
        assert_eq!(limit.state().under_way, 0);
    }

    /// As at the curfew of a gateway that has frozen.
    #[tokio::test]
    async fn any_number_may_give_up_at_once() {
        let limit = open(4);
        let mut permits = held(&limit, 4);
        let mut give_up = Vec::new();
        for _ in 0..100_000 {
            let mut turn = Box::pin(limit.acquire(2, None));
            assert!((&mut turn).now_or_never().is_none());
            give_up.push(turn);
        }
        let mut stays = Box::pin(limit.acquire(2, None));
        assert!((&mut stays).now_or_never().is_none());
        drop(give_up);
        permits.pop();
        assert!(stays.now_or_never().flatten().is_some());
    }

    #[tokio::test]
    async fn the_peer_may_allow_one_at_a_time_and_later_more() {
        let limit = Limit::new(String::new(), 100);
        let first = limit
            .acquire(2, None)
            .now_or_never()
            .flatten()
            .expect("one");
        let mut second = Box::pin(limit.acquire(2, None));
        assert!((&mut second).now_or_never().is_none());
        limit.allow(50);
        assert!(second.now_or_never().flatten().is_some());
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

    const PATIENCE: Duration = Duration::from_millis(50);

    #[tokio::test]
    async fn a_silent_peer_turns_all_away_who_wait_until_it_answers() {
        let limit = open(4);
        let asked = Instant::now();
        let permits = held(&limit, 4);
        let waits = (0..9).map(|_| limit.acquire(2, Some(PATIENCE)));
        let turns = futures::future::join_all(waits).await;
        assert!(turns.iter().all(Option::is_none));
        assert!(asked.elapsed() >= PATIENCE);
        let at_once = |lane| limit.acquire(lane, Some(PATIENCE)).now_or_never();
        assert!(matches!(at_once(0), Some(None)));
        // Those without an answer give up, and make room for others to try; still nobody waits.
        limit.learn(asked, Sign::Lost);
        drop(permits);
        let permits = held(&limit, 4);
        assert!(matches!(at_once(2), Some(None)));
        limit.learn(asked, Sign::Fine);
        let mut waits = Box::pin(limit.acquire(2, Some(PATIENCE)));
        assert!((&mut waits).now_or_never().is_none());
        drop(permits);
        assert!(waits.await.is_some());
    }

    #[tokio::test]
    async fn a_slow_peer_is_waited_for_as_long_as_it_answers_but_not_for_ever() {
        let limit = open(4);
        let asked = Instant::now();
        let _permits = held(&limit, 4);
        // As if an answer came every moment, to somebody else.
        limit.state().heard = asked + Duration::from_mins(1);
        assert!(limit.acquire(2, Some(PATIENCE)).await.is_none());
        assert!(asked.elapsed() >= PATIENCE * (AGAIN + 1));
        assert!(!limit.state().is_silent);
    }
}
