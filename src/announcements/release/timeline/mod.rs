// SPDX-License-Identifier: EUPL-1.2

//! The release report as a drawing (SVG): one curve of the phones that had been handed over, a thin one for each
//! gateway, an upright line where each of the press's channels was served, T at the left edge. Below it each gateway's
//! bar, and the people.
//!
//! It says in its title and description what it shows, follows the reader's theme, loads nothing, and is as large for a
//! million phones as for a hundred: the outbox gives a hundred points. Everything goes through `maud`, which escapes.

mod scale;
mod sentences;
mod words;

use std::fmt::Write as _;

use maud::{Markup, PreEscaped, html};

use self::{
    scale::{LEFT, RIGHT, Scale},
    sentences::accepted,
    words::Words,
};
use super::report::{OfGateway, Report};
use crate::{
    announcements::press::{PressEvent, PressReport, report::OfChannel},
    clock::At,
    push::{
        Language,
        outbox::{Curve, Point},
    },
};

const WIDTH: f64 = 960.0;
/// Where the press's labels begin, and how far apart they and the gateways' rows are.
const HEAD: f64 = 104.0;
const LABEL: f64 = 22.0;
const ROW: f64 = 30.0;
/// The gateways' bars.
const BAR: f64 = 180.0;
const BAR_LEFT: f64 = 192.0;

const STYLE: &str = include_str!("timeline.css");

/// The drawing, a file of its own.
pub(super) fn svg(report: &Report, curve: &Curve, language: Language) -> String {
    Drawing {
        report,
        curve,
        words: Words(language),
        channels: channels(report.press.as_ref()),
    }
    .file()
}

/// What was to be told of the release itself, the first served first: so no line goes through the label of another that
/// was served before.
fn channels(press: Option<&PressReport>) -> Vec<&OfChannel> {
    let channels = press.iter().flat_map(|press| &press.channels);
    let of_release = |channel: &&OfChannel| channel.event == PressEvent::Released;
    let mut channels: Vec<_> = channels.filter(of_release).collect();
    let served = |channel: &OfChannel| channel.first_ms.unwrap_or(f64::INFINITY);
    channels.sort_by(|one, other| served(one).total_cmp(&served(other)));
    channels
}

struct Drawing<'a> {
    report: &'a Report,
    curve: &'a Curve,
    words: Words,
    channels: Vec<&'a OfChannel>,
}

