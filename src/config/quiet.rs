// SPDX-License-Identifier: EUPL-1.2

//! `[quiet_hours]`: the quiet hours of everybody who has chosen none of their own. What each class does in them
//! stands in `push-config/classes.toml`.

use serde::Deserialize;

use crate::clock::TimeOfDay;

/// `[quiet_hours]`. The usual: none. A server that is updated must not begin to hold news back by itself, and which hours
/// are quiet is for the city and its staff council to agree.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QuietConfig {
    /// Every day from this time on by the city's clocks, as `20:00`.
    pub from: Option<TimeOfDay>,
    /// Until just before this one, as `06:00`: of the next day if it is not later.
    pub until: Option<TimeOfDay>,
}

impl QuietConfig {
    /// From when until when every day is quiet, if the city has quiet hours.
    pub fn daily(&self) -> Option<(TimeOfDay, TimeOfDay)> {
        self.from.zip(self.until)
    }

    /// What is wrong, by key.
    pub(super) fn problem(&self) -> Option<(&'static str, &'static str)> {
        match (self.from, self.until) {
            (Some(_), None) => Some(("quiet_hours.until", "is missing beside from")),
            (None, Some(_)) => Some(("quiet_hours.from", "is missing beside until")),
            (Some(from), Some(until)) if from == until => {
                Some(("quiet_hours.until", "must leave some time of the day"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<QuietConfig, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn a_city_has_none_or_both_ends() {
        assert!(QuietConfig::default().daily().is_none());
        let nights = read("from = '20:00'\nuntil = '06:00'").unwrap();
        assert!(nights.daily().is_some() && nights.problem().is_none());
        for (half, key) in [
            ("from = '20:00'", "quiet_hours.until"),
            ("until = '20:00'", "quiet_hours.from"),
            ("from = '20:00'\nuntil = '20:00'", "quiet_hours.until"),
        ] {
            assert_eq!(read(half).unwrap().problem().map(|(key, _)| key), Some(key));
        }
    }
}
