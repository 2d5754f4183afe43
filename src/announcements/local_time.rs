// SPDX-License-Identifier: EUPL-1.2

//! T as the city's clocks show it: a local time and its zone.
//!
//! Where clocks are changed, an hour is left out in spring and passed twice in autumn. A time in either means
//! two instants; which one is the editor's to say, never ours to guess.

use std::fmt;

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, Offset, TimeZone},
};
use serde::{Deserialize, Deserializer, de::Error as _};
use utoipa::ToSchema;

use super::{AnnouncementError, Result};
use crate::clock::{At, Zone};

/// A time as the clocks of a zone show it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LocalTime {
    /// To the second, without an offset.
    #[schema(value_type = String, example = "2026-11-21T15:00:00")]
    at: Shown,
    /// A zone of the IANA database.
    #[schema(value_type = String, example = "Europe/Berlin")]
    zone: Zone,
}

impl LocalTime {
    /// The one instant at which the zone's clocks show this.
    pub(super) fn instant(&self) -> Result<At> {
        instant(self.at.0, self.zone.rules())
    }
}

/// Date and time to the second.
#[derive(Debug)]
struct Shown(DateTime);

impl<'de> Deserialize<'de> for Shown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // jiff reads more than we take, as fractions and an offset that it then forgets: what it read must be
        // all that was written.
        let shown = text.parse::<DateTime>().ok();
        let shown =
            shown.filter(|shown| shown.subsec_nanosecond() == 0 && shown.to_string() == text);
        shown.map(Self).ok_or_else(|| {
            D::Error::custom("expected a local time to the second, as 2026-11-21T15:00:00")
        })
    }
}

/// An instant that could be meant. Written as RFC 3339 with the offset that the zone has then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    at: At,
    offset: Offset,
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.at.timestamp().display_with_offset(self.offset).fmt(f)
    }
}

fn instant(shown: DateTime, zone: &TimeZone) -> Result<At> {
    let candidate = |at, offset| Candidate { at, offset };
    match zone.to_ambiguous_timestamp(shown).offset() {
        AmbiguousOffset::Unambiguous { offset } => Ok(under(offset, shown)),
        // Clocks never show it, so each reading is written as they show it then: by the other's offset.
        AmbiguousOffset::Gap { before, after } => Err(AnnouncementError::LocalTimeMissing {
            earlier: candidate(under(after, shown), before),
            later: candidate(under(before, shown), after),
        }),
        AmbiguousOffset::Fold { before, after } => Err(AnnouncementError::LocalTimeTwice {
            earlier: candidate(under(before, shown), before),
            later: candidate(under(after, shown), after),
        }),
    }
}

/// The instant at which clocks with this offset show it. The last hours of the calendar are no instants;
/// they are as much too early or too late for a release as the first and the last instant are.
fn under(offset: Offset, shown: DateTime) -> At {
    let nearest = if shown.year() < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    At::new(offset.to_timestamp(shown).unwrap_or(nearest))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn in_zone(zone: &str, shown: &str) -> Result<At> {
        instant(shown.parse().unwrap(), &TimeZone::get(zone).unwrap())
    }

    fn in_berlin(shown: &str) -> Result<At> {
        in_zone("Europe/Berlin", shown)
    }

    fn at(text: &str) -> At {
        text.parse().unwrap()
    }

    #[test]
    fn the_hour_that_spring_leaves_out_is_missing_to_the_microsecond() {
        let before = in_berlin("2027-03-28T01:59:59.999999").unwrap();
        assert_eq!(before, at("2027-03-28T00:59:59.999999Z"));
        let after = in_berlin("2027-03-28T03:00:00").unwrap();
        assert_eq!(after, at("2027-03-28T01:00:00Z"));
        for (shown, readings) in [
            (
                "2027-03-28T02:00:00",
                ["2027-03-28T01:00:00+01:00", "2027-03-28T03:00:00+02:00"],
            ),
            (
                "2027-03-28T02:59:59.999999",
                [
                    "2027-03-28T01:59:59.999999+01:00",
                    "2027-03-28T03:59:59.999999+02:00",
                ],
            ),
        ] {
            let Err(AnnouncementError::LocalTimeMissing { earlier, later }) = in_berlin(shown)
            else {
                panic!("{shown} is missing");
            };
            assert_eq!([earlier.to_string(), later.to_string()], readings);
        }
    }

    #[test]
    fn the_hour_that_autumn_repeats_is_there_twice_to_the_microsecond() {
        let before = in_berlin("2027-10-31T01:59:59.999999").unwrap();
        assert_eq!(before, at("2027-10-30T23:59:59.999999Z"));
        let after = in_berlin("2027-10-31T03:00:00").unwrap();
        assert_eq!(after, at("2027-10-31T02:00:00Z"));
        for (shown, readings) in [
            (
                "2027-10-31T02:00:00",
                ["2027-10-31T02:00:00+02:00", "2027-10-31T02:00:00+01:00"],
            ),
            (
                "2027-10-31T02:59:59.999999",
                [
                    "2027-10-31T02:59:59.999999+02:00",
                    "2027-10-31T02:59:59.999999+01:00",
                ],
            ),
        ] {
            let Err(AnnouncementError::LocalTimeTwice { earlier, later }) = in_berlin(shown) else {
                panic!("{shown} is there twice");
            };
            assert_eq!([earlier.to_string(), later.to_string()], readings);
        }
    }

    #[test]
    fn a_zone_that_changes_no_clocks_has_every_time_once() {
        let read = in_zone("UTC", "2027-03-28T02:30:00").unwrap();
        assert_eq!(read, at("2027-03-28T02:30:00Z"));
        let read = in_zone("Asia/Kolkata", "2027-10-31T02:30:00").unwrap();
        assert_eq!(read, at("2027-10-30T21:00:00Z"));
    }

    #[test]
    fn the_ends_of_the_calendar_are_instants_too() {
        let last = in_berlin("9999-12-31T23:59:59").unwrap();
        assert_eq!(last, At::new(Timestamp::MAX));
        let first = in_zone("Asia/Kolkata", "-009999-01-01T00:00:00").unwrap();
        assert!(first < at("0000-01-01T00:00:00Z"));
    }

    #[test]
    fn nothing_but_a_local_time_to_the_second_is_read() {
        let read = |at: &str, zone: &str| {
            serde_json::from_value::<LocalTime>(json!({"at": at, "zone": zone}))
        };
        assert!(read("2026-11-21T15:00:00", "Europe/Berlin").is_ok());
        for at in [
            "2026-11-21T15:00:00.5",
            "2026-11-21T15:00:00.000",
            "2026-11-21T15:00",
            "2026-11-21T15:00:60",
            "2026-11-21T15:00:00Z",
            "2026-11-21T15:00:00+01:00",
            "2026-11-21T15:00:00[Europe/Berlin]",
            "2026-11-21 15:00:00",
            "2026-11-21",
            "2026-02-29T15:00:00",
            "",
        ] {
            assert!(read(at, "Europe/Berlin").is_err(), "{at}");
        }
        for zone in ["Europe/Entenhausen", "Etc/Unknown", "+01:00", ""] {
            assert!(read("2026-11-21T15:00:00", zone).is_err(), "{zone}");
        }
    }
}
