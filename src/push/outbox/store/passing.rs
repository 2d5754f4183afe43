// SPDX-License-Identifier: EUPL-1.2

//! Messages in passing: many, each to one person.

use crate::{
    clock::At,
    db::{Db, IdList, Result, Tx, sql},
    id::MessageId,
    push::MessageClass,
};

pub(in crate::push::outbox) async fn under_way(db: &Db, class: MessageClass) -> Result<i64> {
    let (count,) = db
        .query(sql!(
            "SELECT COUNT(*) FROM push_messages WHERE finished_at IS NULL AND lane = $1"
        ))
        .bind(class.lane())
        .one()
        .await?;
    Ok(count)
}

/// Some that ended before an instant.
pub(in crate::push::outbox) async fn passed(
    tx: &mut Tx,
    class: MessageClass,
    before: At,
    most: i64,
) -> Result<Vec<MessageId>> {
    let rows: Vec<(MessageId,)> = tx
        .query(sql!(
            "SELECT id FROM push_messages WHERE class = $1 AND finished_at < $2 LIMIT $3"
        ))
        .bind(class)
        .bind(before)
        .bind(most)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Messages, and all that is known of them.
pub(in crate::push::outbox) async fn remove(tx: &mut Tx, messages: &[MessageId]) -> Result<()> {
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
            "DELETE FROM push_claims WHERE message_id "
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
            .bind(messages.iter().copied().collect::<IdList>())
            .execute()
            .await?;
    }
    Ok(())
}
