// SPDX-License-Identifier: EUPL-1.2

//! The console: a page with the three lock screens, and the JSON behind it. Plain HTTP, made for the
//! developer at this machine: it shows what the phones decrypted.

use axum::{
    Json, Router,
    extract::{Query, Request, State},
    http::{HeaderValue, StatusCode, header, uri::Authority},
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Count, Entry, Fault, Filter, Misbehaviour, Sandbox, Seen, Which};
use crate::{clock::At, push::Gateway, tasks::Tasks};

/// How many entries one answer holds at most.
const MOST: usize = 100;
/// Nothing but our own files, and no page may frame this one.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Serves the console until the process ends.
pub(super) fn open(listener: TcpListener, sandbox: Sandbox, tasks: &Tasks) {
    let stopping = tasks.clone();
    let serve = axum::serve(listener, router(sandbox))
        .with_graceful_shutdown(async move { stopping.stopping().await });
    tasks.spawn(async move {
        // It ends by the shutdown alone; axum retries what goes wrong with one connection.
        let _ = serve.await;
    });
}

fn router(sandbox: Sandbox) -> Router {
    Router::new()
        .route("/", get(Html(include_str!("page/index.html"))))
        .route("/style.css", get(css(include_str!("page/style.css"))))
        .route("/phones.css", get(css(include_str!("page/phones.css"))))
        .route("/console.js", get(script(include_str!("page/console.js"))))
        .route("/screens.js", get(script(include_str!("page/screens.js"))))
        .route("/words.js", get(script(include_str!("page/words.js"))))
        .route("/api/overview", get(overview))
        .route("/api/journal", get(journal).delete(clear_journal))
        .route("/api/phones", get(phones).post(new_phone))
        .route("/api/faults", get(faults).post(misbehave).delete(behave))
        .layer(middleware::from_fn(guard))
        .with_state(sandbox)
}

/// Everything that the page looks at each second.
#[derive(Serialize)]
struct Overview {
    now: At,
    gateways: Vec<GatewayView>,
    faults: Vec<Misbehaviour>,
}

#[derive(Serialize)]
struct GatewayView {
    gateway: Gateway,
    url: String,
    answers: Vec<Count>,
    /// Addresses that accepted at least one push.
    phones: usize,
    /// Pushes that a phone had accepted before.
    repeats: u64,
    /// The number of the newest entry that is still kept.
    newest: u64,
    /// The phone that was pushed to last.
    address: Option<String>,
}

