// SPDX-License-Identifier: EUPL-1.2

//! Apple Push Notification service, token-based (developer.apple.com: "Sending notification requests to
//! APNs").

mod answer;
mod payload;
mod token;

use http::{HeaderValue, Uri};
use tokio_util::sync::CancellationToken;

use self::token::ProviderToken;
use super::{
    Client, Draft, GatewayError, Ground,
    transport::{Origin, Parcel, Reach, Transport},
    wrong,
};
use crate::{
    config::push::ApnsConfig,
    push::{ApnsEnvironment, Gateway, Reply, Verdict},
};

pub(super) struct Apns {
    transport: Transport,
    token: ProviderToken,
    topic: HeaderValue,
    production: Origin,
    development: Origin,
}

impl Apns {
    pub(super) fn new(config: &ApnsConfig, ground: &Ground) -> Result<Self, GatewayError> {
        let gateway = Gateway::Apns;
        let topic = HeaderValue::from_str(&config.topic);
        Ok(Self {
            transport: ground.transport(gateway, &config.link, Reach::Anywhere, 2)?,
            token: ProviderToken::new(config, ground.clock.clone())
                .map_err(|error| wrong(gateway, "key_file", error))?,
            topic: topic.map_err(|error| wrong(gateway, "topic", error))?,
            production: super::origin(gateway, "production_url", &config.production)?,
            development: super::origin(gateway, "development_url", &config.development)?,
        })
    }

    /// A token of one environment is unknown in the other, so the address says where it goes.
    fn origin(&self, environment: Option<ApnsEnvironment>) -> &Origin {
        match environment {
            Some(ApnsEnvironment::Development) => &self.development,
            Some(ApnsEnvironment::Production) | None => &self.production,
        }
    }
}

impl Client for Apns {
    const GATEWAY: Gateway = Gateway::Apns;

    /// The staff's phones are in production; a developer's phone can wait for a handshake.
    async fn warm(&self) -> Result<(), Verdict> {
        self.token.current()?;
        Ok(self.transport.open(&self.production).await?)
    }

    fn prepare(&self, draft: &Draft<'_>) -> Result<Parcel, Verdict> {
        let origin = self.origin(draft.target.apns_environment).clone();
        let uri = device_uri(&origin, &draft.target.address)?;
        let headers = payload::headers(draft, &self.topic)?;
        Ok(Parcel {
            origin,
            uri,
            headers,
            lane: draft.message.class.lane(),
            body: payload::body(draft)?.into(),
        })
    }

    async fn send(&self, parcel: &Parcel, curfew: &CancellationToken) -> Reply {
        let reply = self.attempt(parcel, curfew).await;
        reply.unwrap_or_else(Reply::from)
    }
}

impl Apns {
    async fn attempt(&self, parcel: &Parcel, curfew: &CancellationToken) -> Result<Reply, Verdict> {
        let token = self.token.current()?;
        let mut answer = self.transport.send(parcel, Some(&token), curfew).await?;
        if answer::blames_the_token(&answer)
            && let Some(renewed) = self.token.renewed(&token)?
        {
            answer = self.transport.send(parcel, Some(&renewed), curfew).await?;
        }
        Ok(Reply {
            verdict: answer::verdict(&answer),
            sent_at: Some(answer.sent_at),
        })
    }
}

/// `/3/device/<token>`. A token is hexadecimal, of any length: Apple says not to rely on one.
fn device_uri(origin: &Origin, token: &str) -> Result<Uri, Verdict> {
    let malformed = || Verdict::Quarantined {
        reason: "not a device token".to_owned(),
    };
    if token.is_empty() || token.len() > 512 || !token.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(malformed());
    }
    origin
        .uri(&format!("/3/device/{token}"))
        .map_err(|_| malformed())
}
