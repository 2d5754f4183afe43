// SPDX-License-Identifier: EUPL-1.2

//! Deliveries on their way: claimed by one process under a lease, and settled or given back by it.

use std::{collections::HashSet, ops::Range};

use serde::Serialize;

use crate::{
    clock::At,
    db::{Db, DbError, Json, Result, Tx, sql},
    id::{ClaimId, DeviceId, MessageId},
    push::{
        ApnsEnvironment, Gateway, Language, MessageClass, Outcome,
        envelope::{DeviceKeys, Envelope, Message, Target},
        outbox::{Attempt, Claim, Claimed, End, Settlement, UNTRIED, Work},
    },
};

/// What is due now, the most urgent lane first and in it the oldest message: of open messages, and of those
/// that are to open in this time.
pub(in crate::push::outbox) async fn work(db: &Db, now: At, opens: Range<At>) -> Result<Vec<Work>> {
    let rows: Vec<(MessageId, i16, Gateway, At, Option<At>)> = db
        .query(sql!(
            "SELECT m.id, m.lane, g.gateway, m.opens_at, m.opened_at
             FROM push_messages m
                  CROSS JOIN (SELECT 'apns' AS gateway UNION ALL SELECT 'fcm'
                              UNION ALL SELECT 'webpush') AS g
             WHERE m.finished_at IS NULL AND m.expires_at > $1
               AND (m.opened_at IS NOT NULL OR (m.opens_at >= $2 AND m.opens_at < $3))
               AND EXISTS (SELECT 1 FROM deliveries d
                           WHERE d.message_id = m.id AND d.gateway = g.gateway
                             AND d.outcome IS NULL AND d.claim_id IS NULL AND d.due_at <= $1)
             ORDER BY m.lane, m.id, g.gateway"
        ))
        .bind(now)
        .bind(opens.start)
        .bind(opens.end)
        .all()
        .await?;
    let work = |(message, lane, gateway, opens_at, opened_at): (_, _, _, _, Option<At>)| Work {
        message,
        lane,
        gateway,
        opens_at,
        is_open: opened_at.is_some(),
    };
    Ok(rows.into_iter().map(work).collect())
}

#[derive(sqlx::FromRow)]
struct MessageRow {
    id: MessageId,
    class: MessageClass,
    envelope: Json<Envelope>,
    expires_at: At,
}

#[derive(sqlx::FromRow)]
struct ClaimedRow {
    device_id: DeviceId,
    attempts: i32,
    address: String,
    apns_environment: Option<ApnsEnvironment>,
    p256dh: Option<Vec<u8>>,
    auth_secret: Option<Vec<u8>>,
    language: Language,
    registered_at: At,
    has_waited: bool,
    is_silent: bool,
}

pub(in crate::push::outbox) async fn claim(
    tx: &mut Tx,
    claim: ClaimId,
    work: &Work,
    most: usize,
    lease: At,
    now: At,
) -> Result<Option<Claim>> {
    let taken = tx
        .query(sql!(
            "UPDATE deliveries SET claim_id = $1, due_at = $2, attempts = attempts + 1
             WHERE message_id = $3 AND device_id " ["IN (" | "= ANY (ARRAY("] "
                SELECT device_id FROM deliveries
                WHERE message_id = $3 AND gateway = $4 AND outcome IS NULL AND claim_id IS NULL
                  AND due_at <= $5
                ORDER BY due_at LIMIT $6 " [")" | "FOR UPDATE SKIP LOCKED))"]
        ))
        .bind(claim)
        .bind(lease)
        .bind(work.message)
        .bind(work.gateway)
        .bind(now)
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .execute()
        .await?;
    if taken == 0 {
        return Ok(None);
    }
    let message: MessageRow = tx
        .query(sql!(
            "SELECT id, class, envelope, expires_at FROM push_messages WHERE id = $1"
        ))
        .bind(work.message)
        .one()
        .await?;
    let rows: Vec<ClaimedRow> = tx
        .query(sql!(
            "SELECT x.device_id, x.attempts, d.address, d.apns_environment, d.p256dh, d.auth_secret,
                    d.language, d.registered_at, x.quiet_until IS NOT NULL AS has_waited,
                    COALESCE(r.is_silent, false) AS is_silent
             FROM deliveries x JOIN devices d ON d.id = x.device_id
                  LEFT JOIN push_recipients r
                    ON r.message_id = x.message_id AND r.account_id = x.account_id
             WHERE x.message_id = $1 AND x.gateway = $2 AND x.claim_id = $3
             ORDER BY COALESCE(r.rank, 1)"
        ))
        .bind(work.message)
        .bind(work.gateway)
        .bind(claim)
        .all()
        .await?;
    let message = Message {
        id: message.id,
        class: message.class,
        envelope: message.envelope.0,
        expires_at: message.expires_at,
    };
    let deliveries = rows
        .into_iter()
        .map(|row| row.into_claimed(work.gateway))
        .collect::<Result<_>>()?;
    Ok(Some(Claim {
        id: claim,
        gateway: work.gateway,
        message,
        deliveries,
    }))
}

impl ClaimedRow {
    fn into_claimed(self, gateway: Gateway) -> Result<Claimed> {
        let keys = DeviceKeys::from_columns(self.p256dh, self.auth_secret);
        let keys = keys.map_err(|what| DbError::Impossible {
            table: "devices",
            id: self.device_id.to_string(),
            what,
        })?;
        Ok(Claimed {
            target: Target {
                device: self.device_id,
                gateway,
                address: self.address,
                apns_environment: self.apns_environment,
                keys,
                language: self.language,
                is_silent: self.is_silent,
            },
            attempt: Attempt {
                device: self.device_id,
                number: u32::try_from(self.attempts).unwrap_or(u32::MAX),
                device_registered_at: self.registered_at,
                has_waited: self.has_waited,
            },
        })
    }
}

