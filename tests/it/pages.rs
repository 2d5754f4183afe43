// SPDX-License-Identifier: EUPL-1.2

//! The app and the console as a browser meets them: every file that a page names is there, and nothing needs what
//! the content security policy forbids.

use std::collections::BTreeSet;

use crate::world::{Answer, Stage, both};

both!(
    every_file_that_a_page_names_is_served,
    a_link_of_a_push_opens_the_app,
    a_page_that_the_browser_has_is_not_sent_again,
);

const DOCUMENTS: [&str; 4] = ["/", "/console", "/api/docs", "/sw.js"];

async fn every_file_that_a_page_names_is_served(stage: &Stage) {
    let world = stage.world().await;
    let mut found = BTreeSet::new();
    let mut next: Vec<String> = DOCUMENTS.map(str::to_owned).to_vec();
    while let Some(path) = next.pop() {
        if !found.insert(path.clone()) {
            continue;
        }
        let answer = world.stranger().get(&path).await;
        assert_eq!(answer.status, 200, "{path}: {answer}");
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(
            answer.header("content-type"),
            Some(media_type(&path)),
            "{path}"
        );
        let text = String::from_utf8_lossy(&answer.body);
        assert!(!has_inline_code(&path, &text), "{path} has inline code");
        next.extend(files_in(&path, &text));
    }
    for file in [
        "/app/photos.js",
        "/console/board/index.js",
        "/shared/tokens.css",
        "/app/icon.svg",
    ] {
        assert!(found.contains(file), "nobody names {file}: {found:?}");
    }
}

async fn a_link_of_a_push_opens_the_app(stage: &Stage) {
    let world = stage.world().await;
    let home = world.stranger().get("/").await;
    for path in [
        "/announcements/019a8f6e-7c00-7000-8000-000000000002",
        "/posts/019a8f6e-7c00-7000-8000-000000000003",
        "/join",
    ] {
        let page = world.stranger().get(path).await;
        assert_eq!((page.status, &page.body), (200, &home.body), "{path}");
    }
}

async fn a_page_that_the_browser_has_is_not_sent_again(stage: &Stage) {
    let world = stage.world().await;
    let first = world.stranger().get("/console").await;
    let tag = first.header("etag").expect("a tag");
    assert_eq!(first.header("cache-control"), Some("private, no-cache"));
    let again: Answer = world
        .stranger()
        .call(http::Method::GET, "/console")
        .header("if-none-match", tag)
        .send()
        .await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    let policy = "content-security-policy";
    assert_eq!(again.header(policy), first.header(policy));
}

/// What the text names in quotes that is a file of ours: `"/shared/api.js"`, `"./words.js"`.
fn files_in(path: &str, text: &str) -> Vec<String> {
    const ENDS: [&str; 5] = [".js", ".css", ".svg", ".png", ".webmanifest"];
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    text.split('"')
        .filter(|word| ENDS.iter().any(|end| word.ends_with(end)))
        .filter_map(|word| match word.strip_prefix("./") {
            Some(beside) => Some(format!("{folder}/{beside}")),
            None => word.starts_with('/').then(|| word.to_owned()),
        })
        .collect()
}

fn media_type(path: &str) -> &'static str {
    let (_, end) = path.rsplit_once('.').unwrap_or((path, "html"));
    match end {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "webmanifest" => "application/manifest+json",
        _ => "text/html; charset=utf-8",
    }
}

/// A script or style inside a document, or an element's own handler or style.
fn has_inline_code(path: &str, text: &str) -> bool {
    media_type(path) == "text/html; charset=utf-8"
        && (text.contains("<style")
            || text.contains(" style=")
            || text.matches("<script").count()
                != text.matches("<script type=\"module\" src=").count())
}
