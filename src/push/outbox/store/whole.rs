// SPDX-License-Identifier: EUPL-1.2

//! Whole claims: made at staging for the many, and taken by a dispatcher as they are. Until then what is in them waits:
//! nobody holds it, and whoever would change one delivery of it [loosens](loosen) that first.
//!
//! On PostgreSQL who writes both tables writes claims first, deliveries then: two that did it in opposite order would
//! wait for each other.

use serde::Serialize;

use crate::{
    clock::At,
    db::{Db, IdList, Json, Result, Tx, sql},
    id::{AccountId, ClaimId, DeviceId, Ids, MessageId},
    push::{
        Gateway,
        outbox::{BATCH, UNTRIED, Work},
    },
};

/// How many deliveries there are in one: [`BATCH`].
pub(super) const SIZE: i64 = 1_000;
const _: () = assert!(
    SIZE.unsigned_abs() == BATCH as u64,
    "a whole claim is one batch"
);

/// One that is to be made, as a JSON array: its id, gateway, rank and number.
#[derive(Serialize)]
struct Made(ClaimId, Gateway, i16, i64);

/// Makes the whole claims of a message that is staged for the first time; says whether there are any.
pub(in crate::push::outbox) async fn make(
    tx: &mut Tx,
    ids: &Ids,
    message: MessageId,
) -> Result<bool> {
    let counts: Vec<(Gateway, i16, i64)> = tx
        .query(sql!(
            "SELECT d.gateway, r.rank, COUNT(*)
             FROM push_recipients r JOIN devices d ON d.account_id = r.account_id
             WHERE r.message_id = $1 AND r.quiet_until IS NULL
               AND d.removed_at IS NULL AND d.quarantined_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM deliveries x WHERE x.message_id = $1)
             GROUP BY d.gateway, r.rank HAVING COUNT(*) >= $2"
        ))
        .bind(message)
        .bind(SIZE)
        .all()
        .await?;
    let made: Vec<Made> = counts
        .into_iter()
        .flat_map(|(gateway, rank, count)| {
            (0..count / SIZE).map(move |number| Made(ids.id(), gateway, rank, number))
        })
        .collect();
    if made.is_empty() {
        return Ok(false);
    }
    let [duty, rest] = UNTRIED;
    tx.query(sql!(
        "INSERT INTO push_claims (id, message_id, gateway, due_at, number)
         SELECT " ["unhex(value->>0, '-')" | "CAST(value->>0 AS uuid)"] ", $1, value->>1,
                CASE CAST(value->>2 AS integer) WHEN 0 THEN CAST($3 AS timestamptz)
                                                ELSE CAST($4 AS timestamptz) END,
                CAST(value->>3 AS integer)
         FROM " ["json_each($2)" | "jsonb_array_elements($2)"]
    ))
    .bind(message)
    .bind(Json(made))
    .bind(duty)
    .bind(rest)
    .execute()
    .await?;
    Ok(true)
}

/// Takes the next of a message for a gateway, as it is; `None`: others were faster.
pub(in crate::push::outbox) async fn take(
    tx: &mut Tx,
    work: &Work,
    lease: At,
) -> Result<Option<ClaimId>> {
    let taken: Option<(ClaimId,)> = tx
        .query(sql!(
            "UPDATE push_claims SET lease_ends_at = $3
             WHERE lease_ends_at IS NULL AND id " ["IN (" | "= ANY (ARRAY("] "
                SELECT id FROM push_claims
                WHERE message_id = $1 AND gateway = $2 AND lease_ends_at IS NULL
                ORDER BY due_at, number LIMIT 1" [")" | " FOR UPDATE SKIP LOCKED))"] "
             RETURNING id"
        ))
        .bind(work.message)
        .bind(work.gateway)
        .bind(lease)
        .opt()
        .await?;
    Ok(taken.map(|(id,)| id))
}

