// SPDX-License-Identifier: EUPL-1.2

//! What the machine room is told: numbers about gateways and classes, and nothing about anybody.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::json;
use stadtfunk::{
    app,
    id::ClaimId,
    push::{
        Gateway,
        sandbox::{Fault, Which},
    },
};
use tokio::net::TcpListener;

use super::handed_over::{open, release, with_phone};
use crate::world::{Client, Stage, World, both, eventually, people::same};

both!(
    a_dispatch_is_seen_in_numbers,
    what_waits_for_a_closed_gateway_is_seen_and_the_server_stays_ready,
    a_delivery_that_a_dead_process_held_is_counted_when_it_is_taken_over,
    the_public_port_has_no_metrics,
);

/// What may tell two lines of the same metric apart.
const LABELS: [&str; 5] = ["class", "gateway", "kind", "le", "outcome"];

async fn a_dispatch_is_seen_in_numbers(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    let room = MachineRoom::of(&world).await;
    let before = room.look().await;
    let of = |metric: &str, rest: &str| format!("stadtfunk_push_{metric}{{{rest}}}");
    let apns = r#"gateway="apns",class="alert""#;
    assert_eq!(before[&of("handed_over_total", apns)], 0);

    let (_, phone) = with_phone(&world, &sandbox, "Anna", Gateway::Apns).await;
    let (_, dead) = with_phone(&world, &sandbox, "Finn", Gateway::Fcm).await;
    world.a_moment_later();
    let gone = Fault::Unregister {
        since: world.clock.now(),
    };
    sandbox.misbehave(Gateway::Fcm, gone, Which::Address(dead.address.clone()));
    let once = Fault::Refuse {
        status: 503,
        reason: "ServiceUnavailable".into(),
        retry_after: None,
    };
    sandbox.misbehave(Gateway::Apns, once, Which::Next(1));
    let report = async {
        let (editor, path) = release(&world).await;
        eventually("the end of the dispatch", async || {
            // The retry is due by the clock.
            world.clock.advance(Duration::from_secs(1));
            let report = editor.get(&format!("{path}/report")).await.ok();
            (report["complete"] == true).then_some(report)
        })
        .await
    };
    assert_eq!(report.await["people"]["recipients"], 2);

    let fcm = r#"gateway="fcm",class="alert""#;
    for (metric, expected) in [
        (of("handed_over_total", apns), 2),
        (of("retries_total", apns), 1),
        (
            of("outcomes_total", &format!(r#"{apns},outcome="accepted""#)),
            1,
        ),
        (
            of(
                "outcomes_total",
                &format!(r#"{fcm},outcome="unregistered""#),
            ),
            1,
        ),
        (
            of("outcomes_total", &format!(r#"{fcm},outcome="accepted""#)),
            0,
        ),
        (of("answer_seconds_count", r#"gateway="apns""#), 2),
        (of("lag_seconds_count", apns), 1),
        (of("waiting", apns), 0),
        (of("alarm", r#"gateway="apns",kind="closed""#), 0),
    ] {
        // The batch looks back when it is over, which is a moment after its last answer.
        eventually(&format!("{metric} to be {expected}"), async || {
            (room.look().await.get(&metric) == Some(&expected)).then_some(())
        })
        .await;
    }
    let after = room.look().await;
    assert!(
        !after.contains_key(&of("lag_seconds_count", fcm)),
        "nothing was accepted"
    );

    let text = room.read().await;
    let known: BTreeSet<&str> = LABELS.into();
    assert!(labels(&text).is_subset(&known), "{text}");
    for secret in [&phone.address, &dead.address, "Großbrand", "Anna"] {
        assert!(!text.contains(secret), "{secret} is in\n{text}");
    }
}

async fn what_waits_for_a_closed_gateway_is_seen_and_the_server_stays_ready(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    let room = MachineRoom::of(&world).await;
    with_phone(&world, &sandbox, "Finn", Gateway::Fcm).await;
    sandbox.misbehave(Gateway::Fcm, Fault::RevokeAccess, Which::All);
    release(&world).await;
    let alarm = r#"stadtfunk_push_alarm{gateway="fcm",kind="closed"}"#;
    let waiting = r#"stadtfunk_push_waiting{gateway="fcm",class="alert"}"#;
    let given_back = r#"stadtfunk_push_given_back_total{gateway="fcm",class="alert"}"#;
    let lines = eventually(
        "the alarm, and the push to be back in the outbox",
        async || {
            let lines = room.look().await;
            (lines[alarm] == 1 && lines[given_back] > 0).then_some(lines)
        },
    )
    .await;
    assert_eq!(lines[waiting], 1);
    let ready = world.stranger().get("/health/ready").await.ok();
    let degraded = json!({
        "gateway": "fcm",
        "since": world.clock.now(),
        "kind": "closed",
        "reason": "access token: 400 invalid_grant",
    });
    assert_eq!(ready, json!({"status": "degraded", "degraded": [degraded]}));
}

async fn a_delivery_that_a_dead_process_held_is_counted_when_it_is_taken_over(stage: &Stage) {
    const LOST: &str = "stadtfunk_push_lost_leases_total";
    let (world, sandbox) = open(stage).await;
    let room = MachineRoom::of(&world).await;
    with_phone(&world, &sandbox, "Finn", Gateway::Fcm).await;
    // Closed, so that this process leaves the delivery alone.
    sandbox.misbehave(Gateway::Fcm, Fault::RevokeAccess, Which::All);
    release(&world).await;
    eventually("the alarm", async || {
        let degraded = world.app.push.gateway_states();
        degraded
            .iter()
            .any(|state| state.alarm.is_some())
            .then_some(())
    })
    .await;
    assert_eq!(room.look().await[LOST], 0);
    // As a process leaves it that claimed it more than a lease ago and died.
    let somebody: ClaimId = world.app.ids.id();
    let db = &world.app.db;
    let claimed = eventually("the delivery to be given back", async || {
        let rows = db
            .query(same(
                "UPDATE deliveries SET claim_id = $1, due_at = NULL
                 WHERE outcome IS NULL AND claim_id IS NULL",
            ))
            .bind(somebody)
            .execute()
            .await
            .unwrap();
        (rows > 0).then_some(rows)
    })
    .await;
    assert_eq!(claimed, 1);
    db.query(same(
        "INSERT INTO push_claims (id, message_id, gateway, lease_ends_at)
         SELECT claim_id, message_id, gateway, $1 FROM deliveries WHERE claim_id IS NOT NULL",
    ))
    .bind(world.clock.now() - Duration::from_secs(1))
    .execute()
    .await
    .unwrap();
    eventually("the lost lease to be counted", async || {
        (room.look().await[LOST] == 1).then_some(())
    })
    .await;
}

async fn the_public_port_has_no_metrics(stage: &Stage) {
    let world = stage.world().await;
    let answer = world.stranger().get("/metrics").await;
    answer.refused(404, "unknown-route");
}

/// The metrics' listener of a server.
struct MachineRoom(Client);

impl MachineRoom {
    async fn of(world: &World) -> Self {
        let listener = TcpListener::bind("127.0.1:0").await.unwrap();
        let server = listener.local_addr().unwrap();
        app::serve_metrics(&world.app, listener);
        Self(Client {
            server,
            token: None,
        })
    }

    async fn read(&self) -> String {
        let answer = self.0.get("/metrics").await;
        assert_eq!(answer.status, 200);
        let media_type = answer.headers["content-type"].to_str().unwrap();
        assert!(media_type.starts_with("application/openmetrics-text;"));
        String::from_utf8(answer.body.to_vec()).unwrap()
    }

    /// The value of each line that counts something.
    async fn look(&self) -> BTreeMap<String, u64> {
        let text = self.read().await;
        assert!(text.ends_with("# EOF\n"), "{text}");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .filter_map(|line| line.rsplit_once(' '))
            .filter_map(|(metric, value)| Some((metric.to_owned(), value.parse().ok()?)))
            .collect()
    }
}

fn labels(text: &str) -> BTreeSet<&str> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('{')?.1.split_once('}'))
        .flat_map(|(labels, _)| labels.split(','))
        .filter_map(|label| label.split_once('='))
        .map(|(name, _)| name)
        .collect()
}
