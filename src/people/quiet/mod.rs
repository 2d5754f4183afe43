// SPDX-License-Identifier: EUPL-1.2

//! Quiet hours: when a private phone is to be left in peace.
//!
//! The cast:
//!
//! - everybody has [quiet hours](QuietHours): weekly windows in the clocks of a zone, and a pause until an instant.
//!   Whoever has chosen none keeps the city's, which may be none;
//! - what each class does to whoever is on duty, off duty, or in quiet hours is the city's table
//!   (`push-config/classes.toml`); being on duty beats quiet hours;
//! - a message's recipients are [marked](People::mark_recipients) by it: this one waits until the quiet ends, that one is told
//!   without a sound. The outbox does the rest.
//!
//! The flow: staging asks how it will be at T, for all recipients in one statement. Whoever changes quiet hours or
//! duty afterwards changes only what still waits for them: [`reconsider`].

mod store;
mod treatment;
mod week;

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) use self::treatment::reconsider;
pub use self::week::{Day, Window};
use self::week::{MOST_WINDOWS, Week};
use super::{People, access::Employee};
use crate::{
    clock::{At, Zone},
    config::{QuietConfig, push::Classes},
    db::{DbError, Result},
    id::{AccountId, AnnouncementId},
    push::Class,
    text::Words,
};

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_hours(366 * 24);

/// When somebody's phone is to be left in peace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct QuietHours {
    /// A zone of the IANA database, whose clocks the windows are in.
    #[schema(value_type = String, example = "Europe/Berlin")]
    pub zone: Zone,
    pub windows: Vec<Window>,
    /// Absent when there is no pause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<At>,
    /// Whether these are the city's, because the person has chosen none.
    pub is_default: bool,
    /// Grows with every change; 0 while they are the city's. Send it as `If-Match: "<revision>"`.
    pub revision: i32,
    /// While it is quiet: the first instant at which it is not any more. Whoever is on duty is told all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet_until: Option<At>,
    /// What was loud in them all the same, the last first: ten at most, and as long as the outbox is kept.
    pub overridden: Vec<Overridden>,
}

/// An announcement that was loud in somebody's quiet hours, because the city's table says so of its class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = QuietHoursOverridden)]
pub struct Overridden {
    pub announcement: AnnouncementId,
    pub class: Class,
    /// When it was released.
    pub at: At,
}

/// Quiet hours as somebody wants them.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutQuietHours {
    /// A zone of the IANA database; the city's if left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "Europe/Berlin")]
    pub zone: Option<Zone>,
    /// None: no hours are quiet. At most 21.
    #[schema(max_items = 21)]
    pub windows: Vec<Window>,
    /// Quiet from now on until this instant, within 366 days.
    pub paused_until: Option<At>,
}

/// One value that is not right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuietMistake {
    /// JSON pointer into the request.
    pub pointer: String,
    pub what: Words,
}

#[derive(Debug, thiserror::Error)]
pub enum QuietError {
    #[error("some values of the quiet hours are not right")]
    Mistakes(Vec<QuietMistake>),
    #[error("they have been changed meanwhile")]
    Changed,
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What the room has to know of the city.
#[derive(Clone)]
pub struct Rules {
    /// For whoever has chosen nothing.
    usual: Week,
    classes: Arc<Classes>,
}

impl Rules {
    /// The city's.
    pub fn zone(&self) -> &Zone {
        &self.usual.zone
    }

    /// `zone`: the city's.
    pub fn new(zone: Zone, config: &QuietConfig, classes: Classes) -> Self {
        Self {
            usual: Week::daily(zone, config.daily()),
            classes: Arc::new(classes),
        }
    }
}

/// What somebody has chosen.
struct Chosen {
    week: Week,
    paused_until: Option<At>,
    revision: i32,
}

impl People {
    pub async fn quiet_hours(&self, employee: &Employee) -> Result<QuietHours> {
        let chosen = store::chosen(&self.db, employee.account).await?;
        self.shown(employee.account, chosen).await
    }

    /// Puts others in their place. What waits for the end of the quiet follows at once. `seen`: the revision that
    /// the person has seen.
    pub async fn put_quiet_hours(
        &self,
        employee: &Employee,
        seen: Option<i32>,
        wanted: PutQuietHours,
    ) -> Result<QuietHours, QuietError> {
        let now = self.clock.now();
        let mistakes = wanted.mistakes(now);
        if !mistakes.is_empty() {
            return Err(QuietError::Mistakes(mistakes));
        }
        let zone = wanted.zone.unwrap_or_else(|| self.quiet.usual.zone.clone());
        let windows = wanted.windows;
        let week = Week { zone, windows };
        let before = store::chosen(&self.db, employee.account).await?;
        let revision = before.map_or(0, |chosen| chosen.revision);
        if seen.is_some_and(|seen| seen != revision) {
            return Err(QuietError::Changed);
        }
        let chosen = Chosen {
            week,
            paused_until: wanted.paused_until,
            revision: revision + 1,
        };
        let mut tx = self.db.begin().await?;
        // Of two at once from the same revision one is written.
        if !store::put(&mut tx, employee.account, &chosen).await? {
            return Err(QuietError::Changed);
        }
        treatment::reconsider(self, &mut tx, &[employee.account], now).await?;
        tx.commit().await?;
        Ok(self.shown(employee.account, Some(chosen)).await?)
    }

    /// Forgets those of people who have left.
    pub(super) async fn forget_quiet_hours(&self) {
        if let Err(error) = store::forget_former(&self.db).await {
            tracing::error!(%error, "former colleagues' quiet hours could not be forgotten");
        }
    }

