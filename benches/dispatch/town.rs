// SPDX-License-Identifier: EUPL-1.2

//! A town with that many phones, written straight into the tables: a hundred thousand people joining over
//! HTTP would be another benchmark.

use std::path::Path;

use serde_json::{Value, json};
use stadtfunk::{
    clock::{At, Clock},
    db::{Db, Json, Sql},
    id::{AccountId, Ids, MessageId, OrgUnitId},
};

use super::{Result, gateways::Phone};

/// Rows in one statement.
const BATCH: usize = 2_000;

/// `DATABASE_URL`, or a file in the folder.
pub(super) fn database_url(folder: &Path) -> String {
    std::env::var("DATABASE_URL")
        .unwrap_or_else(|_| format!("sqlite:{}", folder.join("bench.db").display()))
}

/// Writes a person, a session and a device for each phone.
pub(super) async fn settle(
    db: &Db,
    phones: &[Phone],
    ids: &Ids,
    clock: &Clock,
    plain: bool,
) -> Result<()> {
    let (unit, now) = (ids.id::<stadtfunk::id::OrgUnit>(), clock.now());
    db.query(Sql {
        sqlite: UNIT,
        postgres: UNIT,
    })
    .bind(unit)
    .bind(now)
    .execute()
    .await?;
    for (index, phones) in phones.chunks(BATCH).enumerate() {
        let rows: Vec<Value> = phones
            .iter()
            .enumerate()
            .map(|(place, phone)| row(ids, index * BATCH + place, phone, plain))
            .collect();
        let rows = Value::Array(rows);
        insert(db, &rows, unit, now).await?;
    }
    Ok(())
}

/// Everybody is a recipient of the message.
pub(super) async fn everybody_is_meant(db: &Db, message: MessageId) -> Result<()> {
    db.query(Sql {
        sqlite: RECIPIENTS,
        postgres: RECIPIENTS,
    })
    .bind(message)
    .execute()
    .await?;
    Ok(())
}

const UNIT: &str =
    "INSERT INTO org_units (id, code, name, created_at) VALUES ($1, '1', 'Stadt', $2)";
const RECIPIENTS: &str =
    "INSERT INTO push_recipients (message_id, account_id) SELECT $1, id FROM accounts WHERE true";

fn row(ids: &Ids, number: usize, phone: &Phone, plain: bool) -> Value {
    let account: AccountId = ids.id();
    let id = |uuid: uuid::Uuid| uuid.simple().to_string();
    let mut row = json!({
        "account": id(account.uuid()),
        "session": id(ids.id::<stadtfunk::id::Session>().uuid()),
        "device": id(ids.id::<stadtfunk::id::Device>().uuid()),
        "number": number.to_string(),
        "gateway": phone.gateway.as_str(),
        "address": phone.address,
        "environment": (phone.gateway.as_str() == "apns").then_some("production"),
    });
    // A browser's push is always encrypted (RFC 8291); the others' may be without content.
    if !plain || phone.gateway.as_str() == "webpush" {
        row["p256dh"] = json!(super::gateways::hex(&phone.keys.p256dh));
        row["auth"] = json!(super::gateways::hex(&phone.keys.auth));
    }
    row
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
