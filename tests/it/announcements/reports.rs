// SPDX-License-Identifier: EUPL-1.2

//! The report when the release is over: written once, then only added to; and as a drawing.

use std::time::Duration;

use http::Method;
use quick_xml::{Reader, events::Event};
use serde_json::{Value, json};
use stadtfunk::{
    clock::Clock,
    push::{
        Gateway,
        sandbox::{Sandbox, SandboxConfig},
    },
};

use super::{draft, to_everybody};
use crate::world::{Answer, Client, Stage, World, both, eventually, people::same, stage::START};

both!(
    the_figures_of_a_release_that_is_over_are_written_and_stay,
    the_report_is_a_drawing_in_both_languages,
    the_drawing_outlives_the_rows_and_is_small,
);

async fn gateways(stage: &Stage) -> Sandbox {
    let clock = Clock::manual(START.parse().expect("an instant"));
    stage.sandbox(SandboxConfig::default(), clock).await
}

/// A city with so many phones, an editor, and an announcement that has just been released.
async fn released(stage: &Stage, phones: usize) -> (World, Client, String) {
    let sandbox = gateways(stage).await;
    let world = stage.world().await;
    let editor = (*world.editor("Eva Editor").await).clone();
    let gateways = Gateway::ALL.iter().copied().cycle().take(phones);
    world.hire_with_phones(&sandbox, gateways).await;
    let address = draft(&editor, to_everybody()).await;
    let release = format!("{address}/release");
    editor.put(&release, json!({})).await.ok();
    (world, editor, address)
}

async fn written(editor: &Client, address: &str) -> Value {
    eventually("the report is written", async || {
        let report = editor.get(&format!("{address}/report")).await.ok();
        report.get("written").is_some().then_some(report)
    })
    .await
}

async fn drawing(editor: &Client, address: &str, language: &str) -> Answer {
    let drawing = editor.call(Method::GET, &format!("{address}/report.svg"));
    drawing.header("accept-language", language).send().await
}

/// The names of the elements, in their order; that it is well-formed.
fn elements(answer: &Answer) -> Vec<String> {
    let mut reader = Reader::from_reader(&answer.body[..]);
    let mut elements = Vec::new();
    loop {
        match reader.read_event().expect("XML") {
            Event::Start(element) | Event::Empty(element) => {
                let name = element.name().as_ref().to_vec();
                elements.push(String::from_utf8(name).expect("a name"));
            }
            Event::Eof => return elements,
            _ => {}
        }
    }
}

async fn the_figures_of_a_release_that_is_over_are_written_and_stay(stage: &Stage) {
    let (world, editor, address) = released(stage, 9).await;
    let first = written(&editor, &address).await;
    assert_eq!(first["complete"], true);
    assert_eq!(first["people"]["reached"], 9);
    assert_eq!(first["later"], json!([]));
    let hash = first["written"]["sha256"].as_str().expect("a hash");
    assert_eq!(hash.len(), 64);
    // Whatever becomes of the rows.
    let rows = same("UPDATE deliveries SET outcome = 'refused'");
    let changed = world.app.db.query(rows).execute().await;
    assert_eq!(changed.expect("the deliveries"), 9);
    let again = editor.get(&format!("{address}/report")).await.ok();
    assert_eq!(again, first);
}

async fn the_report_is_a_drawing_in_both_languages(stage: &Stage) {
    let (_world, editor, address) = released(stage, 9).await;
    let unreleased = draft(&editor, to_everybody()).await;
    let refused = drawing(&editor, &unreleased, "de").await;
    refused.refused(409, "announcement-not-released");
    written(&editor, &address).await;
    let german = drawing(&editor, &address, "de").await;
    assert_eq!(german.status, 200, "{german}");
    assert_eq!(german.header("content-type"), Some("image/svg+xml"));
    assert_eq!(german.header("content-language"), Some("de"));
    let policy = german.header("content-security-policy").expect("a policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'unsafe-inline'"));
    let names = elements(&german);
    assert_eq!(names[..3], ["svg", "title", "desc"]);
    // The area, a curve for each gateway, and that of all.
    assert_eq!(names.iter().filter(|name| *name == "path").count(), 5);
    let text = String::from_utf8_lossy(&german.body);
    assert!(text.contains("9 von 9 Telefonen · 99 % in 0 ms"), "{text}");
    assert!(text.contains("10 Personen · 9 erreicht · 1 ohne Telefon"));
    let english = drawing(&editor, &address, "en").await;
    let text = String::from_utf8_lossy(&english.body);
    assert!(text.contains("9 of 9 phones · 99 % in 0 ms"), "{text}");
}

async fn the_drawing_outlives_the_rows_and_is_small(stage: &Stage) {
    const PHONES: usize = 450;
    let (world, editor, address) = released(stage, PHONES).await;
    let report = written(&editor, &address).await;
    assert_eq!(report["people"]["reached"], PHONES);
    let before = drawing(&editor, &address, "de").await;
    assert!(before.body.len() < 40_000, "{} bytes", before.body.len());
    world.clock.advance(Duration::from_hours(31 * 24));
    eventually("the rows are folded", async || {
        let rows = same("SELECT COUNT(*) FROM deliveries");
        let (rows,): (i64,) = world.app.db.query(rows).one().await.expect("a count");
        (rows == 0).then_some(())
    })
    .await;
    let after = drawing(&editor, &address, "de").await;
    assert_eq!(after.body, before.body);
}
