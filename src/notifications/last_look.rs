// SPDX-License-Identifier: EUPL-1.2

//! The last look before a notice leaves. Between the staging and the sending may be hours, if a gateway is closed; in
//! them the comment may be deleted or edited, the person leave the audience, or switch notices off.

use futures::{FutureExt as _, future::BoxFuture};

use super::{Notifications, store};
use crate::{db::Result, id::MessageId, push::LastLook};

impl LastLook for Notifications {
    fn may_leave(&self, message: MessageId) -> BoxFuture<'_, Result<bool>> {
        async move { store::news::still_stands(&self.db, message).await }.boxed()
    }
}
