// SPDX-License-Identifier: EUPL-1.2

//! How long it takes to write down who is to be told, phone by phone, from the editor's word until it is committed.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use stadtfunk::{app, tasks::Tasks};

use super::{
    Result, arguments::Wanted, gateways::SandboxProcess, newsroom::Newsroom, progress, same,
    site::Site, town,
};

/// So near that it is staged at once, and never reached.
const T: Duration = Duration::from_mins(2);

/// Always quiet but for a minute of the day.
const CHOSEN: &str = r#"[{"days":["monday","tuesday","wednesday","thursday","friday","saturday","sunday"],"from":"00:01","until":"00:00"}]"#;
const ALL_WEEK: &str = "INSERT INTO quiet_hours (account_id, zone, week, revision)
     SELECT id, 'Europe/Berlin', $1, 1 FROM accounts WHERE left_at IS NULL";

pub(super) struct Staging {
    pub(super) what: &'static str,
    pub(super) took: Duration,
}

pub(super) async fn measure(wanted: &Wanted, folder: &Path, tasks: &Tasks) -> Result<Vec<Staging>> {
    progress("staging: making phones")?;
    let mut sandbox = SandboxProcess::start(wanted, folder)?;
    let site = Site::open(tasks, || 0).await?;
    let newsroom = Newsroom::open(folder, sandbox.push_config.clone(), &site).await?;
    town::settle(&newsroom.database(), &mut sandbox, false)?;
    let everybody = json!({"kind": "everybody"});
    let composed = json!({"kind": "any_of", "of": [everybody], "except": [{"kind": "on_duty"}]});
    app::start(&newsroom.app);
    // Whatever is read for the first time.
    stage(&newsroom, "", everybody.clone()).await?;
    let mut stagings = vec![
        stage(&newsroom, "everybody", everybody.clone()).await?,
        stage(&newsroom, "everybody but those on duty", composed).await?,
    ];
    let asleep = newsroom.app.db.query(same(ALL_WEEK));
    asleep.bind(CHOSEN).execute().await?;
    wake_nobody(&newsroom, everybody.clone()).await?;
    stagings.push(
        stage(
            &newsroom,
            "everybody, in quiet hours that each has chosen",
            everybody,
        )
        .await?,
    );
    newsroom.close().await;
    sandbox.stop()?;
    Ok(stagings)
}

/// Makes sure that what is measured by night is night: every phone waits.
async fn wake_nobody(newsroom: &Newsroom, audience: Value) -> Result<()> {
    let id = newsroom.draft_news(audience).await?;
    newsroom.schedule(id, newsroom.app.clock.now() + T).await?;
    newsroom.staged(id).await?;
    let awake =
        "SELECT COUNT(*) FROM deliveries d JOIN announcements a ON a.message_id = d.message_id
                 WHERE a.id = $1 AND d.quiet_until IS NULL";
    let awake = newsroom.app.db.query(same(awake)).bind(id);
    let (awake,): (i64,) = awake.one().await?;
    newsroom.unschedule(id).await?;
    if awake == 0 {
        Ok(())
    } else {
        Err(format!("{awake} phones would be disturbed").into())
    }
}

async fn stage(newsroom: &Newsroom, what: &'static str, audience: Value) -> Result<Staging> {
    progress("staging")?;
    let id = newsroom.draft_news(audience).await?;
    let began = Instant::now();
    newsroom.schedule(id, newsroom.app.clock.now() + T).await?;
    newsroom.staged(id).await?;
    let took = began.elapsed();
    newsroom.unschedule(id).await?;
    Ok(Staging { what, took })
}
