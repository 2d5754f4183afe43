// SPDX-License-Identifier: EUPL-1.2

//! `classes.toml`: what each class of message means at each gateway.

use std::{collections::BTreeMap, path::Path, time::Duration};

use serde::{Deserialize, Serialize};

use super::file::File;
use crate::{
    config::ConfigError,
    push::{Language, MessageClass},
};

/// The classes: what colleagues say to each other, and the three in which the city speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classes {
    pub social: ClassConfig,
    pub news: ClassConfig,
    pub important: ClassConfig,
    pub alert: ClassConfig,
}

/// What one class means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassConfig {
    /// How long after its release a message may still reach a phone that was off.
    pub ttl: Duration,
    /// What the lock screen shows until, or unless, the app has decrypted the text: one for each language.
    pub without_content: BTreeMap<Language, String>,
    /// Whether a device without a key gets the whole text, which Apple and Google can then read.
    pub full_text_without_key: bool,
    /// Whether apps report that they have shown a message of this class.
    pub receipts: bool,
    /// What it does to somebody who is on duty.
    pub on_duty: Treatment,
    /// To somebody who is not, outside of quiet hours.
    pub off_duty: Treatment,
    /// To somebody who is not, in quiet hours. Never louder than off duty.
    pub quiet: Treatment,
    pub apns: ApnsClass,
    pub fcm: FcmClass,
    pub web_push: WebPushClass,
}

/// How a message is handed to somebody. There is none that drops it: nobody is silently missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Treatment {
    /// Not yet: when the quiet ends or the person goes on duty, if it has not expired by then.
    Hold,
    /// Without sound and without waking anybody.
    Silent,
    /// As loud as the class is.
    Deliver,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApnsClass {
    /// 10: at once. 5: when it suits the phone's battery. 1: never wakes the phone.
    pub priority: u8,
    pub interruption_level: InterruptionLevel,
    /// A sound file of the app, or `default`. `None`: silent.
    #[serde(default)]
    pub sound: Option<String>,
}

/// Apple's `interruption-level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InterruptionLevel {
    Passive,
    Active,
    TimeSensitive,
    /// Breaks through silence and focus; the app needs an entitlement from Apple.
    Critical,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FcmClass {
    pub priority: FcmPriority,
    /// The Android notification channel, on which the phone's owner sets sound and volume.
    pub channel: String,
    /// Delivered even before the phone was unlocked for the first time after a restart.
    #[serde(default)]
    pub direct_boot_ok: bool,
    /// Lets a later message of the class replace one that waits for a phone that is off. FCM holds at most
    /// four such keys per device, so there can be one for a class but never one for an announcement; left
    /// out, nothing that waits is lost.
    #[serde(default)]
    pub collapse_key: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all(serialize = "UPPERCASE", deserialize = "lowercase"))]
pub enum FcmPriority {
    Normal,
    High,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebPushClass {
    pub urgency: Urgency,
}

/// RFC 8030, section 5.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    VeryLow,
    Low,
    Normal,
    High,
}

impl Urgency {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VeryLow => "very-low",
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}

impl Classes {
    pub fn get(&self, class: impl Into<MessageClass>) -> &ClassConfig {
        match class.into() {
            MessageClass::Social => &self.social,
            MessageClass::News => &self.news,
            MessageClass::Important => &self.important,
            MessageClass::Alert => &self.alert,
        }
    }

    pub(super) fn load(path: &Path, problems: &mut ConfigError) -> Self {
        let usual = Self::default();
        let mut file = File::new(path, problems);
        let Some(sections): Option<Sections> = file.parse() else {
            return usual;
        };
        Self {
            social: read("social", sections.social, usual.social, &mut file),
            news: read("news", sections.news, usual.news, &mut file),
            important: read("important", sections.important, usual.important, &mut file),
            alert: read("alert", sections.alert, usual.alert, &mut file),
        }
    }
}

impl ClassConfig {
    /// The text without content for a language.
    pub fn without_content(&self, language: Language) -> &str {
        self.without_content
            .get(&language)
            .map_or("Stadtfunk", String::as_str)
    }
}

impl Default for Classes {
    fn default() -> Self {
        Self {
            social: usual_social(),
            news: usual_news(),
            important: usual_important(),
            alert: usual_alert(),
        }
    }
}

fn usual_social() -> ClassConfig {
    ClassConfig {
        ttl: DAY,
        without_content: texts(
            "Neues von Kolleginnen und Kollegen",
            "News from your colleagues",
        ),
        full_text_without_key: false,
        receipts: false,
        on_duty: Treatment::Silent,
        off_duty: Treatment::Deliver,
        quiet: Treatment::Hold,
        apns: ApnsClass {
            priority: 5,
            interruption_level: InterruptionLevel::Active,
            sound: Some("default".to_owned()),
        },
        fcm: FcmClass {
            // Google throws away all that waits for a phone once it is more than a hundred messages, alerts too.
            collapse_key: Some("social".to_owned()),
            ..fcm(FcmPriority::Normal, "social", false)
        },
        web_push: WebPushClass {
            urgency: Urgency::Low,
        },
    }
}

