// SPDX-License-Identifier: EUPL-1.2

//! Time as clocks on the wall show it: their zone, and a time of the day.

use std::{fmt, str::FromStr};

use jiff::{civil::Time, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A zone of the IANA database that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// There is no such zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a zone of the IANA database, as Europe/Berlin")]
pub struct UnknownZone;

impl Zone {
    pub fn rules(&self) -> &TimeZone {
        &self.0
    }

    /// As the database writes it.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }
}

/// Where the program was made for.
impl Default for Zone {
    fn default() -> Self {
        "Europe/Berlin".parse().unwrap_or(Self(TimeZone::UTC))
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;
    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        // `Etc/Unknown` is found too, and would be UTC in silence.
        let zone = TimeZone::get(name)
            .ok()
            .filter(|zone| !zone.is_unknown() && zone.iana_name().is_some());
        zone.map(Self).ok_or(UnknownZone)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse().map_err(D::Error::custom)
    }
}

/// A time of the day as clocks show it, to the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(Time);

impl TimeOfDay {
    pub fn time(self) -> Time {
        self.0
    }

    /// Minutes since midnight, on a day on which nobody changes the clocks.
    pub fn minutes(self) -> usize {
        let part = |value: i8| usize::from(value.unsigned_abs());
        part(self.0.hour()) * 60 + part(self.0.minute())
    }
}

impl FromStr for TimeOfDay {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // jiff reads more than we take: what it read must be all that was written.
        let time = text.parse().ok().map(Self);
        time.filter(|time| time.to_string() == text)
            .ok_or("expected a time of the day, as 20:00")
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_known_by_its_name_and_by_nothing_else() {
        assert_eq!(
            "Europe/Berlin".parse::<Zone>().unwrap().name(),
            "Europe/Berlin"
        );
        for name in ["Europe/Entenhausen", "Etc/Unknown", "+01:00", ""] {
            assert_eq!(name.parse::<Zone>(), Err(UnknownZone), "{name}");
        }
    }

    #[test]
    fn the_bundled_zones_know_the_citys() {
        let bundled = jiff::tz::TimeZoneDatabase::bundled();
        assert!(bundled.get("Europe/Berlin").is_ok());
    }

    #[test]
    fn nothing_but_hours_and_minutes_is_a_time_of_the_day() {
        assert_eq!("06:00".parse::<TimeOfDay>().unwrap().to_string(), "06:00");
        for bad in ["6:00", "06:00:00", "24:00", "0600", "06", "06:60", ""] {
            assert!(bad.parse::<TimeOfDay>().is_err(), "{bad}");
        }
    }
}
