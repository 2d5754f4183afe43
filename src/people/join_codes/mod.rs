// SPDX-License-Identifier: EUPL-1.2

//! Join codes: how a person without a staff e-mail address gets their phone in.
//!
//! An administrator has codes made, for everybody who has not joined yet or for one person; they are
//! printed as [letters] and redeemed once, by [`People::sign_in`](super::People::sign_in). Only a hash is
//! kept. One code per person is good at a time: a newer one revokes the older.
//!
//! A lost phone: a code made with [`Purpose::Recovery`] ends the person's other sessions, and removes
//! their devices, when it is redeemed, not when it is made, so that nobody is cut off while the letter is
//! on its way. A code made with [`Purpose::First`] adds a device and ends nothing.

mod attempts;
mod code;
pub mod letters;
mod store;

use std::time::Duration;

use serde::Serialize;

pub use self::{
    attempts::FailedAttempts,
    code::{Code, NotACode},
};
use super::{People, access::Admin};
use crate::{
    clock::At,
    db::{DbError, text_enum},
    id::{AccountId, JoinCodeId},
};

text_enum! {
    /// What a join code is for.
    pub enum Purpose {
        /// The first phone, or one more.
        First = "first",
        /// A new phone for a lost one: the other sessions end.
        Recovery = "recovery",
    }
}

/// A new code and whose it is. The code is known here and nowhere else: it can't be shown again.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub account: AccountId,
    pub given_name: String,
    pub family_name: String,
    pub unit_name: String,
    pub code: Code,
    pub expires_at: At,
}

/// Who gets a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invitees {
    /// Everybody who has not joined yet.
    NotJoined,
    /// Of them, those in the unit with this code or below it.
    NotJoinedIn(String),
    /// One person, by personnel number, whether they have joined or not.
    Person(String),
}

#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    #[error("nobody on the payroll is meant")]
    Nobody,
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Why a code was not redeemed.
#[derive(Debug, thiserror::Error)]
pub enum CodeError {
    #[error("no such code")]
    Unknown,
    /// Its time is over, or a newer code has replaced it.
    #[error("the code is no longer good")]
    Expired,
    #[error("the code has been used")]
    Used,
    #[error("too many wrong codes; wait {0:?}")]
    TooManyAttempts(Duration),
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What a good code says.
pub(super) struct Redeemed {
    pub(super) account: AccountId,
    pub(super) purpose: Purpose,
}

impl People {
    /// Makes a code for each, revoking the one that they had. In the order of units and names, as the
    /// letters are handed out.
    pub async fn invite(&self, invitees: &Invitees) -> Result<Vec<Invitation>, InviteError> {
        let mut tx = self.db.begin().await?;
        let people = store::invitees(&mut tx, invitees).await?;
        if people.is_empty() {
            return Err(InviteError::Nobody);
        }
        let now = self.clock.now();
        let expires_at = now + self.config.join_code_validity();
        let invitations: Vec<Invitation> = people
            .into_iter()
            .map(|person| person.invitation(Code::random(&self.ids), expires_at))
            .collect();
        let codes: Vec<NewCode> = invitations
            .iter()
            .map(|invitation| NewCode::new(self.ids.id(), invitation.account, &invitation.code))
            .collect();
        store::replace(&mut tx, &codes, Purpose::First, None, now, expires_at).await?;
        tx.commit().await?;
        Ok(invitations)
    }

    /// Makes one person a code, revoking the one that they had.
    pub async fn make_join_code(
        &self,
        admin: &Admin,
        account: AccountId,
        purpose: Purpose,
    ) -> Result<Invitation, InviteError> {
        let mut tx = self.db.begin().await?;
        let person = store::invitee(&mut tx, account)
            .await?
            .ok_or(InviteError::Nobody)?;
        let now = self.clock.now();
        let expires_at = now + self.config.join_code_validity();
        let invitation = person.invitation(Code::random(&self.ids), expires_at);
        let code = NewCode::new(self.ids.id(), account, &invitation.code);
        let by = Some(admin.account());
        store::replace(&mut tx, &[code], purpose, by, now, expires_at).await?;
        tx.commit().await?;
        Ok(invitation)
    }
}

/// Looks a code up and uses it up, in the transaction that makes the session.
pub(super) async fn redeem(
    tx: &mut crate::db::Tx,
    code: &Code,
    now: At,
) -> Result<Redeemed, CodeError> {
    let found = store::find(tx, &code.hash())
        .await?
        .ok_or(CodeError::Unknown)?;
    if found.used {
        return Err(CodeError::Used);
    }
    if found.revoked || found.expires_at <= now {
        return Err(CodeError::Expired);
    }
    // Two phones with the same code at once: the second finds that there is nothing left to use up.
    if !store::use_up(tx, found.id, now).await? {
        return Err(CodeError::Used);
    }
    Ok(Redeemed {
        account: found.account_id,
        purpose: found.purpose,
    })
}

/// A code on its way into the database.
#[derive(Serialize)]
struct NewCode {
    id: JoinCodeId,
    account: AccountId,
    /// Lower-case hexadecimal digits, as JSON has no bytes.
    hash: String,
}

impl NewCode {
    fn new(id: JoinCodeId, account: AccountId, code: &Code) -> Self {
        let hash = hex::encode(code.hash());
        Self { id, account, hash }
    }
}
