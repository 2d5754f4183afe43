// SPDX-License-Identifier: EUPL-1.2

//! Web Push (RFC 8030) to browsers, and to phones without Google by way of UnifiedPush, which is the same.
//!
//! The address is whatever the subscriber named: the push service behind it may be anybody's, on any host.
//! So connections go to [public addresses](Reach) alone, redirects are not followed, and nothing that one
//! push service answers has consequences for addresses elsewhere.

mod answer;
mod payload;
mod token;

use http::Uri;
use tokio_util::sync::CancellationToken;

use self::token::VapidTokens;
use super::{
    Client, Draft, GatewayError, Ground,
    transport::{Origin, Parcel, Reach, Transport},
    wrong,
};
use crate::{
    config::push::WebPushConfig,
    push::{Gateway, Reply, Verdict},
};

pub(super) struct WebPush {
    transport: Transport,
    tokens: VapidTokens,
    public_key: String,
    app_url: String,
    app_origin: Origin,
}

/// The browsers' makers have a handful; the rest are UnifiedPush servers.
const MOST_ORIGINS: usize = 256;

impl WebPush {
    pub(super) fn new(config: &WebPushConfig, ground: &Ground) -> Result<Self, GatewayError> {
        let gateway = Gateway::WebPush;
        let reach = Reach::Public {
            except: config.allowed_hosts.clone(),
        };
        let tokens = VapidTokens::new(config, ground.clock.clone())
            .map_err(|error| wrong(gateway, "key_file", error))?;
        Ok(Self {
            transport: ground.transport(gateway, &config.link, reach, MOST_ORIGINS)?,
            public_key: tokens.public_key(),
            tokens,
            app_url: config.app_url.clone(),
            app_origin: super::origin(gateway, "app_url", &config.app_url)?,
        })
    }

    pub(super) fn public_key(&self) -> &str {
        &self.public_key
    }
}

impl Client for WebPush {
    const GATEWAY: Gateway = Gateway::WebPush;

    /// Whose push services there are is known only by the devices.
    async fn warm(&self) -> Result<(), Verdict> {
        Ok(())
    }

    /// There is nobody to ask: each push service takes whoever has the key that its subscriptions were made
    /// with. That the key signs is all that can be seen from here.
    async fn probe(&self) -> Result<(), Verdict> {
        self.tokens.current(&self.app_origin).map(drop)
    }

    fn prepare(&self, draft: &Draft<'_>) -> Result<Parcel, Verdict> {
        let not_an_endpoint = || Verdict::Quarantined {
            reason: "not an endpoint".to_owned(),
        };
        let uri: Uri = draft
            .target
            .address
            .parse()
            .map_err(|_| not_an_endpoint())?;
        let origin = Origin::of(&uri).map_err(|_| not_an_endpoint())?;
        let headers = payload::headers(draft)?;
        Ok(Parcel {
            origin,
            uri,
            headers,
            lane: draft.message.class.lane(),
            body: payload::body(draft, &self.app_url)?
                .into_boxed_slice()
                .into(),
        })
    }

    async fn send(&self, parcel: &Parcel, curfew: &CancellationToken) -> Reply {
        let reply = self.attempt(parcel, curfew).await;
        reply.unwrap_or_else(Reply::from)
    }
}

impl WebPush {
    async fn attempt(&self, parcel: &Parcel, curfew: &CancellationToken) -> Result<Reply, Verdict> {
        let token = self.tokens.current(&parcel.origin)?;
        let mut answer = self.transport.send(parcel, Some(&token), curfew).await?;
        if answer::blames_the_token(&answer)
            && let Some(renewed) = self.tokens.renewed(&parcel.origin, &token)?
        {
            let again = self.transport.send(parcel, Some(&renewed), curfew);
            answer = Box::pin(again).await?;
        }
        Ok(Reply {
            verdict: answer::verdict(&answer),
            sent_at: Some(answer.sent_at),
        })
    }
}
