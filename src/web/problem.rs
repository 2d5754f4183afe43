// SPDX-License-Identifier: EUPL-1.2

//! Problems (RFC 9457): what went wrong, in the caller's language, with a stable `type` for each case.

use std::time::Duration;

use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

pub use crate::text::Words;
use crate::{db::DbError, push::Language};

/// A kind of problem: a constant in the room that can have it.
#[derive(Debug, PartialEq, Eq)]
pub struct ProblemType {
    /// `type` is `/problems/<slug>`; kebab-case; never renamed.
    pub slug: &'static str,
    pub status: u16,
    pub title: Words,
}

impl Words {
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::German => &self.de,
            Language::English => &self.en,
        }
    }
}

impl ProblemType {
    pub const fn new(slug: &'static str, status: u16, de: &'static str, en: &'static str) -> Self {
        Self {
            slug,
            status,
            title: Words::fixed(de, en),
        }
    }
}

macro_rules! problem_types {
    ($($name:ident = $slug:literal, $status:literal, $de:literal, $en:literal;)+) => {
        $(pub static $name: ProblemType = ProblemType::new($slug, $status, $de, $en);)+
    };
}

problem_types! {
    NOT_FOUND = "not-found", 404, "Das gibt es nicht, oder nicht für Sie.",
        "There is no such thing, or not for you.";
    UNKNOWN_ROUTE = "unknown-route", 404, "Diese Adresse gibt es nicht.", "There is no such address.";
    METHOD_NOT_ALLOWED = "method-not-allowed", 405, "Das geht an dieser Adresse nicht.",
        "This address does not do that.";
    UNAUTHENTICATED = "unauthenticated", 401, "Bitte melden Sie sich an.", "Please sign in.";
    SESSION_ENDED = "session-ended", 401, "Ihre Anmeldung ist beendet. Bitte melden Sie sich neu an.",
        "Your session has ended. Please sign in again.";
    FORBIDDEN = "forbidden", 403, "Dazu fehlt Ihnen die Berechtigung.", "You are not allowed to do that.";
    MALFORMED_JSON = "malformed-json", 400, "Der Inhalt ist kein gültiges JSON.",
        "The body is not valid JSON.";
    INVALID_BODY = "invalid-body", 422, "Eine Angabe stimmt nicht.", "Something in the body is not right.";
    INVALID_QUERY = "invalid-query", 422, "Eine Angabe in der Adresse stimmt nicht.",
        "Something in the query is not right.";
    INVALID_CURSOR = "invalid-cursor", 422, "Diese Seitenmarke ist ungültig. Bitte von vorn beginnen.",
        "This cursor is not valid. Please start over.";
    INVALID_HEADER = "invalid-header", 400, "Eine Kopfzeile stimmt nicht.", "A header is not right.";
    BODY_TOO_LARGE = "body-too-large", 413, "Das ist zu groß.", "That is too large.";
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type", 415, "Dieses Format wird hier nicht verstanden.",
        "This format is not understood here.";
    IDEMPOTENCY_KEY_REUSED = "idempotency-key-reused", 422,
        "Dieser Idempotency-Key gehört zu einer anderen Anfrage.",
        "This Idempotency-Key belongs to another request.";
    IDEMPOTENCY_IN_PROGRESS = "idempotency-in-progress", 409,
        "Diese Anfrage wird gerade schon bearbeitet.", "This request is already being worked on.";
    REVISION_CONFLICT = "revision-conflict", 412,
        "Jemand anderes hat das inzwischen geändert. Bitte neu laden.",
        "Somebody else has changed this meanwhile. Please reload.";
    TOO_MANY_ATTEMPTS = "too-many-attempts", 429, "Zu viele Versuche. Bitte warten Sie etwas.",
        "Too many attempts. Please wait a while.";
    BAD_REQUEST = "bad-request", 400, "Die Anfrage ist nicht zu verstehen.",
        "The request can't be understood.";
    UNAVAILABLE = "unavailable", 503, "Das hat zu lange gedauert. Bitte versuchen Sie es noch einmal.",
        "That took too long. Please try again.";
    INTERNAL = "internal", 500, "Bei uns ist etwas schiefgegangen.", "Something went wrong on our side.";
}

/// A problem on its way to the caller.
#[derive(Clone, Debug)]
pub struct Problem {
    kind: &'static ProblemType,
    detail: Option<Words>,
    /// By pointer.
    errors: Vec<(String, Words)>,
    retry_after: Option<Duration>,
    trace_id: Option<String>,
}

/// What is wrong with one value of the request.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the body, or `?name` for a value of the query.
    pub pointer: String,
    /// In the language of `Accept-Language` where a person can have caused it; in English, for the app's developer,
    /// where only an app can.
    pub message: String,
}

impl Problem {
    pub const fn new(kind: &'static ProblemType) -> Self {
        Self {
            kind,
            detail: None,
            errors: Vec::new(),
            retry_after: None,
            trace_id: None,
        }
    }

    pub fn not_found() -> Self {
        Self::new(&NOT_FOUND)
    }

