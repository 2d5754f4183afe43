// SPDX-License-Identifier: EUPL-1.2

//! The statements of devices.

use super::{Address, Device, Judgement, Registration, Removal, to_the_day};
use crate::{
    clock::At,
    db::{Db, DbError, IdList, Result, Tx, sql},
    id::{AccountId, DeviceId, SessionId},
    push::{
        ApnsEnvironment, Gateway, Language,
        envelope::{DeviceKeys, Target},
        outbox::{self, Whose},
    },
};

#[derive(sqlx::FromRow)]
struct DeviceRow {
    id: DeviceId,
    session_id: SessionId,
    gateway: Gateway,
    apns_environment: Option<ApnsEnvironment>,
    encrypted: bool,
    language: Language,
    app_version: String,
    registered_at: At,
    quarantined_at: Option<At>,
}

impl From<DeviceRow> for Device {
    fn from(row: DeviceRow) -> Self {
        Self {
            id: row.id,
            session: row.session_id,
            gateway: row.gateway,
            apns_environment: row.apns_environment,
            encrypted: row.encrypted,
            language: row.language,
            app_version: row.app_version,
            registered_at: row.registered_at,
            quarantined_at: row.quarantined_at,
        }
    }
}

pub(super) async fn find(db: &Db, device: DeviceId) -> Result<Device> {
    let row: DeviceRow = db
        .query(sql!(
            "SELECT id, session_id, gateway, apns_environment, p256dh IS NOT NULL AS encrypted, language,
                    app_version, registered_at, quarantined_at
             FROM devices WHERE id = $1"
        ))
        .bind(device)
        .one()
        .await?;
    Ok(row.into())
}

pub(super) async fn of_account(db: &Db, account: AccountId) -> Result<Vec<Device>> {
    let rows: Vec<DeviceRow> = db
        .query(sql!(
            "SELECT id, session_id, gateway, apns_environment, p256dh IS NOT NULL AS encrypted, language,
                    app_version, registered_at, quarantined_at
             FROM devices WHERE account_id = $1 AND removed_at IS NULL ORDER BY id DESC"
        ))
        .bind(account)
        .all()
        .await?;
    Ok(rows.into_iter().map(Device::from).collect())
}

#[derive(sqlx::FromRow)]
struct TargetRow {
    id: DeviceId,
    gateway: Gateway,
    address: String,
    apns_environment: Option<ApnsEnvironment>,
    p256dh: Option<Vec<u8>>,
    auth_secret: Option<Vec<u8>>,
    language: Language,
}

impl TargetRow {
    fn into_target(self) -> Result<Target> {
        let keys = DeviceKeys::from_columns(self.p256dh, self.auth_secret);
        Ok(Target {
            device: self.id,
            gateway: self.gateway,
            address: self.address,
            apns_environment: self.apns_environment,
            keys: keys.map_err(|what| DbError::Impossible {
                table: "devices",
                id: self.id.to_string(),
                what,
            })?,
            language: self.language,
            is_silent: false,
        })
    }
}

pub(super) async fn targets(db: &Db, account: AccountId) -> Result<Vec<Target>> {
    let rows: Vec<TargetRow> = db
        .query(sql!(
            "SELECT id, gateway, address, apns_environment, p256dh, auth_secret, language
             FROM devices WHERE account_id = $1 AND removed_at IS NULL ORDER BY id DESC"
        ))
        .bind(account)
        .all()
        .await?;
    rows.into_iter().map(TargetRow::into_target).collect()
}

/// The same address under another session: it is that phone, signed in anew.
pub(super) async fn leave_other_sessions(
    tx: &mut Tx,
    account: AccountId,
    session: SessionId,
    address: &Address,
    now: At,
) -> Result<()> {
    let other: Option<(DeviceId, AccountId)> = tx
        .query(sql!(
            "SELECT id, account_id FROM devices
             WHERE gateway = $1 AND address = $2 AND removed_at IS NULL AND session_id <> $3"
        ))
        .bind(address.gateway())
        .bind(address.as_str().to_owned())
        .bind(session)
        .opt()
        .await?;
    if let Some((device, owner)) = other {
        let why = if owner == account {
            Removal::Replaced
        } else {
            Removal::TakenOver
        };
        remove_each(tx, [device].into_iter().collect(), why, now).await?;
    }
    Ok(())
}

