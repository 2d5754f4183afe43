// SPDX-License-Identifier: EUPL-1.2

//! The weekly windows, and when they are over: pure rules.
//!
//! Where clocks are changed, a window may begin or end at a time that they leave out or show twice. In doubt it is
//! quiet: a window begins at the earlier of two readings and ends at the later.

use jiff::{
    ToSpan as _,
    civil::{Date, Weekday},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    clock::{At, TimeOfDay, Zone},
    db::text_enum,
};

/// The most windows of one week.
pub(super) const MOST_WINDOWS: usize = 21;
const MINUTES_OF_A_DAY: usize = 24 * 60;
const MINUTES_OF_A_WEEK: usize = 7 * MINUTES_OF_A_DAY;
/// How many windows, one after the other, are looked through for an end. A week leaves some time, so this is
/// never needed unless a change of clocks swallows that very time.
const MOST_IN_A_ROW: usize = 64;

text_enum! {
    /// A day of the week.
    pub enum Day {
        Monday = "monday",
        Tuesday = "tuesday",
        Wednesday = "wednesday",
        Thursday = "thursday",
        Friday = "friday",
        Saturday = "saturday",
        Sunday = "sunday",
    }
}

/// On each of these days from a time on, until another: of the next day if that is not later. `from` and `until` the
/// same: a whole day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = QuietWindow)]
pub struct Window {
    /// On which days it begins.
    pub days: Vec<Day>,
    #[schema(value_type = String, example = "20:00")]
    pub from: TimeOfDay,
    #[schema(value_type = String, example = "06:00")]
    pub until: TimeOfDay,
}

/// The windows of a week, in the clocks of a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Week {
    pub(super) zone: Zone,
    pub(super) windows: Vec<Window>,
}

impl Week {
    /// The same hours every day; without them, none.
    pub(super) fn daily(zone: Zone, hours: Option<(TimeOfDay, TimeOfDay)>) -> Self {
        let window = |(from, until)| Window {
            days: Day::ALL.to_vec(),
            from,
            until,
        };
        Self {
            zone,
            windows: hours.map(window).into_iter().collect(),
        }
    }

    /// When the quiet of an instant ends, over as many windows as follow each other without a gap; `None` if it
    /// is not quiet then.
    pub(super) fn quiet_until(&self, at: At) -> Option<At> {
        let mut end = at;
        for _ in 0..MOST_IN_A_ROW {
            let running = self
                .windows
                .iter()
                .flat_map(|window| self.around(window, end));
            let running = running.filter(|(from, until)| (*from..*until).contains(&end));
            let Some(later) = running.map(|(_, until)| until).max() else {
                break;
            };
            end = later;
        }
        (end > at).then_some(end)
    }

    /// Whether these windows leave no minute of the week.
    pub(super) fn is_always_quiet(windows: &[Window]) -> bool {
        let mut quiet = vec![false; MINUTES_OF_A_WEEK];
        for window in windows {
            for day in &window.days {
                let start = day.number() * MINUTES_OF_A_DAY + window.from.minutes();
                for minute in start..start + window.minutes() {
                    quiet[minute % MINUTES_OF_A_WEEK] = true;
                }
            }
        }
        quiet.iter().all(|quiet| *quiet)
    }

    /// The window's passings that could cover an instant: it may have begun on the day before.
    fn around(&self, window: &Window, at: At) -> impl Iterator<Item = (At, At)> {
        let today = self.zone.rules().to_datetime(at.timestamp()).date();
        let days = [today.yesterday(), Ok(today), today.tomorrow()];
        days.into_iter()
            .flatten()
            .filter_map(|date| self.passing(window, date))
    }

    /// From when until when the window is on a date, if it begins then.
    fn passing(&self, window: &Window, date: Date) -> Option<(At, At)> {
        if !window.days.contains(&Day::from(date.weekday())) {
            return None;
        }
        let last = if window.until > window.from {
            date
        } else {
            date.checked_add(1.day()).ok()?
        };
        let read = |date: Date, time: TimeOfDay| {
            self.zone
                .rules()
                .to_ambiguous_timestamp(date.to_datetime(time.time()))
        };
        let from = read(date, window.from).earlier().ok()?;
        let until = read(last, window.until).later().ok()?;
        Some((At::new(from), At::new(until)))
    }
}

impl Window {
    /// How many minutes clocks show between its ends, on a day on which nobody changes them.
    fn minutes(&self) -> usize {
        let (from, until) = (self.from.minutes(), self.until.minutes());
        if until > from {
            until - from
        } else {
            MINUTES_OF_A_DAY + until - from
        }
    }
}

impl Day {
    /// Monday is 0.
    fn number(self) -> usize {
        Self::ALL.iter().position(|day| *day == self).unwrap_or(0)
    }
}

