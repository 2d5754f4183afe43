// SPDX-License-Identifier: EUPL-1.2

//! When to try again.

use std::time::Duration;

use crate::push::outbox::LONGEST_RETRY;

/// The first wait is up to this long, each next up to twice as long.
const BASE: Duration = Duration::from_secs(1);
const CAP: Duration = LONGEST_RETRY;

/// How often settling is tried before the lease is left to end.
pub(super) const SETTLE_ATTEMPTS: u32 = 30;
pub(super) const SETTLE_PAUSE: Duration = Duration::from_secs(1);

/// How long to wait after the given number of attempts: what the gateway said (`Retry-After`), with a little
/// on top so that a thousand don't return at once; else exponential with full jitter.
pub(super) fn wait(attempts: u32, said: Option<Duration>, random: [u8; 2]) -> Duration {
    let fraction = f64::from(u16::from_be_bytes(random)) / f64::from(u16::MAX);
    if let Some(said) = said {
        said + BASE.mul_f64(fraction)
    } else {
        let doublings = attempts.saturating_sub(1).min(16);
        BASE.saturating_mul(1 << doublings)
            .min(CAP)
            .mul_f64(fraction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: [u8; 2] = [255, 255];

    #[test]
    fn waits_double_up_to_the_cap_and_jitter_over_all_of_it() {
        assert_eq!(wait(1, None, MOST), Duration::from_secs(1));
        assert_eq!(wait(4, None, MOST), Duration::from_secs(8));
        assert_eq!(wait(99, None, MOST), CAP);
        assert_eq!(wait(99, None, [0, 0]), Duration::ZERO);
    }

    #[test]
    fn what_the_gateway_said_is_never_undercut() {
        let said = Duration::from_secs(30);
        assert_eq!(wait(9, Some(said), [0, 0]), said);
        assert!(wait(9, Some(said), MOST) <= said + BASE);
    }
}
