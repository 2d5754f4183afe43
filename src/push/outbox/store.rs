// SPDX-License-Identifier: EUPL-1.2

//! The outbox's statements.

use serde::Serialize;

use super::{BATCH, Claim, Claimed, End, LEASE, Settlement};
use crate::{
    clock::At,
    db::{Db, DbError, Json, Result, Tx, sql},
    id::{ClaimId, DeviceId, MessageId},
    push::{
        ApnsEnvironment, Class, Gateway, Language, Outcome,
        envelope::{DeviceKeys, Envelope, Message, Target},
    },
};

pub(super) async fn insert_message(
    tx: &mut Tx,
    message: &Message,
    opens_at: At,
    at: At,
) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO push_messages (id, class, lane, envelope, created_at, expires_at, opens_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ))
    .bind(message.id)
    .bind(message.class)
    .bind(message.class.lane())
    .bind(Json(message.envelope.clone()))
    .bind(at)
    .bind(message.expires_at)
    .bind(opens_at)
    .execute()
    .await?;
    Ok(())
}

pub(super) async fn insert_deliveries(tx: &mut Tx, message: MessageId, at: At) -> Result<u64> {
    tx.query(sql!(
        "INSERT INTO deliveries
            (message_id, device_id, account_id, gateway, attempts, due_at, outcome, settled_at)
         SELECT r.message_id, d.id, d.account_id, d.gateway, 0,
                CASE WHEN d.quarantined_at IS NULL THEN CAST($2 AS timestamptz) END,
                CASE WHEN d.quarantined_at IS NULL THEN NULL ELSE 'quarantined' END,
                CASE WHEN d.quarantined_at IS NULL THEN NULL ELSE CAST($2 AS timestamptz) END
         FROM push_recipients r JOIN devices d ON d.account_id = r.account_id
         WHERE r.message_id = $1 AND d.removed_at IS NULL
         ON CONFLICT DO NOTHING"
    ))
    .bind(message)
    .bind(at)
    .execute()
    .await
}

pub(super) async fn open(tx: &mut Tx, message: MessageId, at: At) -> Result<()> {
    tx.query(sql!(
        "UPDATE push_messages SET opened_at = $2 WHERE id = $1 AND opened_at IS NULL"
    ))
    .bind(message)
    .bind(at)
    .execute()
    .await?;
    Ok(())
}

pub(super) async fn discard(tx: &mut Tx, message: MessageId) -> Result<()> {
    let shut: Option<(MessageId,)> = tx
        .query(sql!(
            "SELECT id FROM push_messages WHERE id = $1 AND opened_at IS NULL"
        ))
        .bind(message)
        .opt()
        .await?;
    if shut.is_none() {
        return Ok(());
    }
    tx.query(sql!("DELETE FROM deliveries WHERE message_id = $1"))
        .bind(message)
        .execute()
        .await?;
    tx.query(sql!("DELETE FROM push_recipients WHERE message_id = $1"))
        .bind(message)
        .execute()
        .await?;
    tx.query(sql!("DELETE FROM push_messages WHERE id = $1"))
        .bind(message)
        .execute()
        .await?;
    Ok(())
}

pub(super) async fn is_due(db: &Db, lane: i16, now: At) -> Result<bool> {
    let row: Option<(i32,)> = db
        .query(sql!(
            "SELECT 1 FROM push_messages m
             WHERE m.lane = $1 AND m.finished_at IS NULL AND m.opened_at IS NOT NULL
               AND EXISTS (SELECT 1 FROM deliveries d
                           WHERE d.message_id = m.id AND d.outcome IS NULL AND d.due_at <= $2)
             LIMIT 1"
        ))
        .bind(lane)
        .bind(now)
        .opt()
        .await?;
    Ok(row.is_some())
}

#[derive(sqlx::FromRow)]
struct MessageRow {
    id: MessageId,
    class: Class,
    envelope: Json<Envelope>,
    opened_at: At,
    expires_at: At,
}

