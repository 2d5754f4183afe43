// SPDX-License-Identifier: EUPL-1.2

//! Headers and body of a push to an iPhone. The text travels encrypted; what Apple and, until the app's
//! notification service extension has decrypted it, the lock screen see is a text without content.

use base64::{Engine as _, prelude::BASE64_STANDARD as BASE64};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use uuid::Uuid;

use super::super::{
    Draft, header_value,
    plaintext::{self, json},
};
use crate::{
    config::push::{ApnsClass, InterruptionLevel},
    id::MessageId,
    push::{
        MessageClass, Verdict,
        encryption::OVERHEAD,
        envelope::{DeviceKeys, Manner},
    },
};

/// Octets of a body ("Generating a remote notification").
pub(super) const LIMIT: usize = 4_096;
/// When it suits the phone's battery.
const QUIET_PRIORITY: u8 = 5;
/// Octets of text, of which a removal has about 150.
const ROOM_OF_REMOVAL: usize = 1_024;

pub(super) fn headers(draft: &Draft<'_>, topic: &HeaderValue) -> Result<HeaderMap, Verdict> {
    let expiration = draft.message.expires_at.as_secs().max(0);
    let (kind, priority) = match draft.manner() {
        Manner::Show => ("alert", draft.class.apns.priority),
        Manner::ShowQuietly => ("alert", draft.class.apns.priority.min(QUIET_PRIORITY)),
        // An app's extension can change what is shown, and can't take down what stands there; the app itself can,
        // when it is woken in the background. Apple refuses any such push that claims to be urgent.
        Manner::Remove => ("background", QUIET_PRIORITY),
    };
    let mut id = Uuid::encode_buffer();
    let mut id = header_value(draft.push_id.hyphenated().encode_lower(&mut id))?;
    // "Sensitive" keeps what is never the same twice out of HPACK's table, where it would push out the rest.
    id.set_sensitive(true);
    Ok(HeaderMap::from_iter([
        (HeaderName::from_static("apns-id"), id),
        (HeaderName::from_static("apns-topic"), topic.clone()),
        (
            HeaderName::from_static("apns-push-type"),
            HeaderValue::from_static(kind),
        ),
        (
            HeaderName::from_static("apns-priority"),
            u16::from(priority).into(),
        ),
        (
            HeaderName::from_static("apns-expiration"),
            expiration.into(),
        ),
        (
            HeaderName::from_static("apns-collapse-id"),
            header_value(&draft.message.envelope.collapse_id)?,
        ),
    ]))
}

/// Of a push that no phone is meant to get: in the background, not to be kept.
pub(super) fn probe_headers(topic: &HeaderValue) -> HeaderMap {
    HeaderMap::from_iter([
        (HeaderName::from_static("apns-topic"), topic.clone()),
        (
            HeaderName::from_static("apns-push-type"),
            HeaderValue::from_static("background"),
        ),
        (HeaderName::from_static("apns-priority"), 5.into()),
        (HeaderName::from_static("apns-expiration"), 0.into()),
    ])
}

/// Nothing to show and nothing to hear.
pub(super) const PROBE_BODY: &[u8] = br#"{"aps":{"content-available":1}}"#;

/// At most [`LIMIT`] octets.
pub(super) fn body(draft: &Draft<'_>) -> Result<Vec<u8>, Verdict> {
    if draft.manner() == Manner::Remove {
        return removal(draft);
    }
    let withheld = Alert {
        title: draft.without_content(),
        body: None,
    };
    if let Some(keys) = &draft.target.keys {
        return Ok(render(
            draft,
            withheld,
            Own::Encrypted {
                ciphertext: ciphertext(draft, keys)?,
            },
        ));
    }
    Ok(match draft.in_the_clear() {
        Some(text) => plaintext::fit(text, LIMIT, |title, body| {
            let body = Some(body);
            render(draft, Alert { title, body }, Own::reference(draft))
        }),
        None => render(draft, withheld, Own::reference(draft)),
    })
}

