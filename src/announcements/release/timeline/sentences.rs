// SPDX-License-Identifier: EUPL-1.2

//! What the drawing says: in its lines of text, and all of it in its description.

use std::fmt::Write as _;

use super::{Drawing, scale::Scale};
use crate::{
    announcements::{
        press::report::OfChannel,
        release::report::{HandOver, OfGateway},
    },
    push::{Outcome, outbox::Point},
};

impl Drawing<'_> {
    pub(super) fn title(&self) -> String {
        let t = self.words.instant(self.report.release_at);
        format!("{} {t}", self.words.say("Freigabe am", "Release of"))
    }

    /// All that can be seen, in words.
    pub(super) fn description(&self) -> String {
        let mut sentences = vec![self.staff()];
        sentences.extend(self.skew());
        sentences.extend(self.channels.iter().map(|channel| self.served(channel)));
        sentences.extend(self.report.devices.gateways.iter().map(|of| {
            let name = self.words.gateway(of.gateway);
            format!("{name}: {}", self.of_gateway(of))
        }));
        sentences.push(self.people());
        sentences.join(". ") + "."
    }

    /// „1.180 von 1.213 Telefonen · 99 % in 412 ms“: one phone that was off must not make all of them late.
    pub(super) fn staff(&self) -> String {
        let words = self.words;
        let total = self.report.devices.total;
        let accepted = self.report.devices.gateways.iter().map(accepted).sum();
        let whole = match total {
            1 => words.say("1 Telefon", "1 phone").to_owned(),
            _ => format!(
                "{} {}",
                words.count(total),
                words.say("Telefonen", "phones")
            ),
        };
        let of = words.say("von", "of");
        let mut text = format!("{} {of} {whole}", words.count(accepted));
        if let Some(HandOver { p99_ms, .. }) = self.report.hand_over {
            let _ = write!(text, " · 99 % in {}", words.duration(p99_ms));
        }
        text
    }

    /// „Presse 96 ms nach dem ersten Telefon“; nothing where the press gets nothing.
    pub(super) fn skew(&self) -> Option<String> {
        let words = self.words;
        let press = self.report.press.as_ref()?;
        Some(match press.skew_ms {
            Some(skew) if skew < 0.0 => format!(
                "{} {} {}",
                words.say("Presse", "Press"),
                words.duration(-skew),
                words.say("vor dem ersten Telefon", "before the first phone"),
            ),
            Some(skew) => format!(
                "{} {} {}",
                words.say("Presse", "Press"),
                words.duration(skew),
                words.say("nach dem ersten Telefon", "after the first phone"),
            ),
            None if press.opened_ms.is_none() => words
                .say("Presse noch nicht geöffnet", "Press not opened yet")
                .to_owned(),
            None => words.say("Presse geöffnet", "Press opened").to_owned(),
        })
    }

    /// Whoever is handed over beyond the right edge is told in words.
    pub(super) fn later(&self, scale: &Scale) -> Option<String> {
        let within = |point: &&Point| self.after_t(point.0) <= scale.until;
        let shown = self.curve.all.iter().take_while(within).last();
        let (all, last) = (self.curve.all.last()?, self.report.hand_over?.last_ms);
        let later = all.1 - shown.map_or(0, |point| point.1);
        let words = self.words;
        (later > 0).then(|| {
            format!(
                "{} {}, {} {}",
                words.phones(later),
                words.say("später", "later"),
                words.say("das letzte nach", "the last after"),
                words.duration(last)
            )
        })
    }

    /// „Presseverteiler 18 ms, der letzte nach 2,1 s“
    pub(super) fn served(&self, channel: &OfChannel) -> String {
        let words = self.words;
        let mut text = words.channel(channel.channel).to_owned();
        match (channel.first_ms, channel.last_ms) {
            (Some(first), last) => {
                let _ = write!(text, " {}", words.duration(first));
                if let Some(last) = last.filter(|last| *last > first) {
                    let (and, last) = (words.say("bis", "to"), words.duration(last));
                    let _ = write!(text, " {and} {last}");
                }
            }
            (None, _) if channel.waiting > 0 => {
                text.push_str(words.say(": wartet", ": waiting"));
            }
            (None, _) => text.push_str(words.say(": nicht zugestellt", ": not delivered")),
        }
        text
    }

    /// „420 von 421 · erstes 5 ms · Median 9 ms · letztes 94 ms“
    pub(super) fn of_gateway(&self, of: &OfGateway) -> String {
        let words = self.words;
        let (accepted, total) = (words.count(accepted(of)), words.count(of.total));
        let mut text = format!("{accepted} {} {total}", words.say("von", "of"));
        if let Some(times) = of.hand_over {
            for (name, ms) in [
                (words.say("erstes", "first"), times.first_ms),
                (words.say("Median", "median"), times.median_ms),
                (words.say("letztes", "last"), times.last_ms),
            ] {
                let _ = write!(text, " · {name} {}", words.duration(ms));
            }
        }
        if of.waiting > 0 {
            let waiting = words.say("warten", "waiting");
            let _ = write!(text, " · {} {waiting}", words.count(of.waiting));
        }
        text
    }

    pub(super) fn people(&self) -> String {
        let (words, people) = (self.words, &self.report.people);
        let not_reached = people.not_reached.iter().map(|of| of.count).sum();
        let parts = [
            (people.reached, words.say("erreicht", "reached")),
            (people.waiting, words.say("warten", "waiting")),
            (not_reached, words.say("nicht erreicht", "not reached")),
            (
                people.without_device,
                words.say("ohne Telefon", "without a phone"),
            ),
            (
                people.unaccounted,
                words.say("ungeklärt", "unaccounted for"),
            ),
        ];
        let whole = words.count(people.recipients);
        let mut text = format!("{whole} {}", words.say("Personen", "people"));
        for (count, what) in parts.into_iter().filter(|(count, _)| *count != 0) {
            let _ = write!(text, " · {} {what}", words.count(count));
        }
        text
    }
}

/// Devices that were handed over.
pub(super) fn accepted(of: &OfGateway) -> i64 {
    let accepted = of.outcomes.iter();
    let accepted = accepted.filter(|count| count.outcome == Outcome::Accepted);
    accepted.map(|count| count.count).sum()
}
