//! Who is asking. [`authenticate`](super::super::authenticate) has looked once; these extractors hand the
//! answer to the handler as a type, or refuse.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use http::request::Parts;

use super::super::{
    Problem,
    problem::{FORBIDDEN, SESSION_ENDED, UNAUTHENTICATED},
};
use crate::people::access::{Admin, Editor, Employee, Moderator};

/// What the request's token says.
#[derive(Clone, Debug)]
pub enum Caller {
    /// No token.
    Stranger,
    /// A token that names no running session.
    Ended,
    Known(Employee),
}

impl<S: Sync> FromRequestParts<S> for Employee {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match parts.extensions.get::<Caller>() {
            Some(Caller::Known(employee)) => Ok(employee.clone()),
            Some(Caller::Ended) => Err(Problem::new(&SESSION_ENDED)),
            Some(Caller::Stranger) | None => Err(Problem::new(&UNAUTHENTICATED)),
        }
    }
}

macro_rules! role_extractors {
    ($($proof:ident by $prove:ident: $de:literal, $en:literal;)+) => {$(
        impl<S: Sync> FromRequestParts<S> for $proof {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
                let employee = Employee::from_request_parts(parts, state).await?;
                employee.$prove().ok_or_else(|| Problem::new(&FORBIDDEN).detail($de, $en))
            }
        }
    )+};
}

role_extractors! {
    Editor by editor: "Das darf die Redaktion.", "Editors may do that.";
    Moderator by moderator: "Das darf die Moderation.", "Moderators may do that.";
    Admin by admin: "Das darf die Verwaltung der App.", "Administrators may do that.";
}

/// The address that the connection comes from: what failed attempts are counted by.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(
            peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip()),
        ))
    }
}
