// SPDX-License-Identifier: EUPL-1.2

//! The rules, free of any database.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{AnnouncementError, Result, State, StateName, Texts, placeholders};
use crate::{
    clock::At,
    id::AnnouncementId,
    push::envelope::{self, Envelope, Manner},
};

/// T is at most this far ahead: what is later is a slip of the pen.
const LONGEST_AHEAD: Duration = Duration::from_hours(366 * 24);
/// How long before T the gateways' connections are opened: long enough for TLS over a bad line, short
/// enough that no gateway closes them as idle.
pub(super) const WARM_BEFORE: Duration = Duration::from_secs(5);

impl State {
    pub fn name(&self) -> StateName {
        match self {
            Self::Draft => StateName::Draft,
            Self::InReview { .. } => StateName::InReview,
            Self::Scheduled { .. } => StateName::Scheduled,
            Self::Held { .. } => StateName::Held,
            Self::Released { .. } => StateName::Released,
            Self::Withdrawn { .. } => StateName::Withdrawn,
        }
    }

    /// Whether words, audience and T may still change. After T they are on people's phones.
    pub(super) fn check_unreleased(&self) -> Result<()> {
        match self {
            Self::Draft | Self::InReview { .. } | Self::Scheduled { .. } | Self::Held { .. } => {
                Ok(())
            }
            Self::Released { .. } => Err(AnnouncementError::AlreadyReleased),
            Self::Withdrawn { .. } => Err(AnnouncementError::Withdrawn),
        }
    }

    pub(super) fn is_scheduled(&self) -> bool {
        matches!(self, Self::Scheduled { .. })
    }

    /// Whether an editor has set a T, which is to come or was missed.
    pub(super) fn has_had_t(&self) -> bool {
        matches!(self, Self::Scheduled { .. } | Self::Held { .. })
    }
}

/// T must be in the future, and within a year.
pub(super) fn check_release_at(release_at: At, now: At) -> Result<()> {
    if release_at <= now {
        return Err(AnnouncementError::ReleaseInPast { now });
    }
    let latest = now + LONGEST_AHEAD;
    if release_at > latest {
        return Err(AnnouncementError::ReleaseTooFar { latest });
    }
    Ok(())
}

pub(super) fn check_texts(texts: &Texts, expires_at: Option<At>) -> Result<()> {
    if texts.is_empty() {
        return Err(AnnouncementError::NoText);
    }
    placeholders::check(texts, expires_at)
}

/// What push carries of an announcement whose placeholders are filled.
pub(super) fn envelope(id: AnnouncementId, texts: &Texts) -> Envelope {
    let texts = texts.iter().map(|(language, words)| {
        let text = envelope::Text {
            title: words.title.as_str().to_owned(),
            body: words.push_text.as_str().to_owned(),
        };
        (language, text)
    });
    Envelope {
        texts: texts.collect(),
        link: format!("/announcements/{id}"),
        collapse_id: collapse_id(id),
        manner: Manner::Show,
    }
}

/// 22 characters; the same for every push of this announcement, so that one replaces the other.
pub(super) fn collapse_id(id: AnnouncementId) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(id.uuid())
}

/// What the releaser does next about a scheduled announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing before this instant.
    Wait(At),
    Stage,
    /// The gateways, for the release that comes at this instant.
    Warm,
    Release,
}

/// `staged` and `warmed`: whether that has been done for this T.
pub(super) fn next(
    release_at: At,
    staged: bool,
    warmed: bool,
    stage_before: Duration,
    now: At,
) -> Next {
    if now >= release_at {
        return Next::Release;
    }
    if !staged {
        let stage_at = release_at - stage_before;
        return if now >= stage_at {
            Next::Stage
        } else {
            Next::Wait(stage_at)
        };
    }
    let warm_at = release_at - WARM_BEFORE;
    match (warmed, now >= warm_at) {
        (true, _) => Next::Wait(release_at),
        (false, true) => Next::Warm,
        (false, false) => Next::Wait(warm_at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        announcements::Wording,
        push::Language,
        text::{Line, Text},
    };

    fn at(text: &str) -> At {
        text.parse().unwrap()
    }

    #[test]
    fn t_is_in_the_future_and_within_a_year() {
        let now = at("2026-11-21T14:00:00Z");
        assert!(matches!(
            check_release_at(now, now),
            Err(AnnouncementError::ReleaseInPast { .. })
        ));
        assert!(check_release_at(now + Duration::from_micros(1), now).is_ok());
        assert!(check_release_at(now + LONGEST_AHEAD, now).is_ok());
        assert!(matches!(
            check_release_at(now + LONGEST_AHEAD + Duration::from_secs(1), now),
            Err(AnnouncementError::ReleaseTooFar { .. })
        ));
    }

    #[test]
    fn the_releaser_stages_then_warms_then_releases_and_never_before_t() {
        let t = at("2026-11-21T14:00:00Z");
        let before = |seconds| t - Duration::from_secs(seconds);
        let minute = Duration::from_mins(1);
        assert_eq!(
            next(t, false, false, minute, before(61)),
            Next::Wait(before(60))
        );
        assert_eq!(next(t, false, false, minute, before(60)), Next::Stage);
        assert_eq!(
            next(t, true, false, minute, before(60)),
            Next::Wait(before(5))
        );
        assert_eq!(next(t, true, false, minute, before(5)), Next::Warm);
        assert_eq!(next(t, true, true, minute, before(5)), Next::Wait(t));
        assert_eq!(
            next(t, true, true, minute, t - Duration::from_micros(1)),
            Next::Wait(t)
        );
        assert_eq!(next(t, true, true, minute, t), Next::Release);
        assert_eq!(next(t, false, false, minute, t + minute), Next::Release);
    }

    #[test]
    fn the_envelope_carries_the_lock_screens_words_and_nothing_of_the_body() {
        let id: AnnouncementId = "019a8f6e-7c00-7000-8000-000000000001".parse().unwrap();
        let words = Wording {
            title: Line::new("Brücke gesperrt").unwrap(),
            push_text: Text::new("Die Brücke ist ab sofort gesperrt.").unwrap(),
            body: Text::new("Alles Weitere").unwrap(),
        };
        let envelope = envelope(id, &[(Language::German, words)].into_iter().collect());
        assert_eq!(envelope.link, format!("/announcements/{id}"));
        assert_eq!(envelope.collapse_id, "AZqPbnwAcACAAAAAAAAAAQ");
        let text = &envelope.texts[&Language::German];
        assert_eq!(text.title, "Brücke gesperrt");
        assert_eq!(text.body, "Die Brücke ist ab sofort gesperrt.");
    }
}