fn usual_news() -> ClassConfig {
    ClassConfig {
        ttl: 3 * DAY,
        without_content: texts("Neues aus der Stadt", "News from the city"),
        full_text_without_key: false,
        receipts: false,
        on_duty: Treatment::Deliver,
        off_duty: Treatment::Deliver,
        quiet: Treatment::Hold,
        apns: ApnsClass {
            priority: 5,
            interruption_level: InterruptionLevel::Passive,
            sound: None,
        },
        fcm: fcm(FcmPriority::Normal, "news", false),
        web_push: WebPushClass {
            urgency: Urgency::Low,
        },
    }
}

fn usual_important() -> ClassConfig {
    ClassConfig {
        ttl: DAY,
        without_content: texts("Neue Mitteilung", "New announcement"),
        full_text_without_key: false,
        receipts: false,
        on_duty: Treatment::Deliver,
        off_duty: Treatment::Deliver,
        quiet: Treatment::Silent,
        apns: ApnsClass {
            priority: 10,
            interruption_level: InterruptionLevel::Active,
            sound: Some("default".to_owned()),
        },
        fcm: fcm(FcmPriority::High, "important", false),
        web_push: WebPushClass {
            urgency: Urgency::Normal,
        },
    }
}

fn usual_alert() -> ClassConfig {
    ClassConfig {
        ttl: 4 * HOUR,
        without_content: texts("Dringende Mitteilung", "Urgent announcement"),
        full_text_without_key: false,
        receipts: true,
        on_duty: Treatment::Deliver,
        off_duty: Treatment::Deliver,
        quiet: Treatment::Deliver,
        apns: ApnsClass {
            priority: 10,
            interruption_level: InterruptionLevel::TimeSensitive,
            sound: Some("default".to_owned()),
        },
        fcm: fcm(FcmPriority::High, "alert", true),
        web_push: WebPushClass {
            urgency: Urgency::High,
        },
    }
}

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// FCM keeps nothing longer; the other two are content with it.
const LONGEST_TTL: Duration = Duration::from_hours(28 * 24);
/// Keeps the text without content far from any gateway's limit.
const LONGEST_TEXT: usize = 100;

fn texts(german: &str, english: &str) -> BTreeMap<Language, String> {
    BTreeMap::from([
        (Language::German, german.to_owned()),
        (Language::English, english.to_owned()),
    ])
}

fn fcm(priority: FcmPriority, channel: &str, direct_boot_ok: bool) -> FcmClass {
    FcmClass {
        priority,
        channel: channel.to_owned(),
        direct_boot_ok,
        collapse_key: None,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sections {
    social: Option<Section>,
    news: Option<Section>,
    important: Option<Section>,
    alert: Option<Section>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    ttl_seconds: Option<u64>,
    #[serde(default)]
    without_content: BTreeMap<Language, String>,
    full_text_without_key: Option<bool>,
    receipts: Option<bool>,
    on_duty: Option<Treatment>,
    off_duty: Option<Treatment>,
    quiet: Option<Treatment>,
    apns: Option<ApnsClass>,
    fcm: Option<FcmClass>,
    web_push: Option<WebPushClass>,
}

fn read(
    name: &str,
    section: Option<Section>,
    usual: ClassConfig,
    file: &mut File<'_>,
) -> ClassConfig {
    let Some(section) = section else { return usual };
    let mut without_content = usual.without_content;
    without_content.extend(section.without_content);
    let class = ClassConfig {
        ttl: section.ttl_seconds.map_or(usual.ttl, Duration::from_secs),
        without_content,
        full_text_without_key: section
            .full_text_without_key
            .unwrap_or(usual.full_text_without_key),
        receipts: section.receipts.unwrap_or(usual.receipts),
        on_duty: section.on_duty.unwrap_or(usual.on_duty),
        off_duty: section.off_duty.unwrap_or(usual.off_duty),
        quiet: section.quiet.unwrap_or(usual.quiet),
        apns: section.apns.unwrap_or(usual.apns),
        fcm: section.fcm.unwrap_or(usual.fcm),
        web_push: section.web_push.unwrap_or(usual.web_push),
    };
    check(name, &class, file);
    class
}

fn check(name: &str, class: &ClassConfig, file: &mut File<'_>) {
    let ttl = (Duration::from_mins(1)..=LONGEST_TTL).contains(&class.ttl);
    file.check(
        ttl,
        &format!("{name}.ttl_seconds"),
        "must be 60 to 2419200 (four weeks)",
    );
    for (language, text) in &class.without_content {
        let length = text.chars().count();
        let key = format!("{name}.without_content.{language}");
        file.check(
            (1..=LONGEST_TEXT).contains(&length),
            &key,
            "must be 1 to 100 characters",
        );
    }
    file.check(
        class.on_duty != Treatment::Hold,
        &format!("{name}.on_duty"),
        "must be deliver or silent: whoever is at work is not kept waiting",
    );
    file.check(
        class.quiet <= class.off_duty,
        &format!("{name}.quiet"),
        "must not be louder than off_duty (deliver, silent, hold)",
    );
    let priority = matches!(class.apns.priority, 10 | 5 | 1);
    file.check(
        priority,
        &format!("{name}.apns.priority"),
        "must be 10, 5 or 1",
    );
    let mut short = |word: Option<&String>, key: &str| {
        let fits = word.is_none_or(|word| (1..=64).contains(&word.len()));
        file.check(fits, &format!("{name}.{key}"), "must be 1 to 64 bytes");
    };
    short(class.apns.sound.as_ref(), "apns.sound");
    short(Some(&class.fcm.channel), "fcm.channel");
    short(class.fcm.collapse_key.as_ref(), "fcm.collapse_key");
}