/// Brings the session's device up to date; `None` if it has none yet.
pub(super) async fn update(
    tx: &mut Tx,
    session: SessionId,
    registration: &Registration,
    now: At,
) -> Result<Option<DeviceId>> {
    let keys = registration.keys.as_ref();
    let row: Option<(DeviceId,)> = tx
        .query(sql!(
            "UPDATE devices SET gateway = $2, address = $3, apns_environment = $4, p256dh = $5,
                auth_secret = $6, language = $7, app_version = $8, last_seen_at = $10,
                registered_at = CASE WHEN gateway = $2 AND address = $3 THEN registered_at ELSE $9 END,
                quarantined_at = CASE WHEN gateway = $2 AND address = $3 THEN quarantined_at END
             WHERE session_id = $1 AND removed_at IS NULL RETURNING id"
        ))
        .bind(session)
        .bind(registration.address.gateway())
        .bind(registration.address.as_str().to_owned())
        .bind(registration.address.apns_environment())
        .bind(keys.map(|keys| keys.p256dh.to_vec()))
        .bind(keys.map(|keys| keys.auth.to_vec()))
        .bind(registration.language)
        .bind(registration.app_version.clone())
        .bind(now)
        .bind(to_the_day(now))
        .opt()
        .await?;
    Ok(row.map(|(id,)| id))
}

pub(super) async fn insert(
    tx: &mut Tx,
    id: DeviceId,
    account: AccountId,
    session: SessionId,
    registration: &Registration,
    now: At,
) -> Result<DeviceId> {
    let keys = registration.keys.as_ref();
    tx.query(sql!(
        "INSERT INTO devices (id, account_id, session_id, gateway, address, apns_environment, p256dh,
                              auth_secret, language, app_version, registered_at, last_seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    ))
    .bind(id)
    .bind(account)
    .bind(session)
    .bind(registration.address.gateway())
    .bind(registration.address.as_str().to_owned())
    .bind(registration.address.apns_environment())
    .bind(keys.map(|keys| keys.p256dh.to_vec()))
    .bind(keys.map(|keys| keys.auth.to_vec()))
    .bind(registration.language)
    .bind(registration.app_version.clone())
    .bind(now)
    .bind(to_the_day(now))
    .execute()
    .await?;
    Ok(id)
}

/// A delivery for each unfinished message whose recipient the owner is, unless nothing waits of it any more but what
/// waits for other people's quiet to end.
/// What a dispatcher holds ready for a gate that is still shut is taken back from it: it was made for the
/// old address.
pub(super) async fn join_messages_under_way(tx: &mut Tx, device: DeviceId, now: At) -> Result<()> {
    let [duty, rest] = outbox::UNTRIED;
    outbox::loosen(tx, Whose::Devices(&[device])).await?;
    tx.query(sql!(
        "INSERT INTO deliveries
            (message_id, device_id, account_id, gateway, attempts, quiet_until, due_at)
         SELECT m.id, d.id, d.account_id, d.gateway, 0, r.quiet_until,
                COALESCE(r.quiet_until, CASE r.rank WHEN 0 THEN CAST($2 AS timestamptz)
                                                    ELSE CAST($3 AS timestamptz) END)
         FROM devices d JOIN push_recipients r ON r.account_id = d.account_id
              JOIN push_messages m ON m.id = r.message_id
         WHERE d.id = $1 AND m.finished_at IS NULL
           AND (m.opened_at IS NULL OR r.quiet_until > $4
                OR EXISTS (SELECT 1 FROM deliveries x
                           WHERE x.message_id = m.id AND x.gateway IN ('apns', 'fcm', 'webpush')
                             AND x.outcome IS NULL AND x.claim_id IS NULL AND x.due_at <= $5)
                OR EXISTS (SELECT 1 FROM deliveries x
                           WHERE x.message_id = m.id AND x.claim_id IS NOT NULL))
         ON CONFLICT DO NOTHING"
    ))
    .bind(device)
    .bind(duty)
    .bind(rest)
    .bind(now)
    .bind(now + outbox::LONGEST_RETRY)
    .execute()
    .await?;
    tx.query(sql!(
        "UPDATE deliveries SET gateway = (SELECT gateway FROM devices WHERE id = $1), claim_id = NULL,
                due_at = CASE WHEN claim_id IS NULL THEN due_at ELSE CAST($2 AS timestamptz) END
         WHERE device_id = $1 AND outcome IS NULL
           AND message_id IN (SELECT id FROM push_messages WHERE finished_at IS NULL)
           AND (claim_id IS NULL OR message_id IN (
                SELECT id FROM push_messages WHERE finished_at IS NULL AND opened_at IS NULL))"
    ))
    .bind(device)
    .bind(rest)
    .execute()
    .await?;
    Ok(())
}

pub(super) async fn remove_own(
    tx: &mut Tx,
    account: AccountId,
    device: DeviceId,
    now: At,
) -> Result<bool> {
    let own: Option<(DeviceId,)> = tx
        .query(sql!(
            "SELECT id FROM devices WHERE id = $1 AND account_id = $2 AND removed_at IS NULL"
        ))
        .bind(device)
        .bind(account)
        .opt()
        .await?;
    if own.is_some() {
        remove_each(tx, [device].into_iter().collect(), Removal::SignedOut, now).await?;
    }
    Ok(own.is_some())
}

