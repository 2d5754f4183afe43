// SPDX-License-Identifier: EUPL-1.2

//! Apple Push Notification service, token-based (developer.apple.com: "Sending notification requests to
//! APNs").

mod answer;
mod payload;
mod token;

use bytes::Bytes;
use http::{HeaderValue, Uri};
use tokio_util::sync::CancellationToken;

use self::token::ProviderToken;
use super::{
    Client, Draft, GatewayError, Ground,
    answer::Answer,
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
    probe: Parcel,
}

/// No phone has it.
const NOBODY: &str = "/3/device/0000000000000000000000000000000000000000000000000000000000000000";

impl Apns {
    pub(super) fn new(config: &ApnsConfig, ground: &Ground) -> Result<Self, GatewayError> {
        let gateway = Gateway::Apns;
        let topic =
            HeaderValue::from_str(&config.topic).map_err(|error| wrong(gateway, "topic", error))?;
        let production = super::origin(gateway, "production_url", &config.production)?;
        Ok(Self {
            transport: ground.transport(gateway, &config.link, Reach::Anywhere, 2)?,
            token: ProviderToken::new(config, ground.clock.clone())
                .map_err(|error| wrong(gateway, "key_file", error))?,
            probe: probe(&production, &topic)
                .map_err(|error| wrong(gateway, "production_url", error))?,
            topic,
            production,
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
    ///
    /// Apple takes one request at a time over a new connection, until the first one with a provider token
    /// that it accepts ("Sending notification requests to APNs"). So that this one is not the first push of
    /// a release, each new connection begins with a probe.
    async fn warm(&self) -> Result<(), Verdict> {
        let token = self.token.current()?;
        let answers = self.transport.open_with(&self.probe, Some(&token)).await?;
        answers.iter().try_for_each(answer::credentials)
    }

    /// A push to a device token that cannot exist: told so by Apple, we have been let in.
    async fn probe(&self) -> Result<(), Verdict> {
        let no_curfew = CancellationToken::new();
        answer::credentials(&self.exchange(&self.probe, &no_curfew).await?)
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
            body: payload::body(draft)?.into_boxed_slice().into(),
        })
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

impl Apns {
    async fn exchange(
        &self,
        parcel: &Parcel,
        curfew: &CancellationToken,
    ) -> Result<Answer, Verdict> {
        let token = self.token.current()?;
        let mut answer = self.transport.send(parcel, Some(&token), curfew).await?;
        if answer::blames_the_token(&answer)
            && let Some(renewed) = self.token.renewed(&token)?
        {
            let again = self.transport.send(parcel, Some(&renewed), curfew);
            answer = Box::pin(again).await?;
        }
        Ok(answer)
    }
}

fn probe(origin: &Origin, topic: &HeaderValue) -> Result<Parcel, http::Error> {
    Ok(Parcel {
        origin: origin.clone(),
        uri: origin.uri(NOBODY)?,
        headers: payload::probe_headers(topic),
        body: Bytes::from_static(payload::PROBE_BODY),
        // All that waits for the connection waits for it.
        lane: i16::MIN,
    })
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
