// SPDX-License-Identifier: EUPL-1.2

//! Push: from "these people shall hear this" to "every device is accounted for".
//!
//! The cast:
//!
//! - a [`Device`] is an address at one of three gateways, with the keys that only its app
//!   can decrypt for;
//! - an [`Envelope`](envelope::Envelope) is what push is asked to carry: texts by language, a class, a
//!   link. Push never knows a post or an announcement;
//! - the outbox holds a delivery for each message and device, written before any byte leaves;
//! - the dispatcher claims deliveries in batches, has them [prepared](gateways::Gateways::prepare) (built
//!   and encrypted) and [sent](gateways::Gateways::send), and settles each with its [`Outcome`].
//!
//! The flow: `stage` (rows are written, the gate is shut) → `open` (in the transaction that releases) →
//! claim → prepare → send → settle. A crash at any point leaves rows that the next process claims after
//! the lease; a repeat carries the same apns-id, collapse id or topic, so the phone shows it once.

pub mod devices;
mod dispatcher;
pub mod encryption;
pub mod envelope;
pub mod gateways;
mod housekeeping;
mod metrics;
pub mod outbox;
pub mod outcome;
pub mod receipts;
pub mod sandbox;
mod trial;

pub use self::{
    dispatcher::{Alarm, AlarmKind, GatewayState, LastLook},
    outcome::{Outcome, Reply, Verdict},
    trial::Tried,
};

use std::sync::Arc;

use self::{
    devices::{Device, Registration},
    dispatcher::{Dispatcher, Health},
    gateways::Gateways,
    metrics::Metrics,
};
use crate::{
    clock::Clock,
    db::{Db, Result, text_enum},
    id::{AccountId, DeviceId, Ids, SessionId},
    tasks::Tasks,
};

text_enum! {
    /// Who carries a push to a device.
    pub enum Gateway {
        Apns = "apns",
        Fcm = "fcm",
        /// RFC 8030: browsers, and phones without Google by way of UnifiedPush.
        WebPush = "webpush",
    }
}

text_enum! {
    /// How urgent it is what the city says: an editor chooses one of these.
    pub enum Class {
        News = "news",
        Important = "important",
        Alert = "alert",
    }
}

text_enum! {
    /// Of which class a message is: one of the city's, or what colleagues say to each other. What each means at each
    /// gateway stands in `push-config/classes.toml`.
    pub enum MessageClass {
        Social = "social",
        News = "news",
        Important = "important",
        Alert = "alert",
    }
}

impl MessageClass {
    /// The dispatcher serves lane 0 before lane 1, and so on.
    pub fn lane(self) -> i16 {
        match self {
            Self::Alert => 0,
            Self::Important => 1,
            Self::News => 2,
            Self::Social => 3,
        }
    }
}

impl From<Class> for MessageClass {
    fn from(class: Class) -> Self {
        match class {
            Class::News => Self::News,
            Class::Important => Self::Important,
            Class::Alert => Self::Alert,
        }
    }
}

text_enum! {
    /// The languages in which the city speaks to its staff.
    pub enum Language {
        German = "de",
        English = "en",
    }
}

text_enum! {
    /// Which of Apple's two services knows a device token. It belongs to the address: a token of the one
    /// is a `BadDeviceToken` at the other.
    pub enum ApnsEnvironment {
        Production = "production",
        Development = "development",
    }
}

/// The push room.
#[derive(Clone)]
pub struct Push {
    db: Db,
    clock: Clock,
    ids: Ids,
    gateways: Arc<Gateways>,
    health: Health,
    metrics: Metrics,
}

impl Push {
    pub fn new(db: Db, clock: Clock, ids: Ids, gateways: Gateways) -> Self {
        Self {
            db,
            health: Health::new(clock.clone()),
            clock,
            ids,
            gateways: Arc::new(gateways),
            metrics: Metrics::new(),
        }
    }

    /// Starts handing over what the outbox holds. `last_look`: who is asked before a social notice leaves.
    pub fn start(&self, tasks: &Tasks, last_look: Option<Arc<dyn LastLook>>) {
        let dispatcher = Dispatcher::new(
            self.db.clone(),
            self.clock.clone(),
            self.ids.clone(),
            tasks.clone(),
            self.gateways.clone(),
            self.health.clone(),
            self.metrics.clone(),
        );
        dispatcher.asking(last_look).start();
    }

    /// How each gateway is, as far as this process has learnt from its answers.
    pub fn gateway_states(&self) -> Vec<GatewayState> {
        self.health.states()
    }

    /// What this process has handed over and what waits, in the OpenMetrics text format.
    pub async fn metrics(&self) -> String {
        let (states, now) = (self.gateway_states(), self.clock.now());
        self.metrics.text(&self.db, &states, now).await
    }

    /// Opens the connections ahead of a release.
    pub async fn warm(&self) {
        self.gateways.warm().await;
    }

    pub fn gateways(&self) -> &Gateways {
        &self.gateways
    }

    /// Registers the session's device, or brings it up to date.
    pub async fn register(
        &self,
        account: AccountId,
        session: SessionId,
        registration: Registration,
    ) -> Result<Device> {
        let now = self.clock.now();
        devices::register(&self.db, &self.ids, account, session, &registration, now).await
    }

    /// The person's devices, newest first.
    pub async fn devices(&self, account: AccountId) -> Result<Vec<Device>> {
        devices::list(&self.db, account).await
    }

    /// Removes one of the person's own devices; `false` if they have no such device.
    pub async fn remove_device(&self, account: AccountId, device: DeviceId) -> Result<bool> {
        devices::remove(&self.db, account, device, self.clock.now()).await
    }
}
