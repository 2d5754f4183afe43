// SPDX-License-Identifier: EUPL-1.2

//! How late is too late, free of any database.

use std::{ops::RangeInclusive, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use crate::{
    clock::At,
    config::lateness::{BOUNDS, LatenessConfig},
    push::Class,
};

/// How many seconds after T an announcement may still be released by itself: a minute, so that a machine
/// under load holds nothing, up to a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct MaxLateness(i32);

impl MaxLateness {
    const SECONDS: RangeInclusive<i32> = BOUNDS;

    pub(in crate::announcements) fn new(seconds: i32) -> Option<Self> {
        Self::SECONDS.contains(&seconds).then_some(Self(seconds))
    }

    pub(in crate::announcements) fn seconds(self) -> i32 {
        self.0
    }

    fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0.unsigned_abs()))
    }
}

impl<'de> Deserialize<'de> for MaxLateness {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = i32::deserialize(deserializer)?;
        let (least, most) = (Self::SECONDS.start(), Self::SECONDS.end());
        Self::new(seconds).ok_or_else(|| D::Error::custom(format!("must be {least} to {most}")))
    }
}

impl utoipa::PartialSchema for MaxLateness {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::Type::Integer)
            .minimum(Some(*Self::SECONDS.start()))
            .maximum(Some(*Self::SECONDS.end()))
            .into()
    }
}

impl utoipa::ToSchema for MaxLateness {}

/// What the configuration says for each class.
#[derive(Clone, Copy, Debug)]
pub(in crate::announcements) struct Lateness(LatenessConfig);

impl Lateness {
    pub(in crate::announcements) fn new(config: LatenessConfig) -> Self {
        Self(config)
    }

    pub(in crate::announcements) fn get(&self, class: Class) -> MaxLateness {
        MaxLateness(match class {
            Class::News => self.0.news,
            Class::Important => self.0.important,
            Class::Alert => self.0.alert,
        })
    }
}

/// Whether what was to be released at T is so late that an editor must decide.
pub(super) fn is_too_late(release_at: At, most: MaxLateness, now: At) -> bool {
    now.since(release_at) > most.duration()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_late_as_it_may_be_is_not_too_late() {
        let t: At = "2026-11-21T14:00:00Z".parse().unwrap();
        let most = MaxLateness::new(60).unwrap();
        let late_by = |by| is_too_late(t, most, t + by);
        assert!(!late_by(Duration::ZERO));
        assert!(!late_by(Duration::from_mins(1)));
        assert!(late_by(Duration::from_mins(1) + Duration::from_micros(1)));
        assert!(!is_too_late(t, most, t - Duration::from_hours(1)));
    }

    #[test]
    fn it_is_a_minute_to_a_week() {
        for (seconds, is_one) in [(59, false), (60, true), (604_800, true), (604_801, false)] {
            assert_eq!(MaxLateness::new(seconds).is_some(), is_one, "{seconds}");
            let read = serde_json::from_value::<MaxLateness>(seconds.into());
            assert_eq!(read.is_ok(), is_one, "{seconds}");
        }
    }
}
