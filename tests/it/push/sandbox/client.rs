// SPDX-License-Identifier: EUPL-1.2

//! A bare client of the sandbox: what it sends is exactly what the test says.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};
use serde_json::{Value, json};
use stadtfunk::{
    clock::Clock,
    id::Ids,
    push::sandbox::{Sandbox, SandboxConfig},
    tasks::Tasks,
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

/// A sandbox with a clock that stands at two o'clock.
pub(super) struct World {
    pub(super) clock: Clock,
    pub(super) sandbox: Sandbox,
    pub(super) tasks: Tasks,
}

/// An answer, read whole.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) json: Value,
}

/// One HTTP/2 connection.
#[derive(Clone)]
pub(super) struct Client {
    http: http2::SendRequest<Full<Bytes>>,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(SandboxConfig::default()).await
    }

    pub(super) async fn with(config: SandboxConfig) -> Self {
        let clock = Clock::manual("2026-11-21T14:00:00Z".parse().unwrap());
        let tasks = Tasks::new();
        let ids = Ids::new(clock.clone());
        let sandbox = Sandbox::start(config, clock.clone(), ids, &tasks)
            .await
            .unwrap();
        Self {
            clock,
            sandbox,
            tasks,
        }
    }

    pub(super) async fn connect(&self, url: &str) -> Client {
        self.try_connect(url).await.unwrap()
    }

    /// `None` if the server closes before TLS is spoken.
    pub(super) async fn try_connect(&self, url: &str) -> Option<Client> {
        let stream = self.tls(url, "h2").await?;
        let (http, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
        self.tasks.spawn(async move { connection.await.ok() });
        Some(Client { http })
    }

    /// One request over HTTP/1.1.
    pub(super) async fn send_http1(&self, url: &str, request: Request<Full<Bytes>>) -> Answer {
        let stream = self.tls(url, "http/1.1").await.unwrap();
        let (mut http, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        self.tasks.spawn(async move { connection.await.ok() });
        read(http.send_request(request).await.unwrap()).await
    }

    /// Encrypted, and nothing said yet.
    pub(super) async fn tls(&self, url: &str, protocol: &str) -> Option<TlsStream<TcpStream>> {
        let mut roots = rustls::RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(self.sandbox.ca_pem().as_bytes()).unwrap())
            .unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![protocol.into()];

        let authority = url.parse::<Uri>().unwrap().into_parts().authority.unwrap();
        let stream = TcpStream::connect(authority.as_str()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let name = ServerName::try_from(authority.host().to_owned()).unwrap();
        let stream = TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
            .ok()?;
        assert_eq!(
            stream.get_ref().1.alpn_protocol(),
            Some(protocol.as_bytes())
        );
        Some(stream)
    }

    /// Seconds since 1970 by the sandbox's clock.
    pub(super) fn now(&self) -> i64 {
        self.clock.now().as_secs()
    }

    /// Advances the clock.
    pub(super) fn pass(&self, by: Duration) {
        self.clock.advance(by);
    }
}

impl Client {
    pub(super) async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        self.try_send(request).await.unwrap()
    }

    pub(super) async fn try_send(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Answer, hyper::Error> {
        let mut http = self.http.clone();
        http.ready().await?;
        Ok(read(http.send_request(request).await?).await)
    }

    /// Whether the connection takes another request, now or later.
    pub(super) async fn is_open(&self) -> bool {
        self.http.clone().ready().await.is_ok()
    }

    /// Returns once the server has ended the connection or announced that it will.
    pub(super) async fn closed(&self) {
        while self.is_open().await {
            tokio::task::yield_now().await;
        }
    }
}

/// A POST with these headers.
pub(super) fn post(
    uri: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Request<Full<Bytes>> {
    let request = Request::post(uri);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    request.body(Full::new(body.into())).unwrap()
}

/// A JWT signed with ES256.
pub(super) fn es256(pem: &str, header: Value, claims: &Value) -> String {
    let random = SystemRandom::new();
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der(pem)).unwrap();
    sign("ES256", header, claims, |text| {
        key.sign(&random, text).unwrap().as_ref().to_vec()
    })
}

/// A JWT signed with RS256.
pub(super) fn rs256(pem: &str, claims: &Value) -> String {
    let key = RsaKeyPair::from_pkcs8(&der(pem)).unwrap();
    sign("RS256", json!({}), claims, |text| {
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            text,
            &mut signature,
        )
        .unwrap();
        signature
    })
}

fn sign(
    algorithm: &str,
    mut header: Value,
    claims: &Value,
    sign: impl Fn(&[u8]) -> Vec<u8>,
) -> String {
    header["alg"] = algorithm.into();
    let encode = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", encode(&header), encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

fn der(pem: &str) -> Vec<u8> {
    let text: String = pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    STANDARD.decode(text).unwrap()
}

async fn read(answer: http::Response<hyper::body::Incoming>) -> Answer {
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Answer {
        status: parts.status,
        headers: parts.headers,
        json,
    }
}
