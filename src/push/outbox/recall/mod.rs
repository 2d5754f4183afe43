// SPDX-License-Identifier: EUPL-1.2

//! Calling a message back: other words take its place on the phones, or its notification is taken down.
//!
//! Both are a new message under the same collapse id, written and opened in one transaction with the end of
//! the old one: whatever of the old one has no outcome gets it there ([`Outcome::Superseded`] or
//! [`Outcome::Withdrawn`]), claimed or not, and the old message is finished. So after that commit nothing of it
//! can be claimed, tried again or settled otherwise, and every account adds up at once. A dispatcher that
//! holds a batch of it [learns](is_lost) that its claim is gone and begins none of the pushes that are left.
//!
//! What is on the wire at that instant can't be called back. Its phone gets the new message [a little
//! later](LANDING), so that the two do not arrive the wrong way round.

mod store;

use std::time::Duration;

use super::Token;
use crate::{
    clock::At,
    db::{Db, Result, Tx},
    id::MessageId,
    push::Outcome,
};

/// How long a push that is on its way is given to arrive before what replaces it follows.
const LANDING: Duration = Duration::from_secs(2);

/// Makes the recipients of a message those of another, in the same ranks; says how many. None of a message
/// that has been folded: who they were is no longer known.
pub async fn copy_recipients(tx: &mut Tx, from: MessageId, to: MessageId) -> Result<u64> {
    store::copy_recipients(tx, from, to).await
}

/// Stages a message for every phone that one of the `old` messages has reached or may have reached, and makes
/// their owners its recipients; says for how many phones.
pub async fn stage_where_shown(tx: &mut Tx, message: MessageId, old: &[MessageId]) -> Result<u64> {
    // Whatever is claimed after it has been looked for would be shown and never taken down.
    store::hold_everybody_else(tx).await?;
    let phones = store::insert_deliveries_where_shown(tx, message, old).await?;
    store::insert_owners(tx, message).await?;
    super::store::count(tx, phones).await?;
    Ok(phones)
}

/// Whether the rows of a message have given way to their totals.
pub async fn is_folded(tx: &mut Tx, message: MessageId) -> Result<bool> {
    store::is_folded(tx, message).await
}

/// Ends what waits of the `old` messages, in favour of a `new` one that is staged and whose gate is shut:
/// the last thing to do before it is opened, because until the commit nobody else can settle anything.
/// Says how many deliveries have ended so.
pub async fn end(
    tx: &mut Tx,
    old: &[MessageId],
    new: Option<MessageId>,
    outcome: Outcome,
    at: At,
) -> Result<u64> {
    store::hold_everybody_else(tx).await?;
    if let Some(new) = new {
        store::put_off(tx, new, old, at + LANDING).await?;
    }
    let ended = store::settle(tx, old, outcome, at).await?;
    store::drop_claims(tx, old).await?;
    store::finish(tx, old, at).await?;
    tx.tell().await?;
    Ok(ended)
}

/// Whether a claim holds nothing any more: all of it has been settled, called back or taken over by another
/// process.
pub(in crate::push) async fn is_lost(db: &Db, token: Token) -> Result<bool> {
    store::is_lost(db, token).await
}
