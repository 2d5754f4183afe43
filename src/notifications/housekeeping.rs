// SPDX-License-Identifier: EUPL-1.2

//! Who was told of whose comment is nobody's business a few days later: unlike a release, a notice has no report.

use std::time::Duration;

use super::{Notifications, policy::OVER_AFTER, store};
use crate::{
    db::Result,
    push::{MessageClass, outbox},
    tasks::Tasks,
};

const EVERY: Duration = Duration::from_hours(6);
/// How long after its end a message is kept: whoever asks why nothing came can look.
const KEPT: Duration = Duration::from_hours(24);
/// Rows in one transaction.
const PORTION: i64 = 200;

pub(super) async fn run(room: Notifications, tasks: Tasks) {
    loop {
        let now = room.clock.now();
        tokio::select! {
            tidied = tidy(&room) => if let Err(error) = tidied {
                tracing::error!(%error, "old social notices were not removed");
            },
            () = tasks.stopping() => return,
        }
        tokio::select! {
            () = room.clock.sleep_until(now + EVERY) => {}
            () = tasks.stopping() => return,
        }
    }
}

async fn tidy(room: &Notifications) -> Result<()> {
    let now = room.clock.now();
    // As long as it may be on a lock screen, its words may have to be taken down.
    let ttl = room.classes.get(MessageClass::Social).ttl;
    let (db, before) = (&room.db, now - ttl.max(OVER_AFTER));
    while store::notices::forget(db, before, PORTION).await? > 0 {}
    while outbox::forget(db, MessageClass::Social, now - KEPT, PORTION).await? > 0 {}
    store::settings::forget_former(db).await?;
    Ok(())
}
