// SPDX-License-Identifier: EUPL-1.2

//! The change log's statements.

use super::{Kind, Line, Place};
use crate::{
    clock::At,
    db::{Db, Result, Tx, sql},
    id::AccountId,
};

pub(super) async fn insert(
    tx: &mut Tx,
    kind: Kind,
    subject: uuid::Uuid,
    actor: Option<AccountId>,
    at: At,
) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO changes (turn, nth, kind, subject_id, actor_id, at) VALUES ("
        ["(SELECT coalesce(MAX(turn), 0) + 1 FROM changes), 0"
            | "CAST(CAST(pg_current_xact_id() AS text) AS bigint), (SELECT coalesce(MAX(nth) + 1, 0) FROM changes
               WHERE turn = CAST(CAST(pg_current_xact_id() AS text) AS bigint))"]
        ", $1, $2, $3, $4)"
    ))
    .bind(kind)
    .bind(subject)
    .bind(actor)
    .bind(at)
    .execute()
    .await?;
    Ok(())
}

/// Up to `limit` lines after a place, oldest first.
pub(super) async fn after(db: &Db, rank: (i64, i32), limit: i64) -> Result<Vec<Line>> {
    let rows: Vec<(i64, i32, At, Kind, uuid::Uuid)> = db
        .query(sql!(
            "SELECT turn, nth, at, kind, subject_id FROM changes WHERE (turn, nth) > ($1, $2)"
            ["" | " AND turn < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)"]
            " ORDER BY turn, nth LIMIT $3"
        ))
        .bind(rank.0)
        .bind(rank.1)
        .bind(limit)
        .all()
        .await?;
    let lines = rows.into_iter().map(|(turn, nth, at, kind, subject)| Line {
        place: Place { turn, nth, at },
        kind,
        subject,
    });
    Ok(lines.collect())
}

/// The last line that can be read now.
pub(super) async fn last(db: &Db) -> Result<Place> {
    let (turn, nth, at) = db
        .query(sql!(
            "SELECT turn, nth, at FROM changes"
            ["" | " WHERE turn < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)"]
            " ORDER BY turn DESC, nth DESC LIMIT 1"
        ))
        .one()
        .await?;
    Ok(Place { turn, nth, at })
}

/// Whether a line was committed that can't be read yet, because an older transaction still runs.
pub(super) async fn has_lines_to_come(db: &Db) -> Result<bool> {
    let found: Option<(i32,)> = db
        .query(sql!(
            "SELECT 1 "["WHERE 1 = 0"
                | "FROM changes WHERE turn >=
                CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) LIMIT 1"]
        ))
        .opt()
        .await?;
    Ok(found.is_some())
}

/// Whether the line is still there.
pub(super) async fn has(db: &Db, place: Place) -> Result<bool> {
    let found: Option<(i32,)> = db
        .query(sql!(
            "SELECT 1 FROM changes WHERE turn = $1 AND nth = $2 AND at = $3"
        ))
        .bind(place.turn)
        .bind(place.nth)
        .bind(place.at)
        .opt()
        .await?;
    Ok(found.is_some())
}

/// Removes lines that were written before an instant; the last one stays.
pub(super) async fn forget_before(db: &Db, at: At) -> Result<u64> {
    db.query(sql!(
        "DELETE FROM changes WHERE at < $1 AND turn < (SELECT MAX(turn) FROM changes)"
    ))
    .bind(at)
    .execute()
    .await
}

/// Removes what another cluster has written: a dump that is restored into a new one has lines of transactions
/// that are to come there, and they would stand before what is written next.
pub(super) async fn forget_the_future(db: &Db) -> Result<()> {
    db.query(sql!(
        "DELETE FROM changes WHERE "["1 = 0"
            | "turn >= CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint)"]
    ))
    .execute()
    .await
    .map(drop)
}

/// Writes the first line, if there is none.
pub(super) async fn begin(db: &Db, id: uuid::Uuid, at: At) -> Result<()> {
    db.query(sql!(
        "INSERT INTO changes (turn, nth, kind, subject_id, at)
         SELECT 0, 0, 'log_begun', CAST($1 AS " ["blob" | "uuid"] "), CAST($2 AS "
            ["integer" | "timestamptz"] ")
         WHERE NOT EXISTS (SELECT 1 FROM changes)
         ON CONFLICT DO NOTHING"
    ))
    .bind(id)
    .bind(at)
    .execute()
    .await
    .map(drop)
}

/// The secret that was written first: this one, if there is none.
pub(super) async fn secret(db: &Db, ours: [u8; 32]) -> Result<Vec<u8>> {
    db.query(sql!(
        "INSERT INTO change_log_secret (id, secret) VALUES (1, $1) ON CONFLICT DO NOTHING"
    ))
    .bind(ours.to_vec())
    .execute()
    .await?;
    let (secret,) = db
        .query(sql!("SELECT secret FROM change_log_secret WHERE id = 1"))
        .one()
        .await?;
    Ok(secret)
}

/// Puts a reader that is new at the end of the log, and back to it one that stands beyond: its log was another's.
pub(super) async fn put_reader(db: &Db, name: &'static str, end: Place) -> Result<()> {
    db.query(sql!(
        "INSERT INTO change_readers (name, turn, nth) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE SET turn = excluded.turn, nth = excluded.nth
         WHERE (change_readers.turn, change_readers.nth) > (excluded.turn, excluded.nth)"
    ))
    .bind(name)
    .bind(end.turn)
    .bind(end.nth)
    .execute()
    .await
    .map(drop)
}

/// On which line a reader stands, by turn and number in it.
pub(super) async fn reader_at(db: &Db, name: &'static str) -> Result<(i64, i32)> {
    db.query(sql!("SELECT turn, nth FROM change_readers WHERE name = $1"))
        .bind(name)
        .one()
        .await
}

/// Moves a reader on, if it still stands where it stood.
pub(super) async fn move_reader(
    tx: &mut Tx,
    name: &'static str,
    from: (i64, i32),
    to: Place,
) -> Result<bool> {
    let moved = tx
        .query(sql!(
            "UPDATE change_readers SET turn = $4, nth = $5
             WHERE name = $1 AND turn = $2 AND nth = $3"
        ))
        .bind(name)
        .bind(from.0)
        .bind(from.1)
        .bind(to.turn)
        .bind(to.nth)
        .execute()
        .await?;
    Ok(moved == 1)
}
