// SPDX-License-Identifier: EUPL-1.2

//! The press on a stage: a web site that is called by a web hook, and a mail server with a mailbox for everybody.

use std::{
    collections::VecDeque,
    convert::Infallible,
    fs,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Empty};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use stadtfunk::tasks::Tasks;
use standardwebhooks::Webhook;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufStream},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use super::Stage;

/// What both sides of the web hook know.
pub(crate) const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// Who is on the press list.
pub(crate) const ANCHOR: &str = "anchor@zeitung.example";
pub(crate) const RADIO: &str = "news@radio.example";

/// What the web site does about a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reply {
    Status(u16),
    /// Keeps the caller waiting.
    Silence,
}

/// The city's web site. Cheap to clone.
#[derive(Clone)]
pub(crate) struct WebSite {
    pub(crate) address: SocketAddr,
    script: Arc<Mutex<VecDeque<Reply>>>,
    calls: Arc<Mutex<Vec<Call>>>,
    witness: Arc<dyn Fn() -> u64 + Send + Sync>,
}

/// A call of the web hook, whose signature was right.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) json: Value,
    /// What the witness saw when the call came in.
    pub(crate) witnessed: u64,
}

impl WebSite {
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("not poisoned").clone()
    }

    /// What is replied to the next calls; after these, 204.
    pub(crate) fn will(&self, replies: &[Reply]) {
        self.script.lock().expect("not poisoned").extend(replies);
    }

    async fn answer(
        self,
        request: Request<Incoming>,
    ) -> Result<Response<Empty<Bytes>>, Infallible> {
        let witnessed = (self.witness)();
        let (head, body) = request.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        assert_eq!(head.uri.path(), "/hook");
        let id = checked_id(&head.headers, &body);
        let json = serde_json::from_slice(&body).expect("JSON");
        let call = Call {
            id,
            json,
            witnessed,
        };
        self.calls.lock().expect("not poisoned").push(call);
        let reply = self.script.lock().expect("not poisoned").pop_front();
        let status = match reply {
            Some(Reply::Silence) => std::future::pending().await,
            Some(Reply::Status(status)) => status,
            None => 204,
        };
        let mut response = Response::new(Empty::new());
        *response.status_mut() = status.try_into().expect("a status");
        Ok(response)
    }
}

/// By the standard's own library. (Its `verify` wants the time of the machine, which is not the test's.)
fn checked_id(headers: &HeaderMap, body: &[u8]) -> String {
    let header = |name: &str| headers[name].to_str().expect("ASCII").to_owned();
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    let timestamp = timestamp.parse().expect("seconds");
    let webhook = Webhook::new(SECRET).expect("a secret");
    let signature = webhook.sign(&id, timestamp, body).expect("a signature");
    assert_eq!(header("webhook-signature"), signature);
    id
}

/// A mail server that takes letters over SMTP (RFC 5321). Cheap to clone.
#[derive(Clone)]
pub(crate) struct PostOffice {
    pub(crate) address: SocketAddr,
    refusals: Arc<Mutex<Vec<(String, &'static str)>>>,
    letters: Arc<Mutex<Vec<Letter>>>,
    counter: Counter,
}

/// How a post office is spoken to.
#[derive(Clone)]
pub(crate) enum Counter {
    Plain,
    /// TLS from the first byte; takes letters from whoever shows the [pass](PASS).
    Implicit(TlsAcceptor),
    /// Offers STARTTLS, and goes on as above after it.
    Starttls(TlsAcceptor),
}

const AUTH: &str = "250-AUTH PLAIN\r\n";
/// User and password as AUTH PLAIN has them: `\0stadtfunk\0geheim`.
const PASS: &str = "AHN0YWR0ZnVuawBnZWhlaW0=";

/// A letter that was taken.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) source: String,
}

impl PostOffice {
    pub(crate) fn letters(&self) -> Vec<Letter> {
        self.letters.lock().expect("not poisoned").clone()
    }

    /// Answers the next letter to a recipient with this line.
    pub(crate) fn refuses_once(&self, to: &str, line: &'static str) {
        let mut refusals = self.refusals.lock().expect("not poisoned");
        refusals.push((to.to_owned(), line));
    }

    async fn receive(self, stream: TcpStream) -> std::io::Result<()> {
        let greeting = "220 post.example\r\n";
        match self.counter.clone() {
            Counter::Plain => self.talk(stream, greeting, "").await.map(drop),
            Counter::Implicit(tls) => {
                let stream = tls.accept(stream).await?;
                self.talk(stream, greeting, AUTH).await.map(drop)
            }
            Counter::Starttls(tls) => {
                let offer = "250-STARTTLS\r\n";
                if let Some(stream) = self.talk(stream, greeting, offer).await? {
                    let stream = tls.accept(stream).await?;
                    self.talk(stream, "", AUTH).await?;
                }
                Ok(())
            }
        }
    }

