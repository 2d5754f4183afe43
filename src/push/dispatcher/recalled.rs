// SPDX-License-Identifier: EUPL-1.2

//! Learning that a batch in hand has been called back: its announcement was corrected or withdrawn.

use super::Dispatcher;
use crate::{
    db::DbError,
    push::outbox::{Token, recall},
};

impl Dispatcher {
    /// Returns when the claim holds nothing any more, which is looked at now and after each commit that tells
    /// of itself.
    pub(super) async fn lost(&self, token: Token) {
        let mut commits = self.db.commits();
        loop {
            commits.mark_unchanged();
            match self.has_lost(token).await {
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

    /// Not where pushes are sent: a connection to the database that waits for busy threads is missed by others.
    async fn has_lost(&self, token: Token) -> Result<bool, DbError> {
        let db = self.db.clone();
        let asked = self
            .tasks
            .spawn(async move { recall::is_lost(&db, token).await });
        asked.await.unwrap_or(Ok(false))
    }
}
