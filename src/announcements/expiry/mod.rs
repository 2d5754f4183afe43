// SPDX-License-Identifier: EUPL-1.2

//! The end that an editor may set: from then on nobody is disturbed with the announcement any more, and neither
//! readers nor the press find it among what is current. Whoever has its address, as from a notification on the
//! phone, still reads it: a dead link would tell less. To make it unreadable is to withdraw it.
//!
//! T is before the end. What has expired without having been released is neither approved nor scheduled nor
//! released before it gets another end, or none; after the release the end stays as it is.

pub(super) mod store;

use super::{AnnouncementError, Result};
use crate::clock::At;

/// What an editor says is in the future.
pub(super) fn check_said(expires_at: Option<At>, now: At) -> Result<()> {
    if has_come(expires_at, now) {
        return Err(AnnouncementError::ExpiryInPast { now });
    }
    Ok(())
}

/// What has expired is not to be released any more.
pub(super) fn check_current(expires_at: Option<At>, now: At) -> Result<()> {
    match expires_at {
        Some(end) if end <= now => Err(AnnouncementError::Expired { expired_at: end }),
        _ => Ok(()),
    }
}

/// T is before the end.
pub(super) fn check_release_at(release_at: At, expires_at: Option<At>) -> Result<()> {
    match expires_at {
        Some(expires_at) if expires_at <= release_at => {
            Err(AnnouncementError::ReleaseAfterExpiry { expires_at })
        }
        _ => Ok(()),
    }
}

pub(super) fn has_come(expires_at: Option<At>, now: At) -> bool {
    expires_at.is_some_and(|expires_at| expires_at <= now)
}

/// Until when a phone may be disturbed: as long as the class allows it, and not after the end.
pub(super) fn of_push(expires_at: Option<At>, by_class: At) -> At {
    expires_at.map_or(by_class, |expires_at| expires_at.min(by_class))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_end_is_over_at_its_very_instant() {
        let end: At = "2026-11-21T14:00:00Z".parse().unwrap();
        let before = end - Duration::from_micros(1);
        assert!(check_said(Some(end), before).is_ok() && check_said(Some(end), end).is_err());
        assert!(check_current(Some(end), before).is_ok());
        assert!(check_current(Some(end), end).is_err());
        assert!(check_release_at(before, Some(end)).is_ok());
        assert!(check_release_at(end, Some(end)).is_err());
        assert!(check_current(None, end).is_ok() && check_release_at(end, None).is_ok());
    }

    #[test]
    fn a_phone_is_disturbed_until_the_earlier_of_the_two() {
        let end: At = "2026-11-21T14:00:00Z".parse().unwrap();
        let later = end + Duration::from_secs(1);
        assert_eq!(of_push(Some(end), later), end);
        assert_eq!(of_push(Some(later), end), end);
        assert_eq!(of_push(None, end), end);
    }
}
