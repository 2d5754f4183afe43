// SPDX-License-Identifier: EUPL-1.2

//! The limits: the same kind of request to the same gateway over the same number of connections.
//!
//! [`in_this_process`] is a bare loop on the `h2` crate: no outbox, no encryption, no answers read but for
//! their status. [`by_h2load`] is nghttp2's load generator, written in C, if it is installed (Debian:
//! nghttp2-client).

use std::{
    path::Path,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use h2::client::{self, SendRequest};
use http::{Request, Uri};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _};
use stadtfunk::{push::sandbox::Settings, tasks::Tasks};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, rustls};

use super::{Result, arguments::Wanted, process::Usage};

const CONNECTIONS: usize = 2;
const IN_FLIGHT: usize = 1_000;
/// As long as an encrypted push is.
const BODY: usize = 700;
/// Enough to level out, few enough to leave the time to the real thing.
const MOST: usize = 50_000;

/// What a bare loop reached.
pub(super) struct Limit {
    pub(super) pushes_per_s: f64,
    /// Of this process, for each push.
    pub(super) cpu_us: f64,
}

pub(super) async fn in_this_process(
    settings: &Settings,
    iphones: Vec<String>,
    wanted: &Wanted,
) -> Result<Limit> {
    let requests = Arc::new(Requests::new(settings, iphones)?);
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(connect(settings).await?);
    }
    let count = wanted.devices.clamp(1_000, MOST);
    let (before, started) = (Usage::now()?, Instant::now());
    let ends: Vec<Result<()>> = stream::iter(0..count)
        .map(|index| {
            let connection = connections[index % CONNECTIONS].clone();
            let requests = requests.clone();
            async move {
                let mut connection = connection.ready().await?;
                let (response, mut body) =
                    connection.send_request(requests.request(index)?, false)?;
                body.send_data(requests.body.clone(), true)?;
                let response = response.await?;
                if !response.status().is_success() {
                    return Err(format!("the bare loop got {}", response.status()).into());
                }
                Ok(())
            }
        })
        .buffer_unordered(CONNECTIONS * IN_FLIGHT)
        .collect()
        .await;
    let elapsed = started.elapsed();
    ends.into_iter().collect::<Result<Vec<()>>>()?;
    let used = Usage::now()?.since(&before);
    #[expect(clippy::cast_precision_loss, reason = "counts of devices fit 52 bits")]
    let count = count as f64;
    Ok(Limit {
        pushes_per_s: count / elapsed.as_secs_f64(),
        cpu_us: used.cpu.as_secs_f64() * 1e6 / count,
    })
}

/// `None` if it is not installed.
pub(super) fn by_h2load(
    settings: &Settings,
    iphone: &str,
    wanted: &Wanted,
    folder: &Path,
) -> Result<Option<f64>> {
    let body = folder.join("body.json");
    std::fs::write(&body, body_text())?;
    let token = provider_token(settings)?;
    let count = wanted.devices.clamp(1_000, MOST);
    let output = Command::new("h2load")
        .args(["-n", &count.to_string(), "-c", &CONNECTIONS.to_string()])
        .args(["-m", &IN_FLIGHT.to_string(), "-d"])
        .arg(&body)
        .args(["-H", &format!("authorization: bearer {token}")])
        .args(["-H", &format!("apns-topic: {}", settings.apns_topic)])
        .args(["-H", "apns-push-type: alert", "-H", "apns-priority: 10"])
        .arg(format!("{}/3/device/{iphone}", settings.apns_url))
        .output();
    let Ok(output) = output else { return Ok(None) };
    let text = String::from_utf8_lossy(&output.stdout);
    let all_taken = text.contains(&format!("{count} succeeded"));
    // "finished in 1.23s, 40650.41 req/s, 7.12MB/s"
    let rate = text
        .lines()
        .find_map(|line| line.strip_prefix("finished in "))
        .and_then(|rest| rest.split(", ").nth(1))
        .and_then(|rate| rate.strip_suffix(" req/s"));
    match rate {
        Some(rate) if all_taken => Ok(Some(rate.parse()?)),
        _ => Err(format!("h2load: {text}").into()),
    }
}

fn body_text() -> String {
    let padding = "x".repeat(BODY);
    format!(r#"{{"aps":{{"alert":"x"}},"e":"{padding}"}}"#)
}

/// Requests to the simulated iPhones, all of their parts made ahead but the path.
struct Requests {
    origin: String,
    authorization: String,
    topic: String,
    iphones: Vec<String>,
    body: Bytes,
}

impl Requests {
    fn new(settings: &Settings, iphones: Vec<String>) -> Result<Self> {
        Ok(Self {
            origin: settings.apns_url.clone(),
            authorization: format!("bearer {}", provider_token(settings)?),
            topic: settings.apns_topic.clone(),
            iphones,
            body: body_text().into(),
        })
    }

    fn request(&self, index: usize) -> Result<Request<()>> {
        let token = &self.iphones[index % self.iphones.len()];
        let uri: Uri = format!("{}/3/device/{token}", self.origin).parse()?;
        Ok(Request::post(uri)
            .header("authorization", &self.authorization)
            .header("apns-topic", &self.topic)
            .header("apns-push-type", "alert")
            .header("apns-priority", "10")
            .body(())?)
    }
}

/// The provider token (ES256), by hand: the bench must not lean on what it measures.
fn provider_token(settings: &Settings) -> Result<String> {
    let random = SystemRandom::new();
    let key = PrivateKeyDer::from_pem_slice(settings.apns_key_p8_pem.as_bytes())?;
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.secret_der())
        .map_err(|error| error.to_string())?;
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)?
        .as_secs();
    let head = serde_json::json!({"alg": "ES256", "kid": settings.apns_key_id});
    let claims = serde_json::json!({"iss": settings.apns_team_id, "iat": now});
    let part = |json: serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", part(head), part(claims));
    let signature = key
        .sign(&random, signed.as_bytes())
        .map_err(|error| error.to_string())?;
    Ok(format!(
        "{signed}.{}",
        BASE64_URL_SAFE_NO_PAD.encode(signature)
    ))
}

async fn connect(settings: &Settings) -> Result<SendRequest<Bytes>> {
    let uri: Uri = settings.apns_url.parse()?;
    let (host, port) = (
        uri.host().ok_or("no host")?,
        uri.port_u16().ok_or("no port")?,
    );
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(settings.ca_pem.as_bytes())?)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    let name = ServerName::try_from(host.to_owned())?;
    let stream = TlsConnector::from(Arc::new(tls))
        .connect(name, stream)
        .await?;
    let (sender, connection) = client::Builder::new()
        .initial_connection_window_size(1024 * 1024)
        .handshake(stream)
        .await?;
    // Ends when its sender is dropped.
    Tasks::new().spawn(connection);
    // The peer's settings must have arrived before many streams are opened.
    tokio::time::sleep(Duration::from_millis(50)).await;
    Ok(sender)
}