#[derive(sqlx::FromRow)]
struct ClaimedRow {
    device_id: DeviceId,
    attempts: i32,
    gateway: Gateway,
    address: String,
    apns_environment: Option<ApnsEnvironment>,
    p256dh: Option<Vec<u8>>,
    auth_secret: Option<Vec<u8>>,
    language: Language,
    registered_at: At,
}

pub(super) async fn claim(
    tx: &mut Tx,
    claim: ClaimId,
    lane: i16,
    now: At,
) -> Result<Option<Claim>> {
    let message: Option<MessageRow> = tx
        .query(sql!(
            "SELECT m.id, m.class, m.envelope, m.opened_at, m.expires_at FROM push_messages m
             WHERE m.lane = $1 AND m.finished_at IS NULL AND m.opened_at IS NOT NULL
               AND m.expires_at > $2
               AND EXISTS (SELECT 1 FROM deliveries d
                           WHERE d.message_id = m.id AND d.outcome IS NULL AND d.due_at <= $2)
             ORDER BY m.id LIMIT 1"
        ))
        .bind(lane)
        .bind(now)
        .opt()
        .await?;
    let Some(message) = message else {
        return Ok(None);
    };
    let taken = tx
        .query(sql!(
            "UPDATE deliveries SET claim_id = $1, due_at = $2, attempts = attempts + 1
             WHERE message_id = $3 AND device_id IN (
                SELECT device_id FROM deliveries
                WHERE message_id = $3 AND outcome IS NULL AND due_at <= $4
                ORDER BY due_at LIMIT $5 " ["" | "FOR UPDATE SKIP LOCKED"] ")"
        ))
        .bind(claim)
        .bind(now + LEASE)
        .bind(message.id)
        .bind(now)
        .bind(i64::try_from(BATCH).unwrap_or(i64::MAX))
        .execute()
        .await?;
    if taken == 0 {
        return Ok(None);
    }
    let rows: Vec<ClaimedRow> = tx
        .query(sql!(
            "SELECT x.device_id, x.attempts, d.gateway, d.address, d.apns_environment, d.p256dh,
                    d.auth_secret, d.language, d.registered_at
             FROM deliveries x JOIN devices d ON d.id = x.device_id WHERE x.claim_id = $1"
        ))
        .bind(claim)
        .all()
        .await?;
    let opened_at = message.opened_at;
    let message = Message {
        id: message.id,
        class: message.class,
        envelope: message.envelope.0,
        expires_at: message.expires_at,
    };
    let deliveries = rows
        .into_iter()
        .map(Claimed::try_from)
        .collect::<Result<_>>()?;
    Ok(Some(Claim {
        id: claim,
        message,
        opened_at,
        deliveries,
    }))
}

impl TryFrom<ClaimedRow> for Claimed {
    type Error = DbError;

    fn try_from(row: ClaimedRow) -> Result<Self> {
        let impossible = |what| DbError::Impossible {
            table: "devices",
            id: row.device_id.to_string(),
            what,
        };
        let keys = match (row.p256dh, row.auth_secret) {
            (None, None) => None,
            (Some(p256dh), Some(auth)) => Some(DeviceKeys {
                p256dh: p256dh
                    .try_into()
                    .map_err(|_| impossible("p256dh is not 65 bytes"))?,
                auth: auth
                    .try_into()
                    .map_err(|_| impossible("auth_secret is not 16 bytes"))?,
            }),
            _ => return Err(impossible("one of two keys")),
        };
        Ok(Self {
            target: Target {
                device: row.device_id,
                gateway: row.gateway,
                address: row.address,
                apns_environment: row.apns_environment,
                keys,
                language: row.language,
            },
            attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
            device_registered_at: row.registered_at,
        })
    }
}

/// A settlement as one element of a JSON array: short names, because there are a thousand of them.
#[derive(Serialize)]
struct Settled<'a> {
    /// Device, hex.
    d: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    /// Instants in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(rename = "settled")]
    at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<i64>,
}

