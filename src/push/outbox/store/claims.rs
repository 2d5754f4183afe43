// SPDX-License-Identifier: EUPL-1.2

//! Claiming: by one process, under a lease.

use std::ops::Range;

use serde::Deserialize;
use uuid::Uuid;

use crate::{
    clock::At,
    db::{Db, DbError, Json, Result, Tx, sql},
    id::{ClaimId, DeviceId, MessageId},
    push::{
        ApnsEnvironment, Gateway, Language, MessageClass,
        envelope::{DeviceKeys, Envelope, Message, Target},
        outbox::{Attempt, Claim, Claimed, Turn, Work},
    },
};

/// What is due now, the most urgent lane first, in it what was never tried, and of that the oldest message: of open
/// messages, and of those that are to open in this time.
pub(in crate::push::outbox) async fn work(db: &Db, now: At, opens: Range<At>) -> Result<Vec<Work>> {
    let rows: Vec<(MessageId, i16, Gateway, i32, At, Option<At>)> = db
        .query(sql!(
            "SELECT m.id, m.lane, g.gateway, t.turn, m.opens_at, m.opened_at
             FROM push_messages m
                  CROSS JOIN (SELECT 'apns' AS gateway UNION ALL SELECT 'fcm'
                              UNION ALL SELECT 'webpush') AS g
                  CROSS JOIN (SELECT 0 AS turn, CAST($4 AS timestamptz) AS due_from,
                                     CAST($5 AS timestamptz) AS due_until
                              UNION ALL SELECT 1, CAST($5 AS timestamptz), CAST($1 AS timestamptz)) AS t
             WHERE m.finished_at IS NULL AND m.expires_at > $1
               AND (m.opened_at IS NOT NULL OR (m.opens_at >= $2 AND m.opens_at < $3))
               AND (EXISTS (SELECT 1 FROM deliveries d
                            WHERE d.message_id = m.id AND d.gateway = g.gateway
                              AND d.outcome IS NULL AND d.claim_id IS NULL
                              AND d.due_at > t.due_from AND d.due_at <= t.due_until)
                    OR (t.turn = 0 AND EXISTS (
                        SELECT 1 FROM push_claims c
                        WHERE c.message_id = m.id AND c.gateway = g.gateway
                          AND c.lease_ends_at IS NULL)))
             ORDER BY m.lane, t.turn, m.id, g.gateway"
        ))
        .bind(now)
        .bind(opens.start)
        .bind(opens.end)
        .bind(Turn::First.due(now).start)
        .bind(Turn::First.due(now).end)
        .all()
        .await?;
    let work =
        |(message, lane, gateway, turn, opens_at, opened_at): (_, _, _, _, _, Option<At>)| Work {
            message,
            lane,
            gateway,
            turn: if turn == 0 { Turn::First } else { Turn::Later },
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

/// A claimed delivery as the database folds it: a thousand rows would come through a channel one by one. Keys are in
/// hex, truth is 0 or 1, time is microseconds.
#[derive(Deserialize)]
struct Folded {
    device: Uuid,
    attempts: u32,
    address: String,
    apns_environment: Option<ApnsEnvironment>,
    p256dh: Option<String>,
    auth_secret: Option<String>,
    language: Language,
    registered: i64,
    has_waited: u8,
    is_silent: u8,
}

/// What is next of some work.
pub(in crate::push::outbox) enum Next {
    /// A whole claim.
    Whole,
    /// Deliveries that wait by themselves; after these there is nothing, or a whole claim.
    Single { are_last: bool },
}

/// Who is on duty first; of the same rank, whole claims.
pub(in crate::push::outbox) async fn next(
    tx: &mut Tx,
    work: &Work,
    now: At,
) -> Result<Option<Next>> {
    let due = work.turn.due(now);
    let (delivery, whole): (Option<At>, Option<At>) = tx
        .query(sql!(
            "SELECT (SELECT MIN(due_at) FROM deliveries
                     WHERE message_id = $1 AND gateway = $2 AND outcome IS NULL AND claim_id IS NULL
                       AND due_at > $3 AND due_at <= $4),
                    (SELECT MIN(due_at) FROM push_claims
                     WHERE message_id = $1 AND gateway = $2 AND lease_ends_at IS NULL
                       AND due_at > $3 AND due_at <= $4)"
        ))
        .bind(work.message)
        .bind(work.gateway)
        .bind(due.start)
        .bind(due.end)
        .one()
        .await?;
    Ok(match (delivery, whole) {
        (None, None) => None,
        (Some(delivery), Some(whole)) if delivery < whole => Some(Next::Single { are_last: false }),
        (_, Some(_)) => Some(Next::Whole),
        (Some(_), None) => Some(Next::Single { are_last: true }),
    })
}

/// Claims deliveries that wait by themselves, the first to be due first; says how many.
///
/// An array is made once. PostgreSQL may ask what stands behind `IN` again for every delivery, and then takes more than
/// so many: it does where it has not yet counted how many were staged just before T.
pub(in crate::push::outbox) async fn claim_single(
    tx: &mut Tx,
    claim: ClaimId,
    work: &Work,
    most: usize,
    lease: At,
    now: At,
) -> Result<u64> {
    let due = work.turn.due(now);
    // Whoever discards the message meanwhile is waited for; then there is none.
    let made = tx.query(sql!(
        "INSERT INTO push_claims (id, message_id, gateway, lease_ends_at)
         SELECT $1, m.id, $3, $4 FROM push_messages m WHERE m.id = $2"["" | " FOR KEY SHARE"]
    ));
    let made = made
        .bind(claim)
        .bind(work.message)
        .bind(work.gateway)
        .bind(lease);
    if made.execute().await? == 0 {
        return Ok(0);
    }
    tx.query(sql!(
        "UPDATE deliveries SET claim_id = $1, due_at = NULL, attempts = attempts + 1
         WHERE " ["rowid IN (SELECT rowid" | "message_id = $2 AND device_id = ANY (ARRAY(SELECT device_id"] "
            FROM deliveries
            WHERE message_id = $2 AND gateway = $3 AND outcome IS NULL AND claim_id IS NULL
              AND due_at > $4 AND due_at <= $5
            ORDER BY due_at LIMIT $6 " [")" | "FOR UPDATE SKIP LOCKED))"]
    ))
    .bind(claim)
    .bind(work.message)
    .bind(work.gateway)
    .bind(due.start)
    .bind(due.end)
    .bind(i64::try_from(most).unwrap_or(i64::MAX))
    .execute()
    .await
}

/// What has just been claimed.
pub(in crate::push::outbox) async fn read(
    tx: &mut Tx,
    claim: ClaimId,
    work: &Work,
    is_last: bool,
) -> Result<Claim> {
    let message: MessageRow = tx
        .query(sql!(
            "SELECT id, class, envelope, expires_at FROM push_messages WHERE id = $1"
        ))
        .bind(work.message)
        .one()
        .await?;
    let (Json(rows),): (Json<Vec<Folded>>,) = tx
        .query(sql!(
            "SELECT " ["json_group_array(json_array(" | "json_agg(json_build_array("]
                    ["hex(x.device_id)" | "x.device_id"] ", x.attempts, d.address, d.apns_environment, "
                    ["nullif(hex(d.p256dh), ''), nullif(hex(d.auth_secret), '')"
                     | "encode(d.p256dh, 'hex'), encode(d.auth_secret, 'hex')"] ", d.language, "
                    ["d.registered_at" | "(extract(epoch FROM d.registered_at) * 1000000)::bigint"] ",
                    CASE WHEN x.quiet_until IS NULL THEN 0 ELSE 1 END,
                    CASE WHEN r.is_silent THEN 1 ELSE 0 END) ORDER BY COALESCE(r.rank, 1))
             FROM deliveries x JOIN devices d ON d.id = x.device_id
                  LEFT JOIN push_recipients r
                    ON r.message_id = x.message_id AND r.account_id = x.account_id
             WHERE x.message_id = $1 AND x.gateway = $2 AND x.claim_id = $3"
        ))
        .bind(work.message)
        .bind(work.gateway)
        .bind(claim)
        .one()
        .await?;
    let message = Message {
        id: message.id,
        class: message.class,
        envelope: message.envelope.0,
        expires_at: message.expires_at,
    };
    let deliveries = rows
        .into_iter()
        .map(|folded| folded.into_claimed(work.gateway))
        .collect::<Result<_>>()?;
    Ok(Claim {
        id: claim,
        gateway: work.gateway,
        message,
        deliveries,
        is_last,
    })
}

impl Folded {
    fn into_claimed(self, gateway: Gateway) -> Result<Claimed> {
        let impossible = |what| DbError::Impossible {
            table: "devices",
            id: self.device.to_string(),
            what,
        };
        let unhex = |key: Option<String>| key.map(hex::decode).transpose();
        let keys = match (unhex(self.p256dh), unhex(self.auth_secret)) {
            (Ok(p256dh), Ok(auth)) => DeviceKeys::from_columns(p256dh, auth),
            _ => Err("a key that is not hexadecimal"),
        };
        let registered_at = At::from_micros(self.registered);
        let device = DeviceId::from_uuid(self.device);
        Ok(Claimed {
            target: Target {
                device,
                gateway,
                address: self.address,
                apns_environment: self.apns_environment,
                keys: keys.map_err(impossible)?,
                language: self.language,
                is_silent: self.is_silent != 0,
            },
            attempt: Attempt {
                device,
                // A whole claim writes nothing to its deliveries before they are settled.
                number: self.attempts.max(1),
                device_registered_at: registered_at
                    .ok_or_else(|| impossible("registered outside the calendar"))?,
                has_waited: self.has_waited != 0,
            },
        })
    }
}
