// SPDX-License-Identifier: EUPL-1.2

//! Finding colleagues and offices.

use serde_json::Value;

use crate::world::{FIRE_STATION_1, FIRE_STATION_2, Person, Stage, both};

both!(
    colleagues_are_found_page_by_page,
    the_offices_are_a_tree_with_parents_first,
    what_is_no_search_is_a_problem,
);

async fn colleagues_are_found_page_by_page(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").of(FIRE_STATION_1).await;
    world.employee("Ben Lang").of(FIRE_STATION_2).await;
    world.employee("Cem Lange").await;

    let first = anna.get("/api/v1/people?limit=2").await.ok();
    assert_eq!(names(&first), ["Kühn", "Lang"]);
    let cursor = first["next_cursor"].as_str().expect("there is more");
    let second = anna
        .get(&format!("/api/v1/people?limit=2&cursor={cursor}"))
        .await
        .ok();
    assert_eq!(names(&second), ["Lange"]);
    assert!(second.get("next_cursor").is_none());

    let found = anna.get("/api/v1/people?q=BEN%20la").await.ok();
    assert_eq!(names(&found), ["Lang"]);
    let brigade = unit_id(&anna, "37").await;
    let found = anna
        .get(&format!("/api/v1/people?unit={brigade}"))
        .await
        .ok();
    assert_eq!(names(&found), ["Kühn", "Lang"]);

    let person = anna
        .get(&format!("/api/v1/people/{}", anna.account))
        .await
        .ok();
    assert_eq!(person["unit"]["name"], "Feuerwache 1");
    assert!(person.get("personnel_number").is_none() && person.get("roles").is_none());
}

async fn the_offices_are_a_tree_with_parents_first(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").of(FIRE_STATION_1).await;
    let answer = anna.get("/api/v1/org-units").await;
    let tag = answer.header("etag").expect("an ETag").to_owned();
    let units = answer.ok()["items"].clone();
    let mut seen: Vec<Value> = Vec::new();
    for unit in units.as_array().expect("a list") {
        let parent = unit.get("parent_id");
        assert!(
            parent.is_none_or(|parent| seen.contains(parent)),
            "{unit} before its parent"
        );
        seen.push(unit["id"].clone());
    }
    assert_eq!(units[0]["people"], 1, "those below are counted");
    let again = anna
        .call(http::Method::GET, "/api/v1/org-units")
        .header("if-none-match", &tag);
    assert_eq!(again.send().await.status, 304);
}

async fn what_is_no_search_is_a_problem(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    for (query, problem) in [
        ("limit=0", "invalid-query"),
        ("limit=101", "invalid-query"),
        ("unit=7", "invalid-query"),
        ("page=2", "invalid-query"),
        ("cursor=abc", "invalid-cursor"),
    ] {
        anna.get(&format!("/api/v1/people?{query}"))
            .await
            .refused(422, problem);
    }
    anna.get("/api/v1/people/7").await.refused(404, "not-found");
    let nobody = "/api/v1/people/019a8f6e-7c00-7000-8000-000000000001";
    anna.get(nobody).await.refused(404, "not-found");
}

fn names(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().expect("a page");
    items
        .iter()
        .filter_map(|person| person["family_name"].as_str())
        .collect()
}

async fn unit_id(person: &Person, code: &str) -> String {
    let units = person.get("/api/v1/org-units").await.ok();
    let unit = units["items"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|unit| unit["code"] == code);
    unit.expect("the unit")["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}
