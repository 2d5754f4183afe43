//! The town's people: each redeems their code on a simulated phone and registers it, over HTTP, as the app
//! would.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use indicatif::ProgressBar;
use serde_json::json;

use super::client::{CallError, Client};
use crate::{
    people::join_codes::Invitation,
    push::{
        Gateway,
        sandbox::{Phone, Sandbox},
    },
};

/// How many people join at a time.
const AT_ONCE: usize = 16;

/// Which phones the town's people carry, in the order in which they join.
const PHONES: [(Gateway, usize); 3] =
    [(Gateway::Fcm, 900), (Gateway::Apns, 520), (Gateway::WebPush, 60)];

/// How many people join; the others have no phone with the app.
pub(super) const JOINING: usize = 900 + 520 + 60;

/// A person who has joined.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) token: String,
    pub(super) name: String,
    pub(super) unit: String,
}

/// Lets the first [`JOINING`] of the invited join and register their phones.
pub(super) async fn join(
    client: &Client,
    sandbox: &Sandbox,
    invitations: &[Invitation],
    progress: &ProgressBar,
) -> Result<Vec<Member>, CallError> {
    let gateways = PHONES.iter().flat_map(|(gateway, count)| std::iter::repeat_n(*gateway, *count));
    // Every gateway's phones are spread over all offices.
    let people = spread(invitations);
    stream::iter(people.into_iter().zip(gateways))
        .map(|(invitation, gateway)| async move {
            let member = join_one(client, invitation, gateway, &sandbox.phone(gateway)).await?;
            progress.inc(1);
            Ok(member)
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

/// Every 13th person first, then every 13th of the rest, and so on: the file is sorted by office.
fn spread(invitations: &[Invitation]) -> Vec<&Invitation> {
    (0..13).flat_map(|offset| invitations.iter().skip(offset).step_by(13)).collect()
}

async fn join_one(
    client: &Client,
    invitation: &Invitation,
    gateway: Gateway,
    phone: &Phone,
) -> Result<Member, CallError> {
    let device_name = match gateway {
        Gateway::Apns => "iPhone",
        Gateway::Fcm => "Android",
        Gateway::WebPush => "Firefox",
    };
    let code = invitation.code.to_string();
    let session = client
        .post("", "/api/v1/sessions", json!({"code": code, "device_name": device_name}))
        .await?;
    let token = session["token"].as_str().unwrap_or_default().to_owned();
    client.put(&token, "/api/v1/devices/current", registration(gateway, phone)).await?;
    let name = format!("{} {}", invitation.given_name, invitation.family_name);
    Ok(Member { token, name, unit: invitation.unit_name.clone() })
}

fn registration(gateway: Gateway, phone: &Phone) -> serde_json::Value {
    let keys = json!({"p256dh": phone.p256dh_base64url(), "auth": phone.auth_base64url()});
    let address = phone.address();
    let (language, app_version) = ("de", "1.0.0");
    match gateway {
        Gateway::Apns => json!({
            "gateway": gateway, "token": address, "environment": "production", "keys": keys,
            "language": language, "app_version": app_version,
        }),
        Gateway::Fcm => json!({
            "gateway": gateway, "token": address, "keys": keys,
            "language": language, "app_version": app_version,
        }),
        Gateway::WebPush => json!({
            "gateway": gateway, "endpoint": address, "keys": keys,
            "language": language, "app_version": app_version,
        }),
    }
}
