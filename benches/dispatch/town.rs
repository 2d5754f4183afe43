// SPDX-License-Identifier: EUPL-1.2

//! A town with that many phones, written straight into the tables: a hundred thousand people joining over
//! HTTP would be another benchmark.

use std::{
    io::{BufWriter, Write as _},
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use stadtfunk::{
    clock::{At, Clock},
    db::{Db, Json, Sql},
    id::{AccountId, Ids, MessageId, OrgUnitId},
    push::Gateway,
};

use super::{Result, gateways::SandboxProcess};

/// Rows in one statement.
const BATCH: usize = 2_000;

/// Has a child process write a person, a session and a device for each phone, and returns some addresses of
/// iPhones. What this takes of memory is not to be found in the figures.
pub(super) fn settle(url: &str, sandbox: &mut SandboxProcess, plain: bool) -> Result<Vec<String>> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["--town", url])
        .stdin(Stdio::piped())
        .spawn()?;
    let mut phones = BufWriter::new(child.stdin.take().ok_or("no input")?);
    let mut iphones = Vec::new();
    while let Some(line) = sandbox.next_phone()? {
        let (gateway, rest) = line.split_once('\t').ok_or("no address")?;
        let (address, keys) = rest.split_once('\t').ok_or("no keys")?;
        if gateway == Gateway::Apns.as_str() && iphones.len() < BATCH {
            iphones.push(address.to_owned());
        }
        if plain {
            writeln!(phones, "{gateway}\t{address}")?;
        } else {
            writeln!(phones, "{gateway}\t{address}\t{keys}")?;
        }
    }
    drop(phones);
    if child.wait()?.success() {
        Ok(iphones)
    } else {
        Err("the town could not be written".into())
    }
}

/// The child.
pub(super) async fn write(url: &str) -> Result<()> {
    let db = Db::open(url).await?;
    people(&db, std::io::stdin().lines().map(|line| Ok(line?))).await?;
    db.close().await;
    Ok(())
}

/// A person, a session and a device for each phone's line.
pub(super) async fn people(db: &Db, lines: impl Iterator<Item = Result<String>>) -> Result<()> {
    let clock = Clock::wall();
    let (ids, now) = (Ids::new(clock.clone()), clock.now());
    let (unit,): (OrgUnitId,) = db
        .query(Sql {
            sqlite: UNIT,
            postgres: UNIT,
        })
        .bind(ids.id::<stadtfunk::id::OrgUnit>())
        .bind(now)
        .one()
        .await?;
    let mut rows = Vec::with_capacity(BATCH);
    for line in lines {
        rows.push(row(&ids, &line?)?);
        if rows.len() == BATCH {
            insert(db, &Value::Array(std::mem::take(&mut rows)), unit, now).await?;
        }
    }
    insert(db, &Value::Array(rows), unit, now).await?;
    // A town has been there for longer than the minute after which PostgreSQL counts by itself.
    db.query(Sql {
        sqlite: "SELECT 1",
        postgres: "ANALYZE",
    })
    .execute()
    .await?;
    Ok(())
}

/// Everybody is a recipient of the message, or the first so many.
pub(super) async fn are_meant(db: &Db, message: MessageId, most: usize) -> Result<()> {
    db.query(Sql {
        sqlite: RECIPIENTS,
        postgres: RECIPIENTS,
    })
    .bind(message)
    .bind(i64::try_from(most)?)
    .execute()
    .await?;
    Ok(())
}

const UNIT: &str =
    "INSERT INTO org_units (id, code, name, created_at) VALUES ($1, 'bench', 'Stadt', $2)
     ON CONFLICT (code) DO UPDATE SET name = excluded.name RETURNING id";
const RECIPIENTS: &str = "INSERT INTO push_recipients (message_id, account_id)
     SELECT $1, account_id FROM devices ORDER BY account_id LIMIT $2";

/// A phone's line: gateway, address, and the two keys in hex if it has any.
fn row(ids: &Ids, line: &str) -> Result<Value> {
    let mut fields = line.split('\t');
    let gateway: Gateway = fields.next().ok_or("no gateway")?.parse()?;
    let account: AccountId = ids.id();
    let id = |uuid: uuid::Uuid| uuid.simple().to_string();
    Ok(json!({
        "account": id(account.uuid()),
        "session": id(ids.id::<stadtfunk::id::Session>().uuid()),
        "device": id(ids.id::<stadtfunk::id::Device>().uuid()),
        "number": id(account.uuid()),
        "gateway": gateway.as_str(),
        "address": fields.next(),
        "environment": (gateway == Gateway::Apns).then_some("production"),
        "p256dh": fields.next(),
        "auth": fields.next(),
    }))
}

async fn insert(db: &Db, rows: &Value, unit: OrgUnitId, now: At) -> Result<()> {
    for sql in [ACCOUNTS, SESSIONS, DEVICES] {
        db.query(sql)
            .bind(Json(rows.clone()))
            .bind(unit)
            .bind(now)
            .execute()
            .await?;
    }
    Ok(())
}

const ACCOUNTS: Sql = Sql {
    sqlite: "INSERT INTO accounts (id, personnel_number, given_name, family_name, sort_name, unit_id,
                language, created_at, joined_at)
             SELECT unhex(value->>'$.account'), value->>'$.number', 'A', 'B', 'b a', $2, 'de', $3, $3
             FROM json_each($1)",
    postgres: "INSERT INTO accounts (id, personnel_number, given_name, family_name, sort_name, unit_id,
                language, created_at, joined_at)
             SELECT (value->>'account')::uuid, value->>'number', 'A', 'B', 'b a', $2, 'de', $3, $3
             FROM jsonb_array_elements($1)",
};

const SESSIONS: Sql = Sql {
    sqlite:
        "INSERT INTO sessions (id, account_id, token_hash, device_name, created_at, last_seen_at)
             SELECT unhex(value->>'$.session'), unhex(value->>'$.account'),
                    unhex(value->>'$.session'), 'Phone', $3, $3 FROM json_each($1) WHERE $2 = $2",
    postgres:
        "INSERT INTO sessions (id, account_id, token_hash, device_name, created_at, last_seen_at)
             SELECT (value->>'session')::uuid, (value->>'account')::uuid,
                    decode(value->>'session', 'hex'), 'Phone', $3, $3
             FROM jsonb_array_elements($1) WHERE $2::uuid IS NOT NULL",
};

const DEVICES: Sql = Sql {
    sqlite: "INSERT INTO devices (id, account_id, session_id, gateway, address, apns_environment, p256dh,
                auth_secret, language, app_version, registered_at, last_seen_at)
             SELECT unhex(value->>'$.device'), unhex(value->>'$.account'),
                    unhex(value->>'$.session'), value->>'$.gateway', value->>'$.address',
                    value->>'$.environment', unhex(value->>'$.p256dh'), unhex(value->>'$.auth'), 'de',
                    '1', $3, $3 FROM json_each($1) WHERE $2 = $2",
    postgres: "INSERT INTO devices (id, account_id, session_id, gateway, address, apns_environment, p256dh,
                auth_secret, language, app_version, registered_at, last_seen_at)
             SELECT (value->>'device')::uuid, (value->>'account')::uuid, (value->>'session')::uuid,
                    value->>'gateway', value->>'address', value->>'environment',
                    decode(value->>'p256dh', 'hex'), decode(value->>'auth', 'hex'), 'de', '1', $3, $3
             FROM jsonb_array_elements($1) WHERE $2::uuid IS NOT NULL",
};