/// Dissolves the next of a message for a gateway: its deliveries wait by themselves, and fewer of them can be claimed.
/// `false`: others were faster.
pub(in crate::push::outbox) async fn break_up(tx: &mut Tx, work: &Work) -> Result<bool> {
    let broken: Option<(ClaimId, At)> = tx
        .query(sql!(
            "DELETE FROM push_claims
             WHERE lease_ends_at IS NULL AND id " ["IN (" | "= ANY (ARRAY("] "
                SELECT id FROM push_claims
                WHERE message_id = $1 AND gateway = $2 AND lease_ends_at IS NULL
                ORDER BY due_at, number LIMIT 1" [")" | " FOR UPDATE SKIP LOCKED))"] "
             RETURNING id, due_at"
        ))
        .bind(work.message)
        .bind(work.gateway)
        .opt()
        .await?;
    let Some((id, due_at)) = broken else {
        return Ok(false);
    };
    tx.query(sql!(
        "UPDATE deliveries SET claim_id = NULL, due_at = $4
         WHERE message_id = $1 AND gateway = $2 AND claim_id = $3"
    ))
    .bind(work.message)
    .bind(work.gateway)
    .bind(id)
    .bind(due_at)
    .execute()
    .await?;
    Ok(true)
}

/// Whose deliveries are to be loosened.
pub(in crate::push) enum Whose<'a> {
    People(&'a [AccountId]),
    Devices(&'a [DeviceId]),
}

/// Makes deliveries wait by themselves that are in whole claims nobody has taken. None of these claims can be
/// taken until the commit.
pub(in crate::push) async fn loosen(tx: &mut Tx, whose: Whose<'_>) -> Result<u64> {
    let (people, devices): (&[AccountId], &[DeviceId]) = match whose {
        Whose::People(people) => (people, &[]),
        Whose::Devices(devices) => (&[], devices),
    };
    tx.query(sql!(
        "UPDATE deliveries SET claim_id = NULL,
                due_at = (SELECT c.due_at FROM push_claims c WHERE c.id = deliveries.claim_id)
         WHERE message_id IN (SELECT message_id FROM push_claims WHERE lease_ends_at IS NULL)
           AND device_id IN ("
             ["SELECT unhex(value) FROM json_each($1)" | "SELECT unnest(CAST($1 AS uuid[]))"] "
             UNION ALL
             SELECT d.id FROM devices d WHERE d.removed_at IS NULL AND d.account_id "
             ["IN (SELECT unhex(value) FROM json_each($2))" | "= ANY($2)"] ")
           AND EXISTS (SELECT 1 FROM push_claims c
                       WHERE c.id = deliveries.claim_id AND c.lease_ends_at IS NULL"
                         ["" | " FOR SHARE"] ")"
    ))
    .bind(devices.iter().copied().collect::<IdList>())
    .bind(people.iter().copied().collect::<IdList>())
    .execute()
    .await
}

/// The same for all of a message, whose gate is shut, that is in a claim of another rank than its recipient.
pub(in crate::push::outbox) async fn loosen_ranks(tx: &mut Tx, message: MessageId) -> Result<u64> {
    let [duty, rest] = UNTRIED;
    tx.query(sql!(
        "UPDATE deliveries SET claim_id = NULL,
                due_at = CASE r.rank WHEN 0 THEN CAST($2 AS timestamptz)
                                     ELSE CAST($3 AS timestamptz) END
         FROM push_recipients r, push_claims c
         WHERE deliveries.message_id = $1 AND c.message_id = $1 AND r.message_id = $1
           AND c.id = deliveries.claim_id AND c.lease_ends_at IS NULL
           AND r.account_id = deliveries.account_id
           AND c.due_at = CASE r.rank WHEN 0 THEN CAST($3 AS timestamptz)
                                      ELSE CAST($2 AS timestamptz) END"
    ))
    .bind(message)
    .bind(duty)
    .bind(rest)
    .execute()
    .await
}

/// Ends a message's deliveries that are in whole claims nobody has taken.
pub(in crate::push::outbox) async fn expire(db: &Db, message: MessageId, now: At) -> Result<()> {
    db.query(sql!(
        "UPDATE deliveries SET outcome = 'expired', settled_at = $2, due_at = NULL, claim_id = NULL
         WHERE message_id = $1 AND gateway IN ('apns', 'fcm', 'webpush')
           AND claim_id IN (SELECT id FROM push_claims
                            WHERE message_id = $1 AND lease_ends_at IS NULL" ["" | " FOR UPDATE"] ")"
    ))
    .bind(message)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}
