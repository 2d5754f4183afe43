// SPDX-License-Identifier: EUPL-1.2

//! Roles: who has granted which, and when.

use super::{
    super::{PeopleError, access::Role},
    Town,
};
use crate::id::AccountId;

#[tokio::test]
async fn roles_are_granted_once_and_taken_back_with_who_and_when() {
    let town = Town::with_staff().await;
    town.people.grant_by_number("1", Role::Admin).await.unwrap();
    let (_, admin) = town.join("1").await;
    let admin = admin.admin().unwrap();
    let (token, colleague) = town.join("2").await;
    for _ in 0..2 {
        town.people
            .grant(&admin, colleague.account(), Role::Editor)
            .await
            .unwrap();
    }
    let held = town
        .people
        .roles_of(&admin, colleague.account())
        .await
        .unwrap();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].granted_by, Some(admin.account()));
    let now = town.people.authenticate(&token).await.unwrap().unwrap();
    assert!(now.editor().is_some() && now.admin().is_none());
    town.people
        .revoke(&admin, colleague.account(), Role::Editor)
        .await
        .unwrap();
    let now = town.people.authenticate(&token).await.unwrap().unwrap();
    assert!(now.editor().is_none());
    let nobody: AccountId = town.people.ids.id();
    let refused = town.people.grant(&admin, nobody, Role::Editor).await;
    assert!(matches!(refused, Err(PeopleError::NotFound)));
}
