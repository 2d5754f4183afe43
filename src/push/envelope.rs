// SPDX-License-Identifier: EUPL-1.2

//! What push is asked to carry, and what one device gets to read of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ApnsEnvironment, Gateway, Language, MessageClass};
use crate::{
    clock::At,
    id::{DeviceId, MessageId},
};

/// The longest title and body that every gateway has room for, encrypted, in whatever script: in characters, of up to
/// four bytes each. What is longer is cut.
pub const MOST_TITLE: usize = 80;
pub const MOST_BODY: usize = 200;

/// A message to many devices. Stored with the message, so that a restart carries on with the same words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// At least one, unless there is nothing to show; a device whose language is missing gets the first.
    pub texts: BTreeMap<Language, Text>,
    /// A path in the app, as `/announcements/019a…`.
    pub link: String,
    /// What a later message replaces on the phone: up to 32 characters of base64url (RFC 8030, section
    /// 5.4 allows no more; APNs would allow 64 bytes).
    pub collapse_id: String,
    /// What the phone does with it.
    #[serde(default)]
    pub manner: Manner,
}

/// What a phone does with a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// Shows it, as loud as its class is.
    #[default]
    Show,
    /// Shows it without sound and without waking anybody.
    ShowQuietly,
    /// Takes down what stands there under the collapse id. Such a message has no texts.
    Remove,
}

/// The words on the lock screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub title: String,
    pub body: String,
}

impl Envelope {
    /// The text for a device's language, or else the first there is.
    pub fn text(&self, language: Language) -> Option<(Language, &Text)> {
        self.texts
            .get_key_value(&language)
            .or_else(|| self.texts.first_key_value())
            .map(|(language, text)| (*language, text))
    }
}

/// A message as the dispatcher holds it.
#[derive(Clone, Debug)]
pub struct Message {
    pub id: MessageId,
    pub class: MessageClass,
    pub envelope: Envelope,
    /// After this instant nobody shall be disturbed with it any more.
    pub expires_at: At,
}

/// Where one delivery goes.
#[derive(Clone)]
pub struct Target {
    pub device: DeviceId,
    pub gateway: Gateway,
    /// APNs device token (hex), FCM registration token, or Web Push endpoint. Never logged.
    pub address: String,
    /// Set for APNs alone.
    pub apns_environment: Option<ApnsEnvironment>,
    /// `None`: the device gets a text without content. Web Push devices always have keys.
    pub keys: Option<DeviceKeys>,
    pub language: Language,
    /// Its owner is to be told without a sound, whatever the class is.
    pub is_silent: bool,
}

/// What a device gives so that only it can read (RFC 8291, section 2).
#[derive(Clone)]
pub struct DeviceKeys {
    /// P-256 public key, uncompressed (`04 || X || Y`).
    pub p256dh: [u8; 65],
    /// Authentication secret.
    pub auth: [u8; 16],
}

impl DeviceKeys {
    /// As a row holds them: both or none. `Err`: what is wrong with the row.
    pub(super) fn from_columns(
        p256dh: Option<Vec<u8>>,
        auth: Option<Vec<u8>>,
    ) -> Result<Option<Self>, &'static str> {
        match (p256dh, auth) {
            (None, None) => Ok(None),
            (Some(p256dh), Some(auth)) => Ok(Some(Self {
                p256dh: p256dh.try_into().map_err(|_| "p256dh is not 65 bytes")?,
                auth: auth.try_into().map_err(|_| "auth_secret is not 16 bytes")?,
            })),
            _ => Err("one of two keys"),
        }
    }
}
