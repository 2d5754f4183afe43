// SPDX-License-Identifier: EUPL-1.2

//! An alert reaches people on duty before all others, though the gateway takes few at a time.

use std::{collections::HashSet, time::Duration};

use serde_json::{Value, json};
use stadtfunk::{
    id::{AccountId, DeviceId, OrgUnitId, SessionId},
    push::{
        Gateway,
        sandbox::{Filter, Sandbox, SandboxConfig},
    },
};

use crate::world::{
    Client, FIRE_BRIGADE, FIRE_STATION_1, Settings, Stage, TOWN_HALL, World, both, eventually,
    people::same,
};

both!(
    whoever_is_on_duty_is_handed_over_first,
    whoever_goes_on_duty_after_the_staging_is_handed_over_first,
    only_an_alert_asks_who_is_on_duty,
);

/// More than fit into one claim, so that the order of the claims counts too.
pub(super) const CROWD: usize = 1_100;
const ON_DUTY: usize = 40;
/// What may come between: a second claim that is served at the same time, requests that are under way
/// together, and the push that warmed the gateway.
const BETWEEN: usize = CROWD - 1_000 + 10;

pub(super) async fn open(stage: &Stage) -> (World, Sandbox) {
    let settings = Settings::default();
    let config = SandboxConfig {
        keep_journal: 2 * CROWD,
        ..SandboxConfig::default()
    };
    let sandbox = stage.sandbox(config, settings.clock.clone()).await;
    (stage.world_with(settings).await, sandbox)
}

pub(super) struct Colleague {
    pub(super) account: AccountId,
    personnel_number: String,
    address: String,
}

/// People of the fire station with a phone each, written straight into the tables: there are many of them.
pub(super) async fn crowd(world: &World, sandbox: &Sandbox, count: usize) -> Vec<Colleague> {
    let unit = world.unit_id(FIRE_STATION_1).await;
    let (ids, now) = (&world.app.ids, world.clock.now());
    let mut tx = world.app.db.begin().await.expect("a transaction");
    let mut crowd = Vec::new();
    for number in 0..count {
        let (account, session): (AccountId, SessionId) = (ids.id(), ids.id());
        let device: DeviceId = ids.id();
        let personnel_number = format!("F{number:05}");
        let address = sandbox.phone(Gateway::Fcm).address;
        tx.query(same(
            "INSERT INTO accounts (id, personnel_number, given_name, family_name, sort_name, unit_id,
                                   language, created_at, joined_at)
             VALUES ($1, $2, 'Fritzi', 'Feuer', 'feuer fritzi', $3, 'de', $4, $4)",
        ))
        .bind(account)
        .bind(personnel_number.clone())
        .bind(unit)
        .bind(now)
        .execute()
        .await
        .expect("an account");
        tx.query(same(
            "INSERT INTO sessions (id, account_id, token_hash, device_name, created_at, last_seen_at)
             VALUES ($1, $2, $3, 'Telefon', $4, $4)",
        ))
        .bind(session)
        .bind(account)
        .bind(session.uuid().as_bytes().to_vec())
        .bind(now)
        .execute()
        .await
        .expect("a session");
        tx.query(same(
            "INSERT INTO devices (id, account_id, session_id, gateway, address, language, app_version,
                                  registered_at, last_seen_at)
             VALUES ($1, $2, $3, 'fcm', $4, 'de', '1.0', $5, $5)",
        ))
        .bind(device)
        .bind(account)
        .bind(session)
        .bind(address.clone())
        .bind(now)
        .execute()
        .await
        .expect("a device");
        crowd.push(Colleague {
            account,
            personnel_number,
            address,
        });
    }
    tx.commit().await.expect("the crowd");
    crowd
}

/// Has a push go to somebody else first: pushes that wait for the gateway's access token are in no order.
async fn warm(world: &World, sandbox: &Sandbox, editor: &Client) {
    let phone = sandbox.phone(Gateway::Fcm);
    world.employee("Ruth Rathaus").await.registers(&phone).await;
    let town_hall = world.unit_id(TOWN_HALL).await;
    let path = drafted(editor, "important", town_hall).await;
    editor.put(&format!("{path}/release"), json!({})).await.ok();
    at_t(world, editor, &path, Duration::ZERO).await;
}

/// Puts them on the roster around the announcement's T.
async fn put_on_duty(world: &World, planner: &Client, people: &[Colleague]) {
    let now = world.clock.now();
    let shift = json!([{"from": now, "until": now + Duration::from_hours(12)}]);
    let entry = |colleague: &Colleague| json!({"personnel_number": colleague.personnel_number, "shifts": shift});
    let roster = json!({
        "from": now,
        "until": now + Duration::from_hours(24),
        "people": people.iter().map(entry).collect::<Vec<_>>(),
    });
    planner.put("/api/v1/duty-roster", roster).await.ok();
}

async fn drafted(editor: &Client, class: &str, unit: OrgUnitId) -> String {
    let draft = json!({
        "class": class,
        "audience": {"kind": "units", "units": [unit]},
        "texts": {"de": {"title": "Großbrand", "push_text": "Alle Wachen.", "body": "Am Hafen."}},
    });
    let drafted = editor
        .post("/api/v1/editorial/announcements", draft)
        .await
        .created();
    let id = drafted["id"].as_str().expect("an id");
    format!("/api/v1/editorial/announcements/{id}")
}