/// The devices that a claim still holds.
pub(in crate::push::outbox) async fn held(
    db: &Db,
    claim: ClaimId,
    message: MessageId,
    gateway: Gateway,
) -> Result<HashSet<DeviceId>> {
    let rows: Vec<(DeviceId,)> = db
        .query(sql!(
            "SELECT device_id FROM deliveries WHERE message_id = $1 AND gateway = $2 AND claim_id = $3"
        ))
        .bind(message)
        .bind(gateway)
        .bind(claim)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(device,)| device).collect())
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
    sent: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
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
        Self {
            d: settlement.device.uuid().simple().to_string(),
            outcome,
            reason: settlement.reason.as_deref(),
            sent: outcome.and(settlement.sent_at).map(At::as_micros),
            at,
            due,
        }
    }
}

/// What is to be tried again waits for the quiet of whoever has begun it meanwhile.
///
/// The list is materialised: otherwise SQLite reads all of it again for every delivery of the claim.
pub(in crate::push::outbox) async fn settle(
    tx: &mut Tx,
    claim: ClaimId,
    message: MessageId,
    settlements: &[Settlement],
) -> Result<()> {
    let rows: Vec<Settled<'_>> = settlements.iter().map(Settled::from).collect();
    tx.query(sql!(
        "WITH r AS MATERIALIZED (SELECT "
        ["unhex(value->>'$.d') AS device_id, value->>'$.outcome' AS outcome,
          value->>'$.reason' AS reason, value->>'$.sent' AS sent_at,
          value->>'$.at' AS settled_at, value->>'$.due' AS due_at
          FROM json_each($3)"
        | "CAST(value->>'d' AS uuid) AS device_id, value->>'outcome' AS outcome,
          value->>'reason' AS reason,
          timestamptz 'epoch' + CAST(value->>'sent' AS bigint) * interval '1 microsecond' AS sent_at,
          timestamptz 'epoch' + CAST(value->>'at' AS bigint) * interval '1 microsecond'
            AS settled_at,
          timestamptz 'epoch' + CAST(value->>'due' AS bigint) * interval '1 microsecond' AS due_at
          FROM jsonb_array_elements($3)"]
        ")
         UPDATE deliveries SET outcome = r.outcome, reason = r.reason, sent_at = r.sent_at,
                settled_at = r.settled_at, claim_id = NULL,
                due_at = CASE WHEN r.due_at IS NOT NULL THEN COALESCE((
                    SELECT p.quiet_until FROM push_recipients p
                    WHERE p.message_id = deliveries.message_id
                      AND p.account_id = deliveries.account_id AND p.quiet_until > r.due_at),
                    r.due_at) END
         FROM r
         WHERE deliveries.message_id = $1 AND deliveries.device_id = r.device_id
           AND deliveries.claim_id = $2"
    ))
    .bind(message)
    .bind(claim)
    .bind(Json(rows))
    .execute()
    .await?;
    Ok(())
}

/// The attempt does not count.
pub(in crate::push::outbox) async fn give_back(
    db: &Db,
    claim: ClaimId,
    message: MessageId,
    gateway: Gateway,
    behind: Option<At>,
) -> Result<u64> {
    let [duty, rest] = UNTRIED;
    db.query(sql!(
        "UPDATE deliveries SET claim_id = NULL, attempts = attempts - 1,
            due_at = COALESCE((
                SELECT r.quiet_until FROM push_recipients r
                WHERE r.message_id = deliveries.message_id AND r.account_id = deliveries.account_id
                  AND r.quiet_until > COALESCE(CAST($6 AS timestamptz), CAST($5 AS timestamptz))),
                CAST($6 AS timestamptz), (
                SELECT CASE r.rank WHEN 0 THEN CAST($4 AS timestamptz) END FROM push_recipients r
                WHERE r.message_id = deliveries.message_id AND r.account_id = deliveries.account_id),
                CAST($5 AS timestamptz))
         WHERE message_id = $1 AND gateway = $2 AND claim_id = $3"
    ))
    .bind(message)
    .bind(gateway)
    .bind(claim)
    .bind(duty)
    .bind(rest)
    .bind(behind)
    .execute()
    .await
}

/// Frees what is claimed under a lease that has ended by `now`; with `None`, whatever is claimed.
pub(in crate::push::outbox) async fn take_over(db: &Db, now: Option<At>) -> Result<u64> {
    let [duty, rest] = UNTRIED;
    db.query(sql!(
        "UPDATE deliveries SET claim_id = NULL, due_at = COALESCE((
            SELECT COALESCE(r.quiet_until, CASE r.rank WHEN 0 THEN CAST($2 AS timestamptz) END)
            FROM push_recipients r
            WHERE r.message_id = deliveries.message_id AND r.account_id = deliveries.account_id),
            CAST($3 AS timestamptz))
         WHERE claim_id IS NOT NULL AND (due_at <= $1 OR CAST($1 AS timestamptz) IS NULL)
           AND message_id IN (SELECT id FROM push_messages WHERE finished_at IS NULL)"
    ))
    .bind(now)
    .bind(duty)
    .bind(rest)
    .execute()
    .await
}
