// SPDX-License-Identifier: EUPL-1.2

//! Who has answered what, by name: for duty officers, and for a deputy who was told, of those of their office who have
//! not answered. Nobody else can tell that there is such a list.
//!
//! Editors are not among them: to say something for the city one need not know who said what to it. Who leads an
//! operation must know who is coming. Each look is written to the audit log in the transaction that reads the names,
//! and they are given out after its commit.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    AnswersError, OwnAnswer,
    store::{self, names::Scope},
};
use crate::{
    announcements::{AnnouncementError, Announcements, Result},
    audit::{self, Action, Entry},
    id::{AccountId, AnnouncementId},
    people::{access::Employee, directory::UnitName},
};

/// Somebody who was asked.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = NamedAnswer)]
pub struct Named {
    pub id: AccountId,
    pub given_name: String,
    pub family_name: String,
    pub unit: UnitName,
    /// Absent: they have not answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<OwnAnswer>,
    /// By which of `push`, `mail` and `sms` they have probably heard of it: a gateway or a server has taken it.
    pub reached_by: Vec<&'static str>,
}

/// Where a page of names goes on: after this folded name, with this id.
pub type Place = (String, AccountId);

impl Announcements {
    /// Up to `limit` of those who were asked, by name.
    pub async fn named_answers(
        &self,
        who: &Employee,
        id: AnnouncementId,
        after: Option<Place>,
        limit: i64,
    ) -> Result<Vec<(Place, Named)>> {
        let mut tx = self.db.begin().await?;
        let (scope, of) = match who.duty_officer() {
            Some(_) => (Scope::Everybody, "everybody"),
            None if store::names::is_told_deputy(&mut tx, id, who.account()).await? => {
                (Scope::SilentOf(who.account()), "office")
            }
            None => return Err(AnnouncementError::NotFound),
        };
        match store::names::are_known(&mut tx, id).await? {
            None => return Err(AnnouncementError::NotFound),
            Some(false) => return Err(AnswersError::Forgotten.into()),
            Some(true) => {}
        }
        let named = store::names::page(&mut tx, id, scope, after, limit).await?;
        let look = Entry::new(Action::AnswersLookedAt, Some(who.account()), id).with("of", of);
        audit::commit(tx, look, self.clock.now()).await?;
        Ok(named)
    }
}
