// SPDX-License-Identifier: EUPL-1.2

//! Reactions: one a person, counted.

use serde_json::json;

use super::{Board, path_of, publish};
use crate::world::{Stage, both};

both!(
    a_person_has_one_reaction_and_may_change_and_take_it_back,
    reactions_given_at_once_are_all_counted,
);

async fn a_person_has_one_reaction_and_may_change_and_take_it_back(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let (anna, emil) = (
        world.employee("Anna Kühn").await,
        world.employee("Emil Eger").await,
    );
    let post = path_of(&publish(&world, &anna, &board.channel, "Kuchen in der Küche").await);
    let path = format!("{post}/reaction");
    anna.put(&path, json!({"kind": "like"})).await.ok();
    emil.put(&path, json!({"kind": "like"})).await.ok();
    let changed = emil.put(&path, json!({"kind": "heart"})).await.ok();
    let expected = json!({"reactions": {"like": 1, "heart": 1}, "my_reaction": "heart"});
    assert_eq!(changed, expected);
    assert_eq!(
        emil.put(&path, json!({"kind": "heart"})).await.ok(),
        expected
    );

    let seen = emil.get(&post).await.ok();
    assert_eq!(seen["my_reaction"], "heart");
    assert_eq!(seen["reactions"], json!({"like": 1, "heart": 1}));
    assert_eq!(
        anna.get("/api/v1/feed").await.ok()["items"][0]["my_reaction"],
        "like"
    );

    assert_eq!(
        emil.delete(&path).await.ok(),
        json!({"reactions": {"like": 1}})
    );
    assert_eq!(
        emil.delete(&path).await.ok(),
        json!({"reactions": {"like": 1}})
    );
    anna.delete(&path).await.ok();
    assert!(anna.get(&post).await.ok().get("reactions").is_none());
}

async fn reactions_given_at_once_are_all_counted(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let post = path_of(&publish(&world, &board.admin, &board.channel, "Kuchen!").await);
    let path = format!("{post}/reaction");
    let mut people = Vec::new();
    for number in 0..12 {
        people.push(world.employee(&format!("Nr {number}")).await);
    }
    let react = people.iter().enumerate().map(|(number, person)| {
        let kind = if number % 3 == 0 { "thanks" } else { "laugh" };
        person.put(&path, json!({"kind": kind}))
    });
    for answer in futures::future::join_all(react).await {
        answer.ok();
    }
    let counted = board.admin.get(&post).await.ok();
    assert_eq!(counted["reactions"], json!({"thanks": 4, "laugh": 8}));
}
