// SPDX-License-Identifier: EUPL-1.2

//! Where a connection may go. Web Push endpoints come from outside: without this rule a stranger could have
//! the server knock at doors inside the city's network (server-side request forgery). It is applied to the
//! resolved address at the moment of connecting, so that a name that resolves differently a second time
//! gains nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Origin;

#[derive(Clone, Debug)]
pub(in crate::push::gateways) enum Reach {
    /// Origins that stand in the configuration.
    Anywhere,
    /// Public addresses, and these hosts (`host` or `host:port`) wherever they are.
    Public { except: Vec<String> },
}

impl Reach {
    pub(super) fn allows(&self, origin: &Origin, address: IpAddr) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Public { except } => is_public(address) || except.iter().any(|e| origin.is(e)),
        }
    }
}

impl Origin {
    /// Whether `name`, as `host` or `host:port`, means this origin.
    fn is(&self, name: &str) -> bool {
        let named = format!("https://{name}")
            .parse()
            .ok()
            .and_then(|uri| Self::of(&uri).ok());
        named.is_some_and(|named| named == *self)
    }
}

/// Globally reachable by the registries of special-purpose addresses (RFC 6890 and its updates).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., ..)            // this network, private, loopback, multicast and reserved
            | (100, 64..=127, _)              // shared by carriers (RFC 6598)
            | (169, 254, _)                   // link-local, where clouds keep their credentials
            | (172, 16..=31, _) | (192, 168, _)
            | (192, 0, 0 | 2) | (192, 88, 99) // protocol assignments, documentation, 6to4 relays
            | (198, 18..=19, _)               // benchmarks
            | (198, 51, 100) | (203, 0, 113) // documentation
    );
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(inner) = address.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    let segments = address.segments();
    if segments[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        // NAT64 (RFC 6052) hands the packet on to the IPv4 address inside.
        let [.., w, x, y, z] = address.octets();
        return is_public_v4(Ipv4Addr::new(w, x, y, z));
    }
    let global_unicast = segments[0] & 0xe000 == 0x2000;
    let special = match segments[..2] {
        // Protocol assignments and Teredo; documentation.
        [0x2001, second] => second < 0x200 || second == 0xdb8,
        // 6to4 hides an IPv4 address.
        [0x2002, _] => true,
        // Documentation.
        [0x3fff, second] => second < 0x1000,
        _ => false,
    };
    global_unicast && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        for address in [
            "9.9.9.9",
            "172.15.0.1",
            "172.32.0.1",
            "2620:fe::fe",
            "64:ff9b::909:909",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        let special = "0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 169.254.169.254 172.16.0.1 172.31.255.255 \
            192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.9 224.0.0.1 \
            240.0.0.1 255.255.255.255 :: ::1 ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::7f00:1 64:ff9b::a00:1 \
            64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1:: 3fff::1 fc00::1 fd12::1 fe80::1 ff02::1";
        for address in special.split_whitespace() {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn the_allow_list_names_host_and_port() {
        let reach = Reach::Public {
            except: vec!["push.stadt.de:8443".into(), "[::1]".into()],
        };
        let inside: IpAddr = "10.0.0.1".parse().unwrap();
        let allows = |url: &str| reach.allows(&Origin::of(&url.parse().unwrap()).unwrap(), inside);
        assert!(allows("https://PUSH.stadt.de:8443/up"));
        assert!(allows("https://[::1]/up"));
        assert!(!allows("https://push.stadt.de/up"));
        assert!(!allows("https://push.stadt.de.example:8443/up"));
    }
}
