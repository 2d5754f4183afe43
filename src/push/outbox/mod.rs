// SPDX-License-Identifier: EUPL-1.2

//! The outbox: a push exists as rows before any byte leaves, and each row ends in one [`Outcome`](super::Outcome).
//!
//! A message's life: [`create`] (its gate shut) → recipients are written → [`stage`] (a delivery for every
//! device of every recipient) → [`open`], in the transaction that releases → [`claim()`] and [`settle`] by a
//! dispatcher, batch by batch (those of many phones in whole claims, which staging has made) → finished, when nothing waits any more → [folded](fold()), some weeks later: its
//! rows give way to their totals.
//!
//! Shortly before a gate is to open, the first batches are claimed already, so that they can be made ready;
//! when it opens, [`gate`] says what may leave.
//!
//! **Invariants:** nothing leaves while the gate is shut. A claim holds until its lease ends; then
//! another process may take the same deliveries over, and the first can no longer settle them, because it
//! settles by the claim's id. Every delivery of a finished message has an outcome.

mod account;
mod claim;
mod curve;
mod fold;
mod quiet;
pub mod recall;
mod store;

use std::{ops::Range, time::Duration};

use self::store::Next;
pub use self::{
    account::{Account, OutcomeCount, PeopleCount, Timing},
    curve::{Curve, Point},
    quiet::{HeldBack, disturbs, follow, follow_all},
};
pub(super) use self::{
    claim::{
        Attempt, Behind, Claim, Claimed, End, Gate, Held, Settlement, Token, Turn, UNTRIED, Work,
    },
    store::{Whose, loosen},
};
use super::{Gateway, MessageClass, envelope::Message};
use crate::{
    clock::At,
    db::{Db, Result, Tx},
    id::{AccountId, ClaimId, Ids, MessageId},
};

/// The most deliveries in one claim: larger ones would make other writers wait (20 ms at 1,000).
pub const BATCH: usize = 1_000;

/// How long a process may hold a claim, from when it may send, before another takes it over. Longer than a
/// gateway may take to answer, with time to settle.
pub const LEASE: Duration = Duration::from_mins(1);

/// The longest wait before a delivery is tried again, unless its gateway said another.
pub(super) const LONGEST_RETRY: Duration = Duration::from_mins(10);

/// Writes a message with its gate shut. `opens_at` is when it is expected to open: the dispatcher gets the
/// first pushes ready shortly before.
pub async fn create(tx: &mut Tx, message: &Message, opens_at: At, at: At) -> Result<()> {
    store::insert_message(tx, message, opens_at, at).await
}

/// Writes a delivery for every device of every recipient, and returns how many. Those of a recipient whose quiet
/// lasts are due when it ends. A device that is quarantined is accounted for at once.
///
/// The many are staged in whole claims; claiming and settling then costs them one write each less.
pub async fn stage(tx: &mut Tx, ids: &Ids, message: MessageId, at: At) -> Result<u64> {
    let in_whole_claims = store::make(tx, ids, message).await?;
    let staged = store::insert_deliveries(tx, message, in_whole_claims, at).await?;
    store::count(tx, staged).await?;
    Ok(staged)
}

/// Puts what was never tried and waits into the order of its recipients' ranks, after these have changed.
/// What a dispatcher holds ready keeps its place.
pub async fn rerank(tx: &mut Tx, message: MessageId) -> Result<u64> {
    Ok(store::loosen_ranks(tx, message).await? + store::rerank(tx, message).await?)
}

/// Opens the gate, in the transaction that releases. The commit wakes the dispatchers.
pub async fn open(tx: &mut Tx, message: MessageId, at: At) -> Result<()> {
    store::open(tx, message, at).await?;
    tx.tell().await
}

/// Removes a message whose gate was never opened, and everything staged for it.
pub async fn discard(tx: &mut Tx, message: MessageId) -> Result<()> {
    store::discard(tx, message).await?;
    tx.tell().await
}

/// Ends what waits of a message for one person, who need not be disturbed with it any more; says for how many
/// devices. What a dispatcher holds ready or has sent stays.
pub async fn spare(tx: &mut Tx, message: MessageId, account: AccountId, at: At) -> Result<u64> {
    loosen(tx, Whose::People(&[account])).await?;
    store::spare(tx, message, account, at).await
}

/// What has become of a message.
pub async fn account(db: &Db, message: MessageId) -> Result<Account> {
    account::of(db, message).await
}

/// How many people's phones have said that they have shown a message, and when the last said so.
pub async fn displayed(db: &Db, message: MessageId) -> Result<(i64, Option<At>)> {
    account::displayed_to(db, message).await
}

/// How many devices had been handed over by when.
pub async fn curve(db: &Db, message: MessageId) -> Result<Curve> {
    curve::of(db, message).await
}

/// What there is to do, the most urgent first: of open messages, and of those whose gate `opens` in this time.
/// Asked before [`claim()`], so that waiting costs readers only.
pub(super) async fn work(db: &Db, now: At, opens: Range<At>) -> Result<Vec<Work>> {
    store::work(db, now, opens).await
}

