// SPDX-License-Identifier: EUPL-1.2

//! What happens after the release, in the order of its instants. It is read from rows that are written once and bear
//! their instant: corrections, the withdrawal, how each of these ended at the press, receipts. So what was told once
//! stays, and what is new comes behind it.

mod store;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::reading::Released;
use crate::{
    announcements::press::{PressChannel, PressEvent, PressOutcome},
    clock::At,
    db::{Db, Result},
};

/// One thing that happened after the release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AfterRelease)]
pub struct Later {
    pub at: At,
    #[serde(flatten)]
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
#[schema(as = WhatAfterRelease)]
pub enum What {
    /// It got other words.
    Corrected {
        /// The first correction is 1.
        number: i32,
    },
    Withdrawn,
    /// Of what the press was told of a correction or the withdrawal, so many deliveries of a channel ended like this;
    /// `at` is the last of them.
    PressTold {
        channel: PressChannel,
        event: PressEvent,
        outcome: PressOutcome,
        count: i64,
    },
    /// So many of the people counted as `displayed` were reported after the figures were written; `at` is the last of
    /// them.
    Displayed {
        people: i64,
    },
}

/// What is told first of what has the same instant stands first; receipts are told by the caller.
pub(super) async fn of(db: &Db, released: &Released) -> Result<Vec<Later>> {
    let mut all = store::corrections(db, released.id).await?;
    all.extend(released.withdrawn_at.map(|at| Later {
        at,
        what: What::Withdrawn,
    }));
    all.extend(store::press(db, released.id).await?);
    Ok(all)
}
