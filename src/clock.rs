// SPDX-License-Identifier: EUPL-1.2

//! Time, injected: the wall clock in the program, a clock that is advanced by hand in the tests.
//!
//! Where several processes share a database, the wall clock [follows](Clock::follow) the database's.
//!
//! Every instant is an [`At`]: UTC, cut to the microsecond, because that is what both databases keep.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the wall clock"
)]

mod local;

use std::{
    fmt,
    str::FromStr,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use tokio::sync::watch;

pub use self::local::{TimeOfDay, UnknownZone, Zone};

/// An instant in UTC to the microsecond. Written as RFC 3339 with milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At(Timestamp);

impl At {
    /// Whole seconds since 1970-01-01T00:00:00Z, for constants.
    pub const fn constant(seconds: i64) -> Self {
        Self(Timestamp::constant(seconds, 0))
    }

    /// The instant, cut to the microsecond.
    pub fn new(timestamp: Timestamp) -> Self {
        Self::from_micros(timestamp.as_microsecond()).unwrap_or(Self(Timestamp::MAX))
    }

    /// Microseconds since 1970-01-01T00:00:00Z; `None` outside the years -9999 to 9999.
    pub fn from_micros(micros: i64) -> Option<Self> {
        Timestamp::from_microsecond(micros).ok().map(Self)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub fn as_micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// Whole seconds since 1970-01-01T00:00:00Z.
    pub fn as_secs(self) -> i64 {
        self.0.as_second()
    }

    pub fn timestamp(self) -> Timestamp {
        self.0
    }

    /// How long from `earlier` until this instant; zero if it is not earlier.
    pub fn since(self, earlier: At) -> Duration {
        Duration::try_from(self.0.duration_since(earlier.0)).unwrap_or(Duration::ZERO)
    }

    /// Milliseconds from `origin` until this instant, negative if this is before it.
    pub fn millis_after(self, origin: At) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a difference of days fits 52 bits"
        )]
        let micros = (self.as_micros() - origin.as_micros()) as f64;
        micros / 1_000.0
    }
}

impl std::ops::Add<Duration> for At {
    type Output = At;
    fn add(self, by: Duration) -> At {
        At::new(self.0.saturating_add(signed(by)).unwrap_or(Timestamp::MAX))
    }
}

impl std::ops::Sub<Duration> for At {
    type Output = At;
    fn sub(self, by: Duration) -> At {
        At::new(self.0.saturating_sub(signed(by)).unwrap_or(Timestamp::MIN))
    }
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl fmt::Debug for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.0)
    }
}

impl FromStr for At {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(At::new)
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| {
            D::Error::custom("expected an RFC 3339 time with its offset, as 2026-11-21T14:00:00Z")
        })
    }
}

impl utoipa::PartialSchema for At {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .examples([serde_json::json!("2026-11-21T14:00:00.000Z")])
            .into()
    }
}

impl utoipa::ToSchema for At {
    fn name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }
}

/// Where the present comes from.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    Wall(Arc<Followed>),
    Manual(Arc<watch::Sender<Hands>>),
}

/// What a manual clock shows, and how long it has run: apart once it was [set](Clock::set).
#[derive(Clone, Copy)]
struct Hands {
    shows: At,
    ran: Duration,
}

/// What the clock that a wall clock follows showed when this process began to count, in microseconds since 1970.
struct Followed(AtomicI64);

/// The machine's own clock is followed. No clock shows this year.
const OWN: i64 = i64::MIN;

