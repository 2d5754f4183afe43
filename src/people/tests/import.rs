// SPDX-License-Identifier: EUPL-1.2

//! The personnel file: applied whole or not at all, and what becomes of those who have left.

use super::{
    super::{
        access::Role,
        import::{ImportError, Leavers},
        join_codes::CodeError,
    },
    STAFF, Town, file,
};
use crate::push::Language;

#[tokio::test]
async fn importing_the_same_file_again_changes_nothing() {
    let town = Town::new().await;
    let first = town.import(&STAFF).await.unwrap();
    assert_eq!((first.joiners.len(), first.new_units.len()), (8, 5));
    let again = town.import(&STAFF).await.unwrap();
    assert!(again.changes_nothing());
    assert_eq!(again.unchanged, 8);
}

#[tokio::test]
async fn a_dry_run_tells_and_changes_nothing() {
    let town = Town::with_staff().await;
    let plan = town
        .people
        .plan_import(file(&STAFF[..3]).as_bytes())
        .await
        .unwrap();
    assert_eq!(plan.leavers.len(), 5);
    let told = plan.describe(Language::German);
    assert!(
        told.contains("5 scheiden aus") && told.contains("Zoë Müller (7)"),
        "{told}"
    );
    assert_eq!(town.find("muller").await.len(), 2);
    assert!(town.import(&STAFF).await.unwrap().changes_nothing());
}

#[tokio::test]
async fn a_file_with_one_bad_row_is_not_applied_at_all() {
    let town = Town::with_staff().await;
    let mut rows = STAFF.to_vec();
    rows[0] = "1;Neuer;Name;37;Feuerwehr;;;";
    rows.push("9;;Ohne Nachnamen;37;Feuerwehr;;;");
    let Err(ImportError::Rows(problems)) = town.import(&rows).await else {
        panic!("applied")
    };
    assert_eq!(
        problems[0].say(Language::German),
        "Zeile 10, Spalte 2 (Nachname): Die Zelle ist leer."
    );
    assert_eq!(problems.len(), 1);
    assert!(town.find("neuer").await.is_empty());
}

#[tokio::test]
async fn leavers_lose_sessions_devices_codes_and_roles() {
    let town = Town::with_staff().await;
    let (token, employee) = town.join("8").await;
    let device = town.register_device(&employee).await;
    town.people
        .grant_by_number("8", Role::Editor)
        .await
        .unwrap();
    let unused = town.code("8").await;
    assert!(town.is_signed_in(&token).await);

    assert_eq!(town.import(&STAFF[..7]).await.unwrap().leavers.len(), 1);

    assert!(!town.is_signed_in(&token).await);
    assert_eq!(town.why_removed(device).await.as_deref(), Some("left"));
    assert!(matches!(
        town.sign_in(&unused).await,
        Err(CodeError::Expired)
    ));
    assert!(town.find("yilmaz").await.is_empty());

    let back = town.import(&STAFF).await.unwrap();
    assert_eq!((back.returning.len(), back.joiners.len()), (1, 0));
    assert!(
        !town.is_signed_in(&token).await,
        "an old session must not come back to life"
    );
    let (_, returned) = town.join("8").await;
    assert_eq!(returned.account(), employee.account());
    assert!(returned.roles().is_empty());
}

#[tokio::test]
async fn a_file_that_is_cut_off_is_refused_until_it_is_confirmed() {
    let town = Town::with_staff().await;
    let cut_off = town.import(&STAFF[..6]).await;
    assert!(matches!(
        cut_off,
        Err(ImportError::TooManyLeavers {
            leavers: 2,
            staff: 8
        })
    ));
    assert_eq!(town.find("yilmaz").await.len(), 1);
    let bytes = file(&STAFF[..6]);
    town.people
        .import(bytes.as_bytes(), Leavers::Confirmed, None)
        .await
        .unwrap();
    assert!(town.find("yilmaz").await.is_empty());
}

#[tokio::test]
async fn people_and_units_move_and_are_renamed() {
    let town = Town::with_staff().await;
    let (_, before) = town.join("2").await;
    let mut rows = STAFF.map(|row| row.replace("Wache Süd;37", "Wache Süd;51"));
    rows[1] = "2;Çelik-Groß;Zeynep;51;Jugendamt;;Brandmeisterin;".into();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let plan = town.import(&rows).await.unwrap();
    assert!(plan.updated[0].moved() && plan.updated[0].renamed());
    assert!(plan.updated_units[0].moved());

    assert_eq!(town.find("gross cel").await, ["Çelik-Groß"]);
    let units = town.people.org_units().await.unwrap();
    let people_in = |code: &str| units.iter().find(|unit| unit.code == code).unwrap().people;
    assert_eq!((people_in("37"), people_in("51")), (2, 6));
    assert_eq!(units[0].parent_id, None, "parents come first");
    let me = town.people.person(before.account()).await.unwrap();
    assert_eq!(me.unit.name, "Jugendamt");
}
