// SPDX-License-Identifier: EUPL-1.2

//! What each receiver is to be told, and what became of it.

use crate::{
    announcements::press::{PressChannel, PressEvent, PressOutcome},
    clock::At,
    db::{Db, Result, Tx, sql},
    id::{AnnouncementId, ClaimId, PressDeliveryId},
};

/// Writes a delivery that was made `at` an instant and is due at another, or when the press is opened.
pub(in super::super) async fn insert(
    tx: &mut Tx,
    delivery: PressDeliveryId,
    id: AnnouncementId,
    (channel, recipient): (PressChannel, &str),
    event: PressEvent,
    (at, due_at): (At, Option<At>),
) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO press_deliveries
             (id, announcement_id, channel, recipient, event, created_at, attempts, due_at)
         VALUES ($1, $2, $3, $4, $5, $6, 0, $7)
         ON CONFLICT DO NOTHING"
    ))
    .bind(delivery)
    .bind(id)
    .bind(channel)
    .bind(recipient.to_owned())
    .bind(event)
    .bind(at)
    .bind(due_at)
    .execute()
    .await
    .map(drop)
}

/// What waits for the opening is due.
pub(in super::super) async fn make_due(tx: &mut Tx, id: AnnouncementId, now: At) -> Result<()> {
    tx.query(sql!(
        "UPDATE press_deliveries SET due_at = $2
         WHERE announcement_id = $1 AND channel <> 'page' AND outcome IS NULL"
    ))
    .bind(id)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// The page shows it as soon as the transaction is committed.
pub(in super::super) async fn end_shown(tx: &mut Tx, id: AnnouncementId, now: At) -> Result<()> {
    tx.query(sql!(
        "UPDATE press_deliveries SET outcome = 'delivered', attempts = 1, sent_at = $2, settled_at = $2
         WHERE announcement_id = $1 AND channel = 'page' AND outcome IS NULL"
    ))
    .bind(id)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// Ends what has not been told and is not being told just now.
pub(in super::super) async fn end_withdrawn(
    tx: &mut Tx,
    id: AnnouncementId,
    now: At,
) -> Result<()> {
    tx.query(sql!(
        "UPDATE press_deliveries SET outcome = 'withdrawn', due_at = NULL, settled_at = $2
         WHERE announcement_id = $1 AND outcome IS NULL AND claim_id IS NULL"
    ))
    .bind(id)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// A delivery that this process may serve until the lease ends.
#[derive(sqlx::FromRow)]
pub(in super::super) struct Claimed {
    pub(in super::super) id: PressDeliveryId,
    pub(in super::super) announcement_id: AnnouncementId,
    pub(in super::super) recipient: String,
    pub(in super::super) event: PressEvent,
    pub(in super::super) created_at: At,
    /// This one counted.
    pub(in super::super) attempts: i32,
}

/// When the first of a channel's deliveries is due, or its lease ends.
pub(in super::super) async fn next_due(db: &Db, channel: PressChannel) -> Result<Option<At>> {
    let (due,): (Option<At>,) = db
        .query(sql!(
            "SELECT MIN(due_at) FROM press_deliveries
             WHERE channel = $1 AND outcome IS NULL AND due_at IS NOT NULL"
        ))
        .bind(channel)
        .one()
        .await?;
    Ok(due)
}

/// The next deliveries of a channel. What a receiver is to be told later waits for what comes before it.
pub(in super::super) async fn claim(
    db: &Db,
    channel: PressChannel,
    claim: ClaimId,
    most: i64,
    lease: At,
    now: At,
) -> Result<Vec<Claimed>> {
    db.query(sql!(
        "UPDATE press_deliveries SET claim_id = $1, due_at = $2, attempts = attempts + 1
         WHERE id " ["IN (" | "= ANY (ARRAY("] "
            SELECT d.id FROM press_deliveries d
            WHERE d.channel = $3 AND d.outcome IS NULL AND d.due_at <= $4
              AND NOT EXISTS (
                SELECT 1 FROM press_deliveries e
                WHERE e.announcement_id = d.announcement_id AND e.channel = d.channel
                  AND e.recipient = d.recipient AND e.id < d.id AND e.outcome IS NULL)
            ORDER BY d.due_at LIMIT $5 " [")" | "FOR UPDATE OF d SKIP LOCKED))"] "
         RETURNING id, announcement_id, recipient, event, created_at, attempts"
    ))
    .bind(claim)
    .bind(lease)
    .bind(channel)
    .bind(now)
    .bind(most)
    .all()
    .await
}

/// How a claimed delivery goes on.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum End {
    Delivered {
        /// When the attempt began.
        sent_at: At,
    },
    Otherwise(PressOutcome),
    /// Not before this instant again.
    Again(At),
}

/// What the claim has lost to another process is left alone.
pub(in super::super) async fn settle(
    db: &Db,
    claim: ClaimId,
    delivery: PressDeliveryId,
    end: End,
    reason: Option<String>,
    now: At,
) -> Result<()> {
    let (outcome, due_at, sent_at) = match end {
        End::Delivered { sent_at } => (Some(PressOutcome::Delivered), None, Some(sent_at)),
        End::Otherwise(outcome) => (Some(outcome), None, None),
        End::Again(at) => (None, Some(at), None),
    };
    db.query(sql!(
        "UPDATE press_deliveries SET claim_id = NULL, outcome = $3, due_at = $4, sent_at = $5,
             reason = $6, settled_at = $7
         WHERE id = $1 AND claim_id = $2 AND outcome IS NULL"
    ))
    .bind(delivery)
    .bind(claim)
    .bind(outcome)
    .bind(due_at)
    .bind(sent_at)
    .bind(reason)
    .bind(outcome.map(|_| now))
    .execute()
    .await
    .map(drop)
}

/// Gives back what a claim holds, or what any does, for anybody to claim at once.
pub(in super::super) async fn give_back(
    db: &Db,
    channel: PressChannel,
    claim: Option<ClaimId>,
    now: At,
) -> Result<()> {
    db.query(sql!(
        "UPDATE press_deliveries SET claim_id = NULL, due_at = $3
         WHERE channel = $1 AND outcome IS NULL AND claim_id IS NOT NULL
           AND (claim_id = $2 OR $2 IS NULL)"
    ))
    .bind(channel)
    .bind(claim)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// Deliveries that went alike.
#[derive(sqlx::FromRow)]
pub(in super::super) struct Tally {
    pub(in super::super) channel: PressChannel,
    pub(in super::super) event: PressEvent,
    /// `None`: they wait.
    pub(in super::super) outcome: Option<PressOutcome>,
    pub(in super::super) count: i64,
    pub(in super::super) first: Option<At>,
    pub(in super::super) last: Option<At>,
}

pub(in super::super) async fn tallies(db: &Db, id: AnnouncementId) -> Result<Vec<Tally>> {
    db.query(sql!(
        "SELECT channel, event, outcome, COUNT(*) AS count, MIN(sent_at) AS first, MAX(sent_at) AS last
         FROM press_deliveries WHERE announcement_id = $1
         GROUP BY channel, event, outcome ORDER BY channel, event, outcome"
    ))
    .bind(id)
    .all()
    .await
}
