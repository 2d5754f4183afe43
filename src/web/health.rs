// SPDX-License-Identifier: EUPL-1.2

//! Whether this process is alive, and whether it can do its work: for service managers, load balancers and
//! whoever is on call. Not part of the API that apps are written against, so not in its document.

use std::time::Duration;

use axum::{Json, Router, extract::State, routing::get};
use serde::Serialize;

use super::{Problem, ProblemType};
use crate::{
    clock::At,
    db::Db,
    push::{Gateway, GatewayState, Push},
};

static NO_DATABASE: ProblemType = ProblemType::new(
    "no-database",
    503,
    "Die Datenbank antwortet nicht.",
    "The database does not answer.",
);

/// A database that takes longer to say that it is there is of no use to anybody.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Clone)]
struct Rooms {
    db: Db,
    push: Push,
}

pub fn router(db: Db, push: Push) -> Router {
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .with_state(Rooms { db, push })
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

async fn live() -> Json<Health> {
    Json(Health { status: "live" })
}

/// Ready, and perhaps not as well as it should be.
#[derive(Serialize)]
struct Readiness {
    status: &'static str,
    degraded: Vec<Degraded>,
}

/// A gateway that does not take our pushes. The rest goes on, and what is for it waits, so a load balancer
/// must not turn away from this process.
#[derive(Serialize)]
struct Degraded {
    gateway: Gateway,
    since: At,
    kind: &'static str,
    /// In the gateway's words.
    reason: String,
}

async fn ready(State(rooms): State<Rooms>) -> Result<Json<Readiness>, Problem> {
    match tokio::time::timeout(PATIENCE, rooms.db.answers()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::error!(%error, "the database does not answer");
            return Err(Problem::new(&NO_DATABASE));
        }
        Err(_) => {
            tracing::error!("the database does not answer in time");
            return Err(Problem::new(&NO_DATABASE));
        }
    }
    let gateways = rooms.push.gateway_states().into_iter();
    let degraded: Vec<_> = gateways.filter_map(Degraded::of).collect();
    let status = if degraded.is_empty() {
        "ready"
    } else {
        "degraded"
    };
    Ok(Json(Readiness { status, degraded }))
}

impl Degraded {
    fn of(state: GatewayState) -> Option<Self> {
        let alarm = state.alarm?;
        Some(Self {
            gateway: state.gateway,
            since: alarm.since,
            kind: alarm.kind.as_str(),
            reason: alarm.reason,
        })
    }
}
