// SPDX-License-Identifier: EUPL-1.2

//! Headers (RFC 8030, section 5) and encrypted body (RFC 8291) of a push to a browser. What it decrypts is
//! at once our own object and a Declarative Web Push message (W3C Push API, "declarative push messages"),
//! which Safari shows without running any script.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::Serialize;

use super::super::{
    Draft, header_value,
    plaintext::{Plaintext, json},
    refused,
};
use crate::{
    config::push::Urgency,
    push::{Language, Verdict, envelope::Manner},
};

/// Octets of text: some push services hand on to FCM and have room for no more, though RFC 8291 allows
/// 3,993.
const ROOM: usize = 2_744;

pub(super) fn headers(draft: &Draft<'_>) -> Result<HeaderMap, Verdict> {
    let urgency = match draft.manner() {
        Manner::Show => draft.class.web_push.urgency,
        Manner::ShowQuietly => Urgency::Low,
        Manner::Remove => Urgency::Normal,
    };
    let urgency = HeaderValue::from_static(urgency.as_str());
    Ok(HeaderMap::from_iter([
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        ),
        (
            header::CONTENT_ENCODING,
            HeaderValue::from_static("aes128gcm"),
        ),
        (HeaderName::from_static("ttl"), draft.ttl().into()),
        (HeaderName::from_static("urgency"), urgency),
        (
            HeaderName::from_static("topic"),
            header_value(&draft.message.envelope.collapse_id)?,
        ),
    ]))
}

pub(super) fn body(draft: &Draft<'_>, app_url: &str) -> Result<Vec<u8>, Verdict> {
    let keys = draft
        .target
        .keys
        .as_ref()
        .ok_or_else(|| refused("the subscription has no keys"))?;
    draft.encrypted(keys, ROOM, |text| json(&Declarative::new(text, app_url)))
}

#[derive(Serialize)]
struct Declarative<'a> {
    /// The mark of a declarative message.
    web_push: u16,
    notification: Notification<'a>,
    #[serde(flatten)]
    own: Plaintext<'a>,
}

#[derive(Serialize)]
struct Notification<'a> {
    title: &'a str,
    body: &'a str,
    lang: Language,
    tag: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    silent: Option<bool>,
    /// An absolute address.
    navigate: String,
}

impl<'a> Declarative<'a> {
    fn new(own: Plaintext<'a>, app_url: &str) -> Self {
        let notification = Notification {
            title: own.title,
            body: own.body,
            lang: own.language,
            tag: own.tag,
            silent: own.silent,
            navigate: format!("{app_url}{}", own.link),
        };
        Self {
            web_push: 8030,
            notification,
            own,
        }
    }
}
