// SPDX-License-Identifier: EUPL-1.2

//! Devices: the addresses at which a person can be reached, at most one for each session.
//!
//! An app [registers](register) its device after signing in and whenever its gateway gives it another
//! address. The rules:
//!
//! - a rotated address replaces the old one in place: the device keeps its id;
//! - an address that somebody else registers leaves the first (a phone changes hands; a push for the one
//!   must never reach the other);
//! - a device that registers while a message is on its way to its owner gets it too; one that signs out
//!   does not, and the report says so.

pub mod http;
mod registration;
mod store;

use std::time::Duration;

pub use self::registration::{Address, InvalidDevice, Registration};
use super::{ApnsEnvironment, Gateway, Language, envelope::Target};
use crate::{
    clock::At,
    db::{Db, DbError, IdList, Result, Tx, text_enum},
    id::{AccountId, DeviceId, Ids, SessionId},
};

/// A device of a person, as its owner sees it: the address stays inside.
#[derive(Clone, Debug)]
pub struct Device {
    pub id: DeviceId,
    pub session: SessionId,
    pub gateway: Gateway,
    pub apns_environment: Option<ApnsEnvironment>,
    pub encrypted: bool,
    pub language: Language,
    pub app_version: String,
    pub registered_at: At,
    pub quarantined_at: Option<At>,
}

text_enum! {
    /// Why a device is no longer pushed to.
    pub enum Removal {
        /// Its owner signed out, or ended the session from another device.
        SignedOut = "signed_out",
        /// Its owner left the city's service.
        Left = "left",
        /// The gateway no longer knows the address.
        Unregistered = "unregistered",
        /// Its owner signed in anew on the same phone.
        Replaced = "replaced",
        /// Somebody else signed in on the same phone.
        TakenOver = "taken_over",
        /// Its app has not been heard of for very long.
        Silent = "silent",
    }
}

/// Registers the session's device, or brings it up to date.
pub async fn register(
    db: &Db,
    ids: &Ids,
    account: AccountId,
    session: SessionId,
    registration: &Registration,
    now: At,
) -> Result<Device> {
    let mut tx = db.begin().await?;
    store::leave_other_sessions(&mut tx, account, session, &registration.address, now).await?;
    let updated = store::update(&mut tx, session, registration, now).await?;
    let id = match updated {
        Some(id) => id,
        None => store::insert(&mut tx, ids.id(), account, session, registration, now).await?,
    };
    store::join_messages_under_way(&mut tx, id, now).await?;
    tx.tell().await?;
    tx.commit().await?;
    store::find(db, id).await
}

/// The person's devices, newest first.
pub async fn list(db: &Db, account: AccountId) -> Result<Vec<Device>> {
    store::of_account(db, account).await
}

/// Where pushes to the person go, newest first.
pub(super) async fn targets(db: &Db, account: AccountId) -> Result<Vec<Target>> {
    store::targets(db, account).await
}

/// Removes one of the person's own devices; `false` if they have no such device.
pub async fn remove(db: &Db, account: AccountId, device: DeviceId, now: At) -> Result<bool> {
    let mut tx = db.begin().await?;
    let removed = store::remove_own(&mut tx, account, device, now).await?;
    tx.commit().await?;
    Ok(removed)
}

/// Removes the device of a session that has ended, in the transaction that ends it.
pub async fn remove_of_session(
    tx: &mut Tx,
    session: SessionId,
    why: Removal,
    now: At,
) -> Result<()> {
    store::remove_of_session(tx, session, why, now).await
}

/// Removes every device of these people, in the transaction that sees them off.
pub async fn remove_of_accounts(
    tx: &mut Tx,
    accounts: impl IntoIterator<Item = AccountId>,
    why: Removal,
    now: At,
) -> Result<()> {
    store::remove_of_accounts(tx, accounts.into_iter().collect(), why, now).await
}

/// The sessions are in use, and so are their devices. Written once a day.
pub async fn seen(db: &Db, sessions: IdList, now: At) -> Result<()> {
    store::seen(db, sessions, to_the_day(now)).await
}

/// How exactly a device's last use is kept: enough to see that it has fallen silent.
fn to_the_day(now: At) -> At {
    let past = now.as_micros().rem_euclid(24 * 60 * 60 * 1_000_000);
    now - Duration::from_micros(past.unsigned_abs())
}

/// Removes devices that have been silent since an instant, in portions; says how many.
pub(super) async fn remove_silent(db: &Db, since: At, now: At) -> Result<u64> {
    let mut removed = 0;
    loop {
        let mut tx = db.begin().await?;
        let portion = store::remove_silent(&mut tx, since, now).await?;
        tx.commit().await?;
        if portion == 0 {
            return Ok(removed);
        }
        removed += portion;
    }
}

/// Forgets addresses and keys of devices that were removed before an instant, in portions; says of how many.
pub(super) async fn forget_removed(db: &Db, before: At) -> Result<u64> {
    let mut forgotten = 0;
    loop {
        match store::forget_removed(db, before).await? {
            0 => return Ok(forgotten),
            portion => forgotten += portion,
        }
    }
}

/// What a gateway said about the address that was registered then. A later registration is news that the
/// gateway's answer does not know, and stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Judgement {
    pub(super) device: DeviceId,
    pub(super) registered_at: At,
    pub(super) fate: Fate,
}

/// What becomes of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The gateway no longer knows it.
    Removed,
    /// It and our configuration don't fit: kept, not pushed to.
    Quarantined,
}

/// Carries out what gateways said about addresses.
pub(super) async fn judge(db: &Db, judgements: &[Judgement], now: At) -> Result<()> {
    if judgements.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    for judgement in judgements {
        match judgement.fate {
            Fate::Removed => store::remove_unregistered(&mut tx, judgement, now).await?,
            Fate::Quarantined => store::quarantine(&mut tx, judgement, now).await?,
        }
    }
    tx.commit().await
}

/// What can go wrong at the edge.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    #[error(transparent)]
    Invalid(#[from] InvalidDevice),
    #[error(transparent)]
    Db(#[from] DbError),
}
