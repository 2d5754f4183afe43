// SPDX-License-Identifier: EUPL-1.2

//! Bad input of every kind, tried on every route that can be given it: each kind has its own problem, and
//! nothing that a caller sends is our fault (500).

use http::Method;
use serde_json::{Map, Value, json};

use super::{
    document::{Document, Operation},
    routes::admits,
    subjects::{Cast, Subjects},
};
use crate::world::{Answer, Client, Stage, both, client::Call};

both!(
    a_body_that_is_no_json_is_malformed,
    a_body_too_deep_to_follow_is_refused,
    every_wrong_value_of_a_body_is_refused_by_its_place,
    a_body_of_another_type_or_of_a_great_size_is_refused,
    a_broken_cursor_limit_or_query_is_refused,
    a_broken_header_is_refused,
    what_an_address_does_not_do_is_not_allowed,
    what_is_no_address_is_unknown,
);

/// More than any text may have.
const TOO_LONG: usize = 30_000;

async fn a_body_that_is_no_json_is_malformed(stage: &Stage) {
    let site = Site::of(stage).await;
    for (operation, caller, sound) in site.with_json_bodies().await {
        let whole = sound.to_string();
        let cut_off = &whole[..whole.len() - 1];
        let and_more = format!("{whole} x");
        let broken: [&[u8]; 6] = [
            b"",
            b"{]",
            b"nonsense",
            b"\"\xff\"",
            cut_off.as_bytes(),
            and_more.as_bytes(),
        ];
        // An empty body is none, which is no mistake where it may be left out.
        let left_out = usize::from(operation.description["requestBody"]["required"] != true);
        for body in &broken[left_out..] {
            let call = site.call(&operation, caller).await;
            let call = call.body("application/json", body.to_vec());
            call.send().await.refused(400, "malformed-json");
        }
    }
}

async fn a_body_too_deep_to_follow_is_refused(stage: &Stage) {
    let site = Site::of(stage).await;
    for (operation, caller, _) in site.with_json_bodies().await {
        for (open, depth) in [("[", 100_000), ("{\"a\":", 20_000)] {
            let call = site.call(&operation, caller).await;
            let answer = call
                .body("application/json", open.repeat(depth))
                .send()
                .await;
            assert!(matches!(answer.status, 400 | 422), "{answer}");
        }
    }
}

