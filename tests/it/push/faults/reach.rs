// SPDX-License-Identifier: EUPL-1.2

//! Gateways that can't be reached, or should not be.

use std::net::SocketAddr;

use stadtfunk::{
    clock::Clock,
    id::Ids,
    push::{
        Gateway,
        sandbox::{Sandbox, SandboxConfig},
    },
    tasks::Tasks,
};
use tokio::net::TcpSocket;

use super::{
    relay::Relay,
    scene::{Scene, others},
};
use crate::world::{Stage, Wiring, both};

both!(
    a_refused_connection_holds_up_no_other_gateway,
    nothing_is_sent_to_a_peer_with_another_authoritys_certificate,
    a_gateway_whose_name_is_unknown_is_waited_for,
);

const PHONES: usize = 90;

async fn a_refused_connection_holds_up_no_other_gateway(stage: &Stage) {
    let port = ClosedPort::reserve();
    let wiring = Wiring {
        apns_url: Some(format!("https://{}", port.address)),
        ..Wiring::default()
    };
    let scene = Scene::wired(stage, PHONES, wiring).await;
    let message = scene.release().await;
    scene.settled(message, &others(Gateway::Apns)).await;
    let waiting = scene.waiting(message, Gateway::Apns).await;
    assert_eq!(waiting, scene.phones(Gateway::Apns));
    port.open(scene.sandbox.apns_url());
    assert_eq!(scene.everybody_is_reached(message).await, 0);
}

async fn nothing_is_sent_to_a_peer_with_another_authoritys_certificate(stage: &Stage) {
    let stranger = stranger().await;
    let mut scene = Scene::open(stage, PHONES).await;
    for &gateway in Gateway::ALL {
        let wiring = Wiring {
            other_ca: Some((gateway, stranger.ca_pem().to_owned())),
            ..Wiring::default()
        };
        served_when_the_configuration_is_mended(stage, &mut scene, gateway, &wiring).await;
    }
}

async fn a_gateway_whose_name_is_unknown_is_waited_for(stage: &Stage) {
    let mut scene = Scene::open(stage, PHONES).await;
    // No part of a name has 64 octets (RFC 1035, section 2.3.4), so that no name server need be asked.
    let nowhere = Some(format!("https://{}.example", "x".repeat(64)));
    let apple = Wiring {
        apns_url: nowhere.clone(),
        ..Wiring::default()
    };
    served_when_the_configuration_is_mended(stage, &mut scene, Gateway::Apns, &apple).await;
    let google = Wiring {
        fcm_url: nowhere,
        ..Wiring::default()
    };
    served_when_the_configuration_is_mended(stage, &mut scene, Gateway::Fcm, &google).await;
}

/// A release while one gateway can't be spoken to: the others finish, and it is served when the
/// configuration has been mended and the server started anew.
async fn served_when_the_configuration_is_mended(
    stage: &Stage,
    scene: &mut Scene,
    gateway: Gateway,
    wrong: &Wiring,
) {
    scene.sandbox.journal().clear();
    scene.restart(stage, wrong).await;
    let message = scene.release().await;
    scene.settled(message, &others(gateway)).await;
    assert_eq!(scene.waiting(message, gateway).await, scene.phones(gateway));
    assert!(scene.sandbox.journal().accepted(gateway).is_empty());
    scene.restart(stage, &Wiring::default()).await;
    assert_eq!(scene.everybody_is_reached(message).await, 0, "{gateway}");
}

/// A sandbox that nobody pushes to, with an authority of its own.
async fn stranger() -> Sandbox {
    let clock = Clock::wall();
    let ids = Ids::new(clock.clone());
    Sandbox::start(SandboxConfig::default(), clock, ids, &Tasks::new())
        .await
        .expect("the sandbox starts")
}

/// A port of this machine that refuses connections until it is opened. It is held meanwhile, so that nobody
/// else gets it.
struct ClosedPort {
    socket: TcpSocket,
    address: SocketAddr,
}

impl ClosedPort {
    fn reserve() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        let any: SocketAddr = "127.0.0.1:0".parse().expect("an address");
        socket.bind(any).expect("a free port");
        let address = socket.local_addr().expect("a bound socket");
        Self { socket, address }
    }

    /// From now on leads to the host of this URL.
    fn open(self, to: &str) {
        let listener = self.socket.listen(64).expect("a bound socket can listen");
        Relay::behind(listener, to);
    }
}
