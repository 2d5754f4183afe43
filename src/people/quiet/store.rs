// SPDX-License-Identifier: EUPL-1.2

//! The statements of quiet hours.

use serde::Serialize;

use super::{
    Chosen, Overridden, Week, Window,
    treatment::{Ends, Question, Terms},
};
use crate::{
    clock::At,
    db::{Db, DbError, IdList, Json, Result, Tx, sql},
    id::{AccountId, AnnouncementId, MessageId},
    push::{Class, MessageClass},
};

#[derive(sqlx::FromRow)]
struct Row {
    zone: String,
    week: String,
    paused_until: Option<At>,
    revision: i32,
}

pub(super) async fn chosen(db: &Db, account: AccountId) -> Result<Option<Chosen>> {
    let row: Option<Row> = db
        .query(sql!(
            "SELECT zone, week, paused_until, revision FROM quiet_hours WHERE account_id = $1"
        ))
        .bind(account)
        .opt()
        .await?;
    let chosen = |row: Row| {
        Ok(Chosen {
            week: read(&row.zone, &row.week)?,
            paused_until: row.paused_until,
            revision: row.revision,
        })
    };
    row.map(chosen).transpose()
}

/// Whether it was written: it is not, if there is another revision than the one before.
pub(super) async fn put(tx: &mut Tx, account: AccountId, chosen: &Chosen) -> Result<bool> {
    let written = tx
        .query(sql!(
            "INSERT INTO quiet_hours (account_id, zone, week, paused_until, pause_ends_at, revision)
             SELECT $1, $2, $3, $4, $5, $6 WHERE true
             ON CONFLICT (account_id) DO UPDATE SET zone = excluded.zone, week = excluded.week,
                paused_until = excluded.paused_until, pause_ends_at = excluded.pause_ends_at,
                revision = excluded.revision
             WHERE quiet_hours.revision = excluded.revision - 1"
        ))
        .bind(account)
        .bind(chosen.week.zone.name().to_owned())
        .bind(written(&chosen.week.windows))
        .bind(chosen.paused_until)
        .bind(chosen.paused_until.map(|pause| chosen.pause_ends(pause)))
        .bind(chosen.revision)
        .execute()
        .await?;
    Ok(written == 1)
}

/// As it stands in a row. Our own types hold nothing that JSON can't write.
fn written(windows: &[Window]) -> String {
    serde_json::to_string(windows).unwrap_or_default()
}

fn read(zone: &str, week: &str) -> Result<Week> {
    let impossible = |what| DbError::Impossible {
        table: "quiet_hours",
        id: format!("{zone} {week}"),
        what,
    };
    Ok(Week {
        zone: zone.parse().map_err(|_| impossible("no zone"))?,
        windows: serde_json::from_str(week).map_err(|_| impossible("no windows"))?,
    })
}

/// What was loud in somebody's quiet hours, the last first.
pub(super) async fn overridden(db: &Db, account: AccountId) -> Result<Vec<Overridden>> {
    let rows: Vec<(AnnouncementId, Class, At)> = db
        .query(sql!(
            "SELECT v.id, v.class, v.released_at FROM push_recipients r
             JOIN announcements n ON n.message_id = r.message_id
             JOIN visible_announcements v ON v.id = n.id AND v.reader_id = r.account_id
             WHERE r.account_id = $1 AND r.is_disturbed
             ORDER BY v.released_at DESC, v.id DESC LIMIT 10"
        ))
        .bind(account)
        .all()
        .await?;
    let overridden = |(announcement, class, at)| Overridden {
        announcement,
        class,
        at,
    };
    Ok(rows.into_iter().map(overridden).collect())
}

/// Every week that anybody has chosen, once.
pub(super) async fn weeks(tx: &mut Tx) -> Result<Vec<Week>> {
    let rows: Vec<(String, String)> = tx
        .query(sql!("SELECT DISTINCT zone, week FROM quiet_hours"))
        .all()
        .await?;
    rows.iter().map(|(zone, week)| read(zone, week)).collect()
}

/// Every week that one of these people has chosen, once.
pub(super) async fn weeks_of(tx: &mut Tx, accounts: &[AccountId]) -> Result<Vec<Week>> {
    let rows: Vec<(String, String)> = tx
        .query(sql!(
            "SELECT DISTINCT zone, week FROM quiet_hours WHERE account_id "
                ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
        ))
        .bind(accounts.iter().copied().collect::<IdList>())
        .all()
        .await?;
    rows.iter().map(|(zone, week)| read(zone, week)).collect()
}

