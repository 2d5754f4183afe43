// SPDX-License-Identifier: EUPL-1.2

//! Deliveries on their way: claimed by one process under a lease, and settled or given back by it.

use std::{collections::HashSet, ops::Range};

use serde::Deserialize;
use uuid::{Uuid, fmt::Simple};

use crate::{
    clock::At,
    db::{Db, DbError, Json, Result, Tx, sql},
    id::{ClaimId, DeviceId, MessageId},
    push::{
        ApnsEnvironment, Gateway, Language, MessageClass, Outcome,
        envelope::{DeviceKeys, Envelope, Message, Target},
        outbox::{Attempt, Behind, Claim, Claimed, End, Settlement, Turn, UNTRIED, Work},
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
               AND EXISTS (SELECT 1 FROM deliveries d
                           WHERE d.message_id = m.id AND d.gateway = g.gateway
                             AND d.outcome IS NULL AND d.claim_id IS NULL
                             AND d.due_at > t.due_from AND d.due_at <= t.due_until)
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

/// An array is made once. PostgreSQL may ask what stands behind `IN` again for every delivery, and then takes more than
/// so many: it does where it has not yet counted how many were staged just before T.
pub(in crate::push::outbox) async fn claim(
    tx: &mut Tx,
    claim: ClaimId,
    work: &Work,
    most: usize,
    lease: At,
    now: At,
) -> Result<Option<Claim>> {
    let due = work.turn.due(now);
    let taken = tx
        .query(sql!(
            "UPDATE deliveries SET claim_id = $1, due_at = $2, attempts = attempts + 1
             WHERE " ["rowid IN (SELECT rowid" | "message_id = $3 AND device_id = ANY (ARRAY(SELECT device_id"] "
                FROM deliveries
                WHERE message_id = $3 AND gateway = $4 AND outcome IS NULL AND claim_id IS NULL
                  AND due_at > $5 AND due_at <= $6
                ORDER BY due_at LIMIT $7 " [")" | "FOR UPDATE SKIP LOCKED))"]
        ))
        .bind(claim)
        .bind(lease)
        .bind(work.message)
        .bind(work.gateway)
        .bind(due.start)
        .bind(due.end)
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
    Ok(Some(Claim {
        id: claim,
        gateway: work.gateway,
        message,
        deliveries,
    }))
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
                number: self.attempts,
                device_registered_at: registered_at
                    .ok_or_else(|| impossible("registered outside the calendar"))?,
                has_waited: self.has_waited != 0,
            },
        })
    }
}

/// When the gate was opened, and then how many deliveries a claim still holds. `None`: the message has been discarded.
/// One statement, because at T every batch that is ready asks it.
pub(in crate::push::outbox) async fn opened(
    db: &Db,
    claim: ClaimId,
    message: MessageId,
    gateway: Gateway,
) -> Result<Option<(Option<At>, i64)>> {
    db.query(sql!(
        "SELECT m.opened_at, CASE WHEN m.opened_at IS NULL THEN 0 ELSE (
                    SELECT COUNT(*) FROM deliveries d
                    WHERE d.message_id = m.id AND d.gateway = $2 AND d.claim_id = $3) END
         FROM push_messages m WHERE m.id = $1"
    ))
    .bind(message)
    .bind(gateway)
    .bind(claim)
    .opt()
    .await
}

/// The devices of these.
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

/// A settlement as one element of a JSON array: device, outcome, reason, and three instants in microseconds, when it was
/// sent, when it was settled, when it is due again.
type Settled<'a> = (
    Simple,
    Option<Outcome>,
    Option<&'a str>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
);

fn settled(settlement: &Settlement) -> Settled<'_> {
    let (outcome, at, due) = match settlement.end {
        End::Outcome(outcome) => (Some(outcome), Some(settlement.at.as_micros()), None),
        End::Again(at) => (None, None, Some(at.as_micros())),
    };
    (
        settlement.device.uuid().simple(),
        outcome,
        settlement.reason.as_deref(),
        outcome.and(settlement.sent_at).map(At::as_micros),
        at,
        due,
    )
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
    let rows: Vec<Settled<'_>> = settlements.iter().map(settled).collect();
    tx.query(sql!(
        "WITH r AS MATERIALIZED (SELECT "
        ["unhex(value->>0) AS device_id, value->>1 AS outcome, value->>2 AS reason, value->>3 AS sent_at,
          value->>4 AS settled_at, value->>5 AS due_at
          FROM jsonb_each($3)"
        | "CAST(value->>0 AS uuid) AS device_id, value->>1 AS outcome, value->>2 AS reason,
          timestamptz 'epoch' + CAST(value->>3 AS bigint) * interval '1 microsecond' AS sent_at,
          timestamptz 'epoch' + CAST(value->>4 AS bigint) * interval '1 microsecond' AS settled_at,
          timestamptz 'epoch' + CAST(value->>5 AS bigint) * interval '1 microsecond' AS due_at
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

/// The attempt does not count. What goes behind waits as if from `now`, or until its owner's quiet ends.
pub(in crate::push::outbox) async fn give_back(
    db: &Db,
    claim: &Claim,
    behind: Behind,
    now: At,
) -> Result<u64> {
    let [duty, rest] = UNTRIED;
    // With more attempts, this one included, a delivery goes behind.
    let in_place = match behind {
        Behind::Repeats => 1,
        Behind::Everything => 0,
    };
    db.query(sql!(
        "UPDATE deliveries SET claim_id = NULL, attempts = attempts - 1,
            due_at = COALESCE((
                SELECT r.quiet_until FROM push_recipients r
                WHERE r.message_id = deliveries.message_id AND r.account_id = deliveries.account_id
                  AND r.quiet_until > CASE WHEN deliveries.attempts > $7 THEN CAST($6 AS timestamptz)
                                           ELSE CAST($5 AS timestamptz) END),
                CASE WHEN attempts > $7 THEN CAST($6 AS timestamptz) END, (
                SELECT CASE r.rank WHEN 0 THEN CAST($4 AS timestamptz) END FROM push_recipients r
                WHERE r.message_id = deliveries.message_id AND r.account_id = deliveries.account_id),
                CAST($5 AS timestamptz))
         WHERE message_id = $1 AND gateway = $2 AND claim_id = $3"
    ))
    .bind(claim.message.id)
    .bind(claim.gateway)
    .bind(claim.id)
    .bind(duty)
    .bind(rest)
    .bind(now)
    .bind(in_place)
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
