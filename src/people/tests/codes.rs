// SPDX-License-Identifier: EUPL-1.2

//! Codes: good once, for thirty days, and printed for those who have not joined.

use super::{
    super::join_codes::{CodeError, Invitees},
    DAY, Town,
};

#[tokio::test]
async fn a_code_is_good_once() {
    let town = Town::with_staff().await;
    let code = town.code("1").await;
    let typed = code.to_lowercase().replace('-', " ").replace('0', "o");
    let (token, _) = town.sign_in(&typed).await.unwrap();
    assert!(town.is_signed_in(&token).await);
    assert!(matches!(town.sign_in(&code).await, Err(CodeError::Used)));
    assert!(matches!(
        town.sign_in("0000-0000-0000").await,
        Err(CodeError::Unknown)
    ));
    assert!(matches!(
        town.sign_in("nonsense").await,
        Err(CodeError::Unknown)
    ));
    assert!(!town.is_signed_in("sf_nonsense").await);
}

#[tokio::test]
async fn a_code_ends_after_thirty_days_and_by_a_newer_one() {
    let town = Town::with_staff().await;
    let old = town.code("1").await;
    let new = town.code("1").await;
    assert!(matches!(town.sign_in(&old).await, Err(CodeError::Expired)));
    town.clock.advance(30 * DAY);
    assert!(matches!(town.sign_in(&new).await, Err(CodeError::Expired)));
}

#[tokio::test]
async fn wrong_codes_are_limited_and_right_ones_are_not() {
    let town = Town::with_staff().await;
    for _ in 0..40 {
        town.join("1").await;
    }
    for _ in 0..30 {
        assert!(matches!(
            town.sign_in("0000-0000-0000").await,
            Err(CodeError::Unknown)
        ));
    }
    let code = town.code("2").await;
    let refused = town.sign_in(&code).await;
    let Err(CodeError::TooManyAttempts(wait)) = refused else {
        panic!("not limited")
    };
    town.clock.advance(wait);
    town.sign_in(&code).await.unwrap();
}

#[tokio::test]
async fn letters_are_for_those_who_have_not_joined() {
    let town = Town::with_staff().await;
    town.join("6").await;
    assert_eq!(
        town.people
            .invite(&Invitees::NotJoined)
            .await
            .unwrap()
            .len(),
        7
    );
    let kita = town
        .people
        .invite(&Invitees::NotJoinedIn("51".into()))
        .await
        .unwrap();
    let names: Vec<&str> = kita.iter().map(|it| it.family_name.as_str()).collect();
    assert_eq!(names, ["Nguyễn", "Müller", "Yılmaz"]);
    town.sign_in(&kita[0].code.to_string()).await.unwrap();
    let nobody = town.people.invite(&Invitees::Person("99".into())).await;
    assert!(nobody.is_err());
}
