// SPDX-License-Identifier: EUPL-1.2

//! The outbox: a push exists as rows before any byte leaves, and each row ends in one [`Outcome`].
//!
//! A message's life: [`create`] (its gate shut) → recipients are written → [`stage`] (a delivery for every
//! device of every recipient) → [`open`], in the transaction that releases → [`claim`] and [`settle`] by a
//! dispatcher, batch by batch → finished, when nothing waits any more.
//!
//! **Invariants:** nothing is claimed while the gate is shut. A claim holds until its lease ends; then
//! another process may take the same deliveries over, and the first can no longer settle them, because it
//! settles by the claim's id. Every delivery of a finished message has an outcome.

mod account;
mod store;

use std::time::Duration;

pub use self::account::{Account, OutcomeCount, PeopleCount, Timing};
use super::{
    Gateway, Outcome,
    envelope::{Message, Target},
};
use crate::{
    clock::At,
    db::{Db, Result, Tx},
    id::{ClaimId, DeviceId, MessageId},
};

/// The most deliveries in one claim: larger ones would make other writers wait (20 ms at 1,000).
pub const BATCH: usize = 1_000;

/// How long a process may hold a claim before another takes it over. Longer than a gateway may take to
/// answer, with time to settle.
pub const LEASE: Duration = Duration::from_mins(1);

/// Deliveries of one message that this process may hand over until the lease ends.
pub struct Claim {
    pub id: ClaimId,
    pub message: Message,
    pub opened_at: At,
    pub deliveries: Vec<Claimed>,
}

/// One of them.
pub struct Claimed {
    pub target: Target,
    /// How many times it has been claimed, this time included.
    pub attempts: u32,
    pub device_registered_at: At,
}

/// How a claimed delivery goes on.
#[derive(Clone, Debug)]
pub struct Settlement {
    pub device: DeviceId,
    /// Which registration of the device was pushed to: a later one is not judged by the answer.
    pub device_registered_at: At,
    pub end: End,
    /// The gateway's own word.
    pub reason: Option<String>,
    /// When the gateway's answer was to hand.
    pub at: At,
}

/// Whether it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Outcome(Outcome),
    /// Not before this instant again.
    Again(At),
}

/// Writes a message with its gate shut. `opens_at` is when it is expected to open: the dispatcher gets the
/// first pushes ready shortly before.
pub async fn create(tx: &mut Tx, message: &Message, opens_at: At, at: At) -> Result<()> {
    store::insert_message(tx, message, opens_at, at).await
}

/// Writes a delivery for every device of every recipient, and returns how many. A device that is
/// quarantined is accounted for at once.
pub async fn stage(tx: &mut Tx, message: MessageId, at: At) -> Result<u64> {
    store::insert_deliveries(tx, message, at).await
}

/// Opens the gate, in the transaction that releases. The commit wakes the dispatchers.
pub async fn open(tx: &mut Tx, message: MessageId, at: At) -> Result<()> {
    store::open(tx, message, at).await?;
    tx.tell().await
}

/// Removes a message whose gate was never opened, and everything staged for it.
pub async fn discard(tx: &mut Tx, message: MessageId) -> Result<()> {
    store::discard(tx, message).await
}

/// What has become of a message.
pub async fn account(db: &Db, message: MessageId) -> Result<Account> {
    account::of(db, message).await
}

/// Claims the next batch of an open message in this lane; `None` if nothing is due.
pub(super) async fn claim(db: &Db, id: ClaimId, lane: i16, now: At) -> Result<Option<Claim>> {
    let mut tx = db.begin().await?;
    let claim = store::claim(&mut tx, id, lane, now).await?;
    tx.commit().await?;
    Ok(claim)
}

/// Whether this lane has anything due: asked before [`claim`], so that waiting costs readers only.
pub(super) async fn is_due(db: &Db, lane: i16, now: At) -> Result<bool> {
    store::is_due(db, lane, now).await
}

/// Writes how deliveries of a claim go on. What the claim has lost to another process is left alone.
pub(super) async fn settle(
    db: &Db,
    claim: ClaimId,
    message: MessageId,
    settlements: &[Settlement],
    now: At,
) -> Result<()> {
    let mut tx = db.begin().await?;
    store::settle(&mut tx, claim, message, settlements).await?;
    for settlement in settlements {
        match settlement.end {
            End::Outcome(Outcome::Unregistered) => {
                let registered_at = settlement.device_registered_at;
                super::devices::remove_unregistered(&mut tx, settlement.device, registered_at, now)
                    .await?;
            }
            End::Outcome(Outcome::Quarantined) => {
                let registered_at = settlement.device_registered_at;
                super::devices::quarantine(&mut tx, settlement.device, registered_at, now).await?;
            }
            _ => {}
        }
    }
    tx.commit().await
}

/// Gives back what a claim has not handed over, for anybody to claim at once.
pub(super) async fn give_back(db: &Db, claim: ClaimId, now: At) -> Result<u64> {
    store::give_back(db, claim, now).await
}

/// Gives back what an earlier process had claimed when it died. On SQLite there is one process, so
/// whatever is claimed when it starts is a dead one's; on PostgreSQL leases must end by themselves.
pub(super) async fn recover(db: &Db, now: At) -> Result<()> {
    if db.is_sqlite() {
        store::give_back_all(db, now).await?;
    }
    Ok(())
}

/// Ends what has expired, and finishes the messages of which nothing waits any more.
pub(super) async fn tidy(db: &Db, now: At) -> Result<()> {
    store::expire(db, now).await?;
    store::finish(db, now).await
}

/// How much waits in each lane and gateway of open messages: for metrics.
pub async fn queue(db: &Db) -> Result<Vec<(i16, Gateway, i64)>> {
    store::queue(db).await
}
