// SPDX-License-Identifier: EUPL-1.2

//! The three gateways: one face to the dispatcher, the same few files for each.
//!
//! | file | what is in it |
//! |---|---|
//! | `mod.rs` | how a push is prepared and handed over |
//! | `payload.rs` | headers and body; never above the gateway's limit |
//! | `answer.rs` | what each answer means: a pure function to a [`Verdict`] |
//! | `token.rs` | our credentials, signed or fetched, kept and renewed |
//!
//! [`prepare`](Gateways::prepare) is CPU alone and can be done long before the release;
//! [`send`](Gateways::send) adds the credentials and waits for the answer. What goes wrong is always a
//! verdict about one push: a broken connection is [`Verdict::Retry`], our own bad credentials are
//! [`Verdict::Closed`], and only the dispatcher decides what follows.
//!
//! **Invariant**: whatever is repeated carries the same [push id](Prepared::push_id) and collapse id, so
//! that a phone shows it once.

mod answer;
mod apns;
mod fcm;
mod ground;
mod jwt;
mod plaintext;
mod transport;
#[cfg(test)]
mod vectors;
mod webpush;

use std::{fmt, sync::Arc};

use futures::future::OptionFuture;
use http::{HeaderValue, Uri};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use self::jwt::{generate_p256_key, p256_public_key};
use self::{
    apns::Apns,
    fcm::Fcm,
    ground::Ground,
    plaintext::{Plaintext, Removal},
    transport::{Origin, Parcel},
    webpush::WebPush,
};
use super::{
    Gateway, Reply, Verdict,
    encryption::{self, EncryptionError},
    envelope::{DeviceKeys, Manner, Message, Target, Text},
};
use crate::{
    clock::{At, Clock},
    config::push::{ClassConfig, Classes, PushConfig},
    id::{DeviceId, Ids, MessageId},
    tasks::Tasks,
};

/// Those gateways that are configured.
pub struct Gateways {
    apns: Option<Apns>,
    fcm: Option<Fcm>,
    web_push: Option<WebPush>,
    classes: Classes,
    clock: Clock,
    ids: Ids,
    tasks: Tasks,
}

/// A push that is ready to go, or what became of it already. Its `Debug` shows ids and sizes alone.
pub struct Prepared {
    gateway: Gateway,
    device: DeviceId,
    push_id: Uuid,
    /// `Err`: it can't be sent, and this is how the delivery ends.
    parcel: Result<Parcel, Verdict>,
}

/// A configuration that can't work. `key` is the key in the gateway's file in `push-config/`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{gateway}: {key}: {what}")]
pub struct GatewayError {
    pub gateway: Gateway,
    pub key: &'static str,
    pub what: String,
}

impl Gateways {
    /// From configuration. Reads keys, opens nothing.
    pub fn new(
        config: &PushConfig,
        clock: Clock,
        ids: Ids,
        tasks: &Tasks,
    ) -> Result<Self, GatewayError> {
        let ground = Ground::new(clock.clone(), tasks);
        Ok(Self {
            apns: config
                .apns
                .as_ref()
                .map(|apns| Apns::new(apns, &ground))
                .transpose()?,
            fcm: config
                .fcm
                .as_ref()
                .map(|fcm| Fcm::new(fcm, &ground))
                .transpose()?,
            web_push: config
                .web_push
                .as_ref()
                .map(|web| WebPush::new(web, &ground))
                .transpose()?,
            classes: config.classes.clone(),
            clock,
            ids,
            tasks: ground.tasks,
        })
    }

    pub fn classes(&self) -> &Classes {
        &self.classes
    }

    pub fn is_configured(&self, gateway: Gateway) -> bool {
        match gateway {
            Gateway::Apns => self.apns.is_some(),
            Gateway::Fcm => self.fcm.is_some(),
            Gateway::WebPush => self.web_push.is_some(),
        }
    }

    /// What browsers subscribe with (`applicationServerKey`), in base64url.
    pub fn vapid_public_key(&self) -> Option<&str> {
        self.web_push.as_ref().map(WebPush::public_key)
    }

