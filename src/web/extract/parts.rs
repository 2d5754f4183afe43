// SPDX-License-Identifier: EUPL-1.2

//! Values from the path, the query and the headers.

use axum::extract::{FromRequestParts, RawPathParams};
use http::{header, request::Parts};
use serde::de::DeserializeOwned;
use utoipa::{
    IntoParams, PartialSchema as _,
    openapi::{
        Required,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

use super::super::{
    Problem,
    problem::{INVALID_HEADER, INVALID_QUERY},
};

/// Values of the path. What can't be a name of anything (a broken id) is answered as a thing that does not
/// exist, before the database is asked.
pub struct Path<T>(pub T);

impl<T, S> FromRequestParts<S> for Path<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let impossible = RawPathParams::from_request_parts(parts, state)
            .await
            .map_or(true, |params| {
                params.iter().any(|(_, value)| value.contains('\0'))
            });
        if impossible {
            return Err(Problem::not_found());
        }
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(Problem::not_found()),
        }
    }
}

/// Values of the query; unknown ones are refused when `T` denies unknown fields.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|query| Self(query.0))
            .map_err(|rejection| {
                let message = rejection.body_text();
                let message = message
                    .split_once(": ")
                    .map_or(message.as_str(), |(_, reason)| reason);
                let name = message.split_once(": ").map_or("", |(name, _)| name);
                Problem::new(&INVALID_QUERY).misused(format!("?{name}"), message)
            })
    }
}

/// The revision that the caller has seen, from `If-Match: "7"`. Absent: the caller does not care.
pub struct IfMatch(pub Option<i32>);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            return Ok(Self(None));
        };
        let revision = value.to_str().ok().and_then(|value| {
            value
                .trim()
                .trim_start_matches("W/")
                .trim_matches('"')
                .parse::<i32>()
                .ok()
        });
        match revision {
            Some(revision) => Ok(Self(Some(revision))),
            None => Err(Problem::new(&INVALID_HEADER).misused("If-Match", "expected a revision")),
        }
    }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let header = ParameterBuilder::new()
            .name("If-Match")
            .parameter_in(ParameterIn::Header)
            .description(Some(
                "The revision that was seen, as \"7\": refused with 412 if it is no longer the last.",
            ))
            .required(Required::False)
            .schema(Some(String::schema()));
        vec![header.build()]
    }
}
