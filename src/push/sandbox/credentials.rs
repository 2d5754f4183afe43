// SPDX-License-Identifier: EUPL-1.2

//! What a city would get from Apple, Google and itself, made up afresh at each start.

use aws_lc_rs::{
    rsa,
    signature::{KeyPair as _, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::KeyPair;
use serde_json::json;

/// A start should not wait until an RSA key is made, so this one lies in the repository.
const RSA_KEY_PEM: &str = include_str!("keys/sandbox-only-rsa.pem");

/// The project that the sandbox's service account belongs to.
pub(super) const PROJECT: &str = "stadtfunk-sandbox";
pub(super) const CLIENT_EMAIL: &str = "push@stadtfunk-sandbox.iam.gserviceaccount.com";

/// Everything a client needs to be let in, in the forms in which the vendors hand it out.
pub struct Credentials {
    pub apns: ApnsCredentials,
    pub fcm: FcmCredentials,
    pub vapid: VapidCredentials,
}

/// A provider authentication key, as downloaded from Apple's developer pages.
pub struct ApnsCredentials {
    /// The `.p8` file.
    pub key_p8_pem: String,
    /// Ten characters, the JWT's `kid`.
    pub key_id: String,
    /// Ten characters, the JWT's `iss`.
    pub team_id: String,
    /// The app's bundle id, the only `apns-topic` that is let in.
    pub topic: String,
    pub(super) public_key: Vec<u8>,
}

/// A service account's key, as downloaded from Google's console.
pub struct FcmCredentials {
    /// Its `token_uri` points at the sandbox.
    pub service_account_json: String,
    pub project_id: String,
    pub(super) key_id: String,
    pub(super) public_key: Vec<u8>,
}

/// The application server's identity (RFC 8292).
pub struct VapidCredentials {
    pub private_key_pem: String,
    /// Uncompressed point: what browsers call the `applicationServerKey`.
    pub public_key: Vec<u8>,
    /// The JWT's `sub`.
    pub subject: String,
}

/// The sandbox could not make its keys.
#[derive(Debug, thiserror::Error)]
pub(super) enum CredentialsError {
    #[error("the sandbox made no key pair: {0}")]
    Generate(#[from] rcgen::Error),
    #[error("keys/sandbox-only-rsa.pem holds no RSA key: {0}")]
    Rsa(String),
}

impl Credentials {
    pub(super) fn new(fcm_url: &str) -> Result<Self, CredentialsError> {
        let apns = KeyPair::generate()?;
        let vapid = KeyPair::generate()?;
        Ok(Self {
            apns: ApnsCredentials {
                key_p8_pem: apns.serialize_pem(),
                key_id: "SANDBOXKEY".into(),
                team_id: "SANDBOXTEA".into(),
                topic: "de.stadtfunk.sandbox".into(),
                public_key: apns.public_key_raw().to_vec(),
            },
            fcm: FcmCredentials::new(fcm_url)?,
            vapid: VapidCredentials {
                private_key_pem: vapid.serialize_pem(),
                public_key: vapid.public_key_raw().to_vec(),
                subject: "mailto:push@stadtfunk-sandbox.example".into(),
            },
        })
    }
}

impl FcmCredentials {
    fn new(fcm_url: &str) -> Result<Self, CredentialsError> {
        let key_id = "5a4d0b0c5a4d0b0c5a4d0b0c5a4d0b0c5a4d0b0c";
        let start = RSA_KEY_PEM.find("-----BEGIN").unwrap_or(0);
        let private_key_pem = &RSA_KEY_PEM[start..];
        let account = json!({
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": key_id,
            "private_key": private_key_pem,
            "client_email": CLIENT_EMAIL,
            "client_id": "100000000000000000000",
            "auth_uri": format!("{fcm_url}/auth"),
            "token_uri": format!("{fcm_url}/token"),
            "universe_domain": "googleapis.com",
        });
        Ok(Self {
            service_account_json: format!("{account:#}"),
            project_id: PROJECT.into(),
            key_id: key_id.into(),
            public_key: rsa_public_key(private_key_pem)?,
        })
    }
}

/// The public half, PKCS#1 DER, as signatures are verified with it.
fn rsa_public_key(pem: &str) -> Result<Vec<u8>, CredentialsError> {
    let der: String = pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let der = STANDARD
        .decode(der)
        .map_err(|why| CredentialsError::Rsa(why.to_string()))?;
    let pair =
        RsaKeyPair::from_pkcs8(&der).map_err(|why| CredentialsError::Rsa(why.to_string()))?;
    let public: &rsa::PublicKey = pair.public_key();
    Ok(public.as_ref().to_vec())
}