    /// Opens connections and fetches tokens ahead of need. What fails is logged, and tried again by the
    /// first push. Browsers' push services are met only when there is something for them.
    pub async fn warm(self: &Arc<Self>) {
        // On the threads that will use the connections, whoever asks for them.
        let this = Arc::clone(self);
        let warmed = self.tasks.spawn(async move {
            futures::join!(warm(this.apns.as_ref()), warm(this.fcm.as_ref()));
        });
        let _ = warmed.await;
    }

    /// Tries our credentials at a gateway without disturbing anybody. `Err`: what a push would be told. At the
    /// browsers' push services there is nothing to ask; there it is only that the VAPID key signs.
    pub async fn probe(&self, gateway: Gateway) -> Result<(), Verdict> {
        match gateway {
            Gateway::Apns => probe(self.apns.as_ref()).await,
            Gateway::Fcm => probe(self.fcm.as_ref()).await,
            Gateway::WebPush => probe(self.web_push.as_ref()).await,
        }
    }

    /// Builds and encrypts one push. CPU only, about 80 µs: call it off the asynchronous threads.
    pub fn prepare(&self, message: &Message, target: &Target) -> Prepared {
        let encrypt = |text: &[u8], keys: &DeviceKeys, room| {
            encryption::encrypt(text, keys, room, self.ids.secret())
        };
        let draft = Draft {
            message,
            target,
            class: self.classes.get(message.class),
            push_id: push_id(message.id, target.device),
            now: self.clock.now(),
            encrypt: &encrypt,
        };
        let parcel = match target.gateway {
            Gateway::Apns => prepare(self.apns.as_ref(), &draft),
            Gateway::Fcm => prepare(self.fcm.as_ref(), &draft),
            Gateway::WebPush => prepare(self.web_push.as_ref(), &draft),
        };
        let (gateway, device, push_id) = (target.gateway, target.device, draft.push_id);
        Prepared {
            gateway,
            device,
            push_id,
            parcel,
        }
    }

    /// Hands a push over; returns when the gateway has answered or patience is at its end (20 s for the
    /// answer). What waits for its turn or for a connection at the `curfew` is [unsent](Verdict::Unsent);
    /// what has been sent is waited for.
    pub async fn send(&self, push: &Prepared, curfew: &CancellationToken) -> Reply {
        let parcel = match &push.parcel {
            Ok(parcel) => parcel,
            Err(verdict) => return verdict.clone().into(),
        };
        match push.gateway {
            Gateway::Apns => send(self.apns.as_ref(), parcel, curfew).await,
            Gateway::Fcm => send(self.fcm.as_ref(), parcel, curfew).await,
            Gateway::WebPush => send(self.web_push.as_ref(), parcel, curfew).await,
        }
    }
}

impl Prepared {
    pub fn gateway(&self) -> Gateway {
        self.gateway
    }

    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// The same for every attempt to tell this device this message; APNs gets it as `apns-id`.
    pub fn push_id(&self) -> Uuid {
        self.push_id
    }

    /// Octets of the body, none if there is nothing to send.
    pub fn size(&self) -> usize {
        self.parcel.as_ref().map_or(0, |parcel| parcel.body.len())
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("gateway", &self.gateway)
            .field("device", &self.device)
            .field("push_id", &self.push_id)
            .field("size", &self.size())
            .finish_non_exhaustive()
    }
}

/// What each of the three can do.
trait Client {
    const GATEWAY: Gateway;

    async fn warm(&self) -> Result<(), Verdict>;

    async fn probe(&self) -> Result<(), Verdict>;

