// SPDX-License-Identifier: EUPL-1.2

//! `push`: what an administrator types when phones stay silent.

use std::{fs, process::Output};

use secrecy::SecretString;
use serde_json::Value;
use stadtfunk::{
    clock::Clock,
    push::{
        Gateway,
        gateways::p256_public_key,
        sandbox::{Fault, Filter, Phone, Sandbox, SandboxConfig, Which},
    },
};

use super::program::command;
use crate::world::{Database, Settings, Stage, World, both};

both!(
    a_test_push_arrives_and_each_device_is_told_of,
    a_dead_address_is_told_of_and_left_alone,
    whoever_can_not_be_sent_to_is_said_so,
);

#[tokio::test(flavor = "multi_thread")]
async fn credentials_in_order_are_said_to_be_and_no_phone_hears_of_it() {
    let (stage, sandbox) = sandbox().await;
    let output = push(&stage, &["check"]).await;
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    for &gateway in Gateway::ALL {
        assert!(
            said.contains(&format!("{gateway}: in Ordnung / in order")),
            "{said}"
        );
    }
    assert_eq!(sandbox.journal().accepted_total(), 0);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_to_be_mended_is_said_for_each_gateway_in_both_languages() {
    let (stage, sandbox) = sandbox().await;
    let file = stage.folder().join("push-config/apns.toml");
    let apns = fs::read_to_string(&file).expect("a file");
    let key_id = &sandbox.credentials().apns.key_id;
    fs::write(&file, apns.replace(key_id, "ANOTHERKEY")).expect("a file");
    fs::write(stage.folder().join("push-config/vapid.pem"), "nonsense").expect("a file");
    sandbox.misbehave(Gateway::Fcm, Fault::RevokeAccess, Which::All);

    let output = push(&stage, &["check"]).await;
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for words in [
        "apns: 403 InvalidProviderToken",
        "key_file, key_id und team_id müssen zusammengehören",
        "key_file, key_id and team_id must belong together",
        "fcm: access token: 400 invalid_grant",
        "Google gives this service account no token",
        "webpush: key_file: must be one PKCS#8 private key in PEM",
        "`stadtfunk push keys` makes a new one",
    ] {
        assert!(said.contains(words), "{words:?} is missing in:\n{said}");
    }
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_not_configured_is_no_failure_and_none_at_all_is() {
    let (stage, _sandbox) = sandbox().await;
    let folder = stage.folder().join("push-config");
    fs::remove_file(folder.join("fcm.toml")).expect("a file");
    let output = push(&stage, &["check"]).await;
    let without_fcm = said(&output);
    assert!(output.status.success(), "{without_fcm}");
    assert!(
        without_fcm.contains("fcm: nicht eingerichtet / not configured"),
        "{without_fcm}"
    );
    for name in ["apns.toml", "webpush.toml"] {
        fs::remove_file(folder.join(name)).expect("a file");
    }
    let output = push(&stage, &["check"]).await;
    assert!(!output.status.success());
    assert!(said(&output).contains("No push gateway is configured"));
    stage.strike().await;
}

#[tokio::test]
async fn a_new_key_can_be_redirected_to_its_file() {
    let stage = Stage::on(Database::sqlite().await);
    let output = push(&stage, &["keys"]).await;
    assert!(output.status.success());
    let private = String::from_utf8(output.stdout.clone()).expect("text");
    assert!(
        private.starts_with("-----BEGIN PRIVATE KEY-----\n"),
        "{private}"
    );
    assert!(
        private.ends_with("-----END PRIVATE KEY-----\n"),
        "{private}"
    );
    let public = p256_public_key(&SecretString::from(private)).expect("a key");
    assert!(String::from_utf8_lossy(&output.stderr).contains(&public));
    let another = push(&stage, &["keys"]).await;
    assert_ne!(another.stdout, output.stdout);
    stage.strike().await;
}

async fn a_test_push_arrives_and_each_device_is_told_of(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    for &gateway in Gateway::ALL {
        let person = world.employee("Karl Kollege").await;
        let phone = sandbox.phone(gateway);
        person.registers(&phone).await;
        let to = ["send", "--to", &person.personnel_number];
        let output = push(stage, &to).await;
        let words = said(&output);
        assert!(output.status.success(), "{words}");
        assert!(
            words.contains(&format!("{gateway} ")) && words.contains("accepted"),
            "{words}"
        );
        assert!(!words.contains(&phone.address), "{words}");
        assert_eq!(shown(&sandbox, &phone)["title"], "Testmitteilung");

        let own_words = ["--title", "Probe", "--body", "Bitte nicht antworten."];
        let output = push(stage, &[&to[..], &own_words].concat()).await;
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(shown(&sandbox, &phone)["title"], "Probe");
        assert_eq!(shown(&sandbox, &phone)["body"], "Bitte nicht antworten.");
    }
}

async fn a_dead_address_is_told_of_and_left_alone(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    let person = world.employee("Karl Kollege").await;
    let phone = sandbox.phone(Gateway::Apns);
    person.registers(&phone).await;
    let since = world.clock.now();
    sandbox.misbehave(Gateway::Apns, Fault::Unregister { since }, Which::All);
    let output = push(stage, &["send", "--to", &person.personnel_number]).await;
    let words = said(&output);
    assert!(!output.status.success(), "{words}");
    assert!(
        words.contains("410 Unregistered") && words.contains("Sign in anew"),
        "{words}"
    );
    assert!(!words.contains(&phone.address), "{words}");
    let devices = person.get("/api/v1/devices").await.ok();
    assert_eq!(
        devices["items"].as_array().map(Vec::len),
        Some(1),
        "a test has no consequences"
    );
}

async fn whoever_can_not_be_sent_to_is_said_so(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    let person = world.employee("Karl Kollege").await;
    for (to, words) in [
        (
            "no-such-number",
            "There is no personnel number no-such-number.",
        ),
        (
            &person.personnel_number,
            "This person has registered no device.",
        ),
    ] {
        let output = push(stage, &["send", "--to", to]).await;
        assert!(!output.status.success());
        assert!(said(&output).contains(words), "{}", said(&output));
    }
    assert_eq!(sandbox.journal().newest(), 0, "nobody was sent anything");
}

/// A stage whose `push-config/` leads to a sandbox.
async fn sandbox() -> (Stage, Sandbox) {
    let stage = Stage::on(Database::sqlite().await);
    let sandbox = stage.sandbox(SandboxConfig::default(), Clock::wall()).await;
    (stage, sandbox)
}

/// A server beside which the commands run, by the machine's clock like them.
async fn open(stage: &Stage) -> (World, Sandbox) {
    let sandbox = stage.sandbox(SandboxConfig::default(), Clock::wall()).await;
    let settings = Settings {
        clock: Clock::wall(),
        ..Settings::default()
    };
    (stage.world_with(settings).await, sandbox)
}

async fn push(stage: &Stage, arguments: &[&str]) -> Output {
    let mut program = command(&stage.folder(), "push");
    program
        .args(arguments)
        .env("DATABASE_URL", &stage.database.url);
    program.output().await.expect("the program runs")
}

fn said(output: &Output) -> String {
    let said = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&said).into_owned()
}

/// What the phone's lock screen says.
fn shown(sandbox: &Sandbox, phone: &Phone) -> Value {
    let theirs = Filter {
        address: Some(phone.address.clone()),
        ..Filter::default()
    };
    let entry = sandbox.journal().entries(&theirs).pop();
    let seen = sandbox.seen(&entry.expect("a push arrived"));
    seen.decrypted.expect("the phone can read it")
}