impl Drawing<'_> {
    fn file(&self) -> String {
        let top = HEAD + LABEL * rows(self.channels.len()) + 8.0;
        let scale = Scale::of(self.report, top);
        let gateways = &self.report.devices.gateways;
        let below = scale.bottom() + 64.0;
        let height = below + ROW * rows(gateways.len()) + 40.0;
        let drawing = html! {
            (PreEscaped("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"))
            svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (WIDTH) " " (height) }
                role="img" aria-labelledby="title description" xml:lang=(self.words.0) {
                title id="title" { (self.title()) }
                desc id="description" { (self.description()) }
                style { (PreEscaped(STYLE)) }
                rect.ground width=(WIDTH) height=(height) {}
                (self.head())
                (self.grid(&scale))
                (self.curves(&scale))
                (self.press(&scale))
                (self.bars(below))
                text.small x=(LEFT) y=(height - 20.0) { (self.people()) }
            }
        };
        drawing.into_string()
    }

    fn head(&self) -> Markup {
        html! {
            text.small x=(LEFT) y="32" {
                (self.title())
                @if !self.report.complete { (self.words.say(" · vorläufig", " · interim")) }
            }
            text.large x=(LEFT) y="64" { (self.staff()) }
            @if let Some(skew) = self.skew() { text.press-text x=(LEFT) y="88" { (skew) } }
        }
    }

    fn grid(&self, scale: &Scale) -> Markup {
        let (whole, bottom) = (scale.whole, scale.bottom());
        // With fewer than two there is nothing in the middle.
        let counts = [Some(0), (whole > 1).then_some(whole / 2), Some(whole)];
        html! {
            @for count in counts.into_iter().flatten() {
                line.grid x1=(LEFT) x2=(RIGHT) y1=(px(scale.y(count))) y2=(px(scale.y(count))) {}
                text.small.end x=(LEFT - 10.0) y=(px(scale.y(count) + 4.0)) { (self.words.count(count)) }
            }
            @for ms in scale.ticks() {
                @let x = px(scale.x(ms));
                line.tick x1=(x) x2=(x) y1=(bottom) y2=(bottom + 6.0) {}
                @if ms > 0.0 {
                    text.small.middle x=(x) y=(bottom + 24.0) { (self.words.duration(ms)) }
                } @else {
                    text.t.middle x=(x) y=(bottom + 24.0) { "T" }
                }
            }
            line.t x1=(LEFT) x2=(LEFT) y1=(px(scale.y(whole))) y2=(bottom + 6.0) {}
        }
    }

    fn curves(&self, scale: &Scale) -> Markup {
        let path = |points: &[Point]| self.path(points, scale);
        let later = self.later(scale);
        html! {
            @if !self.curve.all.is_empty() {
                path.area d={ (path(&self.curve.all)) " V " (scale.bottom()) " H " (LEFT) " Z" } {}
                @for (gateway, points) in &self.curve.by_gateway {
                    path class={ "thin " (gateway) } d=(path(points)) {}
                }
                path.staff d=(path(&self.curve.all)) {}
            }
            @if let Some(later) = later {
                text.small.end x=(RIGHT) y=(scale.bottom() + 44.0) { (later) }
            }
        }
    }

    /// Up by each point and on to the right edge: a step, because a phone has it or has it not.
    fn path(&self, points: &[Point], scale: &Scale) -> String {
        let mut path = format!("M {LEFT} {}", px(scale.bottom()));
        for Point(at, count) in points {
            let ms = self.after_t(*at);
            if ms > scale.until {
                break;
            }
            let _ = write!(path, " H {} V {}", px(scale.x(ms)), px(scale.y(*count)));
        }
        let _ = write!(path, " H {RIGHT}");
        path
    }

    fn after_t(&self, micros: i64) -> f64 {
        let t = self.report.release_at;
        At::from_micros(micros).map_or(0.0, |at| at.millis_after(t))
    }

    /// Upright lines, and each its label in a row of its own, so that they never cover one another.
    fn press(&self, scale: &Scale) -> Markup {
        html! {
            @for (row, channel) in self.channels.iter().enumerate() {
                @let y = HEAD + LABEL * rows(row + 1);
                @if let Some(ms) = channel.first_ms {
                    @let x = scale.x(ms);
                    line.press x1=(px(x)) x2=(px(x)) y1=(y - 12.0) y2=(scale.bottom()) {}
                    @if x < f64::midpoint(LEFT, RIGHT) {
                        text.press-text x=(px(x + 8.0)) y=(y) { (self.served(channel)) }
                    } @else {
                        text.press-text.end x=(px(x - 8.0)) y=(y) { (self.served(channel)) }
                    }
                } @else {
                    text.press-text.end x=(RIGHT) y=(y) { (self.served(channel)) }
                }
            }
        }
    }

    fn bars(&self, top: f64) -> Markup {
        let gateways = self.report.devices.gateways.iter();
        html! {
            @for (row, of) in gateways.enumerate() {
                @let y = top + ROW * rows(row);
                line class={ "thin " (of.gateway) } x1=(LEFT) x2=(LEFT + 24.0) y1=(y + 8.0) y2=(y + 8.0) {}
                text x=(LEFT + 32.0) y=(y + 13.0) { (self.words.gateway(of.gateway)) }
                rect.rest x=(BAR_LEFT) y=(y) width=(BAR) height="16" rx="4" {}
                rect.done x=(BAR_LEFT) y=(y) width=(px(BAR * share(of))) height="16" rx="4" {}
                text.small x=(BAR_LEFT + BAR + 16.0) y=(y + 13.0) { (self.of_gateway(of)) }
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of phones fit 52 bits")]
fn share(of: &OfGateway) -> f64 {
    accepted(of) as f64 / of.total.max(1) as f64
}

/// So many rows, as a factor.
fn rows(count: usize) -> f64 {
    f64::from(u16::try_from(count).unwrap_or(u16::MAX))
}

/// A coordinate: a tenth of a pixel is enough.
fn px(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::push::Gateway;

    /// 1,200 phones of a city, the press at the same instant, one phone ten minutes late.
    fn sample() -> (Report, Curve) {
        let t: At = "2026-11-21T14:00:10Z".parse().unwrap();
        let times = |first, median, p99, last| json!({"first_ms": first, "median_ms": median, "p99_ms": p99, "last_ms": last, "answered_ms": last});
        let of = |gateway, total, accepted, hand_over| {
            json!({
                "gateway": gateway, "total": total, "waiting": 0, "hand_over": hand_over,
                "outcomes": [{"outcome": "accepted", "count": accepted}],
            })
        };
        let channel = |channel, first, last| {
            json!({
                "channel": channel, "event": "released", "total": 1, "waiting": 0,
                "outcomes": [{"outcome": "delivered", "count": 1}], "first_ms": first, "last_ms": last,
            })
        };
        let report = json!({
            "announcement": "019a8f6e-7c00-7000-8000-000000000001",
            "release_at": t, "released_at": t, "complete": true,
            "hand_over": times(4.1, 96.0, 240.0, 600_000.0),
            "people": {
                "recipients": 1_233, "reached": 1_180, "waiting": 0, "without_device": 33, "unaccounted": 0,
                "not_reached": [{"outcome": "unregistered", "count": 20}],
            },
            "devices": {"total": 1_213, "waiting": 0, "gateways": [
                of("apns", 421, 420, times(4.1, 61.0, 140.0, 150.0)),
                of("fcm", 731, 720, times(6.0, 120.0, 250.0, 600_000.0)),
                of("webpush", 61, 60, times(9.0, 30.0, 58.0, 61.0)),
            ]},
            "press": {
                "rule": {"rule": "same_instant"}, "opened_ms": 0.0, "opened_because": "release",
                "skew_ms": -4.1,
                "channels": [
                    channel("mail", 21.0, 34.0), channel("page", 0.0, 0.0), channel("web_hook", 17.4, 17.4),
                ],
            },
        });
        let points = |parts: i64, each: i64, most: i64| {
            let point = |part: i64| {
                let after = u64::try_from(4_100 + part * part * 23).unwrap();
                Point(
                    (t + Duration::from_micros(after)).as_micros(),
                    (part * each).min(most),
                )
            };
            (1..=parts).map(point).collect::<Vec<_>>()
        };
        let late = (t + Duration::from_mins(10)).as_micros();
        let mut all = points(100, 12, 1_199);
        all.push(Point(late, 1_200));
        let by_gateway = vec![
            (Gateway::Apns, points(77, 6, 420)),
            (Gateway::Fcm, points(99, 8, 720)),
            (Gateway::WebPush, points(50, 2, 60)),
        ];
        (
            serde_json::from_value(report).unwrap(),
            Curve { all, by_gateway },
        )
    }

    #[test]
    fn the_drawing_says_what_it_shows_in_the_readers_language() {
        let (report, curve) = sample();
        let german = svg(&report, &curve, Language::German);
        for words in [
            "Freigabe am 21.11.2026, 14:00:10 UTC",
            "1.200 von 1.213 Telefonen · 99 % in 240 ms",
            "Presse 4,1 ms vor dem ersten Telefon",
            "Presseverteiler 21 ms bis 34 ms",
            "1 Telefon später, das letzte nach 10 min",
            "1.233 Personen · 1.180 erreicht · 20 nicht erreicht · 33 ohne Telefon",
        ] {
            assert!(german.contains(words), "{words} is missing in {german}");
        }
        let english = svg(&report, &curve, Language::English);
        assert!(english.contains("420 of 421 · first 4.1 ms · median 61 ms · last 150 ms"));
        assert!(english.contains("xml:lang=\"en\""));
    }

    #[test]
    fn nothing_is_drawn_where_nothing_is_known() {
        let (mut report, _) = sample();
        (report.hand_over, report.press, report.complete) = (None, None, false);
        report.devices.gateways.clear();
        let drawing = svg(&report, &Curve::default(), Language::German);
        assert!(!drawing.contains("<path") && !drawing.contains("class=\"press\""));
        assert!(drawing.contains("vorläufig"));
        assert!(!drawing.contains("NaN") && !drawing.contains("inf"));
    }
}
