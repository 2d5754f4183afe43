// SPDX-License-Identifier: EUPL-1.2

//! `check-config`: everything that is wrong is named by file and key before anything starts.

use std::fs;

use tempfile::TempDir;

use super::program::command;

#[tokio::test]
async fn a_configuration_in_order_is_said_to_be() {
    let folder = folder(&[(
        "stadtfunk.toml",
        "[server]\npublic_url = 'https://app.example.org'\n",
    )]);
    let (good, said) = check(&folder, &[]).await;
    assert!(good, "{said}");
}

#[tokio::test]
async fn everything_wrong_is_named_by_file_and_key_at_once() {
    let folder = folder(&[
        (
            "stadtfunk.toml",
            "[server]\nlissen = '1'\n[people]\njoin_code_days = 'x'\n[serfer]\n",
        ),
        ("push-config/apns.toml", "enabled = true\nkeyid = 'x'\n"),
        (
            "push-config/webpush.toml",
            "enabled = true\nsubject = 'somebody'\n",
        ),
    ]);
    let (good, said) = check(&folder, &[("STADTFUNK_LOG_FORMAT", "xml")]).await;
    assert!(!good, "{said}");
    for place in [
        "stadtfunk.toml: server",
        "stadtfunk.toml: people.join_code_days: ",
        "stadtfunk.toml: serfer: ",
        "stadtfunk.toml: log",
        "apns.toml: keyid: ",
        "webpush.toml: subject: ",
    ] {
        assert!(said.contains(place), "{place:?} is missing in:\n{said}");
    }
    assert!(said.contains("lissen"), "{said}");
}

#[tokio::test]
async fn a_variable_that_names_nothing_is_wrong() {
    let folder = folder(&[]);
    let (good, said) = check(&folder, &[("STADTFUNK_SERFER_LISTEN", "127.0.0.1:1")]).await;
    assert!(!good && said.contains("STADTFUNK_SERFER_LISTEN"), "{said}");
}

#[tokio::test]
async fn the_variables_that_name_the_files_are_no_keys_of_the_configuration() {
    let folder = folder(&[("elsewhere.toml", "[server]\ncity = 'Musterstadt'\n")]);
    let elsewhere = [
        ("STADTFUNK_CONFIG", "elsewhere.toml"),
        ("STADTFUNK_PUSH_CONFIG", "push"),
    ];
    let (good, said) = check(&folder, &elsewhere).await;
    assert!(good, "{said}");
}

#[tokio::test]
async fn a_file_that_was_named_must_exist() {
    let (good, said) = check(&folder(&[]), &[("STADTFUNK_CONFIG", "missing.toml")]).await;
    assert!(!good && said.contains("missing.toml: "), "{said}");
}

#[tokio::test]
async fn nothing_is_served_with_a_wrong_configuration() {
    let folder = folder(&[("stadtfunk.toml", "[server]\nlisten = 'everywhere'\n")]);
    let output = command(folder.path(), "serve")
        .output()
        .await
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("server.listen"),
        "{said}"
    );
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    fs::create_dir(folder.path().join("push-config")).expect("a new folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a new file");
    }
    folder
}

/// Whether the program finds it in order, and what it says.
async fn check(folder: &TempDir, environment: &[(&str, &str)]) -> (bool, String) {
    let mut program = command(folder.path(), "check-config");
    program.envs(environment.iter().copied());
    let output = program.output().await.expect("the program runs");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}
