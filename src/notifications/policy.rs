// SPDX-License-Identifier: EUPL-1.2

//! How often somebody is told, and how loud. Pure.

use std::time::Duration;

use crate::{clock::At, push::envelope::Manner};

/// Whose replies count as a conversation's: the last so many. More people than that follow no conversation, and each
/// of them costs a push.
pub(super) const MOST_IN_THREAD: i64 = 50;
/// From here on comments are no longer counted.
pub(super) const MOST_COUNTED: i64 = 100;
/// After so long without a comment the next one is heard again, and counted from one.
pub(super) const OVER_AFTER: Duration = Duration::from_hours(1);
/// Social notices with the dispatcher at once. The rest wait here, where more comments make no more of them.
pub(super) const MOST_UNDER_WAY: i64 = 200;

/// The first pause between two pushes of a notice; each next is twice as long.
const FIRST_PAUSE: Duration = Duration::from_mins(1);
const LONGEST_PAUSE: Duration = Duration::from_hours(1);
/// However many posts are commented on at once, somebody's phone is not heard more often than that.
const BETWEEN_SOUNDS: Duration = Duration::from_mins(1);

/// How long a notice waits before it is pushed again, having been pushed so often.
pub(super) fn pause(times: i32) -> Duration {
    let doublings = u32::try_from(times - 1).unwrap_or(0).min(16);
    FIRST_PAUSE
        .saturating_mul(1 << doublings)
        .min(LONGEST_PAUSE)
}

/// Whether it is heard. `was_heard`: of this notice something is on the phone already; `last_sound`: when any other
/// was heard.
pub(super) fn manner(was_heard: bool, last_sound: Option<At>, now: At) -> Manner {
    let too_soon = last_sound.is_some_and(|at| now.since(at) < BETWEEN_SOUNDS);
    if was_heard || too_soon {
        Manner::ShowQuietly
    } else {
        Manner::Show
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        assert_eq!(pause(1), Duration::from_mins(1));
        assert_eq!(pause(4), Duration::from_mins(8));
        assert_eq!(pause(99), LONGEST_PAUSE);
    }

    #[test]
    fn a_day_of_comments_is_a_few_dozen_pushes() {
        let mut told = Duration::ZERO;
        let pushes = (1..).take_while(|times| {
            told += pause(*times);
            told < Duration::from_hours(24)
        });
        assert!(pushes.count() < 30);
    }

    #[test]
    fn the_first_is_heard_and_what_follows_is_not() {
        let now: At = "2026-11-21T14:00:00Z".parse().unwrap();
        assert_eq!(manner(false, None, now), Manner::Show);
        assert_eq!(manner(true, None, now), Manner::ShowQuietly);
        assert_eq!(manner(false, Some(now), now), Manner::ShowQuietly);
        let later = now + BETWEEN_SOUNDS;
        assert_eq!(manner(false, Some(now), later), Manner::Show);
    }
}
