// SPDX-License-Identifier: EUPL-1.2

//! Messages in passing: many, each to one person, of which nobody wants a report.

use crate::{
    clock::At,
    db::{Db, IdList, Result, sql},
    id::MessageId,
    push::MessageClass,
};

/// How many messages of a class have not ended.
pub async fn under_way(db: &Db, class: MessageClass) -> Result<i64> {
    let (count,) = db
        .query(sql!(
            "SELECT COUNT(*) FROM push_messages WHERE finished_at IS NULL AND lane = $1"
        ))
        .bind(class.lane())
        .one()
        .await?;
    Ok(count)
}

/// Removes messages of a class that ended before an instant, up to so many in one transaction, and all that is known
/// of them; says how many.
pub async fn forget(db: &Db, class: MessageClass, finished_before: At, most: i64) -> Result<usize> {
    let mut tx = db.begin().await?;
    let ended: Vec<(MessageId,)> = tx
        .query(sql!(
            "SELECT id FROM push_messages WHERE class = $1 AND finished_at < $2 LIMIT $3"
        ))
        .bind(class)
        .bind(finished_before)
        .bind(most)
        .all()
        .await?;
    for rows in [
        sql!(
            "DELETE FROM push_totals WHERE message_id "
                ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
        ),
        sql!(
            "DELETE FROM push_folds WHERE message_id "
                ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
        ),
        sql!(
            "DELETE FROM deliveries WHERE message_id "
                ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
        ),
        sql!(
            "DELETE FROM push_recipients WHERE message_id "
                ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
        ),
        sql!(
            "DELETE FROM push_messages WHERE id "
                ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
        ),
    ] {
        tx.query(rows)
            .bind(ended.iter().map(|(id,)| *id).collect::<IdList>())
            .execute()
            .await?;
    }
    tx.commit().await?;
    Ok(ended.len())
}