impl<'a> From<&'a Settlement> for Settled<'a> {
    fn from(settlement: &'a Settlement) -> Self {
        let (outcome, at, due) = match settlement.end {
            End::Outcome(outcome) => (Some(outcome), Some(settlement.at.as_micros()), None),
            End::Again(at) => (None, None, Some(at.as_micros())),
        };
        let d = settlement.device.uuid().simple().to_string();
        Self {
            d,
            outcome,
            reason: settlement.reason.as_deref(),
            at,
            due,
        }
    }
}

/// The list is materialised: otherwise SQLite reads all of it again for every delivery of the claim.
pub(super) async fn settle(
    tx: &mut Tx,
    claim: ClaimId,
    message: MessageId,
    settlements: &[Settlement],
) -> Result<()> {
    let rows: Vec<Settled<'_>> = settlements.iter().map(Settled::from).collect();
    tx.query(sql!(
        "WITH r AS MATERIALIZED (SELECT "
        ["unhex(value->>'$.d') AS device_id, value->>'$.outcome' AS outcome,
          value->>'$.reason' AS reason, value->>'$.settled' AS settled_at, value->>'$.due' AS due_at
          FROM json_each($3)"
        | "CAST(value->>'d' AS uuid) AS device_id, value->>'outcome' AS outcome,
          value->>'reason' AS reason,
          timestamptz 'epoch' + CAST(value->>'settled' AS bigint) * interval '1 microsecond'
            AS settled_at,
          timestamptz 'epoch' + CAST(value->>'due' AS bigint) * interval '1 microsecond' AS due_at
          FROM jsonb_array_elements($3)"]
        ")
         UPDATE deliveries SET outcome = r.outcome, reason = r.reason, settled_at = r.settled_at,
                due_at = r.due_at, claim_id = NULL
         FROM r
         WHERE deliveries.message_id = $1 AND deliveries.device_id = r.device_id
           AND deliveries.claim_id = $2"
    ))
    .bind(message)
    .bind(claim)
    .bind(Json(serde_json::to_value(rows).unwrap_or_default()))
    .execute()
    .await?;
    Ok(())
}

pub(super) async fn give_back(db: &Db, claim: ClaimId, now: At) -> Result<u64> {
    db.query(sql!(
        "UPDATE deliveries SET claim_id = NULL, due_at = $2, attempts = attempts - 1
         WHERE claim_id = $1 AND outcome IS NULL"
    ))
    .bind(claim)
    .bind(now)
    .execute()
    .await
}

pub(super) async fn give_back_all(db: &Db, now: At) -> Result<u64> {
    db.query(sql!(
        "UPDATE deliveries SET claim_id = NULL, due_at = $1
         WHERE claim_id IS NOT NULL AND outcome IS NULL"
    ))
    .bind(now)
    .execute()
    .await
}

pub(super) async fn expire(db: &Db, now: At) -> Result<()> {
    db.query(sql!(
        "UPDATE deliveries SET outcome = 'expired', settled_at = $1, due_at = NULL, claim_id = NULL
         WHERE outcome IS NULL AND due_at <= $1 AND message_id IN (
            SELECT id FROM push_messages
            WHERE finished_at IS NULL AND opened_at IS NOT NULL AND expires_at <= $1)"
    ))
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

pub(super) async fn finish(db: &Db, now: At) -> Result<()> {
    db.query(sql!(
        "UPDATE push_messages SET finished_at = $1
         WHERE finished_at IS NULL AND opened_at IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM deliveries d
                           WHERE d.message_id = push_messages.id AND d.outcome IS NULL)"
    ))
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

pub(super) async fn queue(db: &Db) -> Result<Vec<(i16, Gateway, i64)>> {
    db.query(sql!(
        "SELECT m.lane, d.gateway, COUNT(*) FROM push_messages m
         JOIN deliveries d ON d.message_id = m.id
         WHERE m.finished_at IS NULL AND m.opened_at IS NOT NULL AND d.outcome IS NULL
         GROUP BY m.lane, d.gateway ORDER BY m.lane, d.gateway"
    ))
    .all()
    .await
}
