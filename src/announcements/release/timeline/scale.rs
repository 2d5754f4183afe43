// SPDX-License-Identifier: EUPL-1.2

//! Where an instant and a count lie in the drawing.

use super::{super::report::Report, words::whole};
use crate::announcements::press::PressEvent;

/// The box in which the curve is drawn.
pub(super) const LEFT: f64 = 72.0;
pub(super) const RIGHT: f64 = 928.0;
pub(super) const HEIGHT: f64 = 240.0;

/// What is shown at least, in milliseconds.
const LEAST: f64 = 100.0;
/// Room behind the last thing that is drawn.
const ROOM: f64 = 1.12;
/// Steps of the axis that people count in, in milliseconds.
const STEPS: [f64; 25] = [
    20.0, 50.0, 100.0, 200.0, 500.0, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3,
    900e3, 1_800e3, 3_600e3, 7_200e3, 14_400e3, 21_600e3, 43_200e3, 86_400e3, 172_800e3, 604_800e3,
];
const MOST_STEPS: f64 = 8.0;

/// Milliseconds after T to the right, phones upwards.
pub(super) struct Scale {
    /// Milliseconds at the right edge.
    pub(super) until: f64,
    /// Phones at the upper edge.
    pub(super) whole: i64,
    top: f64,
}

impl Scale {
    /// As wide as what matters: all but the last hundredth of the phones, and when the press was served.
    /// What comes later, a phone that was off, would make everything else a line at the left edge.
    pub(super) fn of(report: &Report, top: f64) -> Self {
        let phones = report.hand_over.iter().map(|times| times.p99_ms);
        let press = report.press.iter().flat_map(|press| {
            let released = press.channels.iter();
            let released = released.filter(|channel| channel.event == PressEvent::Released);
            released
                .filter_map(|channel| channel.first_ms)
                .chain(press.opened_ms)
        });
        let last = phones.chain(press).fold(LEAST / ROOM, f64::max);
        Self {
            until: last * ROOM,
            whole: report.devices.total.max(1),
            top,
        }
    }

    pub(super) fn x(&self, ms: f64) -> f64 {
        LEFT + (ms / self.until).clamp(0.0, 1.0) * (RIGHT - LEFT)
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of phones fit 52 bits")]
    pub(super) fn y(&self, count: i64) -> f64 {
        self.bottom() - count as f64 / self.whole as f64 * HEIGHT
    }

    pub(super) fn bottom(&self) -> f64 {
        self.top + HEIGHT
    }

    /// Where the axis bears a figure, T first.
    pub(super) fn ticks(&self) -> impl Iterator<Item = f64> {
        let fits = |step: &&f64| self.until / **step <= MOST_STEPS;
        let step = *STEPS.iter().find(fits).unwrap_or(&self.until);
        let count = whole((self.until / step).floor());
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let ticks = (0..=count).map(move |tick| tick as f64 * step);
        ticks
    }
}
