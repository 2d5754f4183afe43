// SPDX-License-Identifier: EUPL-1.2

//! How many wrong codes are listened to. Right ones cost nothing: hundreds of people may join from one
//! office, behind one address, on the day when the letters arrive.
//!
//! Sixty random bits can't be guessed at any rate that a server answers; the limit keeps guessing from
//! being cheap to try and dear to serve. It is the generic cell rate algorithm (ITU-T I.371): per address
//! one instant is kept, at which all its failures so far will have been forgiven.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::clock::At;

/// How fast failures are forgiven, and how many may come at once.
struct Limit {
    forgiven_every: Duration,
    burst: u32,
}

const PER_ADDRESS: Limit = Limit {
    forgiven_every: Duration::from_secs(10),
    burst: 30,
};
const ALL_TOGETHER: Limit = Limit {
    forgiven_every: Duration::from_millis(50),
    burst: 2_000,
};
/// Above this many addresses those that are forgiven are forgotten, at the latest.
const SWEEP_AT: usize = 10_000;

/// The failures of the last minutes, in memory: a restart forgives them all.
#[derive(Default)]
pub struct FailedAttempts(Mutex<Failures>);

#[derive(Default)]
struct Failures {
    by_address: HashMap<IpAddr, At>,
    all: Option<At>,
}

impl FailedAttempts {
    /// How long this client has to wait before it is listened to again, if it has to.
    pub(in crate::people) fn wait(&self, client: IpAddr, now: At) -> Option<Duration> {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let address = failures.by_address.get(&network(client)).copied();
        let waits = [
            PER_ADDRESS.wait(address, now),
            ALL_TOGETHER.wait(failures.all, now),
        ];
        waits.into_iter().flatten().max()
    }

    pub(in crate::people) fn record(&self, client: IpAddr, now: At) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.by_address.len() >= SWEEP_AT {
            failures
                .by_address
                .retain(|_, forgiven_at| *forgiven_at > now);
        }
        let address = network(client);
        let forgiven_at = failures.by_address.get(&address).copied();
        failures
            .by_address
            .insert(address, PER_ADDRESS.after_one_more(forgiven_at, now));
        failures.all = Some(ALL_TOGETHER.after_one_more(failures.all, now));
    }
}

impl Limit {
    fn wait(&self, forgiven_at: Option<At>, now: At) -> Option<Duration> {
        let owed = forgiven_at?.since(now);
        let allowed = self.forgiven_every * (self.burst - 1);
        owed.checked_sub(allowed).filter(|wait| !wait.is_zero())
    }

    fn after_one_more(&self, forgiven_at: Option<At>, now: At) -> At {
        forgiven_at.map_or(now, |at| at.max(now)) + self.forgiven_every
    }
}

/// One household or office has a whole /64 of IPv6 (RFC 6177): counted as one.
fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFICE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn noon() -> At {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn after_thirty_failures_an_address_waits_and_others_do_not() {
        let attempts = FailedAttempts::default();
        for _ in 0..30 {
            assert_eq!(attempts.wait(OFFICE, noon()), None);
            attempts.record(OFFICE, noon());
        }
        assert_eq!(attempts.wait(OFFICE, noon()), Some(Duration::from_secs(10)));
        assert_eq!(attempts.wait("192.0.2.2".parse().unwrap(), noon()), None);
        assert_eq!(
            attempts.wait(OFFICE, noon() + Duration::from_secs(10)),
            None
        );
        attempts.record(OFFICE, noon() + Duration::from_secs(10));
        assert!(
            attempts
                .wait(OFFICE, noon() + Duration::from_secs(10))
                .is_some()
        );
    }

    #[test]
    fn an_ipv6_network_is_one_client() {
        let attempts = FailedAttempts::default();
        for host in 0..30 {
            attempts.record(format!("2001:db8::{host}").parse().unwrap(), noon());
        }
        assert!(
            attempts
                .wait("2001:db8::ffff".parse().unwrap(), noon())
                .is_some()
        );
        assert!(
            attempts
                .wait("2001:db8:0:1::1".parse().unwrap(), noon())
                .is_none()
        );
    }

    #[test]
    fn many_addresses_together_are_limited_too() {
        let attempts = FailedAttempts::default();
        for host in 0..2_000_u32 {
            attempts.record(IpAddr::V4((0x0A00_0000 + host).into()), noon());
        }
        assert!(attempts.wait(OFFICE, noon()).is_some());
        assert_eq!(
            attempts.wait(OFFICE, noon() + Duration::from_millis(50)),
            None
        );
    }
}