/// Claims the next batch, of `most` deliveries; `None` if others were faster.
pub(super) async fn claim(
    db: &Db,
    id: ClaimId,
    work: &Work,
    most: usize,
    now: At,
) -> Result<Option<Claim>> {
    let from = if work.is_open {
        now
    } else {
        now.max(work.opens_at)
    };
    let lease = from + LEASE;
    loop {
        let mut tx = db.begin().await?;
        // Where nothing is claimed, the transaction is undone.
        let (id, is_last) = match store::next(&mut tx, work, now).await? {
            None => return Ok(None),
            Some(Next::Whole) if most < BATCH => {
                if !store::break_up(&mut tx, work).await? {
                    return Ok(None);
                }
                tx.commit().await?;
                continue;
            }
            Some(Next::Whole) => match store::take(&mut tx, work, lease).await? {
                None => return Ok(None),
                Some(id) => (id, false),
            },
            Some(Next::Single { are_last }) => {
                match store::claim_single(&mut tx, id, work, most, lease, now).await? {
                    0 => return Ok(None),
                    claimed => (id, are_last && claimed < most as u64),
                }
            }
        };
        let claim = store::read(&mut tx, id, work, is_last).await?;
        tx.commit().await?;
        // All that was in a whole claim may have been taken out of it.
        if !claim.deliveries.is_empty() {
            return Ok(Some(claim));
        }
    }
}

/// Whether what was claimed, so many deliveries, may leave; those of a device that was signed out or registered anew
/// while the gate was shut have been taken back.
pub(super) async fn gate(db: &Db, token: Token, claimed: usize) -> Result<Gate> {
    Ok(match store::opened(db, token).await? {
        None => Gate::Gone,
        Some((None, _)) => Gate::Shut,
        // At T everybody asks at once, and hardly ever has anything been taken back.
        Some((Some(_), held)) if usize::try_from(held) == Ok(claimed) => {
            Gate::Open(Held::Everything)
        }
        Some((Some(_), _)) => Gate::Open(Held::Only(store::held(db, token).await?)),
    })
}

/// When the gate of a message was opened, if it has been.
pub(super) async fn opened_at(db: &Db, message: MessageId) -> Result<Option<At>> {
    store::opened_at(db, message).await
}

/// Writes how deliveries of a claim go on. What the claim has lost to another process is left alone.
pub(super) async fn settle(db: &Db, token: Token, settlements: &[Settlement]) -> Result<()> {
    let mut tx = db.begin().await?;
    store::settle(&mut tx, token, settlements).await?;
    tx.commit().await
}

/// Gives back what a claim has not handed over, for anybody to claim at once.
pub(super) async fn give_back(db: &Db, token: Token, behind: Behind, now: At) -> Result<u64> {
    store::give_back(db, token, behind, now).await
}

/// Gives back what an earlier process had claimed when it died. On SQLite there is one process, so
/// whatever is claimed when it starts is a dead one's; on PostgreSQL leases must end by themselves.
pub(super) async fn recover(db: &Db) -> Result<u64> {
    if db.is_sqlite() {
        take_over(db, None).await
    } else {
        Ok(0)
    }
}

/// Frees what dead processes hold, ends what has expired, and finishes the messages of which nothing waits
/// any more. Tells how many deliveries were taken from dead processes.
pub(super) async fn tidy(db: &Db, now: At) -> Result<u64> {
    if !store::is_anything_under_way(db).await? {
        return Ok(0);
    }
    let freed = take_over(db, Some(now)).await?;
    if freed > 0 {
        tracing::warn!(freed, "took over pushes whose lease had ended");
    }
    store::expire(db, now).await?;
    if store::finish(db, now).await? > 0 {
        store::drop_claims(db).await?;
    }
    Ok(freed)
}

/// Frees what is left of claims whose lease has ended by `now`; with `None`, of all that are taken.
async fn take_over(db: &Db, now: Option<At>) -> Result<u64> {
    let mut freed = 0;
    for claim in store::ended(db, now).await? {
        let mut tx = db.begin().await?;
        freed += store::take_over(&mut tx, claim).await?;
        tx.commit().await?;
    }
    Ok(freed)
}

/// The clock has been set: it shows `now` where it should show `expected`. Leases and retries keep their
/// distance.
pub(super) async fn clock_was_set(db: &Db, expected: At, now: At) -> Result<()> {
    let moved = store::shift(db, expected, now).await?;
    tracing::warn!(%expected, %now, moved, "the clock was set");
    Ok(())
}

/// Folds messages that were finished before an instant, and removes the rows of what is folded; says of how
/// many messages. In portions: others write meanwhile. What is left undone is done the next time.
pub(super) async fn fold(db: &Db, finished_before: At, now: At) -> Result<u64> {
    let mut folded = 0;
    while let Some(message) = fold::due(db, finished_before).await? {
        fold::fold(db, message, now).await?;
        folded += 1;
    }
    for message in fold::unemptied(db).await? {
        fold::empty(db, message, now).await?;
    }
    Ok(folded)
}

/// Folds one message before its time, because who was meant is to be forgotten. Nothing happens to what still waits:
/// it is folded when it is its turn.
pub async fn fold_early(db: &Db, message: MessageId, now: At) -> Result<()> {
    // What is over may not have been found to be.
    tidy(db, now).await?;
    if fold::is_finished(db, message).await? {
        fold::fold(db, message, now).await?;
        fold::empty(db, message, now).await?;
    }
    Ok(())
}

/// How many messages of a class have not ended.
pub async fn under_way(db: &Db, class: MessageClass) -> Result<i64> {
    store::under_way(db, class).await
}

/// Removes messages of a class that ended before an instant, up to so many in one transaction, and all that is known
/// of them; says how many. For classes of many messages, each to one person, of which nobody wants a report.
pub async fn forget(db: &Db, class: MessageClass, finished_before: At, most: i64) -> Result<usize> {
    let mut tx = db.begin().await?;
    let ended = store::passed(&mut tx, class, finished_before, most).await?;
    store::remove(&mut tx, &ended).await?;
    tx.commit().await?;
    Ok(ended.len())
}

/// How much waits in each lane and gateway of open messages, but for what waits for somebody's quiet to end: for
/// metrics.
pub async fn queue(db: &Db, now: At) -> Result<Vec<(i16, Gateway, i64)>> {
    store::queue(db, now).await
}