pub(super) async fn is_anybody_paused(tx: &mut Tx, at: At) -> Result<bool> {
    let row: Option<(i32,)> = tx
        .query(sql!(
            "SELECT 1 FROM quiet_hours WHERE paused_until > $1 LIMIT 1"
        ))
        .bind(at)
        .opt()
        .await?;
    Ok(row.is_some())
}

/// Whether a recipient is to be handed the message otherwise than at once and loud.
pub(super) async fn is_anybody_marked(tx: &mut Tx, message: MessageId) -> Result<bool> {
    let row: Option<(i32,)> = tx
        .query(sql!(
            "SELECT 1 FROM push_recipients
             WHERE message_id = $1 AND (quiet_until IS NOT NULL OR is_silent OR is_disturbed)
             LIMIT 1"
        ))
        .bind(message)
        .opt()
        .await?;
    Ok(row.is_some())
}

/// A week's end as one element of a JSON array.
#[derive(Serialize)]
struct EndRow {
    zone: String,
    week: String,
    /// In microseconds.
    until: i64,
}

/// Marks recipients by how it is at an instant; says how many have changed. Of an open message nobody waits any more
/// who was to wait for longer: their quiet ends now.
///
/// The lists are materialised, so that each is made once and found by a key.
pub(super) async fn mark(
    tx: &mut Tx,
    question: &Question<'_>,
    terms: Terms,
    ends: &Ends,
) -> Result<u64> {
    let rows: Vec<EndRow> = ends
        .weeks
        .iter()
        .map(|(until, week)| EndRow {
            zone: week.zone.name().to_owned(),
            week: written(&week.windows),
            until: until.as_micros(),
        })
        .collect();
    let whose = question.whose.unwrap_or_default();
    tx.query(sql!(
        "WITH ends AS MATERIALIZED (SELECT "
        ["value->>'$.zone' AS zone, value->>'$.week' AS week, value->>'$.until' AS until
          FROM json_each($6)"
        | "value->>'zone' AS zone, value->>'week' AS week,
           timestamptz 'epoch' + CAST(value->>'until' AS bigint) * interval '1 microsecond' AS until
          FROM jsonb_array_elements($6)"]
        "), asked AS (
            SELECT account_id, quiet_until FROM push_recipients
            WHERE message_id = $1 AND CAST($4 AS boolean)
            UNION ALL
            SELECT account_id, quiet_until FROM push_recipients
            WHERE message_id = $1 AND account_id "
                ["IN (SELECT unhex(value) FROM json_each($5))" | "= ANY($5)"] "
         ), present AS MATERIALIZED (
            SELECT r.account_id, r.quiet_until AS waited_until,
                EXISTS (SELECT 1 FROM duties d WHERE d.account_id = r.account_id
                          AND d.starts_at <= $2 AND d.ends_at > $2) AS on_duty,
                CASE WHEN q.account_id IS NULL THEN CAST($7 AS timestamptz)
                     WHEN q.paused_until > $2 THEN q.pause_ends_at
                     ELSE e.until END AS quiet_ends
            FROM asked r
                 LEFT JOIN quiet_hours q ON q.account_id = r.account_id
                 LEFT JOIN ends e ON e.zone = q.zone AND e.week = q.week
         ), told AS (
            SELECT account_id, waited_until,
                CASE WHEN on_duty THEN NULL
                     WHEN CAST($8 AS boolean) THEN COALESCE(
                        (SELECT MIN(d.starts_at) FROM duties d
                         WHERE d.account_id = present.account_id AND d.starts_at > $2),
                        (SELECT m.expires_at FROM push_messages m WHERE m.id = $1))
                     WHEN quiet_ends IS NOT NULL AND CAST($9 AS boolean) THEN COALESCE(
                        (SELECT MIN(d.starts_at) FROM duties d
                         WHERE d.account_id = present.account_id AND d.starts_at > $2
                           AND d.starts_at < present.quiet_ends),
                        quiet_ends)
                END AS waits_until,
                CASE WHEN on_duty THEN CAST($10 AS boolean)
                     WHEN quiet_ends IS NULL THEN CAST($11 AS boolean)
                     ELSE CAST($12 AS boolean) END AS silent,
                CASE WHEN on_duty OR quiet_ends IS NULL THEN false
                     ELSE CAST($13 AS boolean) END AS disturbed
            FROM present
         ), changes AS (
            SELECT account_id, silent, disturbed,
                CASE WHEN waits_until IS NOT NULL OR NOT CAST($3 AS boolean) THEN waits_until
                     WHEN waited_until > $2 THEN $2
                     ELSE waited_until END AS quiet_until
            FROM told
         )
         UPDATE push_recipients SET quiet_until = c.quiet_until, is_silent = c.silent,
            is_disturbed = CASE WHEN CAST($3 AS boolean) THEN is_disturbed ELSE c.disturbed END
         FROM changes c
         WHERE push_recipients.message_id = $1 AND push_recipients.account_id = c.account_id
           AND (push_recipients.quiet_until IS DISTINCT FROM c.quiet_until
                OR push_recipients.is_silent <> c.silent
                OR (push_recipients.is_disturbed <> c.disturbed AND NOT CAST($3 AS boolean)))"
    ))
    .bind(question.message)
    .bind(question.at)
    .bind(question.is_open)
    .bind(question.whose.is_none())
    .bind(whose.iter().copied().collect::<IdList>())
    .bind(Json(rows))
    .bind(ends.usual)
    .bind(terms.waits_off_duty())
    .bind(terms.waits_in_quiet())
    .bind(terms.is_silent_on_duty())
    .bind(terms.is_silent_off_duty())
    .bind(terms.is_silent_in_quiet())
    .bind(terms.disturbs_quiet())
    .execute()
    .await
}

