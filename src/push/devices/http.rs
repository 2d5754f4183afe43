// SPDX-License-Identifier: EUPL-1.2

//! The routes of devices: the session's own, and the list of one's own.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Address, Device, DeviceError, InvalidDevice, Registration};
use crate::{
    clock::At,
    id::{DeviceId, SessionId},
    people::access::Employee,
    push::{ApnsEnvironment, Gateway, Language, Push, envelope::DeviceKeys},
    text::Line,
    web::{
        NoContent, Problem, ProblemType,
        extract::{Json, Path},
        problem::ProblemBody,
    },
};

static INVALID_DEVICE: ProblemType = ProblemType::new(
    "invalid-device",
    422,
    "Dieses Gerät lässt sich so nicht anmelden.",
    "This device can't be registered like that.",
);

pub fn router(push: Push) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(put_current_device))
        .routes(routes!(list_devices))
        .routes(routes!(delete_device))
        .routes(routes!(get_push_keys))
        .with_state(push)
}

impl From<InvalidDevice> for Problem {
    fn from(invalid: InvalidDevice) -> Self {
        Self::new(&INVALID_DEVICE).misused(invalid.pointer, invalid.message)
    }
}

impl From<DeviceError> for Problem {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::Invalid(invalid) => invalid.into(),
            DeviceError::Db(error) => error.into(),
        }
    }
}

/// A device as its app registers it.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "gateway", deny_unknown_fields)]
enum NewDevice {
    /// An iPhone or iPad.
    #[serde(rename = "apns")]
    Apns {
        /// The device token in hex.
        token: String,
        environment: ApnsEnvironment,
        /// Without keys the push says only that there is something to read.
        keys: Option<NewKeys>,
        language: Language,
        app_version: Line<40>,
    },
    /// Android with Google's services.
    #[serde(rename = "fcm")]
    Fcm {
        /// The registration token.
        token: String,
        keys: Option<NewKeys>,
        language: Language,
        app_version: Line<40>,
    },
    /// A browser, or Android without Google by way of UnifiedPush.
    #[serde(rename = "webpush")]
    WebPush {
        endpoint: String,
        keys: NewKeys,
        language: Language,
        app_version: Line<40>,
    },
}

/// The device's keys (RFC 8291), base64url.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewKeys {
    /// P-256 public key, uncompressed, 65 bytes.
    p256dh: String,
    /// Authentication secret, 16 bytes.
    auth: String,
}

impl NewDevice {
    fn checked(self) -> Result<Registration, InvalidDevice> {
        let parse = |keys: NewKeys| DeviceKeys::parse(&keys.p256dh, &keys.auth);
        let (address, keys, language, app_version) = match self {
            Self::Apns {
                token,
                environment,
                keys,
                language,
                app_version,
            } => (
                Address::apns(&token, environment)?,
                keys,
                language,
                app_version,
            ),
            Self::Fcm {
                token,
                keys,
                language,
                app_version,
            } => (Address::fcm(&token)?, keys, language, app_version),
            Self::WebPush {
                endpoint,
                keys,
                language,
                app_version,
            } => (
                Address::web_push(&endpoint)?,
                Some(keys),
                language,
                app_version,
            ),
        };
        let keys = keys.map(parse).transpose()?;
        Ok(Registration {
            address,
            keys,
            language,
            app_version: app_version.into_string(),
        })
    }
}

/// A registered device. Its address is never shown again.
#[derive(Serialize, ToSchema)]
struct DeviceBody {
    id: DeviceId,
    /// The session that it belongs to.
    session: SessionId,
    gateway: Gateway,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<ApnsEnvironment>,
    /// Whether pushes to it are encrypted so that only its app can read them.
    encrypted: bool,
    language: Language,
    app_version: String,
    registered_at: At,
    /// The gateway refuses the address for our credentials; nothing is pushed to it until it is registered
    /// with another.
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantined_at: Option<At>,
}

impl From<Device> for DeviceBody {
    fn from(device: Device) -> Self {
        Self {
            id: device.id,
            session: device.session,
            gateway: device.gateway,
            environment: device.apns_environment,
            encrypted: device.encrypted,
            language: device.language,
            app_version: device.app_version,
            registered_at: device.registered_at,
            quarantined_at: device.quarantined_at,
        }
    }
}

/// Register this session's device, or bring it up to date.
///
/// An app calls this after signing in, at every start, and whenever its gateway gives it another address.
#[utoipa::path(
    put, path = "/api/v1/devices/current", operation_id = "put_current_device", tag = "devices",
    security(("session" = [])), request_body = NewDevice,
    responses((status = 200, body = DeviceBody), (status = "4XX", body = ProblemBody))
)]
async fn put_current_device(
    State(push): State<Push>,
    employee: Employee,
    Json(device): Json<NewDevice>,
) -> Result<axum::Json<DeviceBody>, Problem> {
    let device = push
        .register(employee.account(), employee.session(), device.checked()?)
        .await?;
    Ok(axum::Json(device.into()))
}

/// The devices of one's own, newest first.
#[derive(Serialize, ToSchema)]
struct DeviceList {
    items: Vec<DeviceBody>,
}

/// List the devices of one's own.
#[utoipa::path(
    get, path = "/api/v1/devices", operation_id = "list_devices", tag = "devices",
    security(("session" = [])),
    responses((status = 200, body = DeviceList), (status = "4XX", body = ProblemBody))
)]
async fn list_devices(
    State(push): State<Push>,
    employee: Employee,
) -> Result<axum::Json<DeviceList>, Problem> {
    let devices = push.devices(employee.account()).await?;
    Ok(axum::Json(DeviceList {
        items: devices.into_iter().map(Into::into).collect(),
    }))
}

/// Stop pushes to one of one's own devices.
#[utoipa::path(
    delete, path = "/api/v1/devices/{id}", operation_id = "delete_device", tag = "devices",
    security(("session" = [])), params(("id" = DeviceId, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody))
)]
async fn delete_device(
    State(push): State<Push>,
    employee: Employee,
    Path(device): Path<DeviceId>,
) -> Result<NoContent, Problem> {
    if push.remove_device(employee.account(), device).await? {
        Ok(NoContent)
    } else {
        Err(Problem::not_found())
    }
}

/// What an app needs before it can register.
#[derive(Serialize, ToSchema)]
struct PushKeys {
    /// The server's VAPID key (RFC 8292) for `pushManager.subscribe`, base64url; absent if this city has
    /// not set up Web Push.
    #[serde(skip_serializing_if = "Option::is_none")]
    vapid_public_key: Option<String>,
}

/// The server's public keys for push.
#[utoipa::path(
    get, path = "/api/v1/push-keys", operation_id = "get_push_keys", tag = "devices",
    security(("session" = [])),
    responses((status = 200, body = PushKeys), (status = "4XX", body = ProblemBody))
)]
async fn get_push_keys(
    State(push): State<Push>,
    _employee: Employee,
) -> Result<axum::Json<PushKeys>, Problem> {
    let vapid_public_key = push.gateways().vapid_public_key().map(str::to_owned);
    Ok(axum::Json(PushKeys { vapid_public_key }))
}
