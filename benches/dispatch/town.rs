// SPDX-License-Identifier: EUPL-1.2

//! A town with that many phones, written straight into the tables: a hundred thousand people joining over
//! HTTP would be another benchmark.

use serde_json::{Value, json};
use stadtfunk::{
    app::App,
    clock::At,
    db::{Db, Json, Sql},
    id::{AccountId, Ids, MessageId, OrgUnitId},
    push::Gateway,
};

use super::{
    Result,
    gateways::{Phone, SandboxProcess},
};

/// Rows in one statement.
const BATCH: usize = 2_000;

/// Writes a person, a session and a device for each phone, and returns some addresses of iPhones.
pub(super) async fn settle(
    app: &App,
    sandbox: &mut SandboxProcess,
    plain: bool,
) -> Result<Vec<String>> {
    let (db, ids, now) = (&app.db, &app.ids, app.clock.now());
    let unit = ids.id::<stadtfunk::id::OrgUnit>();
    db.query(Sql {
        sqlite: UNIT,
        postgres: UNIT,
    })
    .bind(unit)
    .bind(now)
    .execute()
    .await?;
    let mut iphones = Vec::new();
    let mut number = 0;
    loop {
        let phones = sandbox.phones(BATCH)?;
        if phones.is_empty() {
            return Ok(iphones);
        }
        let row = |phone| {
            number += 1;
            row(ids, number, phone, plain)
        };
        let rows = Value::Array(phones.iter().map(row).collect());
        insert(db, &rows, unit, now).await?;
        if iphones.len() < BATCH {
            let of_apple = phones.into_iter().filter(|it| it.gateway == Gateway::Apns);
            iphones.extend(of_apple.map(|phone| phone.address));
        }
    }
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
    "INSERT INTO org_units (id, code, name, created_at) VALUES ($1, 'bench', 'Stadt', $2)";
const RECIPIENTS: &str = "INSERT INTO push_recipients (message_id, account_id)
     SELECT $1, account_id FROM devices ORDER BY account_id LIMIT $2";

fn row(ids: &Ids, number: usize, phone: &Phone, plain: bool) -> Value {
    let account: AccountId = ids.id();
    let id = |uuid: uuid::Uuid| uuid.simple().to_string();
    let mut row = json!({
        "account": id(account.uuid()),
        "session": id(ids.id::<stadtfunk::id::Session>().uuid()),
        "device": id(ids.id::<stadtfunk::id::Device>().uuid()),
        "number": format!("B{number}"),
        "gateway": phone.gateway.as_str(),
        "address": phone.address,
        "environment": (phone.gateway.as_str() == "apns").then_some("production"),
    });
    if !plain {
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
