// SPDX-License-Identifier: EUPL-1.2

//! `[announcements.max_lateness_seconds]`: how late after T a class may still be released by itself.

use std::ops::RangeInclusive;

use serde::Deserialize;

/// A minute to a week, in seconds.
pub const BOUNDS: RangeInclusive<i32> = 60..=604_800;

/// In seconds after T. An alert tells of a danger that may be over soon; news are as true in the afternoon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LatenessConfig {
    pub news: i32,
    pub important: i32,
    pub alert: i32,
}

impl Default for LatenessConfig {
    fn default() -> Self {
        Self {
            news: 6 * 60 * 60,
            important: 60 * 60,
            alert: 15 * 60,
        }
    }
}

impl LatenessConfig {
    /// What is wrong, by key.
    pub(super) fn problems(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let all = [
            ("announcements.max_lateness_seconds.news", self.news),
            (
                "announcements.max_lateness_seconds.important",
                self.important,
            ),
            ("announcements.max_lateness_seconds.alert", self.alert),
        ];
        let unsound = all
            .into_iter()
            .filter(|(_, seconds)| !BOUNDS.contains(seconds));
        unsound.map(|(key, _)| (key, "must be 60 to 604800 (a week)"))
    }
}
