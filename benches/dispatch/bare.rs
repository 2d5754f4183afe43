// SPDX-License-Identifier: EUPL-1.2

//! The limit: the same kind of request to the same gateway over the same number of connections, in a bare
//! HTTP/2 loop on hyper: no outbox, no encryption, no answers read but for their status.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use http::{Request, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _};
use stadtfunk::push::{Gateway, sandbox::Settings};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, rustls};

use super::{Result, arguments::Wanted, gateways::SandboxProcess};

const CONNECTIONS: usize = 2;
const IN_FLIGHT: usize = 500;
/// As long as an encrypted push is.
const BODY: usize = 700;
/// Enough to level out, few enough to leave the time to the real thing.
const MOST: usize = 50_000;

pub(super) async fn pushes_per_s(sandbox: &SandboxProcess, wanted: &Wanted) -> Result<f64> {
    let requests = Arc::new(Requests::new(sandbox)?);
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(connect(&sandbox.settings).await?);
    }
    let count = wanted.devices.clamp(1_000, MOST);
    let started = Instant::now();
    stream::iter(0..count)
        .map(|index| {
            let mut connection = connections[index % CONNECTIONS].clone();
            let request = requests.request(index);
            async move {
                connection.ready().await?;
                let response = connection.send_request(request?).await?;
                if !response.status().is_success() {
                    return Err(format!("the bare loop got {}", response.status()).into());
                }
                response.into_body().collect().await?;
                Result::Ok(())
            }
        })
        .buffer_unordered(CONNECTIONS * IN_FLIGHT)
        .collect::<Vec<_>>()
        .await
        .into_iter()
        .collect::<Result<Vec<()>>>()?;
    #[expect(clippy::cast_precision_loss, reason = "counts of devices fit 52 bits")]
    Ok(count as f64 / started.elapsed().as_secs_f64())
}

/// Requests to the simulated iPhones, all of their parts made ahead but the path.
struct Requests {
    origin: String,
    authorization: String,
    topic: String,
    tokens: Vec<String>,
    body: Bytes,
}

impl Requests {
    fn new(sandbox: &SandboxProcess) -> Result<Self> {
        let tokens: Vec<String> = sandbox
            .phones
            .iter()
            .filter(|phone| phone.gateway == Gateway::Apns)
            .map(|phone| phone.address.clone())
            .collect();
        let settings = &sandbox.settings;
        let padding = "x".repeat(BODY);
        Ok(Self {
            origin: settings.apns_url.clone(),
            authorization: format!("bearer {}", provider_token(settings)?),
            topic: settings.apns_topic.clone(),
            tokens,
            body: format!(r#"{{"aps":{{"alert":"x"}},"e":"{padding}"}}"#).into(),
        })
    }

    fn request(&self, index: usize) -> Result<Request<Full<Bytes>>> {
        let token = &self.tokens[index % self.tokens.len()];
        let uri: Uri = format!("{}/3/device/{token}", self.origin).parse()?;
        Ok(Request::post(uri)
            .header("authorization", &self.authorization)
            .header("apns-topic", &self.topic)
            .header("apns-push-type", "alert")
            .header("apns-priority", "10")
            .body(Full::new(self.body.clone()))?)
    }
}

/// The provider token (ES256), by hand: the bench must not lean on what it measures.
fn provider_token(settings: &Settings) -> Result<String> {
    let random = SystemRandom::new();
    let key = PrivateKeyDer::from_pem_slice(settings.apns_key_p8_pem.as_bytes())?;
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.secret_der(), &random)
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

async fn connect(settings: &Settings) -> Result<SendRequest<Full<Bytes>>> {
    let uri: Uri = settings.apns_url.parse()?;
    let (host, port) = (
        uri.host().ok_or("no host")?,
        uri.port_u16().ok_or("no port")?,
    );
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(settings.ca_pem.as_bytes())?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
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
    let (connection, driver) = http2::Builder::new(TokioExecutor::new())
        .max_concurrent_reset_streams(1_000)
        .initial_stream_window_size(64 * 1024)
        .initial_connection_window_size(4 * 1024 * 1024)
        .handshake(TokioIo::new(stream))
        .await?;
    tokio::spawn(driver);
    // The peer's settings must have arrived before many streams are opened.
    tokio::time::sleep(Duration::from_millis(50)).await;
    Ok(connection)
}
