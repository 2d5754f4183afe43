// SPDX-License-Identifier: EUPL-1.2

//! Who wants no social notices.

use crate::{
    clock::At,
    db::{Db, Result, sql},
    id::AccountId,
};

pub(in crate::notifications) async fn is_off(db: &Db, account: AccountId) -> Result<bool> {
    let row: Option<(i32,)> = db
        .query(sql!(
            "SELECT 1 FROM social_notices_off WHERE account_id = $1"
        ))
        .bind(account)
        .opt()
        .await?;
    Ok(row.is_some())
}

pub(in crate::notifications) async fn turn_off(db: &Db, account: AccountId, now: At) -> Result<()> {
    db.query(sql!(
        "INSERT INTO social_notices_off (account_id, since) VALUES ($1, $2)
         ON CONFLICT DO NOTHING"
    ))
    .bind(account)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

pub(in crate::notifications) async fn turn_on(db: &Db, account: AccountId) -> Result<()> {
    db.query(sql!("DELETE FROM social_notices_off WHERE account_id = $1"))
        .bind(account)
        .execute()
        .await
        .map(drop)
}

/// Forgets what people who have left had wanted.
pub(in crate::notifications) async fn forget_former(db: &Db) -> Result<u64> {
    db.query(sql!(
        "DELETE FROM social_notices_off WHERE account_id IN (
            SELECT id FROM accounts WHERE left_at IS NOT NULL)"
    ))
    .execute()
    .await
}
