// SPDX-License-Identifier: EUPL-1.2

//! A push to one person's devices, past the outbox: for an administrator who wants to see it arrive. It has no
//! consequences for any address, whatever the gateway says.

use std::{collections::BTreeMap, time::Duration};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use tokio_util::sync::CancellationToken;

use super::{
    Gateway, Language, MessageClass, Push, Verdict, devices,
    envelope::{Envelope, Manner, Message, Text},
};
use crate::{
    db::Result,
    id::{AccountId, DeviceId, MessageId},
};

/// Later it would only puzzle somebody.
const MATTERS_FOR: Duration = Duration::from_mins(10);

/// What became of it at one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    pub device: DeviceId,
    pub gateway: Gateway,
    pub verdict: Verdict,
}

impl Push {
    /// Sends these words to each of the person's devices, quarantined ones too, and waits for the answers.
    pub async fn try_on(
        &self,
        account: AccountId,
        texts: BTreeMap<Language, Text>,
    ) -> Result<Vec<Tried>> {
        let id: MessageId = self.ids.id();
        let message = Message {
            id,
            class: MessageClass::Important,
            envelope: Envelope {
                texts,
                link: "/".to_owned(),
                collapse_id: BASE64.encode(id.uuid()),
                manner: Manner::Show,
            },
            expires_at: self.clock.now() + MATTERS_FOR,
        };
        let no_curfew = CancellationToken::new();
        let mut tried = Vec::new();
        for target in devices::targets(&self.db, account).await? {
            let prepared = self.gateways.prepare(&message, &target);
            let reply = self.gateways.send(&prepared, &no_curfew).await;
            tried.push(Tried {
                device: target.device,
                gateway: target.gateway,
                verdict: reply.verdict,
            });
        }
        Ok(tried)
    }
}
