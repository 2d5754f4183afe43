// SPDX-License-Identifier: EUPL-1.2

//! A push service of somebody else's (RFC 8030): it speaks TLS and HTTP/2, answers PINGs, takes every push, and
//! answers as many as it likes.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex},
};

use h2::{RecvStream, server::SendResponse};
use http::{Request, Response, StatusCode};
use rcgen::CertifiedKey;
use rustls::{ServerConfig, crypto::aws_lc_rs};
use rustls_pki_types::PrivatePkcs8KeyDer;
use stadtfunk::tasks::Tasks;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_rustls::TlsAcceptor;

/// Open until the test ends.
pub(super) struct PushService {
    /// `host:port`
    pub(super) host: String,
    /// The authority behind its certificate.
    pub(super) ca_pem: String,
    desk: Arc<Desk>,
}

struct Desk {
    /// So many pushes are answered, the first ones.
    answers: watch::Sender<usize>,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    count: usize,
    /// By the subscription's path: the topics under which something came.
    topics: HashMap<String, BTreeSet<String>>,
}

impl PushService {
    /// Answers the first `answers` pushes, and no other.
    pub(super) async fn open(answers: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let host = listener.local_addr().expect("a bound listener").to_string();
        let certified = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]);
        let CertifiedKey { cert, signing_key } = certified.expect("a certificate");
        let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
        let mut tls = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key.into())
            .expect("a certificate and its key");
        tls.alpn_protocols = vec![b"h2".to_vec()];
        let desk = Arc::new(Desk {
            answers: watch::Sender::new(answers),
            taken: Mutex::default(),
        });
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        Tasks::new().spawn(accept(listener, acceptor, Arc::clone(&desk)));
        Self {
            host,
            ca_pem: cert.pem(),
            desk,
        }
    }

    /// The address of one of its subscriptions.
    pub(super) fn endpoint(&self, number: usize) -> String {
        format!("https://{}/push/{number}", self.host)
    }

    /// From now on it answers everything, what it has taken before too.
    pub(super) fn recovers(&self) {
        self.desk.answers.send_replace(usize::MAX);
    }

    /// Of each subscription that something came for: under how many topics it came, repeats under the same.
    pub(super) fn told(&self) -> Vec<usize> {
        let taken = self.desk.taken.lock().expect("not poisoned");
        taken.topics.values().map(BTreeSet::len).collect()
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, desk: Arc<Desk>) {
    let tasks = Tasks::new();
    while let Ok((stream, _)) = listener.accept().await {
        tasks.spawn(serve(stream, acceptor.clone(), Arc::clone(&desk)));
    }
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, desk: Arc<Desk>) {
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let Ok(mut connection) = h2::server::handshake(stream).await else {
        return;
    };
    let tasks = Tasks::new();
    while let Some(Ok((request, respond))) = connection.accept().await {
        tasks.spawn(take(request, respond, Arc::clone(&desk)));
    }
}

async fn take(
    request: Request<RecvStream>,
    mut respond: SendResponse<bytes::Bytes>,
    desk: Arc<Desk>,
) {
    let path = request.uri().path().to_owned();
    let topic = request.headers().get("topic").expect("a topic").clone();
    let topic = topic.to_str().expect("ASCII").to_owned();
    let mut body = request.into_body();
    while let Some(Ok(part)) = body.data().await {
        // Gone, if the client is.
        let _ = body.flow_control().release_capacity(part.len());
    }
    let number = {
        let mut taken = desk.taken.lock().expect("not poisoned");
        taken.topics.entry(path).or_default().insert(topic);
        taken.count += 1;
        taken.count
    };
    let mut answers = desk.answers.subscribe();
    if answers.wait_for(|answers| *answers >= number).await.is_ok() {
        let mut created = Response::new(());
        *created.status_mut() = StatusCode::CREATED;
        // Who has given up is not told.
        let _ = respond.send_response(created, true);
    }
}
