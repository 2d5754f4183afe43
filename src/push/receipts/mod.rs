// SPDX-License-Identifier: EUPL-1.2

//! Receipts: an app reports that it has shown a message, for the classes of which the city wants to know that
//! it arrived.
//!
//! They are counted and nothing else: how many people have seen an alert, never who. A class that does not
//! take receipts has none, so there are no reading statistics of ordinary announcements. The app vouches by
//! its session: only its own device, and only what was pushed to it.

pub mod http;
mod store;

use super::{MessageClass, Push};
use crate::{
    clock::At,
    db::DbError,
    id::{MessageId, SessionId},
};

#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// It was not pushed to this device, or its deliveries have been folded.
    #[error("no such message was pushed to this device")]
    Unknown,
    #[error("messages of class {0} take no receipts")]
    NotTaken(MessageClass),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Push {
    /// The session's device has shown a message. Said again, nothing changes. An instant before the release or
    /// in the future, by a phone's clock that is wrong, is taken as the nearest possible.
    pub async fn displayed(
        &self,
        session: SessionId,
        message: MessageId,
        displayed_at: At,
    ) -> Result<(), ReceiptError> {
        let pushed = store::pushed(&self.db, session, message).await?;
        let pushed = pushed.ok_or(ReceiptError::Unknown)?;
        if !self.gateways.classes().get(pushed.class).receipts {
            return Err(ReceiptError::NotTaken(pushed.class));
        }
        let displayed_at = displayed_at.max(pushed.opened_at).min(self.clock.now());
        Ok(store::write(&self.db, message, pushed.device_id, displayed_at).await?)
    }
}
