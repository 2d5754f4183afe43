// SPDX-License-Identifier: EUPL-1.2

//! The city's web site, which is called by the press's web hook and notes when, and what a witness saw then.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{Router, routing::post};
use http::StatusCode;
use stadtfunk::{
    clock::{At, Clock},
    tasks::Tasks,
};
use tokio::net::TcpListener;

use super::Result;

#[derive(Clone)]
pub(super) struct Site {
    pub(super) address: SocketAddr,
    calls: Arc<Mutex<Vec<Call>>>,
}

#[derive(Clone, Copy)]
pub(super) struct Call {
    pub(super) at: At,
    pub(super) witnessed: u64,
}

impl Site {
    pub(super) async fn open(
        tasks: &Tasks,
        witness: impl Fn() -> u64 + Clone + Send + Sync + 'static,
    ) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let site = Self {
            address: listener.local_addr()?,
            calls: Arc::default(),
        };
        let (calls, clock) = (site.calls.clone(), Clock::wall());
        let note = move || {
            let call = Call {
                at: clock.now(),
                witnessed: witness(),
            };
            let mut calls = calls.lock().unwrap_or_else(PoisonError::into_inner);
            calls.push(call);
            std::future::ready(StatusCode::NO_CONTENT)
        };
        let routes = Router::new().route("/hook", post(note));
        tasks.spawn(async move { axum::serve(listener, routes).await });
        Ok(site)
    }

    /// The call of this number, from zero, if it has come.
    pub(super) fn call(&self, number: usize) -> Option<Call> {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.get(number).copied()
    }
}
