// SPDX-License-Identifier: EUPL-1.2

//! The API's description: complete, uniform, and changed on purpose only.

use std::{collections::BTreeSet, env, fs, path::Path};

use serde_json::Value;

use super::document::Document;
use crate::world::{Database, Stage};

/// Set to 1, the description in docs/ is rewritten instead of compared.
const UPDATE: &str = "UPDATE";

/// With which verbs an operation's id may begin.
const VERBS: [(&str, &[&str]); 5] = [
    ("GET", &["get", "list"]),
    ("POST", &["create"]),
    ("PUT", &["put", "set", "grant"]),
    ("PATCH", &["update"]),
    ("DELETE", &["delete", "revoke"]),
];

/// Those that need no session.
const PUBLIC: [&str; 1] = ["create_session"];

#[tokio::test]
async fn the_description_in_docs_is_the_one_that_is_served() {
    let document = document().await.0;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api/openapi.json");
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch of the tests, not of the program"
    )]
    let update = env::var_os(UPDATE).is_some_and(|value| value == "1");
    if update {
        let text = serde_json::to_string_pretty(&document).expect("JSON");
        fs::write(&file, text + "\n").expect("docs/ can be written");
    }
    let known = fs::read_to_string(&file).unwrap_or_default();
    let known: Value = serde_json::from_str(&known).unwrap_or_default();
    assert!(
        known == document,
        "the API has changed: if that is meant, `{UPDATE}=1 cargo test --test it openapi` writes it down"
    );
}

#[tokio::test]
async fn every_operation_is_named_tagged_summarised_and_can_be_refused() {
    let document = document().await;
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for operation in document.operations() {
        let place = format!("{} {} ({})", operation.method, operation.path, operation.id);
        let mut says = |what: &str| wrong.push(format!("{place}: {what}"));
        let (verb, resource) = operation.id.split_once('_').unwrap_or_default();
        let verbs = VERBS
            .iter()
            .find(|(method, _)| *method == operation.method.as_str());
        if resource.is_empty() || !verbs.is_some_and(|(_, verbs)| verbs.contains(&verb)) {
            says("its id is not <verb>_<resource> with a verb of its method");
        }
        if !seen.insert(operation.id.clone()) {
            says("its id is taken");
        }
        if operation.description["tags"]
            .as_array()
            .is_none_or(Vec::is_empty)
        {
            says("has no tag");
        }
        if operation.description["summary"]
            .as_str()
            .is_none_or(str::is_empty)
        {
            says("has no summary");
        }
        if operation.description["responses"]["4XX"].is_null() {
            says("has no 4XX response");
        }
        let open = operation.description["security"]
            .as_array()
            .is_none_or(Vec::is_empty);
        if open != PUBLIC.contains(&operation.id.as_str()) {
            says("says wrongly whether it needs a session");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_reference_in_the_description_leads_somewhere() {
    let document = document().await;
    let mut left = vec![&document.0];
    while let Some(value) = left.pop() {
        document.resolve(value);
        match value {
            Value::Array(items) => left.extend(items),
            Value::Object(members) => left.extend(members.values()),
            _ => {}
        }
    }
}

/// The description does not depend on the database.
async fn document() -> Document {
    let stage = Stage::on(Database::sqlite().await);
    let document = Document::of(&stage.world().await).await;
    stage.strike().await;
    document
}
