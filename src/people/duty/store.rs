// SPDX-License-Identifier: EUPL-1.2

//! The statements of duty.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;

use super::{Roster, Rostered, Source};
use crate::{
    clock::At,
    db::{Db, IdList, Json, Result, Tx, sql},
    id::AccountId,
};

/// Shifts that are forgotten in one transaction.
const BATCH: i64 = 1_000;

/// When somebody is at work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, FromRow)]
pub struct Shift {
    #[sqlx(rename = "starts_at")]
    pub from: At,
    /// The first instant off duty.
    #[sqlx(rename = "ends_at")]
    pub until: At,
    pub source: Source,
}

/// Running and coming shifts.
pub(super) async fn not_over(db: &Db, account: AccountId, now: At) -> Result<Vec<Shift>> {
    db.query(sql!(
        "SELECT starts_at, ends_at, source FROM duties
         WHERE account_id = $1 AND ends_at > $2 ORDER BY starts_at, source"
    ))
    .bind(account)
    .bind(now)
    .all()
    .await
}

pub(super) async fn put_own(tx: &mut Tx, account: AccountId, from: At, until: At) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO duties (account_id, source, starts_at, ends_at) VALUES ($1, 'self', $2, $3)
         ON CONFLICT (account_id) WHERE source = 'self'
         DO UPDATE SET starts_at = excluded.starts_at, ends_at = excluded.ends_at"
    ))
    .bind(account)
    .bind(from)
    .bind(until)
    .execute()
    .await
    .map(drop)
}

pub(super) async fn end_running(tx: &mut Tx, account: AccountId, now: At) -> Result<()> {
    tx.query(sql!(
        "DELETE FROM duties WHERE account_id = $1 AND source = 'self'"
    ))
    .bind(account)
    .execute()
    .await?;
    tx.query(sql!(
        "UPDATE duties SET ends_at = $2
         WHERE account_id = $1 AND starts_at <= $2 AND ends_at > $2"
    ))
    .bind(account)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

/// Who has these personnel numbers, of those on the payroll.
pub(super) async fn by_numbers(
    tx: &mut Tx,
    people: &[Rostered],
) -> Result<HashMap<String, AccountId>> {
    let numbers: Vec<&str> = people
        .iter()
        .map(|person| person.personnel_number.as_str())
        .collect();
    let rows: Vec<(String, AccountId)> = tx
        .query(sql!(
            "SELECT personnel_number, id FROM accounts WHERE left_at IS NULL AND personnel_number IN (
                SELECT " ["value FROM json_each($1)" | "jsonb_array_elements_text($1)"] ")"
        ))
        .bind(Json(serde_json::to_value(numbers).unwrap_or_default()))
        .all()
        .await?;
    Ok(rows.into_iter().collect())
}

/// A shift as one element of a JSON array.
#[derive(Serialize)]
struct Row {
    /// Account, hex.
    a: String,
    /// Instants in microseconds.
    from: i64,
    until: i64,
}

/// How many shifts were written.
pub(super) async fn replace(
    tx: &mut Tx,
    roster: &Roster,
    accounts: &HashMap<String, AccountId>,
) -> Result<usize> {
    tx.query(sql!(
        "DELETE FROM duties WHERE source = 'roster' AND starts_at >= $2 AND starts_at < $3
           AND account_id "["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
    ))
    .bind(accounts.values().copied().collect::<IdList>())
    .bind(roster.from)
    .bind(roster.until)
    .execute()
    .await?;
    let mut rows = Vec::new();
    for person in &roster.people {
        let Some(account) = accounts.get(person.personnel_number.as_str()) else {
            continue;
        };
        let a = account.uuid().simple().to_string();
        rows.extend(person.shifts.iter().map(|shift| Row {
            a: a.clone(),
            from: shift.from.as_micros(),
            until: shift.until.as_micros(),
        }));
    }
    let written = rows.len();
    tx.query(sql!(
        "INSERT INTO duties (account_id, source, starts_at, ends_at) SELECT "
        ["unhex(value->>'$.a'), 'roster', value->>'$.from', value->>'$.until' FROM json_each($1)"
        | "CAST(value->>'a' AS uuid), 'roster',
           timestamptz 'epoch' + CAST(value->>'from' AS bigint) * interval '1 microsecond',
           timestamptz 'epoch' + CAST(value->>'until' AS bigint) * interval '1 microsecond'
           FROM jsonb_array_elements($1)"]
    ))
    .bind(Json(serde_json::to_value(rows).unwrap_or_default()))
    .execute()
    .await?;
    Ok(written)
}

/// Forgets shifts that ended before an instant, in portions; says how many.
pub(super) async fn forget(db: &Db, before: At) -> Result<u64> {
    let mut forgotten = 0;
    loop {
        let gone = db
            .query(sql!(
                "DELETE FROM duties WHERE (account_id, source, starts_at) IN (
                    SELECT account_id, source, starts_at FROM duties WHERE ends_at < $1 LIMIT $2)"
            ))
            .bind(before)
            .bind(BATCH)
            .execute()
            .await?;
        forgotten += gone;
        if gone < BATCH.unsigned_abs() {
            return Ok(forgotten);
        }
    }
}
