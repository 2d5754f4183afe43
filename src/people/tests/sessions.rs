// SPDX-License-Identifier: EUPL-1.2

//! Sessions: when they end, and whose one may end.

use super::{
    super::{PeopleError, access::Role, join_codes::Purpose},
    DAY, Town,
};

#[tokio::test]
async fn a_recovery_code_ends_the_other_sessions_when_it_is_redeemed() {
    let town = Town::with_staff().await;
    let (lost, employee) = town.join("2").await;
    let device = town.register_device(&employee).await;
    let (second, _) = town.join("2").await;
    assert!(town.is_signed_in(&lost).await, "a first code ends nothing");

    town.people.grant_by_number("1", Role::Admin).await.unwrap();
    let admin = town.join("1").await.1.admin().unwrap();
    let account = employee.account();
    let made = town
        .people
        .make_join_code(&admin, account, Purpose::Recovery)
        .await
        .unwrap();
    assert!(
        town.is_signed_in(&lost).await,
        "nobody is cut off before the new phone is in"
    );
    let (new, _) = town.sign_in(&made.code.to_string()).await.unwrap();

    assert!(town.is_signed_in(&new).await);
    assert!(!town.is_signed_in(&lost).await && !town.is_signed_in(&second).await);
    assert_eq!(
        town.why_removed(device).await.as_deref(),
        Some("signed_out")
    );
}

#[tokio::test]
async fn a_session_ends_after_long_idleness_and_not_while_it_is_used() {
    let town = Town::with_staff().await;
    let (token, _) = town.join("1").await;
    for _ in 0..5 {
        town.clock.advance(179 * DAY);
        assert!(town.is_signed_in(&token).await);
    }
    town.clock.advance(182 * DAY);
    assert!(!town.is_signed_in(&token).await);
}

#[tokio::test]
async fn own_sessions_are_listed_and_ended_and_nobody_elses() {
    let town = Town::with_staff().await;
    let (phone, me) = town.join("1").await;
    let (tablet, on_tablet) = town.join("1").await;
    let (other, stranger) = town.join("2").await;
    assert_eq!(town.people.own_sessions(&me).await.unwrap().len(), 2);
    let refused = town.people.end_own_session(&me, stranger.session()).await;
    assert!(matches!(refused, Err(PeopleError::NotFound)));
    town.people
        .end_own_session(&me, on_tablet.session())
        .await
        .unwrap();
    assert!(town.is_signed_in(&phone).await && town.is_signed_in(&other).await);
    assert!(!town.is_signed_in(&tablet).await);
    town.people.sign_out(&me).await.unwrap();
    assert!(!town.is_signed_in(&phone).await);
}