/// Schedules an announcement for the fire brigade in two minutes, and waits until it is staged.
async fn scheduled(world: &World, editor: &Client, class: &str) -> String {
    let brigade = world.unit_id(FIRE_BRIGADE).await;
    let path = drafted(editor, class, brigade).await;
    world.approve(&path).await;
    let release_at = world.clock.now() + Duration::from_mins(2);
    let schedule = json!({"release_at": release_at});
    editor.put(&format!("{path}/schedule"), schedule).await.ok();
    eventually("everybody is staged", async || {
        let waiting = "SELECT COUNT(*) FROM deliveries WHERE outcome IS NULL";
        (count(world, waiting).await == i64::try_from(CROWD).unwrap()).then_some(())
    })
    .await;
    path
}

pub(super) async fn count(world: &World, statement: &'static str) -> i64 {
    let (count,) = world
        .app
        .db
        .query(same(statement))
        .one()
        .await
        .expect("a count");
    count
}

/// Lets T come and waits for the end of the dispatch.
async fn at_t(world: &World, editor: &Client, path: &str, left: Duration) -> Value {
    world.clock.advance(left);
    eventually("the end of the dispatch", async || {
        let report = editor.get(&format!("{path}/report")).await;
        let report = (report.status == 200).then(|| report.json())?;
        (report["complete"] == true).then_some(report)
    })
    .await
}

/// In which place each of these was handed over, the first being 0.
fn places(sandbox: &Sandbox, people: &[Colleague]) -> Vec<usize> {
    let addresses: HashSet<&str> = people.iter().map(|one| one.address.as_str()).collect();
    let accepted = Filter {
        accepted: Some(true),
        ..Filter::default()
    };
    let entries = sandbox.journal().entries(&accepted);
    let is_theirs = |address: &str| addresses.contains(address);
    let places = entries.iter().enumerate().filter(|(_, entry)| {
        let address = entry.address.as_deref();
        address.is_some_and(is_theirs)
    });
    places.map(|(place, _)| place).collect()
}

async fn whoever_is_on_duty_is_handed_over_first(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    let crowd = crowd(&world, &sandbox, CROWD).await;
    let editor = world.editor("Eva Redaktion").await;
    // Whoever was written last would come last.
    let on_duty = &crowd[CROWD - ON_DUTY..];
    warm(&world, &sandbox, &editor).await;
    put_on_duty(&world, &editor, on_duty).await;
    let path = scheduled(&world, &editor, "alert").await;
    let report = at_t(&world, &editor, &path, Duration::from_mins(2)).await;
    assert_eq!(report["people"]["reached"], CROWD, "{report}");
    assert!(report["on_duty"]["last_ms"].is_number(), "{report}");
    let places = places(&sandbox, on_duty);
    assert_eq!(places.len(), ON_DUTY);
    assert!(places[ON_DUTY - 1] < ON_DUTY + BETWEEN, "{places:?}");
}

async fn whoever_goes_on_duty_after_the_staging_is_handed_over_first(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    let crowd = crowd(&world, &sandbox, CROWD).await;
    let editor = world.editor("Eva Redaktion").await;
    let (was, is) = (&crowd[..ON_DUTY], &crowd[CROWD - ON_DUTY..]);
    warm(&world, &sandbox, &editor).await;
    put_on_duty(&world, &editor, was).await;
    let path = scheduled(&world, &editor, "alert").await;
    assert_eq!(count(&world, FIRST).await, 40);
    // The watch changes before T.
    for one in was {
        world
            .app
            .db
            .query(same("DELETE FROM duties WHERE account_id = $1"))
            .bind(one.account)
            .execute()
            .await
            .expect("off duty");
    }
    put_on_duty(&world, &editor, is).await;
    world.clock.advance(Duration::from_secs(115));
    eventually("the new watch comes first", async || {
        (count(&world, NEW_WATCH_FIRST).await == 40 && count(&world, FIRST).await == 40)
            .then_some(())
    })
    .await;
    at_t(&world, &editor, &path, Duration::from_secs(5)).await;
    let places = places(&sandbox, is);
    assert_eq!(places.len(), ON_DUTY);
    assert!(places[ON_DUTY - 1] < ON_DUTY + BETWEEN, "{places:?}");
}

/// Deliveries that are served before the rest.
const FIRST: &str = "SELECT COUNT(*) FROM deliveries d
    WHERE d.due_at = (SELECT MIN(due_at) FROM deliveries)
      AND (SELECT COUNT(DISTINCT due_at) FROM deliveries) = 2";
const NEW_WATCH_FIRST: &str = "SELECT COUNT(*) FROM deliveries d
    JOIN accounts a ON a.id = d.account_id
    WHERE d.due_at = (SELECT MIN(due_at) FROM deliveries) AND a.personnel_number >= 'F01060'";

async fn only_an_alert_asks_who_is_on_duty(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    let crowd = crowd(&world, &sandbox, CROWD).await;
    let editor = world.editor("Eva Redaktion").await;
    put_on_duty(&world, &editor, &crowd[..ON_DUTY]).await;
    let path = scheduled(&world, &editor, "important").await;
    let first = "SELECT COUNT(*) FROM push_recipients WHERE rank = 0";
    assert_eq!(count(&world, first).await, 0);
    at_t(&world, &editor, &path, Duration::from_mins(2)).await;
}