impl From<Weekday> for Day {
    fn from(weekday: Weekday) -> Self {
        match weekday {
            Weekday::Monday => Self::Monday,
            Weekday::Tuesday => Self::Tuesday,
            Weekday::Wednesday => Self::Wednesday,
            Weekday::Thursday => Self::Thursday,
            Weekday::Friday => Self::Friday,
            Weekday::Saturday => Self::Saturday,
            Weekday::Sunday => Self::Sunday,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> At {
        text.parse().unwrap()
    }

    fn window(days: &[Day], from: &str, until: &str) -> Window {
        Window {
            days: days.to_vec(),
            from: from.parse().unwrap(),
            until: until.parse().unwrap(),
        }
    }

    fn week(windows: Vec<Window>) -> Week {
        Week {
            zone: Zone::default(),
            windows,
        }
    }

    fn nights(from: &str, until: &str) -> Week {
        week(vec![window(Day::ALL, from, until)])
    }

    /// When the quiet of a local time ends, as the clocks show it.
    fn ends(week: &Week, now: &str) -> Option<String> {
        let until = week.quiet_until(at(now))?;
        let zoned = until.timestamp().to_zoned(week.zone.rules().clone());
        Some(zoned.strftime("%a %H:%M %:z").to_string())
    }

    #[test]
    fn a_window_goes_across_midnight_and_its_end_is_not_quiet_any_more() {
        let nights = nights("20:00", "06:00");
        assert_eq!(ends(&nights, "2026-11-21T19:59:59.999+01:00"), None);
        for quiet in ["2026-11-21T20:00+01:00", "2026-11-22T05:59:59.999+01:00"] {
            assert_eq!(ends(&nights, quiet).as_deref(), Some("Sun 06:00 +01:00"));
        }
        assert_eq!(ends(&nights, "2026-11-22T06:00+01:00"), None);
    }

    #[test]
    fn windows_without_a_gap_are_one() {
        let weekend = week(vec![
            window(&[Day::Friday], "18:00", "00:00"),
            window(&[Day::Saturday, Day::Sunday], "00:00", "00:00"),
            window(&[Day::Monday], "00:00", "06:00"),
        ]);
        assert_eq!(
            ends(&weekend, "2026-11-20T19:00+01:00").as_deref(),
            Some("Mon 06:00 +01:00")
        );
        assert_eq!(ends(&weekend, "2026-11-20T17:59+01:00"), None);
        assert!(!Week::is_always_quiet(&weekend.windows));
    }

    #[test]
    fn a_day_belongs_to_its_window_until_the_window_ends() {
        let saturday = week(vec![window(&[Day::Saturday], "22:00", "04:00")]);
        assert!(ends(&saturday, "2026-11-22T03:00+01:00").is_some());
        assert_eq!(ends(&saturday, "2026-11-22T23:00+01:00"), None);
    }

    #[test]
    fn the_night_that_spring_shortens_ends_by_the_clock_and_not_after_ten_hours() {
        let nights = nights("20:00", "06:00");
        let until = nights.quiet_until(at("2027-03-27T20:00+01:00")).unwrap();
        assert_eq!(until, at("2027-03-28T06:00+02:00"));
        assert_eq!(
            until.since(at("2027-03-27T20:00+01:00")).as_secs(),
            9 * 3_600
        );
    }

    #[test]
    fn the_night_that_autumn_lengthens_ends_by_the_clock() {
        let nights = nights("20:00", "06:00");
        let until = nights.quiet_until(at("2027-10-30T20:00+02:00")).unwrap();
        assert_eq!(until, at("2027-10-31T06:00+01:00"));
        assert_eq!(
            until.since(at("2027-10-30T20:00+02:00")).as_secs(),
            11 * 3_600
        );
    }

    #[test]
    fn an_end_that_spring_leaves_out_is_the_later_reading_and_a_beginning_the_earlier() {
        let until = nights("22:00", "02:30").quiet_until(at("2027-03-28T01:00+01:00"));
        assert_eq!(until, Some(at("2027-03-28T03:30+02:00")));
        let early = nights("02:30", "05:00");
        assert_eq!(early.quiet_until(at("2027-03-28T01:29+01:00")), None);
        let until = early.quiet_until(at("2027-03-28T01:30+01:00"));
        assert_eq!(until, Some(at("2027-03-28T05:00+02:00")));
    }

    #[test]
    fn an_end_that_autumn_shows_twice_is_the_second_and_a_beginning_the_first() {
        let until = nights("22:00", "02:30").quiet_until(at("2027-10-31T02:15+02:00"));
        assert_eq!(
            until,
            Some(at("2027-10-31T02:30+01:00")),
            "not the first time"
        );
        let early = nights("02:30", "05:00");
        assert_eq!(early.quiet_until(at("2027-10-31T02:29+02:00")), None);
        for quiet in ["2027-10-31T02:30+02:00", "2027-10-31T02:10+01:00"] {
            assert_eq!(
                early.quiet_until(at(quiet)),
                Some(at("2027-10-31T05:00+01:00")),
                "{quiet}"
            );
        }
    }

    #[test]
    fn a_week_that_is_all_quiet_is_seen_and_has_an_end_nevertheless() {
        let always = nights("00:00", "00:00");
        assert!(Week::is_always_quiet(&always.windows));
        assert!(always.quiet_until(at("2026-11-21T12:00Z")).is_some());
        assert!(!Week::is_always_quiet(&nights("00:00", "23:59").windows));
        assert!(!Week::is_always_quiet(&[]));
    }
}
