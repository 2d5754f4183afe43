// SPDX-License-Identifier: EUPL-1.2

//! A JSON body: limited, typed, and every mistake named by its JSON pointer.

use axum::body::HttpBody as _;
use axum::extract::{FromRequest, OptionalFromRequest, Request};
use bytes::Bytes;
use http::header;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::super::{
    JSON_LIMIT, Problem,
    problem::{BAD_REQUEST, BODY_TOO_LARGE, INVALID_BODY, MALFORMED_JSON, UNSUPPORTED_MEDIA_TYPE},
};
use crate::text::{TextError, Words};

/// `application/json` of at most [`JSON_LIMIT`] bytes.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(&request) {
            return Err(Problem::new(&UNSUPPORTED_MEDIA_TYPE).detail(
                "Erwartet wird application/json.",
                "Expected application/json.",
            ));
        }
        parse(&read(request).await?).map(Self)
    }
}

/// `Option<Json<T>>`: a body that may be left out.
impl<T: DeserializeOwned, S: Sync> OptionalFromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Problem> {
        if request.body().is_end_stream() {
            return Ok(None);
        }
        <Self as FromRequest<S>>::from_request(request, state)
            .await
            .map(Some)
    }
}

fn is_json(request: &Request) -> bool {
    let value = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

async fn read(request: Request) -> Result<Bytes, Problem> {
    match Limited::new(request.into_body(), JSON_LIMIT)
        .collect()
        .await
    {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::new(&BODY_TOO_LARGE).detail(
            format!("Höchstens {JSON_LIMIT} Bytes sind erlaubt."),
            format!("At most {JSON_LIMIT} bytes are allowed."),
        )),
        Err(_) => Err(Problem::new(&BAD_REQUEST)),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let malformed = |why: String| Problem::new(&MALFORMED_JSON).misused("", why);
    let body = std::str::from_utf8(body).map_err(|error| malformed(error.to_string()))?;
    // What is no JSON at all is told first: a field that is wrong before it is the smaller mistake.
    serde_json::from_str::<IgnoredAny>(body).map_err(|error| malformed(error.to_string()))?;
    // serde would take a list for an object's values in the order of its fields.
    if body.trim_start().starts_with('[') {
        return Err(Problem::new(&INVALID_BODY).misused("", "expected an object, not a list"));
    }
    let mut deserializer = serde_json::Deserializer::from_str(body);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        Problem::new(&INVALID_BODY).at(pointer(error.path()), in_words(error.inner()))
    })
}

/// A text that somebody has written is spoken of in their language; what is no value at all of its field only an
/// app can have sent.
fn in_words(error: &serde_json::Error) -> Words {
    let text = error.to_string();
    let message = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(message, _)| message);
    TextError::named(message).map_or_else(|| Words::technical(message), TextError::words)
}

/// The JSON pointer (RFC 6901) of a path.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    use std::fmt::Write as _;
    let mut pointer = String::new();
    for segment in path {
        let _ = match segment {
            Segment::Seq { index } => write!(pointer, "/{index}"),
            Segment::Map { key } => {
                write!(pointer, "/{}", key.replace('~', "~0").replace('/', "~1"))
            }
            Segment::Enum { variant } => write!(pointer, "/{variant}"),
            Segment::Unknown => write!(pointer, "/?"),
        };
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only parsed")]
        items: Vec<Inner>,
    }
    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only parsed")]
        count: u8,
    }

    fn problem_of(body: &str) -> (&'static str, String) {
        let problem = parse::<Outer>(body.as_bytes()).unwrap_err();
        let body = format!("{problem:?}");
        (problem.kind().slug, body)
    }

    #[test]
    fn a_mistake_is_named_by_its_pointer() {
        let (slug, text) = problem_of(r#"{"items":[{"count":1},{"count":"two"}]}"#);
        assert_eq!(slug, "invalid-body");
        assert!(text.contains(r#""/items/1/count""#), "{text}");
        let (slug, text) = problem_of(r#"{"items":[],"more":1}"#);
        assert_eq!(slug, "invalid-body");
        assert!(text.contains(r#""/more""#), "{text}");
    }

    #[test]
    fn a_list_is_no_object() {
        assert_eq!(problem_of(" [[]]").0, "invalid-body");
    }

    #[test]
    fn broken_json_is_another_problem() {
        assert_eq!(problem_of("{").0, "malformed-json");
        assert_eq!(problem_of(r#"{"items":[]} x"#).0, "malformed-json");
        assert_eq!(problem_of("").0, "malformed-json");
    }
}