/// Nothing to show: the app is woken and takes the notification down.
fn removal(draft: &Draft<'_>) -> Result<Vec<u8>, Verdict> {
    let own = match &draft.target.keys {
        Some(keys) => Own::Encrypted {
            ciphertext: BASE64.encode(draft.encrypted(keys, ROOM_OF_REMOVAL, |_| Vec::new())?),
        },
        None => Own::removal(draft),
    };
    let aps = Background {
        content_available: 1,
    };
    Ok(json(&RemovalBody { aps, own }))
}

fn ciphertext(draft: &Draft<'_>, keys: &DeviceKeys) -> Result<String, Verdict> {
    let alert = Alert {
        title: draft.without_content(),
        body: None,
    };
    let empty = Own::Encrypted {
        ciphertext: String::new(),
    };
    let frame = render(draft, alert, empty).len();
    let room = (LIMIT.saturating_sub(frame) / 4 * 3).saturating_sub(OVERHEAD);
    draft
        .encrypted(keys, room, |text: plaintext::Plaintext<'_>| json(&text))
        .map(|text| BASE64.encode(text))
}

fn render<'a>(draft: &Draft<'a>, alert: Alert<'a>, own: Own<'a>) -> Vec<u8> {
    json(&Body {
        aps: Aps::new(draft, alert),
        own,
    })
}

#[derive(Serialize)]
struct Body<'a> {
    aps: Aps<'a>,
    #[serde(flatten)]
    own: Own<'a>,
}

#[derive(Serialize)]
struct RemovalBody<'a> {
    aps: Background,
    #[serde(flatten)]
    own: Own<'a>,
}

/// Apple's part of a push that wakes the app and shows nothing.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Background {
    content_available: u8,
}

/// Apple's part.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Aps<'a> {
    alert: Alert<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sound: Option<Sound<'a>>,
    interruption_level: InterruptionLevel,
    /// 1 lets the app's extension put the decrypted text in the place of the alert.
    mutable_content: u8,
    thread_id: MessageClass,
}

#[derive(Serialize)]
struct Alert<'a> {
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Sound<'a> {
    Named(&'a str),
    /// Only this form breaks through silence.
    Critical {
        critical: u8,
        name: &'a str,
        volume: f32,
    },
}

/// Our part.
#[derive(Serialize)]
#[serde(untagged)]
enum Own<'a> {
    Encrypted {
        /// Short, because every octet of the frame is one less for the text.
        #[serde(rename = "e")]
        ciphertext: String,
    },
    /// For a device without keys: where to look. What is said there stands in the alert, if anywhere.
    Reference {
        message_id: MessageId,
        class: MessageClass,
        link: &'a str,
    },
    /// For a device without keys: what to take down.
    Removal {
        message_id: MessageId,
        class: MessageClass,
        remove: &'a str,
    },
}

impl<'a> Aps<'a> {
    fn new(draft: &Draft<'a>, alert: Alert<'a>) -> Self {
        let class = &draft.class.apns;
        let is_quiet = draft.manner() == Manner::ShowQuietly;
        let sound = class.sound.as_deref().filter(|_| !is_quiet);
        Self {
            alert,
            sound: sound.map(|name| Sound::new(class, name)),
            interruption_level: if is_quiet {
                InterruptionLevel::Passive
            } else {
                class.interruption_level
            },
            mutable_content: 1,
            thread_id: draft.message.class,
        }
    }
}

impl<'a> Sound<'a> {
    fn new(class: &ApnsClass, name: &'a str) -> Self {
        match class.interruption_level {
            InterruptionLevel::Critical => Self::Critical {
                critical: 1,
                name,
                volume: 1.0,
            },
            _ => Self::Named(name),
        }
    }
}

impl<'a> Own<'a> {
    fn reference(draft: &Draft<'a>) -> Self {
        let message = draft.message;
        let link = &message.envelope.link;
        Self::Reference {
            message_id: message.id,
            class: message.class,
            link,
        }
    }

    fn removal(draft: &Draft<'a>) -> Self {
        let message = draft.message;
        Self::Removal {
            message_id: message.id,
            class: message.class,
            remove: &message.envelope.collapse_id,
        }
    }
}
