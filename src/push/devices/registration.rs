// SPDX-License-Identifier: EUPL-1.2

//! What an app says of its device, checked before it is believed.

use aws_lc_rs::agreement;
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::super::{ApnsEnvironment, Gateway, Language, envelope::DeviceKeys};

/// The longest FCM registration token or Web Push endpoint that is taken; real ones have 140 to 500.
const ADDRESS_LIMIT: usize = 2_000;

/// A device that may be registered.
#[derive(Clone)]
pub struct Registration {
    pub address: Address,
    pub keys: Option<DeviceKeys>,
    pub language: Language,
    pub app_version: String,
}

/// Where a device is reached.
#[derive(Clone)]
pub enum Address {
    Apns {
        token: String,
        environment: ApnsEnvironment,
    },
    Fcm {
        token: String,
    },
    WebPush {
        endpoint: String,
    },
}

/// Which value is wrong, and how.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {message}")]
pub struct InvalidDevice {
    /// JSON pointer into the request.
    pub pointer: &'static str,
    pub message: &'static str,
}

impl Address {
    /// Apple's device token: 32 bytes today, "variable length" by Apple's word; in hex.
    pub fn apns(token: &str, environment: ApnsEnvironment) -> Result<Self, InvalidDevice> {
        let hex = token.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !hex || !token.len().is_multiple_of(2) || !(64..=200).contains(&token.len()) {
            return Err(wrong(
                "/token",
                "expected an APNs device token: 64 to 200 hex digits",
            ));
        }
        Ok(Self::Apns {
            token: token.to_ascii_lowercase(),
            environment,
        })
    }

    pub fn fcm(token: &str) -> Result<Self, InvalidDevice> {
        let plausible = |byte: u8| byte.is_ascii_alphanumeric() || b"-_:%.".contains(&byte);
        if !(20..=ADDRESS_LIMIT).contains(&token.len()) || !token.bytes().all(plausible) {
            return Err(wrong("/token", "expected an FCM registration token"));
        }
        Ok(Self::Fcm {
            token: token.to_owned(),
        })
    }

    /// Whether the host may be spoken to is found out when it is: names can change where they point.
    pub fn web_push(endpoint: &str) -> Result<Self, InvalidDevice> {
        let invalid = wrong(
            "/endpoint",
            "expected an https address of at most 2000 characters",
        );
        let uri: http::Uri = endpoint.parse().map_err(|_| invalid.clone())?;
        let https = uri.scheme_str() == Some("https") && uri.host().is_some();
        let plain = endpoint.bytes().all(|byte| byte.is_ascii_graphic()) && !endpoint.contains('@');
        if !https || !plain || endpoint.len() > ADDRESS_LIMIT {
            return Err(invalid);
        }
        Ok(Self::WebPush {
            endpoint: endpoint.to_owned(),
        })
    }

    pub fn gateway(&self) -> Gateway {
        match self {
            Self::Apns { .. } => Gateway::Apns,
            Self::Fcm { .. } => Gateway::Fcm,
            Self::WebPush { .. } => Gateway::WebPush,
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Apns { token, .. } | Self::Fcm { token } => token,
            Self::WebPush { endpoint } => endpoint,
        }
    }

    pub fn apns_environment(&self) -> Option<ApnsEnvironment> {
        match self {
            Self::Apns { environment, .. } => Some(*environment),
            Self::Fcm { .. } | Self::WebPush { .. } => None,
        }
    }
}

/// Both standard alphabets' apps exist; RFC 8291 and browsers speak base64url without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl DeviceKeys {
    /// From base64url, as `PushSubscription.getKey()` is written in JSON.
    pub fn parse(p256dh: &str, auth: &str) -> Result<Self, InvalidDevice> {
        let point = wrong(
            "/keys/p256dh",
            "expected an uncompressed P-256 point in base64url",
        );
        let bytes = BASE64.decode(p256dh).map_err(|_| point.clone())?;
        let p256dh: [u8; 65] = bytes.try_into().map_err(|_| point.clone())?;
        if !is_on_curve(&p256dh) {
            return Err(point);
        }
        let secret = wrong("/keys/auth", "expected 16 bytes in base64url");
        let bytes = BASE64.decode(auth).map_err(|_| secret.clone())?;
        Ok(Self {
            p256dh,
            auth: bytes.try_into().map_err(|_| secret)?,
        })
    }
}

/// An agreement with a point off the curve would fail in the middle of a release, or leak.
fn is_on_curve(point: &[u8; 65]) -> bool {
    let random = aws_lc_rs::rand::SystemRandom::new();
    let Ok(ours) = agreement::EphemeralPrivateKey::generate(&agreement::ECDH_P256, &random) else {
        return false;
    };
    let theirs = agreement::UnparsedPublicKey::new(&agreement::ECDH_P256, point);
    agreement::agree_ephemeral(ours, theirs, (), |_| Ok(())).is_ok()
}

const fn wrong(pointer: &'static str, message: &'static str) -> InvalidDevice {
    InvalidDevice { pointer, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The receiver's keys in RFC 8291, appendix A.
    const P256DH: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    #[test]
    fn keys_must_be_a_point_on_the_curve_and_sixteen_bytes() {
        assert!(DeviceKeys::parse(P256DH, AUTH).is_ok());
        assert!(DeviceKeys::parse(&format!("{P256DH}="), AUTH).is_ok());
        let off_curve = P256DH.replace("Aiw4", "Aiw8");
        assert_eq!(
            DeviceKeys::parse(&off_curve, AUTH).err().unwrap().pointer,
            "/keys/p256dh"
        );
        assert_eq!(
            DeviceKeys::parse("BCVx", AUTH).err().unwrap().pointer,
            "/keys/p256dh"
        );
        assert_eq!(
            DeviceKeys::parse(P256DH, "BTBZ").err().unwrap().pointer,
            "/keys/auth"
        );
    }

    #[test]
    fn addresses_are_checked_by_their_gateway() {
        let environment = ApnsEnvironment::Production;
        assert!(Address::apns(&"aB".repeat(32), environment).is_ok());
        for bad in [
            "",
            "abc",
            &"g0".repeat(32),
            &"a".repeat(63),
            &"ab".repeat(101),
        ] {
            assert!(Address::apns(bad, environment).is_err(), "{bad}");
        }
        assert!(Address::fcm("cXyZ:APA91bF-example_token-0123456789").is_ok());
        assert!(Address::fcm("short").is_err());
        assert!(Address::fcm("with space and more than twenty").is_err());
        assert!(Address::web_push("https://push.example.org/send/abc").is_ok());
        for bad in [
            "http://push.example.org/x",
            "https://user@push.example.org/x",
            "https://",
            "file:///etc/passwd",
            "https://push.example.org/\u{e4}",
        ] {
            assert!(Address::web_push(bad).is_err(), "{bad}");
        }
    }
}
