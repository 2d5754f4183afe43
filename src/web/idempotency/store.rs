// SPDX-License-Identifier: EUPL-1.2

//! The table of requests that are done once.

use std::collections::BTreeMap;

use super::Ages;
use crate::{
    clock::At,
    db::{Db, Json, Result, sql},
    id::AccountId,
};

/// What is known of a key.
pub(super) enum Known {
    /// Nothing: it is reserved now.
    New,
    InProgress,
    OtherRequest,
    Answered(Saved),
}

/// An answer to give again.
pub(super) struct Saved {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

type AnswerRow = (
    Vec<u8>,
    Option<i16>,
    Option<Json<BTreeMap<String, String>>>,
    Option<Vec<u8>>,
);

pub(super) async fn reserve(
    db: &Db,
    account: AccountId,
    key: &str,
    request_hash: &[u8],
    now: At,
    ages: &Ages,
) -> Result<Known> {
    let mut tx = db.begin().await?;
    tx.query(sql!(
        "DELETE FROM idempotent_requests WHERE account_id = $1 AND
         (created_at < $2 OR (created_at < $3 AND status IS NULL))"
    ))
    .bind(account)
    .bind(ages.forgotten_before)
    .bind(ages.abandoned_before)
    .execute()
    .await?;
    let reserved = tx
        .query(sql!(
            "INSERT INTO idempotent_requests (account_id, key, request_hash, created_at)
             VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
        ))
        .bind(account)
        .bind(key.to_owned())
        .bind(request_hash.to_vec())
        .bind(now)
        .execute()
        .await?;
    if reserved == 1 {
        tx.commit().await?;
        return Ok(Known::New);
    }
    let row: AnswerRow = tx
        .query(sql!(
            "SELECT request_hash, status, headers, body FROM idempotent_requests
             WHERE account_id = $1 AND key = $2"
        ))
        .bind(account)
        .bind(key.to_owned())
        .one()
        .await?;
    tx.commit().await?;
    Ok(match row {
        (hash, ..) if hash != request_hash => Known::OtherRequest,
        (_, Some(status), headers, body) => Known::Answered(Saved {
            status: u16::try_from(status).unwrap_or(200),
            headers: headers.map(|headers| headers.0).unwrap_or_default(),
            body: body.unwrap_or_default(),
        }),
        _ => Known::InProgress,
    })
}

pub(super) async fn keep(db: &Db, account: AccountId, key: &str, saved: &Saved) -> Result<()> {
    db.query(sql!(
        "UPDATE idempotent_requests SET status = $3, headers = $4, body = $5
         WHERE account_id = $1 AND key = $2"
    ))
    .bind(account)
    .bind(key.to_owned())
    .bind(i16::try_from(saved.status).unwrap_or(200))
    .bind(Json(saved.headers.clone()))
    .bind(saved.body.clone())
    .execute()
    .await?;
    Ok(())
}

pub(super) async fn forget(db: &Db, account: AccountId, key: &str) -> Result<()> {
    db.query(sql!(
        "DELETE FROM idempotent_requests WHERE account_id = $1 AND key = $2"
    ))
    .bind(account)
    .bind(key.to_owned())
    .execute()
    .await?;
    Ok(())
}
