// SPDX-License-Identifier: EUPL-1.2

//! UnifiedPush is Web Push: a phone registers its distributor's endpoint, on the city's own push server.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Request, Response, request::Parts, uri::PathAndQuery};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use p256::{SecretKey, elliptic_curve::sec1::ToEncodedPoint as _};
use serde_json::{Value, json};
use stadtfunk::{push::sandbox::SandboxConfig, tasks::Tasks};
use tokio::{net::TcpListener, sync::mpsc};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use super::{
    receipts::{complete, released},
    vectors::read,
};
use crate::world::{FIRE_STATION_1, Settings, Stage, both};

both!(a_phone_with_unified_push_reads_what_the_citys_own_push_server_carries);

/// A push server that takes everything and answers as ntfy does: 200, with words of its own.
struct PushServer {
    address: SocketAddr,
    certificate: String,
    pushes: mpsc::UnboundedReceiver<(Parts, Bytes)>,
}

impl PushServer {
    async fn start(tasks: &Tasks) -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let mut tls = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], PrivateKeyDer::Pkcs8(key))
            .unwrap();
        tls.alpn_protocols = vec![b"h2".to_vec()];
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (arrived, pushes) = mpsc::unbounded_channel();
        let server = Self {
            address: listener.local_addr().unwrap(),
            certificate: made.cert.pem(),
            pushes,
        };
        let (acceptor, own) = (TlsAcceptor::from(Arc::new(tls)), tasks.clone());
        tasks.spawn(async move {
            loop {
                let (stream, _) = tokio::select! {
                    accepted = listener.accept() => accepted.unwrap(),
                    () = own.stopping() => return,
                };
                let (acceptor, arrived, own2) = (acceptor.clone(), arrived.clone(), own.clone());
                own.spawn(async move {
                    let stream = TokioIo::new(acceptor.accept(stream).await.unwrap());
                    let service = service_fn(|request| take(request, arrived.clone()));
                    let connection =
                        http2::Builder::new(TokioExecutor::new()).serve_connection(stream, service);
                    tokio::select! {
                        _ = connection => {}
                        () = own2.stopping() => {}
                    }
                });
            }
        });
        server
    }
}

async fn take(
    request: Request<Incoming>,
    arrived: mpsc::UnboundedSender<(Parts, Bytes)>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes);
    let _ = arrived.send((parts, body.unwrap_or_default()));
    Ok(Response::new(Full::from(r#"{"event":"message"}"#)))
}

async fn a_phone_with_unified_push_reads_what_the_citys_own_push_server_carries(stage: &Stage) {
    let settings = Settings::default();
    // For `push-config/` as every test has it; nothing goes to the sandbox.
    let clock = settings.clock.clone();
    stage.sandbox(SandboxConfig::default(), clock).await;
    let tasks = Tasks::new();
    let mut server = PushServer::start(&tasks).await;
    let folder = stage.folder().join("push-config");
    std::fs::write(folder.join("own-ca.pem"), &server.certificate).unwrap();
    let config = std::fs::read_to_string(folder.join("webpush.toml")).unwrap();
    let config = config.replace("'ca.pem'", "'own-ca.pem'");
    let allowed = format!("allowed_hosts = ['{}', ", server.address);
    let config = config.replace("allowed_hosts = [", &allowed);
    std::fs::write(folder.join("webpush.toml"), config).unwrap();

    let world = stage.world_with(settings).await;
    let anna = world.employee("Anna Kühn").of(FIRE_STATION_1).await;
    let private = SecretKey::from_slice(&[7; 32]).unwrap();
    let point = private.public_key().to_encoded_point(false);
    let base64 = |octets: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(octets);
    let keys = json!({"p256dh": base64(point.as_bytes()), "auth": base64(&[9; 16])});
    let registered = anna
        .put(
            "/api/v1/devices/current",
            json!({
                "gateway": "webpush",
                "endpoint": format!("https://{}/upAbCdEf12345?up=1", server.address),
                "keys": keys,
                "language": "de",
                "app_version": "1.0",
            }),
        )
        .await
        .ok();
    assert_eq!(registered["encrypted"], true);

    let editor = world.editor("Eva Redaktion").await;
    let path = released(&world, &editor, "alert").await;
    let report = complete(&editor, &path).await;
    assert_eq!(report["people"]["reached"], 1, "{report}");
    let arrived = tokio::time::timeout(Duration::from_secs(10), server.pushes.recv()).await;
    let (parts, body) = arrived.expect("in time").expect("a push");
    let asked = parts.uri.path_and_query().map(PathAndQuery::as_str);
    assert_eq!(asked, Some("/upAbCdEf12345?up=1"));
    assert_eq!(parts.headers["content-encoding"], "aes128gcm");
    assert_eq!(parts.headers["urgency"], "high");
    assert!(parts.headers.contains_key("ttl"));
    let vapid = parts.headers["authorization"].to_str().unwrap();
    assert!(vapid.starts_with("vapid t="));
    let device = json!({
        "private_key": base64(&private.to_bytes()),
        "p256dh": keys["p256dh"],
        "auth": keys["auth"],
    });
    let text: Value = serde_json::from_str(&read(&device, &body)).unwrap();
    assert_eq!(text["title"], "Großbrand");
    stage.stop_servers().await;
    tasks.stop().await;
}