/// When this process began to count.
static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Clock {
    /// The machine's clock, until it [follows](Clock::follow) another.
    pub fn wall() -> Self {
        Self(Source::Wall(Arc::new(Followed(AtomicI64::new(OWN)))))
    }

    /// A clock that stands still at `start` until it is [advanced](Clock::advance) or [set](Clock::set).
    pub fn manual(start: At) -> Self {
        let hands = Hands {
            shows: start,
            ran: Duration::ZERO,
        };
        Self(Source::Manual(Arc::new(watch::Sender::new(hands))))
    }

    pub fn now(&self) -> At {
        match &self.0 {
            Source::Wall(followed) => followed.now().unwrap_or_else(|| At::new(Timestamp::now())),
            Source::Manual(hands) => hands.borrow().shows,
        }
    }

    /// How long the clock has run, whatever it was set to meanwhile: what [`now`](Clock::now) gains on this
    /// or loses, somebody has set it by.
    pub fn ran(&self) -> Duration {
        match &self.0 {
            Source::Wall(_) => STARTED.elapsed(),
            Source::Manual(hands) => hands.borrow().ran,
        }
    }

    /// Whether time passes by itself.
    pub fn is_wall(&self) -> bool {
        matches!(self.0, Source::Wall(_))
    }

    /// Whether the clock follows another.
    pub fn follows(&self) -> bool {
        matches!(&self.0, Source::Wall(followed) if followed.now().is_some())
    }

    /// From now on a wall clock shows what another does, which showed `at` when this one had [run](Clock::ran)
    /// for so long, whatever the machine's is set to. A manual clock is left alone.
    pub fn follow(&self, at: At, ran: Duration) {
        if let Source::Wall(followed) = &self.0 {
            let began = (at - ran).as_micros();
            followed.0.store(began, Ordering::Relaxed);
        }
    }

    /// Lets time pass on a manual clock and wakes whoever sleeps until then. A wall clock is left alone.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(hands) = &self.0 {
            hands.send_modify(|hands| {
                hands.shows = hands.shows + by;
                hands.ran += by;
            });
        }
    }

    /// Sets a manual clock, forward or back, without time passing. A wall clock is left alone.
    pub fn set(&self, to: At) {
        if let Source::Manual(hands) = &self.0 {
            hands.send_modify(|hands| hands.shows = to);
        }
    }

    /// Returns once the clock shows `deadline` or later, never before.
    ///
    /// The wall clock is looked at again at least once a second, so that a clock that is set forward
    /// or back by the operating system, or by the clock that it follows, is noticed.
    pub async fn sleep_until(&self, deadline: At) {
        match &self.0 {
            Source::Wall(_) => loop {
                let left = deadline.since(self.now());
                if left.is_zero() {
                    return;
                }
                tokio::time::sleep(left.min(Duration::from_secs(1))).await;
            },
            Source::Manual(hands) => {
                // The sender lives in `self`, so the wait can't end by its being dropped.
                let mut hands = hands.subscribe();
                let _ = hands.wait_for(|hands| hands.shows >= deadline).await;
            }
        }
    }

    pub async fn sleep(&self, duration: Duration) {
        self.sleep_until(self.now() + duration).await;
    }
}

impl Followed {
    fn now(&self) -> Option<At> {
        match self.0.load(Ordering::Relaxed) {
            OWN => None,
            began => At::from_micros(began).map(|began| began + STARTED.elapsed()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_with_milliseconds_and_read_back() {
        let at: At = "2026-11-21T14:00:00.123456789+01:00".parse().unwrap();
        assert_eq!(at.to_string(), "2026-11-21T13:00:00.123Z");
        assert_eq!(at.as_micros() % 1_000_000, 123_456);
    }

    #[tokio::test]
    async fn a_sleeper_wakes_when_the_clock_is_advanced_far_enough() {
        let clock = Clock::manual("2026-11-21T14:00:00Z".parse().unwrap());
        let deadline = clock.now() + Duration::from_secs(10);
        let sleeper = clock.sleep_until(deadline);
        tokio::pin!(sleeper);
        assert!(futures::poll!(&mut sleeper).is_pending());
        clock.advance(Duration::from_secs(9));
        assert!(futures::poll!(&mut sleeper).is_pending());
        clock.advance(Duration::from_secs(1));
        sleeper.await;
    }

    #[test]
    fn a_clock_that_follows_another_shows_its_time_in_every_copy() {
        let clock = Clock::wall();
        let copy = clock.clone();
        assert!(!clock.follows());
        let other: At = "2031-01-01T00:00:00Z".parse().unwrap();
        clock.follow(other, clock.ran());
        let shows = copy.now();
        assert!(copy.follows() && shows >= other && shows < other + Duration::from_hours(1));
        assert!(copy.now() >= shows);
    }
}
