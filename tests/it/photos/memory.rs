// SPDX-License-Identifier: EUPL-1.2

//! Bombs cost nothing: what is refused is refused before it is unpacked.

use std::{fs, process::Command};

use super::{pictures, upload};
use crate::world::{Database, Stage};

/// What the process may grow by, at its highest, while it refuses a body of 100 MB: the 25 MiB that an
/// upload may have, twice, because the buffer that holds it is moved when it grows; and some air.
const GROWTH: u64 = 80 << 20;

/// Memory is counted by the process, and other tests' memory would be counted too: so this runs the test
/// below in a process of its own.
#[cfg(target_os = "linux")]
#[test]
fn the_memory_stays_flat_while_bombs_are_refused() {
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args([
            "--exact",
            "photos::memory::measured_alone",
            "--ignored",
            "--nocapture",
        ])
        .output()
        .expect("this program runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let cause = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{cause}"
    );
}

#[tokio::test]
#[ignore = "counts the memory of its process: the test above runs it alone"]
async fn measured_alone() {
    let stage = Stage::on(Database::sqlite().await);
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let whole = pictures::jpeg(4_000, 3_000);
    let bombs = [
        (pictures::enormous_png(), 422, "photo-too-many-pixels"),
        (whole[..whole.len() / 2].to_vec(), 422, "photo-truncated"),
        (
            b"Sehr geehrte Damen und Herren".repeat(100_000),
            415,
            "photo-unsupported-type",
        ),
        (vec![0xFF; 100_000_000], 413, "photo-too-large"),
    ];
    // What the first request sets up stays.
    upload(&anna, b"nothing")
        .await
        .refused(415, "photo-unsupported-type");
    for (bomb, status, problem) in bombs {
        // The client's copies of the body are the test's, not the server's.
        let (content_type, body) = super::form(&[("photo", &bomb)]);
        let call = anna
            .call(http::Method::POST, super::PHOTOS)
            .body(&content_type, body);
        forget_the_peak();
        let before = kilobytes("VmRSS:") << 10;
        call.send().await.refused(status, problem);
        let growth = (kilobytes("VmHWM:") << 10).saturating_sub(before);
        println!("{problem}: {growth} bytes at the highest");
        assert!(growth < GROWTH, "{problem}: {growth} bytes");
    }
    stage.strike().await;
}

/// Sets `VmHWM` back to what is in use now (proc(5), clear_refs).
fn forget_the_peak() {
    fs::write("/proc/self/clear_refs", "5").expect("one's own process");
}

/// A line of this process's status.
fn kilobytes(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("one's own process");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .expect("a line");
    line.trim()
        .trim_end_matches(" kB")
        .parse()
        .expect("a number")
}
