// SPDX-License-Identifier: EUPL-1.2

//! The curve's statement.

use super::{PARTS, Point};
use crate::{
    clock::At,
    db::{Db, Result, sql},
    id::MessageId,
    push::Gateway,
};

/// Without what was held back, which says nothing of T: the first, and each with which another part is complete, the last among them.
pub(super) async fn points(
    db: &Db,
    message: MessageId,
    gateway: Option<Gateway>,
) -> Result<Vec<Point>> {
    let rows: Vec<(At, i64)> = db
        .query(sql!(
            "SELECT sent_at, place FROM (
                SELECT sent_at, ROW_NUMBER() OVER (ORDER BY sent_at) AS place,
                       COUNT(*) OVER () AS whole
                FROM deliveries
                WHERE message_id = $1 AND outcome = 'accepted' AND sent_at IS NOT NULL
                  AND quiet_until IS NULL
                  AND (gateway = $2 OR $2 IS NULL)) AS ranked
             WHERE place = 1 OR place * $3 / whole > (place - 1) * $3 / whole
             ORDER BY place"
        ))
        .bind(message)
        .bind(gateway)
        .bind(PARTS)
        .all()
        .await?;
    let point = |(at, count): (At, i64)| Point(at.as_micros(), count);
    Ok(rows.into_iter().map(point).collect())
}