/// Keeps with the message how many of those it disturbs have a phone, so that the release need not count.
pub(super) async fn count_disturbed(tx: &mut Tx, message: MessageId) -> Result<()> {
    tx.query(sql!(
        "UPDATE push_messages SET disturbs = (
            SELECT COUNT(*) FROM push_recipients r
            WHERE r.message_id = push_messages.id AND r.is_disturbed
              AND EXISTS (SELECT 1 FROM devices d WHERE d.account_id = r.account_id
                            AND d.removed_at IS NULL AND d.quarantined_at IS NULL))
         WHERE id = $1"
    ))
    .bind(message)
    .execute()
    .await
    .map(drop)
}

/// Until when a message waits for one of its recipients; `None`: it does not.
pub(super) async fn waits_until(
    tx: &mut Tx,
    message: MessageId,
    account: AccountId,
) -> Result<Option<At>> {
    let (until,) = tx
        .query(sql!(
            "SELECT quiet_until FROM push_recipients WHERE message_id = $1 AND account_id = $2"
        ))
        .bind(message)
        .bind(account)
        .one()
        .await?;
    Ok(until)
}

/// A message that has not ended.
#[derive(sqlx::FromRow)]
pub(super) struct Waiting {
    pub(super) id: MessageId,
    pub(super) class: MessageClass,
    pub(super) opens_at: At,
    pub(super) opened_at: Option<At>,
}

/// Holds a message's row until the transaction ends, as everybody does before they change its recipients.
pub(super) async fn lock(tx: &mut Tx, message: MessageId) -> Result<()> {
    let _: Option<(MessageId,)> = tx
        .query(sql!(
            "SELECT id FROM push_messages WHERE id = $1"["" | " FOR NO KEY UPDATE"]
        ))
        .bind(message)
        .opt()
        .await?;
    Ok(())
}

/// The messages under way whose recipients some of these people are, held until the transaction ends. What takes a
/// notification down disturbs nobody and is none of them.
///
/// Deliveries are locked first, as weakly as to write some: whoever calls a message back takes all of them and
/// then its row, and must not wait for us while we wait for it.
pub(super) async fn lock_waiting(
    tx: &mut Tx,
    accounts: &[AccountId],
    now: At,
) -> Result<Vec<Waiting>> {
    tx.query(sql!([
        "SELECT 1" | "LOCK TABLE deliveries IN ROW EXCLUSIVE MODE"
    ]))
    .execute()
    .await?;
    tx.query(sql!(
        "SELECT m.id, m.class, m.opens_at, m.opened_at FROM push_messages m
         WHERE m.finished_at IS NULL AND m.expires_at > $1
           AND COALESCE(m.envelope->>" ["'$.manner'" | "'manner'"] ", 'show') <> 'remove'
           AND EXISTS (SELECT 1 FROM push_recipients r
                       WHERE r.message_id = m.id AND r.account_id "
                         ["IN (SELECT unhex(value) FROM json_each($2))" | "= ANY($2)"] ")
         ORDER BY m.id" ["" | " FOR NO KEY UPDATE OF m"]
    ))
    .bind(now)
    .bind(accounts.iter().copied().collect::<IdList>())
    .all()
    .await
}

/// Forgets those of people who have left.
pub(super) async fn forget_former(db: &Db) -> Result<u64> {
    db.query(sql!(
        "DELETE FROM quiet_hours WHERE account_id IN (
            SELECT id FROM accounts WHERE left_at IS NOT NULL)"
    ))
    .execute()
    .await
}
