// SPDX-License-Identifier: EUPL-1.2

//! Chance in the tests.

use std::io::Write as _;

use stadtfunk::clock::Clock;

/// Chance that can be had again by its seed: an xorshift generator (Marsaglia, 2003).
pub(crate) struct Dice {
    pub(crate) seed: u64,
    state: u64,
}

impl Dice {
    /// By the clock, or by `STADTFUNK_TEST_SEED`.
    pub(crate) fn new() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "a switch of the tests, not of the program"
        )]
        let wanted = std::env::var("STADTFUNK_TEST_SEED").ok();
        let seed = wanted.map_or_else(
            || Clock::wall().now().as_micros().unsigned_abs(),
            |seed| seed.parse().expect("a number"),
        );
        let _ = writeln!(std::io::stderr(), "STADTFUNK_TEST_SEED={seed}");
        Self {
            seed,
            state: seed | 1,
        }
    }

    /// From 0 to less than `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state % end
    }
}
