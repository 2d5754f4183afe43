// SPDX-License-Identifier: EUPL-1.2

//! A city's egress proxy: the key `proxy` of a gateway's file.

use base64::{Engine as _, prelude::BASE64_STANDARD as BASE64};
use http::{HeaderValue, Uri};
use secrecy::{ExposeSecret as _, SecretString};

/// `http://[user:password@]host:port`: spoken to in the clear, asked for a tunnel (CONNECT) that TLS then
/// goes through.
#[derive(Clone, Debug)]
pub struct Proxy {
    host: String,
    port: u16,
    /// `user:password`.
    credentials: Option<SecretString>,
}

pub(super) const PROXY: &str = "must be http://host:port or http://user:password@host:port";

impl Proxy {
    /// `None` if it is not of the form.
    pub fn parse(url: &str) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        let authority = uri.authority()?;
        let plain = uri.scheme_str() == Some("http") && uri.path() == "/" && uri.query().is_none();
        let host = authority
            .host()
            .trim_start_matches('[')
            .trim_end_matches(']');
        let credentials = authority.as_str().rsplit_once('@').map(|(user, _)| user);
        (plain && !host.is_empty()).then_some(())?;
        Some(Self {
            host: host.to_owned(),
            port: authority.port_u16().filter(|port| *port != 0)?,
            credentials: credentials.map(SecretString::from),
        })
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// `Proxy-Authorization`, Basic (RFC 7617).
    pub fn authorization(&self) -> Option<HeaderValue> {
        let credentials = self.credentials.as_ref()?.expose_secret();
        let mut value =
            HeaderValue::try_from(format!("Basic {}", BASE64.encode(credentials))).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_has_a_host_and_a_port_and_perhaps_a_password() {
        let proxy = Proxy::parse("http://proxy.stadt.de:3128").unwrap();
        assert_eq!((proxy.host(), proxy.port()), ("proxy.stadt.de", 3128));
        assert_eq!(proxy.authorization(), None);
        let proxy = Proxy::parse("http://funk:geheim@[2001:db8::1]:3128").unwrap();
        assert_eq!(proxy.host(), "2001:db8::1");
        assert_eq!(proxy.authorization().unwrap(), "Basic ZnVuazpnZWhlaW0=");
        assert!(!format!("{proxy:?}").contains("geheim"));
        for wrong in [
            "proxy.stadt.de:3128",
            "https://p:1",
            "http://p",
            "http://p:1/x",
            "http://p:0",
        ] {
            assert!(Proxy::parse(wrong).is_none(), "{wrong}");
        }
    }
}
