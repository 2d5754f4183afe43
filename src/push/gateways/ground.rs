// SPDX-License-Identifier: EUPL-1.2

//! What all three clients stand on: roots of trust, the clock, threads, and how patient a connection is.

use std::time::Duration;

use super::{
    GatewayError,
    transport::{Patience, Reach, Roots, Settings, Transport},
    wrong,
};
use crate::{clock::Clock, config::push::Link, push::Gateway, tasks::Tasks};

/// Apple has two, of which one is for developers' phones; Google has one for tokens besides.
const FEW_ORIGINS: usize = 2;
/// How long pushes to one of many push services wait while it is silent; none is, while it works.
const TURN: Duration = Duration::from_secs(2);

/// What all clients stand on.
pub(super) struct Ground {
    roots: Roots,
    pub(super) clock: Clock,
    /// Aside: what is sent to everybody at once must not keep the one waiting who reads.
    pub(super) tasks: Tasks,
}

impl Ground {
    pub(super) fn new(clock: Clock, tasks: &Tasks) -> Self {
        Self {
            roots: Roots::of_the_system(),
            clock,
            tasks: tasks.aside(),
        }
    }

    pub(super) fn transport(
        &self,
        gateway: Gateway,
        link: &Link,
        reach: Reach,
        most_origins: usize,
    ) -> Result<Transport, GatewayError> {
        let tls = self.roots.connector(link.extra_ca.as_deref());
        Ok(Transport::new(Settings {
            link: link.clone(),
            tls: tls.map_err(|error| wrong(gateway, "extra_ca_file", error))?,
            reach,
            most_origins,
            patience: Patience {
                answer: link.answer_timeout,
                ping: link.ping_after,
                turn: (most_origins > FEW_ORIGINS).then_some(TURN),
                ..Patience::default()
            },
            clock: self.clock.clone(),
            tasks: self.tasks.clone(),
        }))
    }
}
