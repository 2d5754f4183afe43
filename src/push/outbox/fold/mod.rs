// SPDX-License-Identifier: EUPL-1.2

//! Folding: the rows of a message that was finished long ago give way to their totals, from which its report
//! is answered as before. Who was meant and whose device it was is gone then.
//!
//! First the totals are written, in one short transaction; from then on they speak for the message. Then its
//! rows are removed, portion by portion. A crash in between leaves rows that nobody reads any more, and that
//! the next round removes.

mod store;

use super::account::{self, Account, Figures};
use crate::{
    clock::At,
    db::{Db, Result},
    id::MessageId,
};

pub(super) use self::store::{due, figures, is_finished, unemptied};

/// Writes a finished message's totals, if nobody else has. It is counted before the transaction: of what is
/// finished nothing changes any more.
pub(super) async fn fold(db: &Db, message: MessageId, now: At) -> Result<()> {
    let figures = Figures::of(db, message).await?;
    let devices = account::devices(db, message).await?;
    let mut tx = db.begin().await?;
    if !store::insert_fold(&mut tx, message, figures, now).await? {
        return Ok(());
    }
    for total in devices {
        store::insert_total(&mut tx, message, total).await?;
    }
    tx.commit().await
}

/// Removes a folded message's rows. What another process is just removing is left to it.
pub(super) async fn empty(db: &Db, message: MessageId, now: At) -> Result<()> {
    while store::remove_deliveries(db, message).await? > 0 {}
    while store::remove_recipients(db, message).await? > 0 {}
    store::mark_emptied(db, message, now).await
}

/// The account of a folded message; `None` if it is not.
pub(super) async fn read(db: &Db, message: MessageId) -> Result<Option<Account>> {
    let Some(figures) = figures(db, message).await? else {
        return Ok(None);
    };
    let devices = store::totals(db, message).await?;
    let (opened_at, finished_at) = account::gates(db, message).await?;
    Ok(Some(figures.account(opened_at, finished_at, devices)))
}
