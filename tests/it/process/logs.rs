// SPDX-License-Identifier: EUPL-1.2

//! The log, with everything that the program can be made to say: ids in fields, never what was said, to which
//! address, or with which credentials.

use serde_json::{Value, json};
use stadtfunk::{
    clock::Clock,
    db::Db,
    id::MessageId,
    push::{
        Gateway,
        sandbox::{Fault, Filter, Sandbox, SandboxConfig, Which},
    },
};

use super::program::Program;
use crate::world::{
    Client, FIRE_BRIGADE, FIRE_STATION_1, Stage, World, both, eventually, people::same,
};

both!(
    a_dispatch_leaves_ids_in_the_log_and_no_words_addresses_or_tokens,
    the_metrics_have_a_listener_of_their_own,
);

const EVERYTHING: [(&str, &str); 1] = [("STADTFUNK_LOG_FILTER", "trace")];

async fn a_dispatch_leaves_ids_in_the_log_and_no_words_addresses_or_tokens(stage: &Stage) {
    let sandbox = stage.sandbox(SandboxConfig::default(), Clock::wall()).await;
    let program = Program::serve_with(stage, &EVERYTHING).await;
    let office = stage.office_of(program.address).await;
    let mut secrets = vec![
        "Großbrand".to_owned(),
        "Alle Wachen.".to_owned(),
        "Am Hafen.".to_owned(),
    ];
    let mut ids = Vec::new();
    // One that is taken and one that is dead at each gateway: what goes wrong is told of at more length.
    for &gateway in Gateway::ALL {
        for is_dead in [false, true] {
            let person = office.employee("Karl Kollege").of(FIRE_STATION_1).await;
            let phone = sandbox.phone(gateway);
            person.registers(&phone).await;
            if is_dead {
                let since = office.clock.now();
                let address = phone.address.clone();
                sandbox.misbehave(
                    gateway,
                    Fault::Unregister { since },
                    Which::Address(address),
                );
            }
            let devices = person.get("/api/v1/devices").await.ok();
            ids.push(
                devices["items"][0]["id"]
                    .as_str()
                    .expect("an id")
                    .to_owned(),
            );
            secrets.push(phone.address.rsplit('/').next().expect("a part").to_owned());
            secrets.extend(person.token.clone());
        }
    }
    release(&office).await;
    ids.extend(messages(&office.app.db).await);
    secrets.extend(credentials(&sandbox));
    program.terminate().await;
    let (status, log) = program.ended().await;
    assert!(status.success(), "{log}");
    assert!(ids.len() == 7 && secrets.len() > 15);
    for id in ids {
        assert!(log.contains(&id), "{id} is not in the log");
    }
    for secret in secrets {
        let told = log.lines().find(|line| line.contains(&secret));
        assert!(
            told.is_none(),
            "{secret} is in the log: {}",
            told.unwrap_or_default()
        );
    }
}

async fn the_metrics_have_a_listener_of_their_own(stage: &Stage) {
    let listen = [("STADTFUNK_SERVER_METRICS_LISTEN", "127.0.0.1:0")];
    let program = Program::serve_with(stage, &listen).await;
    let log = program.log();
    let line = log.lines().find(|line| line.contains("serving metrics"));
    let line: Value = serde_json::from_str(line.expect("it says where")).expect("JSON");
    let address = line["fields"]["address"].as_str().expect("an address");
    let server = address.parse().expect("an address");
    assert_ne!(server, program.address);
    let room = Client {
        server,
        token: None,
    };
    let metrics = room.get("/metrics").await;
    assert_eq!(metrics.status, 200);
    let metrics = String::from_utf8(metrics.body.to_vec()).expect("UTF-8");
    for room in ["stadtfunk_push_", "stadtfunk_announcements_"] {
        assert!(metrics.contains(&format!("# HELP {room}")), "{metrics}");
    }
    program.terminate().await;
    assert!(program.ended().await.0.success());
}

/// Releases an announcement for the fire brigade, and waits until everybody is accounted for.
async fn release(office: &World) {
    let editor = office.editor("Eva Redaktion").await;
    let brigade = office.unit_id(FIRE_BRIGADE).await;
    let draft = json!({
        "class": "alert",
        "audience": {"kind": "units", "units": [brigade]},
        "texts": {"de": {"title": "Großbrand", "push_text": "Alle Wachen.", "body": "Am Hafen."}},
    });
    let announcements = "/api/v1/editorial/announcements";
    let drafted = editor.post(announcements, draft).await.created();
    let path = format!("{announcements}/{}", drafted["id"].as_str().expect("an id"));
    office.approve(&path).await;
    editor.put(&format!("{path}/release"), json!({})).await.ok();
    eventually("the end of the dispatch", async || {
        let report = editor.get(&format!("{path}/report")).await.ok();
        (report["complete"] == true).then_some(())
    })
    .await;
}

async fn messages(db: &Db) -> Vec<String> {
    let rows: Vec<(MessageId,)> = db
        .query(same("SELECT id FROM push_messages"))
        .all()
        .await
        .expect("the messages");
    rows.into_iter().map(|(id,)| id.to_string()).collect()
}

/// What the server has shown to the gateways, and what it keeps to itself.
fn credentials(sandbox: &Sandbox) -> Vec<String> {
    let shown = sandbox.journal().entries(&Filter::default());
    let shown = shown
        .iter()
        .filter_map(|entry| entry.headers.get("authorization"));
    let mut all: Vec<String> = shown
        .map(|value| value.to_str().expect("text").to_owned())
        .filter_map(|value| {
            Some(
                value
                    .split([' ', ',', '='])
                    .find(|part| part.contains('.'))?
                    .to_owned(),
            )
        })
        .collect();
    let keys = sandbox.credentials();
    for pem in [&keys.apns.key_p8_pem, &keys.vapid.private_key_pem] {
        all.extend(pem.lines().nth(1).map(str::to_owned));
    }
    all
}
