// SPDX-License-Identifier: EUPL-1.2

//! The body of a push to an Android phone: a data message that the app decrypts and shows. To a device
//! without keys goes a notification, without content unless the city chose otherwise, which Android shows by
//! itself.

use base64::{Engine as _, prelude::BASE64_STANDARD as BASE64};
use serde::Serialize;

use super::super::{
    Draft,
    plaintext::{self, Plaintext, json},
};
use crate::{
    config::push::FcmPriority,
    id::MessageId,
    push::{
        MessageClass, Verdict,
        encryption::OVERHEAD,
        envelope::{DeviceKeys, Manner},
    },
};

/// Octets of a message. Google counts less than the whole body; we count all of it.
pub(super) const LIMIT: usize = 4_096;
/// Google keeps nothing longer than four weeks.
const LONGEST_TTL: u64 = 28 * 24 * 60 * 60;

/// A message that is checked and not sent. To a topic, which needs no phone's token.
pub(super) const PROBE_BODY: &[u8] =
    br#"{"validate_only":true,"message":{"topic":"stadtfunk-check","data":{"check":"1"}}}"#;

/// At most [`LIMIT`] octets, for registration tokens of up to 1,000.
pub(super) fn body(draft: &Draft<'_>) -> Result<Vec<u8>, Verdict> {
    let token = &draft.target.address;
    if token.is_empty() || token.len() > LIMIT {
        return Err(Verdict::Quarantined {
            reason: "not a registration token".to_owned(),
        });
    }
    if let Some(keys) = &draft.target.keys {
        let data = Data::encrypted(draft, ciphertext(draft, keys)?);
        return Ok(render(draft, data, None));
    }
    if draft.manner() == Manner::Remove {
        return Ok(render(draft, Data::removal(draft), None));
    }
    let shown = |title: &str, body: Option<&str>| {
        let notification = Notification::new(draft, title, body);
        render(draft, Data::reference(draft), Some(notification))
    };
    Ok(match draft.in_the_clear() {
        Some(text) => plaintext::fit(text, LIMIT, |title, body| shown(title, Some(body))),
        None => shown(draft.without_content(), None),
    })
}

fn ciphertext(draft: &Draft<'_>, keys: &DeviceKeys) -> Result<String, Verdict> {
    let frame = render(draft, Data::encrypted(draft, String::new()), None).len();
    let room = (LIMIT.saturating_sub(frame) / 4 * 3).saturating_sub(OVERHEAD);
    draft
        .encrypted(keys, room, |text: Plaintext<'_>| json(&text))
        .map(|text| BASE64.encode(text))
}

fn render<'a>(
    draft: &Draft<'a>,
    data: Data<'a>,
    notification: Option<Notification<'a>>,
) -> Vec<u8> {
    let android = Android::new(draft, notification);
    json(&Body {
        message: Addressed {
            token: &draft.target.address,
            data,
            android,
        },
    })
}

#[derive(Serialize)]
struct Body<'a> {
    message: Addressed<'a>,
}

#[derive(Serialize)]
struct Addressed<'a> {
    token: &'a str,
    data: Data<'a>,
    android: Android<'a>,
}

/// For the app. Every value has to be a string.
#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Encrypted {
        channel: &'a str,
        #[serde(rename = "e")]
        ciphertext: String,
    },
    /// For a device without keys: where to look. What is said there stands in the notification, if anywhere.
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

/// For Android and for Google's servers.
#[derive(Serialize)]
struct Android<'a> {
    priority: FcmPriority,
    ttl: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    collapse_key: Option<&'a str>,
    direct_boot_ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification: Option<Notification<'a>>,
}

#[derive(Serialize)]
struct Notification<'a> {
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    channel_id: &'a str,
    tag: &'a str,
}

impl<'a> Data<'a> {
    fn encrypted(draft: &Draft<'a>, ciphertext: String) -> Self {
        Self::Encrypted {
            channel: &draft.class.fcm.channel,
            ciphertext,
        }
    }

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

impl<'a> Notification<'a> {
    fn new(draft: &Draft<'a>, title: &'a str, body: Option<&'a str>) -> Self {
        Self {
            title,
            body,
            channel_id: &draft.class.fcm.channel,
            tag: &draft.message.envelope.collapse_id,
        }
    }
}

impl<'a> Android<'a> {
    fn new(draft: &Draft<'a>, notification: Option<Notification<'a>>) -> Self {
        let class = &draft.class.fcm;
        let manner = draft.manner();
        // A removal must not take the place of another announcement that waits at Google.
        let collapse_key = class.collapse_key.as_deref();
        Self {
            priority: match manner {
                Manner::Show => class.priority,
                Manner::ShowQuietly | Manner::Remove => FcmPriority::Normal,
            },
            ttl: format!("{}s", draft.ttl().min(LONGEST_TTL)),
            collapse_key: collapse_key.filter(|_| manner != Manner::Remove),
            direct_boot_ok: class.direct_boot_ok,
            notification,
        }
    }
}
