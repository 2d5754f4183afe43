// SPDX-License-Identifier: EUPL-1.2

//! The statements of what happens after the release.

use super::{Later, What};
use crate::{
    announcements::press::{PressChannel, PressEvent, PressOutcome},
    clock::At,
    db::{Db, Result, sql},
    id::AnnouncementId,
};

pub(super) async fn corrections(db: &Db, id: AnnouncementId) -> Result<Vec<Later>> {
    let rows: Vec<(At, i32)> = db
        .query(sql!(
            "SELECT corrected_at, number FROM announcement_corrections
             WHERE announcement_id = $1 ORDER BY number"
        ))
        .bind(id)
        .all()
        .await?;
    let corrected = |(at, number)| Later {
        at,
        what: What::Corrected { number },
    };
    Ok(rows.into_iter().map(corrected).collect())
}

/// The deliveries of one correction were made at one instant.
pub(super) async fn press(db: &Db, id: AnnouncementId) -> Result<Vec<Later>> {
    let rows: Vec<(At, PressChannel, PressEvent, PressOutcome, i64)> = db
        .query(sql!(
            "SELECT MAX(settled_at), channel, event, outcome, COUNT(*) FROM press_deliveries
             WHERE announcement_id = $1 AND event <> 'released' AND outcome IS NOT NULL
             GROUP BY created_at, channel, event, outcome
             ORDER BY created_at, channel, event, outcome"
        ))
        .bind(id)
        .all()
        .await?;
    let told = |(at, channel, event, outcome, count)| Later {
        at,
        what: What::PressTold {
            channel,
            event,
            outcome,
            count,
        },
    };
    Ok(rows.into_iter().map(told).collect())
}
