// SPDX-License-Identifier: EUPL-1.2

//! The press in the release report: when it was opened and why, what became of every delivery, and by how much the
//! staff was ahead.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Because, PressChannel, PressEvent, PressOutcome, Rule,
    store::{
        deliveries::{self, Tally},
        rules,
    },
};
use crate::{
    announcements::report::to_micros,
    clock::At,
    db::{Db, Result},
    id::AnnouncementId,
};

/// How the press was served. Times are in milliseconds after T.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = PressOfRelease)]
pub struct PressReport {
    pub rule: Rule,
    /// Absent while the press is not opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_because: Option<Because>,
    pub channels: Vec<OfChannel>,
    /// From the first hand-over to a phone's gateway until the first delivery to the press: negative if the press
    /// was first. Absent while one of the two is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skew_ms: Option<f64>,
}

/// What one channel was to tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = PressChannelOfRelease)]
pub struct OfChannel {
    pub channel: PressChannel,
    pub event: PressEvent,
    pub total: i64,
    pub waiting: i64,
    pub outcomes: Vec<Count>,
    /// When the first attempt began that was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_ms: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PressOutcomeCount)]
pub struct Count {
    pub outcome: PressOutcome,
    pub count: i64,
}

impl PressReport {
    /// Whether nothing waits any more.
    pub fn is_complete(&self) -> bool {
        self.channels.iter().all(|channel| channel.waiting == 0)
    }
}

/// `None`: the press gets nothing. `staff_first_ms`: when the first phone was handed over.
pub(in crate::announcements) async fn of(
    db: &Db,
    id: AnnouncementId,
    t: At,
    staff_first_ms: Option<f64>,
) -> Result<Option<PressReport>> {
    let (Some(rule), Some(opening)) = (rules::rule(db, id).await?, rules::opening(db, id).await?)
    else {
        return Ok(None);
    };
    let channels = by_channel(deliveries::tallies(db, id).await?, t);
    let released = channels
        .iter()
        .filter(|channel| channel.event == PressEvent::Released);
    let first = released
        .filter_map(|channel| channel.first_ms)
        .min_by(f64::total_cmp);
    Ok(Some(PressReport {
        rule,
        opened_ms: opening.opened_at.map(|at| at.millis_after(t)),
        opened_because: opening.opened_because,
        skew_ms: first
            .zip(staff_first_ms)
            .map(|(press, staff)| to_micros(press - staff)),
        channels,
    }))
}

/// The tallies come sorted by channel and event.
fn by_channel(tallies: Vec<Tally>, t: At) -> Vec<OfChannel> {
    let mut channels: Vec<OfChannel> = Vec::new();
    for tally in tallies {
        let same = |last: &OfChannel| (last.channel, last.event) == (tally.channel, tally.event);
        let mut channel = match channels.pop() {
            Some(last) if same(&last) => last,
            other => {
                channels.extend(other);
                OfChannel {
                    channel: tally.channel,
                    event: tally.event,
                    total: 0,
                    waiting: 0,
                    outcomes: Vec::new(),
                    first_ms: None,
                    last_ms: None,
                }
            }
        };
        channel.total += tally.count;
        match tally.outcome {
            Some(outcome) => channel.outcomes.push(Count {
                outcome,
                count: tally.count,
            }),
            None => channel.waiting += tally.count,
        }
        // Only what was delivered bears instants.
        channel.first_ms = channel
            .first_ms
            .or(tally.first.map(|at| at.millis_after(t)));
        channel.last_ms = channel.last_ms.or(tally.last.map(|at| at.millis_after(t)));
        channels.push(channel);
    }
    channels
}
