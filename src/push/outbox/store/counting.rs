// SPDX-License-Identifier: EUPL-1.2

//! What PostgreSQL has counted of the outbox, by which it plans.
//!
//! It counts by itself about a minute after much has changed. Were the tables nearly empty then, because what was staged had
//! been discarded or had folded, it would take the next message for a row or two: and look through all of the message's
//! recipients for each of its deliveries. (A claim of a thousand of 30,000 took 12 s.)

use crate::db::{Result, Tx, sql};

/// The fewest for which it matters.
const MANY: u64 = 100;

/// Has PostgreSQL count, if it believes that there are fewer than have just been staged. Nothing to do on SQLite, which does not
/// plan by counts.
pub(in crate::push::outbox) async fn count(tx: &mut Tx, staged: u64) -> Result<()> {
    if staged < MANY {
        return Ok(());
    }
    // What was never counted is -1, and is estimated by its size.
    let (miscounted,): (i64,) = tx
        .query(sql!(["SELECT 0 WHERE $1 IS NOT NULL"
            | "SELECT COUNT(*) FROM pg_class
               WHERE oid IN ('deliveries'::regclass, 'push_recipients'::regclass)
                 AND reltuples >= 0 AND reltuples < $1"]))
        .bind(i64::try_from(staged).unwrap_or(i64::MAX))
        .one()
        .await?;
    if miscounted > 0 {
        tx.query(sql!(["SELECT 1" | "ANALYZE deliveries, push_recipients"]))
            .execute()
            .await?;
    }
    Ok(())
}
