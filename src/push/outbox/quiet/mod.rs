// SPDX-License-Identifier: EUPL-1.2

//! What waits for somebody's quiet to end. Whose and until when stands with the recipient, and is nothing that push
//! decides; a delivery of theirs is due then, and keeps the instant, so that what was late on purpose is told
//! apart from what was late.

mod store;

use serde::{Deserialize, Serialize};

use super::{Whose, loosen};
use crate::{
    db::{Db, Result, Tx},
    id::{AccountId, MessageId},
};

/// Devices whose push was to wait for their owner's quiet to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldBack {
    pub waiting: i64,
    pub handed_over: i64,
}

/// Makes what waits for these people due by their recipients' rows, after these have changed; says how many
/// deliveries have moved. What a dispatcher holds ready for a gate that is shut is taken back from it; what is on
/// its way stays so.
pub async fn follow(
    tx: &mut Tx,
    message: MessageId,
    accounts: &[AccountId],
    is_open: bool,
) -> Result<u64> {
    loosen(tx, Whose::People(accounts)).await?;
    store::follow(tx, message, accounts, is_open).await
}

/// The same for all of a message whose gate is shut, after somebody's row has changed.
pub async fn follow_all(tx: &mut Tx, message: MessageId) -> Result<u64> {
    store::follow_all(tx, message).await
}

/// How many people with a phone a message disturbs in their quiet hours.
pub async fn disturbs(tx: &mut Tx, message: MessageId) -> Result<i64> {
    store::disturbs(tx, message).await
}

/// What of a message is not due at T.
pub(super) async fn held_back(db: &Db, message: MessageId) -> Result<HeldBack> {
    store::held_back(db, message).await
}