    /// An opaque 500: the log has the cause under the same id.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        let trace_id = trace_id();
        tracing::error!(%trace_id, error = %chain(error), "a request failed on our side");
        Self {
            trace_id: Some(trace_id),
            ..Self::new(&INTERNAL)
        }
    }

    #[must_use]
    pub fn detail(mut self, de: impl Into<String>, en: impl Into<String>) -> Self {
        self.detail = Some(Words::new(de, en));
        self
    }

    /// Names the value that is wrong, and says to the person what is wrong with it.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>, what: Words) -> Self {
        self.errors.push((pointer.into(), what));
        self
    }

    /// Names a value that no person can have said, only an app: its developer reads English.
    #[must_use]
    pub fn misused(self, pointer: impl Into<String>, what: impl Into<String>) -> Self {
        self.at(pointer, Words::technical(what))
    }

    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    pub fn kind(&self) -> &'static ProblemType {
        self.kind
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        Self::internal(&error)
    }
}

/// A problem as it is sent: `application/problem+json`.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// What kind of problem: `/problems/<name>`, the same for ever.
    #[schema(example = "/problems/not-found")]
    r#type: String,
    /// A sentence for the person, in the language of `Accept-Language` (German or English).
    title: String,
    #[schema(example = 404)]
    status: u16,
    /// More about this very case, for the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Which values were wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// Under which id the server's log has the cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
}

impl IntoResponse for Problem {
    /// An empty response that carries the problem; [`render`] writes it once the language is known.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes problems in the caller's language, and makes problems of what axum and tower refuse by
/// themselves.
pub async fn render(request: Request, next: Next) -> Response {
    let language = accepted_language(request.headers());
    let mut response = next.run(request).await;
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None => match refused_before_a_handler(response.status()) {
            Some(kind) => Problem::new(kind),
            None => return response,
        },
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    write(&problem, language, parts.headers)
}

/// The problem for a response that no handler of ours has made.
fn refused_before_a_handler(status: StatusCode) -> Option<&'static ProblemType> {
    Some(match status {
        StatusCode::NOT_FOUND => &UNKNOWN_ROUTE,
        StatusCode::METHOD_NOT_ALLOWED => &METHOD_NOT_ALLOWED,
        StatusCode::PAYLOAD_TOO_LARGE => &BODY_TOO_LARGE,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => &UNSUPPORTED_MEDIA_TYPE,
        StatusCode::SERVICE_UNAVAILABLE => &UNAVAILABLE,
        status if status.is_client_error() => &BAD_REQUEST,
        status if status.is_server_error() => &INTERNAL,
        _ => return None,
    })
}

fn write(problem: &Problem, language: Language, mut headers: HeaderMap) -> Response {
    let said = |(pointer, what): &(String, Words)| FieldError {
        pointer: pointer.clone(),
        message: what.get(language).to_owned(),
    };
    let body = ProblemBody {
        r#type: format!("/problems/{}", problem.kind.slug),
        title: problem.kind.title.get(language).to_owned(),
        status: problem.kind.status,
        detail: problem
            .detail
            .as_ref()
            .map(|detail| detail.get(language).to_owned()),
        errors: problem.errors.iter().map(said).collect(),
        trace_id: problem.trace_id.clone(),
    };
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    headers.insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(language.as_str()),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if problem.status() == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(wait) = problem.retry_after {
        // Rounded up: whoever comes back after that many whole seconds is not turned away again.
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    }
    let json = serde_json::to_vec(&body).unwrap_or_default();
    (problem.status(), headers, Body::from(json)).into_response()
}

/// German unless the caller prefers English (RFC 9110, section 12.5.4).
pub fn accepted_language(headers: &HeaderMap) -> Language {
    let mut best = (Language::German, 0.0_f32);
    for value in headers.get_all(header::ACCEPT_LANGUAGE) {
        for range in value.to_str().unwrap_or_default().split(',') {
            let mut parts = range.split(';').map(str::trim);
            let language = match parts.next().and_then(|tag| tag.split('-').next()) {
                Some("de") => Language::German,
                Some("en") => Language::English,
                _ => continue,
            };
            let weight = parts
                .find_map(|part| part.strip_prefix("q=")?.parse().ok())
                .unwrap_or(1.0_f32);
            if weight > best.1 {
                best = (language, weight);
            }
        }
    }
    best.0
}

/// A panic in a handler is our fault, and tells the caller nothing.
#[expect(clippy::needless_pass_by_value, reason = "tower-http hands it over")]
pub fn from_panic(panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let cause = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without words");
    let trace_id = trace_id();
    tracing::error!(%trace_id, cause, "a handler panicked");
    Problem {
        trace_id: Some(trace_id),
        ..Problem::new(&INTERNAL)
    }
    .into_response()
}

fn trace_id() -> String {
    use aws_lc_rs::rand::SecureRandom as _;
    let mut bytes = [0_u8; 8];
    // An id of zeros is still an answer; there is nothing better to do without randomness.
    let _ = aws_lc_rs::rand::SystemRandom::new().fill(&mut bytes);
    format!("{:016x}", u64::from_be_bytes(bytes))
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language_of(header: &str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::ACCEPT_LANGUAGE,
            HeaderValue::from_str(header).unwrap(),
        );
        accepted_language(&headers)
    }

    #[test]
    fn the_language_is_german_unless_english_is_preferred() {
        assert_eq!(accepted_language(&HeaderMap::new()), Language::German);
        assert_eq!(language_of("fr, *;q=0.1"), Language::German);
        assert_eq!(language_of("en-GB,en;q=0.9,de;q=0.8"), Language::English);
        assert_eq!(language_of("de-AT,en;q=0.9"), Language::German);
        assert_eq!(language_of("de;q=0.3,en;q=0.4"), Language::English);
        assert_eq!(language_of("de;q=x;;,,,en;q=0"), Language::German);
    }
}
