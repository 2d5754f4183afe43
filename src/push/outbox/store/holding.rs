// SPDX-License-Identifier: EUPL-1.2

//! What is claimed: held until the gate opens, settled, given back, or taken over from the dead.

use std::collections::HashSet;

use uuid::fmt::Simple;

use crate::{
    clock::At,
    db::{Db, Json, Result, Tx, sql},
    id::{ClaimId, DeviceId, MessageId},
    push::{
        Gateway, Outcome,
        outbox::{Behind, End, Settlement, Token, UNTRIED},
    },
};

/// When the gate was opened, and then how many deliveries a claim still holds. `None`: the message has been discarded.
/// One statement, because at T every batch that is ready asks it.
pub(in crate::push::outbox) async fn opened(
    db: &Db,
    token: Token,
) -> Result<Option<(Option<At>, i64)>> {
    db.query(sql!(
        "SELECT m.opened_at, CASE WHEN m.opened_at IS NULL THEN 0 ELSE (
                    SELECT COUNT(*) FROM deliveries d
                    WHERE d.message_id = m.id AND d.gateway = $2 AND d.claim_id = $3) END
         FROM push_messages m WHERE m.id = $1"
    ))
    .bind(token.message)
    .bind(token.gateway)
    .bind(token.claim)
    .opt()
    .await
}

/// The devices of these.
pub(in crate::push::outbox) async fn held(db: &Db, token: Token) -> Result<HashSet<DeviceId>> {
    let rows: Vec<(DeviceId,)> = db
        .query(sql!(
            "SELECT device_id FROM deliveries WHERE message_id = $1 AND gateway = $2 AND claim_id = $3"
        ))
        .bind(token.message)
        .bind(token.gateway)
        .bind(token.claim)
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
/// The list is materialised: otherwise SQLite reads all of it again for every delivery of the claim. So it would if
/// the gateway were named as well: it would then go through the claim instead of looking each delivery up.
pub(in crate::push::outbox) async fn settle(
    tx: &mut Tx,
    token: Token,
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
                attempts = CASE WHEN attempts = 0 THEN 1 ELSE attempts END,
                due_at = CASE WHEN r.due_at IS NOT NULL THEN COALESCE((
                    SELECT p.quiet_until FROM push_recipients p
                    WHERE p.message_id = deliveries.message_id
                      AND p.account_id = deliveries.account_id AND p.quiet_until > r.due_at),
                    r.due_at) END
         FROM r
         WHERE deliveries.message_id = $1 AND deliveries.device_id = r.device_id
           AND deliveries.claim_id = $2"
    ))
    .bind(token.message)
    .bind(token.claim)
    .bind(Json(rows))
    .execute()
    .await?;
    Ok(())
}

/// The attempt does not count. What goes behind waits as if from `now`, or until its owner's quiet ends.
pub(in crate::push::outbox) async fn give_back(
    db: &Db,
    token: Token,
    behind: Behind,
    now: At,
) -> Result<u64> {
    let [duty, rest] = UNTRIED;
    // With more attempts, this one included, a delivery goes behind. A whole claim has not counted this one.
    let in_place = match behind {
        Behind::Repeats => 1,
        Behind::Everything => -1,
    };
    db.query(sql!(
        "UPDATE deliveries SET claim_id = NULL,
            attempts = CASE WHEN attempts = 0 THEN 0 ELSE attempts - 1 END,
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
    .bind(token.message)
    .bind(token.gateway)
    .bind(token.claim)
    .bind(duty)
    .bind(rest)
    .bind(now)
    .bind(in_place)
    .execute()
    .await
}

/// Claims whose lease has ended by `now`; with `None`, all that are taken.
pub(in crate::push::outbox) async fn ended(db: &Db, now: Option<At>) -> Result<Vec<ClaimId>> {
    let rows: Vec<(ClaimId,)> = db
        .query(sql!(
            "SELECT id FROM push_claims
             WHERE lease_ends_at IS NOT NULL
               AND (lease_ends_at <= $1 OR CAST($1 AS timestamptz) IS NULL)"
        ))
        .bind(now)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Frees what is left of a claim that a dead process held: it may have been sent.
pub(in crate::push::outbox) async fn take_over(tx: &mut Tx, claim: ClaimId) -> Result<u64> {
    let [duty, rest] = UNTRIED;
    let held: Option<(MessageId, Gateway)> = tx
        .query(sql!(
            "DELETE FROM push_claims WHERE id = $1 RETURNING message_id, gateway"
        ))
        .bind(claim)
        .opt()
        .await?;
    let Some((message, gateway)) = held else {
        return Ok(0);
    };
    tx.query(sql!(
        "UPDATE deliveries SET claim_id = NULL,
            attempts = CASE WHEN attempts = 0 THEN 1 ELSE attempts END,
            due_at = COALESCE((
                SELECT COALESCE(r.quiet_until, CASE r.rank WHEN 0 THEN CAST($4 AS timestamptz) END)
                FROM push_recipients r
                WHERE r.message_id = deliveries.message_id
                  AND r.account_id = deliveries.account_id),
                CAST($5 AS timestamptz))
         WHERE message_id = $1 AND gateway = $2 AND claim_id = $3"
    ))
    .bind(message)
    .bind(gateway)
    .bind(claim)
    .bind(duty)
    .bind(rest)
    .execute()
    .await
}
