// SPDX-License-Identifier: EUPL-1.2

//! The drawing's words and figures, as people of each language write them.

use crate::{
    announcements::press::PressChannel,
    clock::At,
    push::{Gateway, Language},
};

/// In one language.
#[derive(Clone, Copy)]
pub(super) struct Words(pub(super) Language);

impl Words {
    pub(super) fn say(self, german: &'static str, english: &'static str) -> &'static str {
        match self.0 {
            Language::German => german,
            Language::English => english,
        }
    }

    /// With its thousands apart.
    pub(super) fn count(self, count: i64) -> String {
        let digits = count.to_string();
        let mut text = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push_str(self.say(".", ","));
            }
            text.push(digit);
        }
        text
    }

    /// „1.180 Telefone“
    pub(super) fn phones(self, count: i64) -> String {
        let noun = match count {
            1 => self.say("Telefon", "phone"),
            _ => self.say("Telefone", "phones"),
        };
        format!("{} {noun}", self.count(count))
    }

    /// „8,1 ms“, „412 ms“, „3,2 s“, „2 min 5 s“, „1 h 12 min“
    pub(super) fn duration(self, ms: f64) -> String {
        let seconds = whole(ms / 1_000.0);
        match ms {
            ms if ms < 9.95 => format!("{} ms", self.decimal(ms)),
            ms if ms < 999.5 => format!("{} ms", whole(ms)),
            ms if ms < 59_950.0 => format!("{} s", self.decimal(ms / 1_000.0)),
            _ if seconds < 3_600 => parts(seconds, 60, "min", "s"),
            _ => parts(seconds / 60, 60, "h", "min"),
        }
    }

    fn decimal(self, value: f64) -> String {
        let text = format!("{value:.1}");
        let text = text.strip_suffix(".0").unwrap_or(&text);
        text.replace('.', self.say(",", "."))
    }

    pub(super) fn instant(self, at: At) -> String {
        let form = self.say("%d.%m.%Y, %H:%M:%S UTC", "%Y-%m-%d, %H:%M:%S UTC");
        at.timestamp().strftime(form).to_string()
    }

    pub(super) fn gateway(self, gateway: Gateway) -> &'static str {
        match gateway {
            Gateway::Apns => "Apple",
            Gateway::Fcm => "Google",
            Gateway::WebPush => self.say("Browser", "Browsers"),
        }
    }

    pub(super) fn channel(self, channel: PressChannel) -> &'static str {
        match channel {
            PressChannel::WebHook => self.say("Website der Stadt", "City’s web site"),
            PressChannel::Mail => self.say("Presseverteiler", "Press list"),
            PressChannel::Page => self.say("Presseseite", "Press page"),
        }
    }
}

/// The nearest whole number; what a drawing shows fits.
#[expect(clippy::cast_possible_truncation, reason = "it saturates")]
pub(super) fn whole(value: f64) -> i64 {
    value.round() as i64
}

fn parts(value: i64, each: i64, large: &str, small: &str) -> String {
    match value % each {
        0 => format!("{} {large}", value / each),
        rest => format!("{} {large} {rest} {small}", value / each),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_the_language_has_them() {
        let (german, english) = (Words(Language::German), Words(Language::English));
        assert_eq!(german.count(1_234_567), "1.234.567");
        assert_eq!(english.phones(1_180), "1,180 phones");
        assert_eq!(german.phones(1), "1 Telefon");
        let german = |ms| german.duration(ms);
        assert_eq!(german(8.14), "8,1 ms");
        assert_eq!(german(412.4), "412 ms");
        assert_eq!(german(3_200.0), "3,2 s");
        assert_eq!(german(125_000.0), "2 min 5 s");
        assert_eq!(german(4_320_000.0), "1 h 12 min");
        assert_eq!(english.duration(0.0), "0 ms");
        assert_eq!(english.duration(60_000.0), "1 min");
    }
}
