// SPDX-License-Identifier: EUPL-1.2

//! `serve`: from the first line of the log to the exit code.

use std::{
    io::Write as _,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::program::{Program, command};
use crate::world::{Stage, both, eventually};

both!(
    it_serves_soon_on_an_existing_database,
    it_finishes_what_is_in_flight_and_exits_with_0,
    migrate_brings_the_schema_up_to_date_and_ends,
);

/// Unoptimised and beside other tests; docs/benchmarks.md has the release binary's figure (under 300 ms).
const SOON: Duration = Duration::from_secs(5);

async fn it_serves_soon_on_an_existing_database(stage: &Stage) {
    let first = Program::serve(stage).await;
    first.terminate().await;
    first.ended().await;
    let started = Instant::now();
    let again = Program::serve(stage).await;
    again
        .stranger()
        .get("/api/v1/me")
        .await
        .refused(401, "unauthenticated");
    let took = started.elapsed();
    let _ = writeln!(std::io::stderr(), "started and answered in {took:?}");
    assert!(took < SOON, "{took:?}");
    again.terminate().await;
    assert!(again.ended().await.0.success());
}

async fn it_finishes_what_is_in_flight_and_exits_with_0(stage: &Stage) {
    let program = Program::serve(stage).await;
    let body = json!({"code": "AAAA-AAAA-AAAA", "device_name": "Telefon"}).to_string();
    let mut phone = TcpStream::connect(program.address)
        .await
        .expect("it listens");
    let head = format!(
        "POST /api/v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nexpect: 100-continue\r\n\r\n",
        body.len()
    );
    phone.write_all(head.as_bytes()).await.expect("it reads");
    // From here on the request is under way: the server has asked for its body.
    let mut go_on = [0; 25];
    phone.read_exact(&mut go_on).await.expect("it goes on");
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");

    program.terminate().await;
    eventually("nobody new to be let in", async || {
        TcpStream::connect(program.address)
            .await
            .is_err()
            .then_some(())
    })
    .await;

    phone
        .write_all(body.as_bytes())
        .await
        .expect("it still reads");
    let mut answer = String::new();
    phone
        .read_to_string(&mut answer)
        .await
        .expect("it answers and closes");
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    assert!(answer.contains("/problems/unknown-join-code"), "{answer}");
    let (status, log) = program.ended().await;
    assert_eq!(status.code(), Some(0), "{log}");
}

async fn migrate_brings_the_schema_up_to_date_and_ends(stage: &Stage) {
    for _ in 0..2 {
        let mut program = command(&stage.folder(), "migrate");
        let output = program
            .env("DATABASE_URL", &stage.database.url)
            .output()
            .await;
        let output = output.expect("the program runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// A fresh machine: no file, no folder, nothing named.
#[tokio::test]
async fn everything_has_a_default() {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    for name in ["check-config", "migrate"] {
        let output = command(folder.path(), name)
            .output()
            .await
            .expect("the program runs");
        assert!(
            output.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