pub(super) async fn remove_of_session(
    tx: &mut Tx,
    session: SessionId,
    why: Removal,
    now: At,
) -> Result<()> {
    let devices: Vec<(DeviceId,)> = tx
        .query(sql!(
            "SELECT id FROM devices WHERE session_id = $1 AND removed_at IS NULL"
        ))
        .bind(session)
        .all()
        .await?;
    remove_each(tx, devices.into_iter().map(|(id,)| id).collect(), why, now).await
}

pub(super) async fn remove_of_accounts(
    tx: &mut Tx,
    accounts: IdList,
    why: Removal,
    now: At,
) -> Result<()> {
    let devices: Vec<(DeviceId,)> = tx
        .query(sql!(
            "SELECT id FROM devices WHERE removed_at IS NULL AND account_id "
                ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
        ))
        .bind(accounts)
        .all()
        .await?;
    remove_each(tx, devices.into_iter().map(|(id,)| id).collect(), why, now).await
}

pub(super) async fn remove_unregistered(tx: &mut Tx, judgement: &Judgement, now: At) -> Result<()> {
    tx.query(sql!(
        "UPDATE devices SET removed_at = $3, removed_because = $4
         WHERE id = $1 AND registered_at = $2 AND removed_at IS NULL"
    ))
    .bind(judgement.device)
    .bind(judgement.registered_at)
    .bind(now)
    .bind(Removal::Unregistered)
    .execute()
    .await?;
    Ok(())
}

pub(super) async fn quarantine(tx: &mut Tx, judgement: &Judgement, now: At) -> Result<()> {
    tx.query(sql!(
        "UPDATE devices SET quarantined_at = $3
         WHERE id = $1 AND registered_at = $2 AND quarantined_at IS NULL"
    ))
    .bind(judgement.device)
    .bind(judgement.registered_at)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

pub(super) async fn seen(db: &Db, sessions: IdList, day: At) -> Result<()> {
    db.query(sql!(
        "UPDATE devices SET last_seen_at = $2
         WHERE removed_at IS NULL AND last_seen_at < $2 AND session_id "
            ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
    ))
    .bind(sessions)
    .bind(day)
    .execute()
    .await
    .map(drop)
}

/// Devices that housekeeping changes in one transaction.
const PORTION: i64 = 500;

/// The next portion; says how many.
pub(super) async fn remove_silent(tx: &mut Tx, since: At, now: At) -> Result<u64> {
    let silent: Vec<(DeviceId,)> = tx
        .query(sql!(
            "SELECT id FROM devices WHERE removed_at IS NULL AND last_seen_at < $1 LIMIT $2"
        ))
        .bind(since)
        .bind(PORTION)
        .all()
        .await?;
    let count = silent.len();
    let silent = silent.into_iter().map(|(id,)| id).collect();
    remove_each(tx, silent, Removal::Silent, now).await?;
    Ok(u64::try_from(count).unwrap_or(u64::MAX))
}

/// The next portion; says how many. The row stays: deliveries name it.
pub(super) async fn forget_removed(db: &Db, before: At) -> Result<u64> {
    db.query(sql!(
        "UPDATE devices SET address = '', p256dh = NULL, auth_secret = NULL WHERE id IN (
            SELECT id FROM devices WHERE removed_at < $1 AND address <> '' LIMIT $2)"
    ))
    .bind(before)
    .bind(PORTION)
    .execute()
    .await
}

/// Removes devices; what waits for them in the outbox ends as signed out. What a dispatcher has claimed and
/// the gate is open for is already on its way, and is settled by it.
async fn remove_each(tx: &mut Tx, devices: Vec<DeviceId>, why: Removal, now: At) -> Result<()> {
    if devices.is_empty() {
        return Ok(());
    }
    tx.query(sql!(
        "UPDATE devices SET removed_at = $2, removed_because = $3 WHERE id "
            ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
    ))
    .bind(devices.iter().copied().collect::<IdList>())
    .bind(now)
    .bind(why)
    .execute()
    .await?;
    outbox::loosen(tx, Whose::Devices(&devices)).await?;
    tx.query(sql!(
        "UPDATE deliveries SET outcome = 'signed_out', settled_at = $2, due_at = NULL, claim_id = NULL
         WHERE outcome IS NULL AND device_id "
            ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
          " AND message_id IN (SELECT id FROM push_messages WHERE finished_at IS NULL)
           AND (claim_id IS NULL OR message_id IN (
                SELECT id FROM push_messages WHERE finished_at IS NULL AND opened_at IS NULL))"
    ))
    .bind(devices.into_iter().collect::<IdList>())
    .bind(now)
    .execute()
    .await?;
    Ok(())
}
