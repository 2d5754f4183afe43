// SPDX-License-Identifier: EUPL-1.2

//! The directory: found by beginnings.

use super::{super::directory::Search, Town};

#[tokio::test]
async fn the_directory_finds_by_beginnings_and_pages_by_name() {
    let town = Town::with_staff().await;
    assert_eq!(town.find("ann mu").await, ["Müller-Lüdenscheidt"]);
    assert_eq!(town.find("LUED").await, Vec::<String>::new());
    assert_eq!(town.find("oneill").await, ["O'Neill"]);
    assert_eq!(town.find("nguyen").await, ["Nguyễn"]);
    assert!(
        town.find("%").await.len() == 8,
        "what holds no letter narrows nothing"
    );

    let mut names = Vec::new();
    let mut after = None;
    loop {
        let search = Search {
            after: after.take(),
            limit: 3,
            ..Search::default()
        };
        let page = town.people.search(search).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.after.clone());
        names.extend(page.into_iter().map(|listed| listed.person.given_name));
    }
    let sorted = [
        "Zeynep", "Łukasz", "Anna", "Zoë", "Minh Anh", "Ciarán", "Jörg", "Ali",
    ];
    assert_eq!(names, sorted);

    let unit = Some(town.unit("37").await);
    let search = Search {
        unit,
        limit: 50,
        ..Search::default()
    };
    assert_eq!(town.people.search(search).await.unwrap().len(), 4);
}
