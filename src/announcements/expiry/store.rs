// SPDX-License-Identifier: EUPL-1.2

//! The statement of the end.

use crate::{
    clock::At,
    db::{Result, Tx, sql},
    id::AnnouncementId,
};

/// When it expires; `None`: never.
pub(in crate::announcements) async fn set(
    tx: &mut Tx,
    id: AnnouncementId,
    expires_at: Option<At>,
) -> Result<()> {
    tx.query(sql!(
        "UPDATE announcements SET expires_at = $2 WHERE id = $1"
    ))
    .bind(id)
    .bind(expires_at)
    .execute()
    .await
    .map(drop)
}