    async fn shown(&self, account: AccountId, chosen: Option<Chosen>) -> Result<QuietHours> {
        let now = self.clock.now();
        let is_default = chosen.is_none();
        let chosen = chosen.unwrap_or_else(|| Chosen {
            week: self.quiet.usual.clone(),
            paused_until: None,
            revision: 0,
        });
        Ok(QuietHours {
            is_default,
            quiet_until: chosen.quiet_until(now),
            paused_until: chosen.paused_until.filter(|until| *until > now),
            revision: chosen.revision,
            zone: chosen.week.zone,
            windows: chosen.week.windows,
            overridden: store::overridden(&self.db, account).await?,
        })
    }
}

impl Chosen {
    /// When the quiet of an instant ends; `None` if it is not quiet then. A pause has always begun.
    fn quiet_until(&self, at: At) -> Option<At> {
        match self.paused_until {
            Some(pause) if pause > at => Some(self.pause_ends(pause)),
            _ => self.week.quiet_until(at),
        }
    }

    /// A pause that ends in a window goes on until that ends too.
    fn pause_ends(&self, pause: At) -> At {
        self.week.quiet_until(pause).unwrap_or(pause)
    }
}

impl PutQuietHours {
    fn mistakes(&self, now: At) -> Vec<QuietMistake> {
        let mut mistakes = Vec::new();
        let mut check = |holds: bool, pointer: &str, what: Words| {
            if !holds {
                mistakes.push(QuietMistake {
                    pointer: pointer.to_owned(),
                    what,
                });
            }
        };
        let few = self.windows.len() <= MOST_WINDOWS;
        check(
            few,
            "/windows",
            Words::fixed("höchstens 21 sind möglich", "must be at most 21"),
        );
        for (number, window) in self.windows.iter().enumerate().take(MOST_WINDOWS) {
            let pointer = format!("/windows/{number}/days");
            let what = Words::fixed("braucht einen Wochentag", "must name a day");
            check(!window.days.is_empty(), &pointer, what);
            let mut days = window.days.clone();
            days.sort_unstable();
            days.dedup();
            let once = days.len() == window.days.len();
            let what = Words::fixed("nennt einen Wochentag zweimal", "names a day twice");
            check(once, &pointer, what);
        }
        // Nothing would ever arrive; whoever wants that for a while has the pause.
        let some_is_left = !few || !Week::is_always_quiet(&self.windows);
        check(
            some_is_left,
            "/windows",
            Words::fixed(
                "muss etwas von der Woche übrig lassen; für länger gibt es die Pause",
                "must leave some time of the week; use paused_until instead",
            ),
        );
        if let Some(until) = self.paused_until {
            check(
                until > now,
                "/paused_until",
                Words::new(
                    format!("muss nach {now} sein"),
                    format!("must be after {now}"),
                ),
            );
            let latest = now + LONGEST_PAUSE;
            check(
                until <= latest,
                "/paused_until",
                Words::new(
                    format!("darf nicht nach {latest} sein"),
                    format!("must not be after {latest}"),
                ),
            );
        }
        mistakes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> At {
        "2026-11-21T14:00:00Z".parse().unwrap()
    }

    fn wanted(windows: &[(&[Day], &str, &str)], paused_until: Option<At>) -> PutQuietHours {
        let window = |(days, from, until): &(&[Day], &str, &str)| Window {
            days: days.to_vec(),
            from: from.parse().unwrap(),
            until: until.parse().unwrap(),
        };
        PutQuietHours {
            zone: None,
            windows: windows.iter().map(window).collect(),
            paused_until,
        }
    }

    fn pointers(wanted: &PutQuietHours) -> Vec<String> {
        let mistakes = wanted.mistakes(now()).into_iter();
        mistakes.map(|mistake| mistake.pointer).collect()
    }

    #[test]
    fn every_mistake_is_named_by_its_place() {
        assert!(pointers(&wanted(&[], None)).is_empty());
        let twice = [Day::Monday, Day::Monday];
        let days = wanted(&[(&[], "20:00", "06:00"), (&twice, "20:00", "06:00")], None);
        assert_eq!(pointers(&days), ["/windows/0/days", "/windows/1/days"]);
        let always = wanted(&[(Day::ALL, "00:00", "00:00")], None);
        assert_eq!(pointers(&always), ["/windows"]);
        let many = wanted(&[([Day::Monday].as_slice(), "01:00", "02:00"); 22], None);
        assert_eq!(pointers(&many), ["/windows"]);
    }

    #[test]
    fn a_pause_ends_in_the_future_and_within_a_year() {
        let pause = |until| pointers(&wanted(&[], Some(until)));
        assert!(pause(now() + LONGEST_PAUSE).is_empty());
        for bad in [now(), now() + LONGEST_PAUSE + Duration::from_micros(1)] {
            assert_eq!(pause(bad), ["/paused_until"], "{bad}");
        }
    }

    #[test]
    fn a_pause_that_ends_in_a_window_ends_with_it() {
        let wanted = wanted(&[(Day::ALL, "20:00", "06:00")], None);
        let mut chosen = Chosen {
            week: Week {
                zone: Zone::default(),
                windows: wanted.windows,
            },
            paused_until: Some("2026-11-21T22:00:00+01:00".parse().unwrap()),
            revision: 1,
        };
        let morning = "2026-11-22T06:00:00+01:00".parse().unwrap();
        assert_eq!(chosen.quiet_until(now()), Some(morning));
        let noon = "2026-11-23T12:00:00+01:00".parse().unwrap();
        chosen.paused_until = Some(noon);
        assert_eq!(chosen.quiet_until(now()), Some(noon));
        assert_eq!(chosen.quiet_until(noon), None);
    }
}