async fn overview(State(sandbox): State<Sandbox>) -> Json<Overview> {
    let counts = sandbox.journal().counts();
    let gateways = Gateway::ALL.iter().map(|&gateway| {
        let accepted = sandbox.journal().accepted(gateway);
        let filter = Filter {
            gateway: Some(gateway),
            ..Filter::default()
        };
        let entries = sandbox.journal().entries(&filter);
        GatewayView {
            gateway,
            url: sandbox.url(gateway).to_owned(),
            answers: counts
                .iter()
                .filter(|count| count.gateway == gateway)
                .cloned()
                .collect(),
            phones: accepted.len(),
            repeats: accepted
                .values()
                .map(|times| u64::from(times.saturating_sub(1)))
                .sum(),
            newest: entries.last().map_or(0, |entry| entry.number),
            address: entries
                .iter()
                .rev()
                .find_map(|entry| entry.address.as_deref())
                .map(str::to_owned),
        }
    });
    Json(Overview {
        now: sandbox.now(),
        gateways: gateways.collect(),
        faults: sandbox.misbehaviours(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JournalQuery {
    gateway: Option<Gateway>,
    address: Option<String>,
    status: Option<u16>,
    accepted: Option<bool>,
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
}

/// An entry as JSON, with the phone's view of it.
#[derive(Serialize)]
struct EntryView {
    number: u64,
    at: At,
    gateway: Gateway,
    address: Option<String>,
    status: Option<u16>,
    accepted: bool,
    reason: String,
    path: String,
    headers: Vec<(String, String)>,
    /// The body as text, if it is text.
    body: Option<String>,
    /// The body in base64, if it is not.
    body_base64: Option<String>,
    seen: Seen,
}

/// Newest first.
async fn journal(
    State(sandbox): State<Sandbox>,
    Query(query): Query<JournalQuery>,
) -> Json<Vec<EntryView>> {
    let limit = query.limit.unwrap_or(MOST).min(MOST);
    let entries = sandbox.journal().entries(&Filter {
        gateway: query.gateway,
        address: query.address,
        status: query.status,
        accepted: query.accepted,
        after: query.after,
    });
    Json(
        entries
            .iter()
            .rev()
            .take(limit)
            .map(|entry| EntryView::new(&sandbox, entry))
            .collect(),
    )
}

impl EntryView {
    fn new(sandbox: &Sandbox, entry: &Entry) -> Self {
        let text = str::from_utf8(&entry.body).ok().map(str::to_owned);
        let headers = entry.headers.iter().map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        });
        Self {
            number: entry.number,
            at: entry.at,
            gateway: entry.gateway,
            address: entry.address.as_deref().map(str::to_owned),
            status: entry.status,
            accepted: entry.accepted,
            reason: entry.reason.to_string(),
            path: entry.path.clone(),
            headers: headers.collect(),
            body_base64: text.is_none().then(|| STANDARD.encode(&entry.body)),
            body: text,
            seen: sandbox.seen(entry),
        }
    }
}

async fn clear_journal(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.journal().clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PhonesQuery {
    gateway: Gateway,
}

/// The phones that were pushed to last, newest first.
async fn phones(
    State(sandbox): State<Sandbox>,
    Query(query): Query<PhonesQuery>,
) -> Json<Vec<String>> {
    let filter = Filter {
        gateway: Some(query.gateway),
        ..Filter::default()
    };
    let mut addresses: Vec<String> = Vec::new();
    for entry in sandbox.journal().entries(&filter).iter().rev() {
        if let Some(address) = entry.address.as_deref()
            && !addresses.iter().any(|known| known == address)
        {
            addresses.push(address.to_owned());
        }
        if addresses.len() >= MOST {
            break;
        }
    }
    Json(addresses)
}

/// A new phone, with what its app would register.
async fn new_phone(
    State(sandbox): State<Sandbox>,
    Json(wanted): Json<PhonesQuery>,
) -> (StatusCode, Json<Value>) {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let phone = sandbox.phone(wanted.gateway);
    let keys = phone.keys();
    let view = json!({
        "gateway": phone.gateway,
        "address": phone.address,
        "p256dh": URL_SAFE_NO_PAD.encode(keys.p256dh),
        "auth": URL_SAFE_NO_PAD.encode(keys.auth),
    });
    (StatusCode::CREATED, Json(view))
}

async fn faults(State(sandbox): State<Sandbox>) -> Json<Vec<Misbehaviour>> {
    Json(sandbox.misbehaviours())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    gateway: Gateway,
    fault: Fault,
    which: Which,
}

async fn misbehave(State(sandbox): State<Sandbox>, Json(order): Json<Order>) -> Response {
    if let Fault::Refuse { status, .. } = &order.fault
        && !(400..=599).contains(status)
    {
        return (
            StatusCode::UNPROCESSABLE_ENTITY,
            "A refusal has a status from 400 to 599.",
        )
            .into_response();
    }
    sandbox.misbehave(order.gateway, order.fault, order.which);
    StatusCode::NO_CONTENT.into_response()
}

async fn behave(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.behave();
    StatusCode::NO_CONTENT
}

/// Answers only to names of this machine, so that a page elsewhere can't reach the console by a name that
/// it lets point here (DNS rebinding); JSON bodies and `DELETE` keep out forms of other origins.
async fn guard(request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = host.and_then(|host| host.parse::<Authority>().ok());
    let is_local = host.is_some_and(|host| {
        let name = host.host().trim_matches(['[', ']']);
        name == "localhost" || name.parse::<std::net::IpAddr>().is_ok()
    });
    if !is_local {
        return (
            StatusCode::MISDIRECTED_REQUEST,
            "The console is for this machine.",
        )
            .into_response();
    }
    let is_page = request.uri().path() == "/";
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if is_page {
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        );
    }
    response
}

fn css(text: &'static str) -> ([(header::HeaderName, &'static str); 1], &'static str) {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], text)
}

fn script(text: &'static str) -> ([(header::HeaderName, &'static str); 1], &'static str) {
    (
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")],
        text,
    )
}