async fn every_wrong_value_of_a_body_is_refused_by_its_place(stage: &Stage) {
    let site = Site::of(stage).await;
    let mut wrong = Vec::new();
    for (operation, caller, sound) in site.with_json_bodies().await {
        for (place, body) in spoilt(&sound) {
            let answer = site.call(&operation, caller).await.json(&body).send().await;
            if !names_the_value(&answer) {
                let body: String = body.to_string().chars().take(200).collect();
                wrong.push(format!("{place} of {body}: {answer}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn a_body_of_another_type_or_of_a_great_size_is_refused(stage: &Stage) {
    let site = Site::of(stage).await;
    for (operation, caller, sound) in site.with_json_bodies().await {
        for content_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "*/*",
            "json",
        ] {
            let call = site.call(&operation, caller).await;
            let answer = call.body(content_type, sound.to_string()).send().await;
            answer.refused(415, "unsupported-media-type");
        }
        for size in [256 * 1024 + 1, 2 << 20] {
            let call = site.call(&operation, caller).await;
            let huge = format!("{sound}{}", " ".repeat(size));
            call.body("application/json", huge)
                .send()
                .await
                .refused(413, "body-too-large");
        }
    }
}

async fn a_broken_cursor_limit_or_query_is_refused(stage: &Stage) {
    let site = Site::of(stage).await;
    let mut lists = 0;
    for operation in site.document.operations() {
        if !operation.has_parameter("cursor") {
            continue;
        }
        lists += 1;
        let caller = site.admitted(&operation);
        let ask = async |query: &str| {
            let mut operation = operation.clone();
            operation.path = format!("{}?{query}", operation.path);
            site.call(&operation, caller).await.send().await
        };
        // Broken; of another list; and what would be a cursor if numbers had no end.
        for cursor in [
            "!!",
            "",
            "AAAA",
            "e30",
            "bnVsbA",
            "W10",
            "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
        ] {
            ask(&format!("cursor={cursor}"))
                .await
                .refused(422, "invalid-cursor");
        }
        for query in [
            "limit=0",
            "limit=101",
            "limit=-1",
            "limit=x",
            "limit=1&limit=2",
            "nonsense=1",
        ] {
            ask(query).await.refused(422, "invalid-query");
        }
        let unreadable = ask("cursor=%ff%00").await;
        assert_eq!(unreadable.status, 422, "{unreadable}");
    }
    assert!(lists >= 5, "the lists are found");
}

async fn a_broken_header_is_refused(stage: &Stage) {
    let site = Site::of(stage).await;
    let long = "k".repeat(65);
    for operation in site.document.operations() {
        let caller = site.admitted(&operation);
        if operation.method == Method::POST && caller.token.is_some() {
            for key in ["", "\"\"", "two words", "schlüssel", &long] {
                let call = site
                    .call(&operation, caller)
                    .await
                    .header("idempotency-key", key);
                call.send().await.refused(400, "invalid-header");
            }
        }
        if operation.has_parameter("If-Match") {
            for revision in ["x", "\"x\"", "\"99999999999\"", "\"1\", \"2\""] {
                let call = site
                    .call(&operation, caller)
                    .await
                    .header("if-match", revision);
                call.send().await.refused(400, "invalid-header");
            }
        }
    }
    for token in [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "\u{e4}",
        "Bearer \u{e4}",
    ] {
        let call = site
            .cast
            .stranger
            .call(Method::GET, "/api/v1/me")
            .header("authorization", token);
        let answer = call.send().await;
        assert_eq!(answer.status, 401, "{token:?}: {answer}");
        assert!(answer.problem().is_some(), "{token:?}: {answer}");
    }
}

async fn what_an_address_does_not_do_is_not_allowed(stage: &Stage) {
    let site = Site::of(stage).await;
    let operations = site.document.operations();
    for operation in &operations {
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ] {
            let known = |other: &Operation| other.path == operation.path && other.method == method;
            if operations.iter().any(known) {
                continue;
            }
            let mut other = operation.clone();
            other.method = method;
            let answer = site.call(&other, &site.cast.admin).await.send().await;
            answer.refused(405, "method-not-allowed");
            assert!(answer.header("allow").is_some(), "{answer}");
        }
    }
}

async fn what_is_no_address_is_unknown(stage: &Stage) {
    let site = Site::of(stage).await;
    for path in [
        "/",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v2/me",
        "/api/v1/me/",
        "/api/v1//me",
    ] {
        for caller in [&site.cast.stranger, &*site.cast.admin] {
            let answer = caller.get(path).await;
            let served = answer.status < 400;
            // The root is where the employee app will stand.
            assert!(
                served && path == "/" || answer.problem().as_deref() == Some("unknown-route"),
                "{answer}"
            );
        }
    }
}

/// A world with everything in it that routes are tried on.
struct Site {
    document: Document,
    subjects: Subjects,
    cast: Cast,
}

impl Site {
    async fn of(stage: &Stage) -> Self {
        let world = stage.world().await;
        Self {
            document: Document::of(&world).await,
            subjects: Subjects::of(&world).await,
            cast: Cast::of(&world).await,
        }
    }

    /// Every operation that takes JSON, with somebody who may call it and a sound body.
    async fn with_json_bodies(&self) -> Vec<(Operation, &Client, Value)> {
        let mut found = Vec::new();
        for operation in self.document.operations() {
            if operation.json_body().is_some() {
                let body = self.subjects.body_for(&operation.id).await;
                let body = body.unwrap_or_else(|| panic!("{}: no sound body", operation.id));
                found.push((operation.clone(), self.admitted(&operation), body));
            }
        }
        assert!(found.len() >= 10, "the bodies are found");
        found
    }

    /// Somebody who may call an operation; on what is the author's, the author.
    fn admitted(&self, operation: &Operation) -> &Client {
        let cast = self.cast.in_order().into_iter().map(|(_, caller)| caller);
        let mut admitted = cast
            .enumerate()
            .filter(|(index, _)| admits(operation, *index));
        admitted
            .next()
            .map_or(&*self.subjects.author, |(_, caller)| caller)
    }

    /// A sound request.
    async fn call(&self, operation: &Operation, caller: &Client) -> Call {
        self.subjects.call(operation, caller).await
    }
}

/// 422 that says which value is wrong.
fn names_the_value(answer: &Answer) -> bool {
    let kind = answer.problem();
    let known = matches!(kind.as_deref(), Some("invalid-body" | "invalid-device"));
    let errors = || {
        answer.json()["errors"]
            .as_array()
            .is_some_and(|errors| !errors.is_empty())
    };
    answer.status == 422 && known && errors()
}

/// The sound body, spoilt in one place at a time, with that place.
fn spoilt(sound: &Value) -> Vec<(String, Value)> {
    let mut bodies = Vec::new();
    for place in places(sound, "") {
        let value = sound.pointer(&place).expect("a place of the body");
        for bad in spoils(value) {
            let mut body = sound.clone();
            *body.pointer_mut(&place).expect("a place of the body") = bad;
            bodies.push((place.clone(), body));
        }
    }
    bodies
}

/// JSON pointers to every value of a value, itself included.
fn places(value: &Value, here: &str) -> Vec<String> {
    let mut all = vec![here.to_owned()];
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                all.extend(places(member, &format!("{here}/{name}")));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                all.extend(places(item, &format!("{here}/{index}")));
            }
        }
        _ => {}
    }
    all
}

/// What can't stand in a value's place, whatever the value means.
fn spoils(value: &Value) -> Vec<Value> {
    let another_type = [json!(7), json!(1.5), json!(true)];
    match value {
        Value::Object(members) => {
            let with = |name: &str, value: Value| {
                let mut members: Map<String, Value> = members.clone();
                members.insert(name.to_owned(), value);
                Value::Object(members)
            };
            let more = [
                with("nonsense", json!(1)),
                with("", json!(null)),
                with("a/b~c", json!({})),
            ];
            another_type
                .into_iter()
                .chain([json!([]), json!("x")])
                .chain(more)
                .collect()
        }
        Value::Array(_) => another_type
            .into_iter()
            .chain([json!({}), json!("x"), json!([null]), json!([7])])
            .collect(),
        Value::String(text) => {
            let long = json!("x".repeat(TOO_LONG));
            let hidden = ["\0", "\u{1b}[31m", "\u{202e}", "\u{85}"];
            let hidden = hidden.map(|c| json!(format!("{text}{c}{text}")));
            let empty = [json!(""), json!(" \n "), long, json!({}), json!([])];
            another_type
                .into_iter()
                .chain(empty)
                .chain(hidden)
                .collect()
        }
        _ => vec![json!({}), json!([]), json!("x")],
    }
}
