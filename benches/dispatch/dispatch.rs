// SPDX-License-Identifier: EUPL-1.2

//! One message, from staging to its account.

use std::time::{Duration, Instant};

use stadtfunk::{
    app::App,
    clock::At,
    push::{
        Class, Language,
        envelope::{Envelope, Manner, Message, Text},
        outbox::{self, Account},
    },
};

use super::{Result, town};

/// Ahead of T by so much staging is over; in the last five seconds the dispatcher gets its first batches
/// ready.
const AHEAD: Duration = Duration::from_secs(6);
/// What staging is given for each device.
const STAGING: Duration = Duration::from_micros(40);

pub(super) struct Staged {
    pub(super) message: Message,
    pub(super) opens_at: At,
    pub(super) devices: u64,
    /// How long staging took.
    pub(super) took: Duration,
}

/// Writes the message and its deliveries, with the gate shut.
pub(super) async fn stage(app: &App, class: Class, people: usize) -> Result<Staged> {
    let message = message(app, class);
    let opens_at = app.clock.now() + AHEAD + STAGING * u32::try_from(people)?;
    let started = Instant::now();
    let mut tx = app.db.begin().await?;
    outbox::create(&mut tx, &message, opens_at, app.clock.now()).await?;
    tx.commit().await?;
    town::are_meant(&app.db, message.id, people).await?;
    let mut tx = app.db.begin().await?;
    let devices = outbox::stage(&mut tx, &app.ids, message.id, app.clock.now()).await?;
    tx.commit().await?;
    let took = started.elapsed();
    Ok(Staged {
        message,
        opens_at,
        devices,
        took,
    })
}

/// Opens the gate, as a release does.
pub(super) async fn open(app: &App, message: &Message) -> Result<()> {
    let mut tx = app.db.begin().await?;
    outbox::open(&mut tx, message.id, app.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// Waits until it has been found to be over, which is looked at twice a second; gives up after a minute and a
/// millisecond for each device.
pub(super) async fn finished(app: &App, staged: &Staged) -> Result<()> {
    let patience = Duration::from_mins(1) + Duration::from_millis(staged.devices);
    let deadline = Instant::now() + patience;
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        // Only whether it is over: to count what waits would be a good part of what is measured.
        let under_way = outbox::under_way(&app.db, staged.message.class).await?;
        if under_way == 0 || Instant::now() > deadline {
            return Ok(());
        }
    }
}

/// The report.
pub(super) async fn account(app: &App, staged: &Staged) -> Result<Account> {
    Ok(outbox::account(&app.db, staged.message.id).await?)
}

fn message(app: &App, class: Class) -> Message {
    let text = Text {
        title: "Das neue Rathaus wird gebaut".to_owned(),
        body: "Der Stadtrat hat heute beschlossen: Das neue Rathaus wird gebaut.".to_owned(),
    };
    Message {
        id: app.ids.id(),
        class: class.into(),
        envelope: Envelope {
            texts: [(Language::German, text)].into(),
            link: "/announcements/019a8f6e-7c00-7000-8000-000000000001".to_owned(),
            collapse_id: "AZqPbnwAcACAAAAAAAAAAQ".to_owned(),
            manner: Manner::Show,
        },
        expires_at: app.clock.now() + Duration::from_hours(1),
    }
}