    /// Gives the stream back when TLS is to begin on it.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        greeting: &str,
        offers: &str,
    ) -> std::io::Result<Option<S>> {
        let mut stream = BufStream::new(stream);
        stream.write_all(greeting.as_bytes()).await?;
        stream.flush().await?;
        let (mut from, mut to) = (String::new(), Vec::new());
        let mut may_write = offers.is_empty();
        let mut line = String::new();
        while read_line(&mut stream, &mut line).await? {
            let answer = match line.split_once([' ', ':']).map_or(&*line, |(verb, _)| verb) {
                "EHLO" => format!("250-post.example\r\n{offers}250 8BITMIME"),
                "STARTTLS" => {
                    stream.write_all(b"220 go on\r\n").await?;
                    stream.flush().await?;
                    return Ok(Some(stream.into_inner()));
                }
                "AUTH" if line.ends_with(PASS) => {
                    may_write = true;
                    "235 welcome".to_owned()
                }
                "AUTH" => "535 who are you?".to_owned(),
                "MAIL" if !may_write => "530 not like this".to_owned(),
                "MAIL" => {
                    from = mailbox(&line);
                    "250 OK".to_owned()
                }
                "RCPT" => {
                    let refusal = self.refusal(&mailbox(&line));
                    if refusal.is_none() {
                        to.push(mailbox(&line));
                    }
                    refusal.unwrap_or("250 OK").to_owned()
                }
                "DATA" => {
                    stream.write_all(b"354 go on\r\n").await?;
                    stream.flush().await?;
                    let mut source = String::new();
                    while read_line(&mut stream, &mut line).await? && line != "." {
                        source.push_str(line.strip_prefix('.').unwrap_or(&line));
                        source.push_str("\r\n");
                    }
                    self.letters.lock().expect("not poisoned").push(Letter {
                        from: std::mem::take(&mut from),
                        to: std::mem::take(&mut to),
                        source,
                    });
                    "250 taken".to_owned()
                }
                "QUIT" => {
                    stream.write_all(b"221 bye\r\n").await?;
                    stream.flush().await?;
                    return Ok(None);
                }
                _ => "250 OK".to_owned(),
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
            stream.flush().await?;
        }
        Ok(None)
    }

    fn refusal(&self, to: &str) -> Option<&'static str> {
        let mut refusals = self.refusals.lock().expect("not poisoned");
        let place = refusals.iter().position(|(of, _)| of == to)?;
        Some(refusals.remove(place).1)
    }
}

/// The next line without its end; `false` when there is none.
async fn read_line(
    stream: &mut BufStream<impl AsyncRead + AsyncWrite + Unpin>,
    line: &mut String,
) -> std::io::Result<bool> {
    line.clear();
    let read = stream.read_line(line).await?;
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(read > 0)
}

/// What stands between `<` and `>`.
fn mailbox(line: &str) -> String {
    let (_, rest) = line.split_once('<').expect("an address");
    rest.split('>').next().unwrap_or_default().to_owned()
}

impl Stage {
    /// A web site whose calls are seen by a witness.
    pub(crate) async fn web_site(
        &self,
        witness: impl Fn() -> u64 + Send + Sync + 'static,
    ) -> WebSite {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let site = WebSite {
            address: listener.local_addr().expect("a bound listener"),
            script: Arc::default(),
            calls: Arc::default(),
            witness: Arc::new(witness),
        };
        let answering = site.clone();
        accept(&self.tasks, listener, move |stream| {
            let site = answering.clone();
            async move {
                let service = service_fn(move |request| site.clone().answer(request));
                let connection = http1::Builder::new();
                let _ = connection
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            }
        });
        site
    }

    pub(crate) async fn post_office(&self) -> PostOffice {
        self.post_office_with(Counter::Plain).await
    }

    pub(crate) async fn post_office_with(&self, counter: Counter) -> PostOffice {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let office = PostOffice {
            address: listener.local_addr().expect("a bound listener"),
            refusals: Arc::default(),
            letters: Arc::default(),
            counter,
        };
        let talking = office.clone();
        accept(&self.tasks, listener, move |stream| {
            let office = talking.clone();
            async move {
                let _ = office.receive(stream).await;
            }
        });
        office
    }
}

impl Stage {
    /// Writes the configuration of a city that tells this web site, by this post office the press list, and
    /// everybody by its public page.
    pub(crate) fn configure_press(&self, site: &WebSite, office: &PostOffice) {
        let file = format!(
            "[server]\npublic_url = 'https://app.example-stadt.de'\ncity = 'Stadt <Beispiel>'\n\
             [press]\nweb_hook_url = 'http://{}/hook'\nweb_hook_secret = '{SECRET}'\n\
             web_hook_on_loopback = true\nweb_hook_timeout_seconds = 1\n\
             mail_to = ['{ANCHOR}', '{RADIO}']\npage = true\n\
             [mail]\nhost = '127.0.0.1'\nport = {}\ntls = 'none'\nfrom = 'Presseamt <presse@example-stadt.de>'\n",
            site.address,
            office.address.port(),
        );
        fs::write(self.folder().join("stadtfunk.toml"), file).expect("a file");
    }
}

/// A task for each connection; all of them end with the stage.
fn accept<F>(tasks: &Tasks, listener: TcpListener, serve: impl Fn(TcpStream) -> F + Send + 'static)
where
    F: Future<Output = ()> + Send + 'static,
{
    let all = tasks.clone();
    tasks.spawn(async move {
        loop {
            let stream = tokio::select! {
                accepted = listener.accept() => accepted.expect("a connection").0,
                () = all.stopping() => return,
            };
            let (serving, stopping) = (serve(stream), all.clone());
            all.spawn(async move {
                tokio::select! {
                    () = serving => {}
                    () = stopping.stopping() => {}
                }
            });
        }
    });
}