    /// `Err`: the delivery ends here.
    fn prepare(&self, draft: &Draft<'_>) -> Result<Parcel, Verdict>;

    async fn send(&self, parcel: &Parcel, curfew: &CancellationToken) -> Reply;
}

async fn probe<C: Client>(client: Option<&C>) -> Result<(), Verdict> {
    client.ok_or_else(not_configured)?.probe().await
}

async fn warm<C: Client>(client: Option<&C>) {
    if let Some(Err(verdict)) = OptionFuture::from(client.map(Client::warm)).await {
        tracing::warn!(gateway = %C::GATEWAY, ?verdict, "a push gateway could not be warmed");
    }
}

fn prepare<C: Client>(client: Option<&C>, draft: &Draft<'_>) -> Result<Parcel, Verdict> {
    client.ok_or_else(not_configured)?.prepare(draft)
}

async fn send<C: Client>(client: Option<&C>, parcel: &Parcel, curfew: &CancellationToken) -> Reply {
    match client {
        Some(client) => client.send(parcel, curfew).await,
        None => not_configured().into(),
    }
}

fn not_configured() -> Verdict {
    Verdict::Closed {
        reason: "not configured".to_owned(),
    }
}

/// UUIDv5 of the device in the name space of the message: a repeat after a crash has the same one, though
/// nothing about it was stored.
fn push_id(message: MessageId, device: DeviceId) -> Uuid {
    Uuid::new_v5(&message.uuid(), device.uuid().as_bytes())
}

/// What a gateway's payload is made from.
struct Draft<'a> {
    message: &'a Message,
    target: &'a Target,
    class: &'a ClassConfig,
    push_id: Uuid,
    now: At,
    encrypt: &'a Encrypt<'a>,
}

/// Encrypts octets to a device, padded to at most so many.
type Encrypt<'a> = dyn Fn(&[u8], &DeviceKeys, usize) -> Result<Vec<u8>, EncryptionError> + 'a;

impl<'a> Draft<'a> {
    /// How long the message may still wait for the phone, in whole seconds.
    fn ttl(&self) -> u64 {
        self.message.expires_at.since(self.now).as_secs()
    }

    /// What a lock screen may show before or without decryption.
    fn without_content(&self) -> &'a str {
        self.class.without_content(self.target.language)
    }

    /// The words for a device without keys, if the city has chosen that gateways may read those of this class.
    fn in_the_clear(&self) -> Option<&'a Text> {
        let text = self.message.envelope.text(self.target.language);
        let is_meant = self.class.full_text_without_key && self.target.keys.is_none();
        text.map(|(_, text)| text).filter(|_| is_meant)
    }

    fn manner(&self) -> Manner {
        match self.message.envelope.manner {
            Manner::Show if self.target.is_silent => Manner::ShowQuietly,
            manner => manner,
        }
    }

    /// The [plaintext](plaintext::plaintext) in at most `room` octets, encrypted to the device.
    fn encrypted(
        &self,
        keys: &DeviceKeys,
        room: usize,
        render: impl Fn(Plaintext<'_>) -> Vec<u8>,
    ) -> Result<Vec<u8>, Verdict> {
        let (message, language) = (self.message, self.target.language);
        let text = match self.manner() {
            Manner::Remove => Some(plaintext::json(&Removal::new(message, language))),
            Manner::Show | Manner::ShowQuietly => {
                let is_silent = self.manner() == Manner::ShowQuietly;
                plaintext::plaintext(message, language, is_silent, room, render)
            }
        };
        let text = text.ok_or_else(|| refused("the message has no text"))?;
        (self.encrypt)(&text, keys, room).map_err(|error| match error {
            EncryptionError::Key => Verdict::Quarantined {
                reason: error.to_string(),
            },
            _ => refused(error.to_string()),
        })
    }
}

fn refused(reason: impl Into<String>) -> Verdict {
    Verdict::Refused {
        reason: reason.into(),
    }
}

/// A header's value; what can't be one is our own mistake.
fn header_value(text: &str) -> Result<HeaderValue, Verdict> {
    HeaderValue::from_str(text).map_err(|_| refused("a header holds forbidden characters"))
}

fn wrong(gateway: Gateway, key: &'static str, what: impl fmt::Display) -> GatewayError {
    GatewayError {
        gateway,
        key,
        what: what.to_string(),
    }
}

/// An origin from the configuration.
fn origin(gateway: Gateway, key: &'static str, url: &str) -> Result<Origin, GatewayError> {
    let uri: Uri = url.parse().map_err(|error| wrong(gateway, key, error))?;
    Origin::of(&uri).map_err(|error| wrong(gateway, key, error))
}
