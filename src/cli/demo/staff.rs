// SPDX-License-Identifier: EUPL-1.2

//! The town's people: each redeems their code on a simulated phone and registers it, over HTTP, as the app
//! would.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use indicatif::ProgressBar;
use serde_json::json;

use super::{
    super::Failure,
    client::{CallError, Client},
    town::{FIRE_BRIGADE, Town},
};
use crate::{
    people::{
        People,
        access::Role,
        join_codes::{Invitation, Invitees},
    },
    push::{
        Gateway,
        sandbox::{Phone, Sandbox},
    },
};

/// How many people join at a time.
const AT_ONCE: usize = 16;

/// Which phones the town's people carry, in the order in which they join.
const PHONES: [(Gateway, usize); 3] = [
    (Gateway::Fcm, 900),
    (Gateway::Apns, 520),
    (Gateway::WebPush, 60),
];

/// How many people join; the others have no phone with the app.
pub(super) const JOINING: usize = 900 + 520 + 60;

/// A person who has joined.
pub(super) struct Member {
    pub(super) token: String,
}

/// Those who run the demo: their tokens, and the office that is alerted.
pub(super) struct Crew {
    pub(super) editor: String,
    /// Another editor, who approves what the first writes.
    pub(super) second_editor: String,
    pub(super) admin: String,
    pub(super) fire_brigade: String,
}

impl Crew {
    /// Grants the town's editor, moderator and administrator their roles, and signs them in.
    pub(super) async fn appoint(
        people: &People,
        client: &Client,
        town: &Town,
    ) -> Result<Self, Failure> {
        let roles = [
            (&town.editor, Role::Editor),
            (&town.second_editor, Role::Editor),
            (&town.moderator, Role::Moderator),
            (&town.admin, Role::Admin),
        ];
        for (number, role) in roles {
            people.grant_by_number(number, role).await?;
        }
        let units = people.org_units().await?;
        let brigade = units.into_iter().find(|unit| unit.code == FIRE_BRIGADE);
        Ok(Self {
            editor: sign_in(people, client, &town.editor).await?,
            second_editor: sign_in(people, client, &town.second_editor).await?,
            admin: sign_in(people, client, &town.admin).await?,
            fire_brigade: brigade
                .ok_or("the town has no fire brigade")?
                .id
                .to_string(),
        })
    }
}

/// A new code for a person, as an administrator makes one.
pub(super) async fn code_for(people: &People, number: &str) -> Result<String, Failure> {
    let invitations = people.invite(&Invitees::Person(number.to_owned())).await?;
    Ok(invitations
        .first()
        .ok_or("nobody has that number")?
        .code
        .to_string())
}

/// The desk's computer: a session beside the phone's, without a device.
async fn sign_in(people: &People, client: &Client, number: &str) -> Result<String, Failure> {
    let code = code_for(people, number).await?;
    let session = json!({"code": code, "device_name": "Schreibtisch"});
    let session = client.post("", "/api/v1/sessions", session).await?;
    Ok(session["token"].as_str().unwrap_or_default().to_owned())
}

/// Lets the first [`JOINING`] of the invited join and register their phones.
pub(super) async fn join(
    client: &Client,
    sandbox: &Sandbox,
    invitations: &[Invitation],
    progress: &ProgressBar,
) -> Result<Vec<Member>, CallError> {
    let gateways = PHONES
        .iter()
        .flat_map(|(gateway, count)| std::iter::repeat_n(*gateway, *count));
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
    (0..13)
        .flat_map(|offset| invitations.iter().skip(offset).step_by(13))
        .collect()
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
        .post(
            "",
            "/api/v1/sessions",
            json!({"code": code, "device_name": device_name}),
        )
        .await?;
    let token = session["token"].as_str().unwrap_or_default().to_owned();
    client
        .put(
            &token,
            "/api/v1/devices/current",
            registration(gateway, phone),
        )
        .await?;
    Ok(Member { token })
}

fn registration(gateway: Gateway, phone: &Phone) -> serde_json::Value {
    let keys = phone.keys();
    let keys = json!({
        "p256dh": BASE64_URL_SAFE_NO_PAD.encode(keys.p256dh),
        "auth": BASE64_URL_SAFE_NO_PAD.encode(keys.auth),
    });
    let address = &phone.address;
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
