// SPDX-License-Identifier: EUPL-1.2

//! Who is asking. [`authenticate`](super::super::authenticate) has looked once; these extractors hand the
//! answer to the handler as a type, or refuse.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::extract::{ConnectInfo, FromRequestParts};
use http::{HeaderMap, request::Parts};

use super::super::{
    Problem,
    problem::{FORBIDDEN, SESSION_ENDED, UNAUTHENTICATED},
};
use crate::people::access::{Admin, Coordinator, Editor, Employee, Moderator, Planner};

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
    Coordinator by coordinator: "Das dürfen Redaktion und Einsatzleitung.", "Editors and duty officers may do that.";
    Planner by planner: "Das dürfen Redaktion und Verwaltung der App.", "Editors and administrators may do that.";
}

/// The address that failed attempts are counted by: the connection's, or what a trusted reverse proxy says.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// Reverse proxies that are believed, as the configuration names them.
#[derive(Clone, Debug)]
pub struct TrustedProxies(pub Arc<[IpAddr]>);

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
        let trusted = parts.extensions.get::<TrustedProxies>();
        let trusted = trusted.map_or(&[][..], |trusted| &trusted.0);
        Ok(Self(client(peer, &parts.headers, trusted)))
    }
}

/// From the right, the first address that is no trusted proxy's: what stands further left, anybody can have
/// written.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let forwarded = headers.get_all("x-forwarded-for").iter();
    let forwarded = forwarded
        .filter_map(|value| value.to_str().ok())
        .flat_map(|v| v.split(','));
    let mut hops: Vec<IpAddr> = forwarded.map_while(|hop| hop.trim().parse().ok()).collect();
    let mut client = peer;
    while trusted.contains(&client) {
        match hops.pop() {
            Some(hop) => client = hop,
            None => break,
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client_of(peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let trusted = ["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        client(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(client_of("203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(client_of("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(
            client_of("10.0.0.1", &["1.2.3.4, 198.51.100.1", "10.0.0.2"]),
            "198.51.100.1"
        );
        assert_eq!(client_of("10.0.0.1", &[]), "10.0.0.1");
    }
}
