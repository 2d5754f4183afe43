// SPDX-License-Identifier: EUPL-1.2

//! Scheme, host and port (RFC 6454). The scheme is always https.

use std::fmt;

use http::Uri;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::push::gateways) struct Origin {
    /// In lower case; an IPv6 address without its brackets.
    pub(super) host: String,
    pub(super) port: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an https address without user name")]
pub(in crate::push::gateways) struct NotHttps;

impl Origin {
    pub(in crate::push::gateways) fn of(uri: &Uri) -> Result<Self, NotHttps> {
        let authority = uri
            .authority()
            .filter(|_| uri.scheme_str() == Some("https"));
        let authority = authority.ok_or(NotHttps)?;
        let host = authority
            .host()
            .trim_start_matches('[')
            .trim_end_matches(']');
        if host.is_empty() || authority.as_str().contains('@') {
            return Err(NotHttps);
        }
        // `http` gives no port both for none and for one beyond 65535.
        let written = authority
            .as_str()
            .rsplit(']')
            .next()
            .is_some_and(|end| end.contains(':'));
        match authority.port_u16() {
            Some(0) => Err(NotHttps),
            Some(port) => Ok(Self {
                host: host.to_ascii_lowercase(),
                port,
            }),
            None if written => Err(NotHttps),
            None => Ok(Self {
                host: host.to_ascii_lowercase(),
                port: 443,
            }),
        }
    }

    /// `host:port`, as CONNECT wants it.
    pub(super) fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The address of a path at this origin.
    pub(in crate::push::gateways) fn uri(&self, path: &str) -> Result<Uri, http::Error> {
        format!("{self}{path}").parse().map_err(http::Error::from)
    }
}

/// The ASCII serialisation (RFC 6454, section 6.2): the port only if it is not 443. This is what VAPID's
/// `aud` has to be.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "https://[{}]", self.host)?;
        } else {
            write!(f, "https://{}", self.host)?;
        }
        if self.port == 443 {
            Ok(())
        } else {
            write!(f, ":{}", self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(url: &str) -> Result<String, NotHttps> {
        Origin::of(&url.parse().unwrap()).map(|origin| origin.to_string())
    }

    #[test]
    fn an_origin_keeps_an_unusual_port_and_drops_the_usual_one() {
        assert_eq!(
            origin("https://Push.Stadt.de/x?y").unwrap(),
            "https://push.stadt.de"
        );
        assert_eq!(
            origin("https://push.stadt.de:443/x").unwrap(),
            "https://push.stadt.de"
        );
        assert_eq!(
            origin("https://push.stadt.de:8443/x").unwrap(),
            "https://push.stadt.de:8443"
        );
        assert_eq!(
            origin("https://[2001:db8::1]:8443/").unwrap(),
            "https://[2001:db8::1]:8443"
        );
        assert_eq!(
            origin("https://[2001:db8::1]/").unwrap(),
            "https://[2001:db8::1]"
        );
    }

    #[test]
    fn what_is_not_https_to_a_host_has_no_origin() {
        for url in [
            "http://push.stadt.de/",
            "/path",
            "https://a:b@push.stadt.de/",
            "https://h:0/",
        ] {
            assert_eq!(origin(url), Err(NotHttps), "{url}");
        }
        if let Ok(uri) = "https://h:99999/".parse() {
            assert_eq!(Origin::of(&uri), Err(NotHttps));
        }
    }
}
