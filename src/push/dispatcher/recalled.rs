// SPDX-License-Identifier: EUPL-1.2

//! Learning that a batch in hand has been called back: its announcement was corrected or withdrawn.

use super::Dispatcher;
use crate::{
    id::{ClaimId, MessageId},
    push::{Gateway, outbox::recall},
};

impl Dispatcher {
    /// Returns when the claim holds nothing any more, which is looked at now and after each commit that tells
    /// of itself.
    pub(super) async fn lost(&self, claim: ClaimId, message: MessageId, gateway: Gateway) {
        let mut commits = self.db.commits();
        loop {
            commits.mark_unchanged();
            match recall::is_lost(&self.db, claim, message, gateway).await {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(%error, "a batch that may have been called back goes on");
                }
            }
            if commits.changed().await.is_err() {
                // The database has gone, and the batch with it.
                return;
            }
        }
    }
}
