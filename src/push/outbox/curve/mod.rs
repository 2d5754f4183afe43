// SPDX-License-Identifier: EUPL-1.2

//! The curve of a message: how many devices had been handed over by when. A hundred points however many devices
//! there are, each a hundredth of them after the one before: so it is as sharp where everything happens at once
//! as in the long tail.

mod store;

use serde::{Deserialize, Serialize};

use crate::{
    db::{Db, Result},
    id::MessageId,
    push::Gateway,
};

/// Into how many parts the devices are cut, as far as there are so many.
const PARTS: i64 = 100;

/// Hand-overs over time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// Over all gateways. Empty if nothing was handed over, or if the rows are folded.
    pub all: Vec<Point>,
    /// Of those that took anything.
    pub by_gateway: Vec<(Gateway, Vec<Point>)>,
}

/// At this instant in microseconds since 1970, so many had been handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point(pub i64, pub i64);

pub(super) async fn of(db: &Db, message: MessageId) -> Result<Curve> {
    let mut by_gateway = Vec::new();
    for gateway in Gateway::ALL.iter().copied() {
        let points = store::points(db, message, Some(gateway)).await?;
        if !points.is_empty() {
            by_gateway.push((gateway, points));
        }
    }
    let all = store::points(db, message, None).await?;
    Ok(Curve { all, by_gateway })
}
