// SPDX-License-Identifier: EUPL-1.2

//! Firebase Cloud Messaging, HTTP v1 (firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send).

mod answer;
mod payload;
mod token;

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Uri, header};
use tokio_util::sync::CancellationToken;

use self::token::AccessTokens;
use super::{
    Client, Draft, GatewayError, Ground,
    answer::Answer,
    transport::{Origin, Parcel, Reach, Transport},
    wrong,
};
use crate::{
    config::push::FcmConfig,
    push::{Gateway, Reply, Verdict},
};

pub(super) struct Fcm {
    transport: Arc<Transport>,
    tokens: AccessTokens,
    origin: Origin,
    send_to: Uri,
}

impl Fcm {
    pub(super) fn new(config: &FcmConfig, ground: &Ground) -> Result<Self, GatewayError> {
        let gateway = Gateway::Fcm;
        // One origin takes the pushes, the other gives access tokens.
        let transport = ground.transport(gateway, &config.link, Reach::Anywhere, 2)?;
        let transport = Arc::new(transport);
        let origin = super::origin(gateway, "base_url", &config.base_url)?;
        let path = format!("/v1/projects/{}/messages:send", config.account.project_id);
        let send_to = origin.uri(&path);
        Ok(Self {
            tokens: AccessTokens::new(&config.account, Arc::clone(&transport), ground)?,
            transport,
            send_to: send_to.map_err(|_| {
                wrong(
                    gateway,
                    "service_account_file",
                    "project_id is no part of an address",
                )
            })?,
            origin,
        })
    }
}

impl Client for Fcm {
    const GATEWAY: Gateway = Gateway::Fcm;

    async fn warm(&self) -> Result<(), Verdict> {
        self.tokens.current().await?;
        Ok(self.transport.open(&self.origin).await?)
    }

    /// A message that Google is asked to look at and not to send (`validate_only`).
    async fn probe(&self) -> Result<(), Verdict> {
        let probe = self.parcel(i16::MIN, Bytes::from_static(payload::PROBE_BODY));
        let answer = self.exchange(&probe, &CancellationToken::new()).await?;
        match answer::verdict(&answer) {
            Verdict::Accepted => Ok(()),
            refusal => Err(refusal),
        }
    }

    fn prepare(&self, draft: &Draft<'_>) -> Result<Parcel, Verdict> {
        let body = payload::body(draft)?.into();
        Ok(self.parcel(draft.message.class.lane(), body))
    }

    async fn send(&self, parcel: &Parcel, curfew: &CancellationToken) -> Reply {
        match self.exchange(parcel, curfew).await {
            Ok(answer) => Reply {
                verdict: answer::verdict(&answer),
                sent_at: Some(answer.sent_at),
            },
            Err(verdict) => verdict.into(),
        }
    }
}

impl Fcm {
    fn parcel(&self, lane: i16, body: Bytes) -> Parcel {
        let json = HeaderValue::from_static("application/json");
        Parcel {
            origin: self.origin.clone(),
            uri: self.send_to.clone(),
            headers: HeaderMap::from_iter([(header::CONTENT_TYPE, json)]),
            lane,
            body,
        }
    }

    async fn exchange(
        &self,
        parcel: &Parcel,
        curfew: &CancellationToken,
    ) -> Result<Answer, Verdict> {
        let token = self.tokens.current().await?;
        let mut answer = self.transport.send(parcel, Some(&token), curfew).await?;
        if answer::blames_the_token(&answer) {
            let renewed = Box::pin(self.tokens.renewed(&token)).await?;
            let again = self.transport.send(parcel, Some(&renewed), curfew);
            answer = Box::pin(again).await?;
        }
        Ok(answer)
    }
}
