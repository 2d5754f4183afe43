// SPDX-License-Identifier: EUPL-1.2

//! Audiences of units, and which are refused.

use super::{
    super::audience::{Audience, AudienceCount, AudienceError},
    Town,
};

#[tokio::test]
async fn an_audience_is_units_with_all_below_them() {
    let town = Town::with_staff().await;
    let (_, firefighter) = town.join("2").await;
    town.register_device(&firefighter).await;
    let brigade = Audience::Units {
        units: vec![town.unit("37").await],
    };
    let count = town.people.count_audience(&brigade).await.unwrap();
    assert_eq!(
        count,
        AudienceCount {
            people: 4,
            with_phone: 1,
            without_phone: 3
        }
    );
    let all = town
        .people
        .count_audience(&Audience::Everybody)
        .await
        .unwrap();
    assert_eq!(
        all,
        AudienceCount {
            people: 8,
            with_phone: 1,
            without_phone: 7
        }
    );

    let mut tx = town.people.db.begin().await.unwrap();
    let id = brigade.create(&mut tx, &town.people.ids).await.unwrap();
    let everybody = Audience::Everybody
        .create(&mut tx, &town.people.ids)
        .await
        .unwrap();
    assert_eq!(
        Audience::Everybody
            .create(&mut tx, &town.people.ids)
            .await
            .unwrap(),
        everybody
    );
    tx.commit().await.unwrap();
    assert_eq!(Audience::load(&town.people.db, id).await.unwrap(), brigade);
    assert!(
        town.people
            .is_meant(id, firefighter.account())
            .await
            .unwrap()
    );
    let (_, educator) = town.join("6").await;
    let educator = educator.account();
    assert!(!town.people.is_meant(id, educator).await.unwrap());
    assert!(town.people.is_meant(everybody, educator).await.unwrap());
}

#[tokio::test]
async fn an_audience_of_nobody_or_of_unknown_units_is_refused_by_pointer() {
    let town = Town::with_staff().await;
    let empty = Audience::Units { units: Vec::new() };
    let refused = town.people.count_audience(&empty).await.unwrap_err();
    assert!(matches!(refused, AudienceError::Empty(_)));
    let units = vec![town.unit("37").await, town.people.ids.id()];
    let mut tx = town.people.db.begin().await.unwrap();
    let refused = Audience::Units { units }
        .create(&mut tx, &town.people.ids)
        .await
        .unwrap_err();
    assert_eq!(refused.pointers()[0].0, "/units/1");
}
