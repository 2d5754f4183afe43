// SPDX-License-Identifier: EUPL-1.2

//! What the city's web hook is told: `announcement.released`, with all there is to show,
//! `announcement.corrected`, likewise, and `announcement.withdrawn`.

use serde::Serialize;

use super::{
    Press, PressEvent, PressOutcome,
    attachments::Enclosure,
    delivering::Served,
    store::{
        announced::{Announced, Words},
        deliveries::Claimed,
    },
};
use crate::{clock::At, id::AnnouncementId, push::Language, webhook::Answer};

/// As the Standard Webhooks recommend it.
#[derive(Serialize)]
struct Payload<'a> {
    r#type: &'static str,
    /// When it happened.
    timestamp: At,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    id: AnnouncementId,
    /// On the public page.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    texts: Option<&'a std::collections::BTreeMap<Language, Words>>,
    /// To be fetched from the public page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Enclosure>,
}

impl Press {
    /// One attempt.
    pub(super) async fn call_web_hook(
        &self,
        delivery: &Claimed,
        announced: Option<&Announced>,
        now: At,
    ) -> Served {
        let Some(web_hook) = &self.0.web_hook else {
            return Served::Never(PressOutcome::NotConfigured, None);
        };
        let body = match serde_json::to_vec(&self.payload(delivery, announced)) {
            Ok(body) => body,
            Err(error) => return Served::Never(PressOutcome::Refused, Some(error.to_string())),
        };
        let id = format!("msg_{}", delivery.id.uuid().simple());
        match web_hook.call(&id, now, body.into()).await {
            Answer::Taken => Served::Delivered,
            Answer::Gone => Served::Never(PressOutcome::Refused, Some("status 410".to_owned())),
            Answer::Failed { reason, after } => Served::Failed { reason, after },
        }
    }

    fn payload<'a>(&self, delivery: &Claimed, announced: Option<&'a Announced>) -> Payload<'a> {
        let id = delivery.announcement_id;
        Payload {
            r#type: match delivery.event {
                PressEvent::Released => "announcement.released",
                PressEvent::Corrected => "announcement.corrected",
                PressEvent::Withdrawn => "announcement.withdrawn",
            },
            timestamp: match (delivery.event, announced) {
                (PressEvent::Released, Some(announced)) => announced.opened_at,
                _ => delivery.created_at,
            },
            data: Data {
                id,
                url: announced.and_then(|_| self.address(id)),
                expires_at: announced.and_then(|announced| announced.expires_at),
                texts: announced.map(|announced| &announced.texts),
                attachments: announced
                    .map_or_else(Vec::new, |announced| self.enclosures(announced)),
            },
        }
    }
}
