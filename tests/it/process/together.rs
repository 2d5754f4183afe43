// SPDX-License-Identifier: EUPL-1.2

//! Several server processes on one PostgreSQL: no phone is served by two of them, and what one of them held
//! when it was killed the others take over when its lease ends.

use std::time::Duration;

use stadtfunk::{
    clock::Clock,
    db::Db,
    push::{
        Gateway, Outcome,
        sandbox::{Sandbox, SandboxConfig},
    },
};

use super::{
    dispatch::{
        claims, deliveries, end_the_leases, finished, release, repeats_carry_the_same_ids,
        times_shown,
    },
    program::Program,
};
use crate::world::{Client, Database, Staffer, Stage, Wiring, World, eventually};

/// Of the sandbox's answers.
const LATENCY: Duration = Duration::from_millis(25);

/// The people, their phones, and the gateways.
struct Town {
    sandbox: Sandbox,
    office: World,
    staff: Vec<Staffer>,
    editor: Client,
}

impl Town {
    async fn found(
        stage: &Stage,
        first: &Program,
        sandbox: Sandbox,
        gateways: impl IntoIterator<Item = Gateway>,
    ) -> Self {
        let office = stage.office_of(first.address).await;
        let staff = office.hire_with_phones(&sandbox, gateways).await;
        let editor = (*office.editor("Eva Redaktion").await).clone();
        Self {
            sandbox,
            office,
            staff,
            editor,
        }
    }

    fn db(&self) -> &Db {
        &self.office.app.db
    }

    async fn finish(&self) {
        finished(self.db()).await;
        let found = deliveries(self.db()).await;
        assert_eq!(found.len(), self.staff.len());
        let accepted = |outcome| outcome == Some(Outcome::Accepted);
        assert!(found.iter().all(|delivery| accepted(delivery.outcome)));
    }
}

async fn sandbox(stage: &Stage) -> Sandbox {
    let disposed = SandboxConfig {
        latency: LATENCY,
        keep_journal: 20_000,
        ..SandboxConfig::default()
    };
    stage.sandbox(disposed, Clock::wall()).await
}

/// `None` if the tests on PostgreSQL are left out.
async fn stage() -> Option<Stage> {
    Some(Stage::on(Database::postgres().await?))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_servers_serve_each_phone_once() {
    let Some(stage) = stage().await else { return };
    let sandbox = sandbox(&stage).await;
    let servers = futures::join!(
        Program::serve(&stage),
        Program::serve(&stage),
        Program::serve(&stage)
    );
    let gateways = Gateway::ALL.iter().copied().cycle().take(900);
    let town = Box::pin(Town::found(&stage, &servers.0, sandbox, gateways)).await;
    release(&town.editor).await;
    town.finish().await;
    let shown = times_shown(&town.sandbox, &town.staff);
    assert!(shown.values().all(|times| *times == 1));
    drop(servers);
    stage.strike().await;
}

/// More than one process may have under way at a gateway at once: three batches of a thousand.
const MORE_THAN_ONE_CAN_CLAIM: usize = 4_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_server_held_is_done_by_the_others() {
    let Some(stage) = stage().await else { return };
    let sandbox = sandbox(&stage).await;
    let wiring = Wiring {
        in_flight: 20,
        ..Wiring::default()
    };
    stage.configure_push(&sandbox, &wiring);
    let victim = Program::serve(&stage).await;
    let gateways = [Gateway::WebPush; MORE_THAN_ONE_CAN_CLAIM];
    let mut town = Box::pin(Town::found(&stage, &victim, sandbox, gateways)).await;
    release(&town.editor).await;
    let held = eventually("the first server has claimed what it can", async || {
        let found = deliveries(town.db()).await;
        let held = claims(&found);
        (held.len() == 3).then_some(held)
    })
    .await;
    let others = futures::join!(Program::serve(&stage), Program::serve(&stage));
    eventually(
        "others have claimed the rest, and some is done",
        async || {
            let found = deliveries(town.db()).await;
            let open = found.iter().filter(|delivery| delivery.outcome.is_none());
            let is_claimed = open.clone().all(|delivery| delivery.claim_id.is_some());
            (is_claimed && open.count() < MORE_THAN_ONE_CAN_CLAIM - 500).then_some(())
        },
    )
    .await;
    victim.kill().await;

    let found = deliveries(town.db()).await;
    let orphans = found
        .iter()
        .filter(|delivery| delivery.claim_id.is_some_and(|claim| held.contains(&claim)));
    let orphans: Vec<_> = orphans.map(|delivery| delivery.address.clone()).collect();
    assert!(!orphans.is_empty(), "it was killed too late");
    end_the_leases(town.db(), &held).await;

    town.editor.server = others.0.address;
    town.finish().await;
    for (address, times) in times_shown(&town.sandbox, &town.staff) {
        assert!(times >= 1, "a phone was missed");
        let may_repeat = orphans.contains(&address);
        assert!(
            times == 1 || may_repeat && times == 2,
            "shown {times} times"
        );
    }
    repeats_carry_the_same_ids(&town.sandbox);
    drop(others);
    stage.strike().await;
}
