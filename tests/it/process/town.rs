// SPDX-License-Identifier: EUPL-1.2

//! A town whose server is a process.

use std::time::Duration;

use stadtfunk::{
    clock::Clock,
    db::Db,
    push::{
        Gateway,
        sandbox::{Sandbox, SandboxConfig},
    },
};

use super::{dispatch::finished, program::Program};
use crate::world::{Client, Staffer, Stage, World};

/// Of the sandbox's answers: with ten pushes in flight at each gateway, a dispatch takes half a second.
const LATENCY: Duration = Duration::from_millis(25);

/// A server on the stage, so many people with phones, and an editor.
pub(super) struct Town {
    pub(super) sandbox: Sandbox,
    office: World,
    pub(super) staff: Vec<Staffer>,
    pub(super) editor: Client,
    pub(super) running: Option<Program>,
}

impl Town {
    pub(super) async fn found(stage: &Stage, phones: usize) -> Self {
        Self::found_with(stage, phones, Program::serve).await
    }

    /// With a server that is started so.
    pub(super) async fn found_with(
        stage: &Stage,
        phones: usize,
        serve: impl AsyncFnOnce(&Stage) -> Program,
    ) -> Self {
        let disposed = SandboxConfig {
            latency: LATENCY,
            keep_journal: 50_000,
            ..SandboxConfig::default()
        };
        // First: the server finds its gateways' addresses when it starts.
        let sandbox = stage.sandbox(disposed, Clock::wall()).await;
        let running = serve(stage).await;
        let office = stage.office_of(running.address).await;
        let gateways = Gateway::ALL.iter().copied().cycle().take(phones);
        let staff = office.hire_with_phones(&sandbox, gateways).await;
        let editor = (*office.editor("Eva Redaktion").await).clone();
        Self {
            sandbox,
            office,
            staff,
            editor,
            running: Some(running),
        }
    }

    pub(super) fn db(&self) -> &Db {
        &self.office.app.db
    }

    pub(super) async fn kill(&mut self) {
        self.running.take().expect("it runs").kill().await;
    }

    pub(super) async fn start(&mut self, stage: &Stage) {
        let program = Program::serve(stage).await;
        self.editor.server = program.address;
        self.running = Some(program);
    }

    pub(super) async fn finish(&self) {
        finished(self.db()).await;
    }
}
