// SPDX-License-Identifier: EUPL-1.2

//! Sessions: one per device, from a redeemed join code until somebody ends it.
//!
//! `sign_in` (code → token) → `authenticate` at every request → signed out, ended from another of the
//! person's devices, idle for longer than `people.session_idle_days`, replaced after a lost phone, or the
//! person left. With a session its push device goes, in the same transaction.

mod seen;
mod store;
mod token;

use std::{net::IpAddr, time::Duration};

pub(super) use self::seen::Seen;
pub use self::{store::SessionInfo, token::SessionToken};
use super::{
    People, PeopleError,
    access::Employee,
    join_codes::{self, Code, CodeError, Purpose},
};
use crate::{
    changes::{self, Kind},
    clock::At,
    db::{DbError, Result as DbResult, Tx, text_enum},
    id::{AccountId, SessionId},
    push::{
        Language,
        devices::{self, Removal},
    },
    text::Line,
};

/// As the app names the device: "Pixel 9", "Firefox on Linux".
pub type DeviceName = Line<80>;

/// How exactly `last_seen_at` is kept: enough to end what is idle and to tell devices apart in a list, too
/// coarse for a trace of somebody's day.
const SEEN_EVERY: Duration = Duration::from_hours(1);

text_enum! {
    /// Why a session ended.
    pub enum Ended {
        SignedOut = "signed_out",
        /// From another of the person's own devices.
        Revoked = "revoked",
        /// A recovery code was redeemed for a lost phone.
        Recovered = "recovered",
        Idle = "idle",
        /// The person is no longer on the payroll.
        Left = "left",
    }
}

impl People {
    /// Redeems a join code: a new session for this device. The code is used up in the same transaction.
    ///
    /// Wrong codes are counted by `client`; too many of them and even a right one has to wait.
    pub async fn sign_in(
        &self,
        code: &str,
        device: &DeviceName,
        client: IpAddr,
    ) -> Result<(SessionToken, Employee), CodeError> {
        let now = self.clock.now();
        if let Some(wait) = self.failed_attempts.wait(client, now) {
            return Err(CodeError::TooManyAttempts(wait));
        }
        let outcome = self.redeem(code, device, now).await;
        let wrong = matches!(
            outcome,
            Err(CodeError::Unknown | CodeError::Expired | CodeError::Used)
        );
        if wrong {
            self.failed_attempts.record(client, now);
        }
        outcome
    }

    async fn redeem(
        &self,
        code: &str,
        device: &DeviceName,
        now: At,
    ) -> Result<(SessionToken, Employee), CodeError> {
        let code: Code = code.parse().map_err(|_| CodeError::Unknown)?;
        let mut tx = self.db.begin().await?;
        let redeemed = join_codes::redeem(&mut tx, &code, now).await?;
        if redeemed.purpose == Purpose::Recovery {
            let sessions = store::running(&mut tx, redeemed.account).await?;
            end(&mut tx, &sessions, Ended::Recovered, now).await?;
        }
        let session = self.ids.id();
        let token = SessionToken::random(&self.ids);
        let hash = token::hash(token.expose()).ok_or(CodeError::Unknown)?;
        store::insert(
            &mut tx,
            session,
            redeemed.account,
            &hash,
            device,
            (now, to_the_hour(now)),
        )
        .await?;
        store::mark_joined(&mut tx, redeemed.account, now).await?;
        let found = store::find_in(&mut tx, &hash)
            .await?
            .ok_or(CodeError::Unknown)?;
        tx.commit().await?;
        Ok((token, found.employee))
    }

    /// Whose session the token is; `None` if it is nobody's (any more).
    pub async fn authenticate(&self, token: &str) -> Result<Option<Employee>, PeopleError> {
        let Some(hash) = token::hash(token) else {
            return Ok(None);
        };
        let Some(found) = store::find(&self.db, &hash).await? else {
            return Ok(None);
        };
        let now = self.clock.now();
        let session = found.employee.session;
        let written = found.last_seen_at;
        let last_seen_at = self.seen.of(session).map_or(written, |at| at.max(written));
        let idle = now.since(last_seen_at);
        if idle > self.config.session_idle() {
            self.end_sessions(&[session], Ended::Idle).await?;
            return Ok(None);
        }
        if idle >= SEEN_EVERY {
            self.seen.note(session, to_the_hour(now));
        }
        Ok(Some(found.employee))
    }

    /// The caller's running sessions, newest first.
    pub async fn own_sessions(&self, employee: &Employee) -> Result<Vec<SessionInfo>, PeopleError> {
        let idle_since = self.clock.now() - self.config.session_idle();
        Ok(store::list(&self.db, employee.account, idle_since).await?)
    }

    /// Whether the session by which the caller was found still runs.
    pub async fn is_signed_in(&self, employee: &Employee) -> Result<bool, PeopleError> {
        Ok(store::is_running(&self.db, employee.session).await?)
    }

    pub async fn sign_out(&self, employee: &Employee) -> Result<(), PeopleError> {
        self.end_sessions(&[employee.session], Ended::SignedOut)
            .await
            .map_err(Into::into)
    }

    /// Ends one of the caller's own sessions; [`PeopleError::NotFound`] if it is not theirs or has ended.
    pub async fn end_own_session(
        &self,
        employee: &Employee,
        session: SessionId,
    ) -> Result<(), PeopleError> {
        let mut tx = self.db.begin().await?;
        if !store::running(&mut tx, employee.account)
            .await?
            .contains(&session)
        {
            return Err(PeopleError::NotFound);
        }
        let why = if session == employee.session {
            Ended::SignedOut
        } else {
            Ended::Revoked
        };
        end(&mut tx, &[session], why, self.clock.now()).await?;
        tx.commit().await.map_err(Into::into)
    }

    /// The language in which the city speaks to the caller, on every device.
    pub async fn choose_language(
        &self,
        employee: &Employee,
        language: Language,
    ) -> Result<(), PeopleError> {
        Ok(store::set_language(&self.db, employee.account, language).await?)
    }

    async fn end_sessions(&self, sessions: &[SessionId], why: Ended) -> Result<(), DbError> {
        let mut tx = self.db.begin().await?;
        end(&mut tx, sessions, why, self.clock.now()).await?;
        tx.commit().await
    }
}

/// Ends the sessions and removes the devices of everybody who has left.
pub(super) async fn end_all_of_leavers(
    tx: &mut Tx,
    leavers: &[AccountId],
    now: At,
) -> DbResult<()> {
    store::end_of_accounts(tx, leavers, now).await?;
    devices::remove_of_accounts(tx, leavers.iter().copied(), Removal::Left, now).await
}

async fn end(tx: &mut Tx, sessions: &[SessionId], why: Ended, now: At) -> DbResult<()> {
    store::end(tx, sessions, why, now).await?;
    for session in sessions {
        devices::remove_of_session(tx, *session, Removal::SignedOut, now).await?;
        // Who listens by it hears no more.
        changes::record(tx, Kind::SessionEnded, *session, None, now).await?;
    }
    Ok(())
}

fn to_the_hour(now: At) -> At {
    let past = Duration::from_micros((now.as_micros().rem_euclid(3_600_000_000)).unsigned_abs());
    now - past
}
