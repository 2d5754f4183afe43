// SPDX-License-Identifier: EUPL-1.2

//! What is not taken, and how it is said.

use http::Method;

use super::{FILES, PDF, nothing_is_left, upload};
use crate::world::{Settings, Stage, both, form};

both!(
    only_editors_upload_files,
    what_is_not_what_its_name_says_is_refused,
    what_has_no_ending_of_a_document_is_refused,
    a_name_that_hides_something_is_refused,
    a_form_that_is_none_gets_a_problem_that_says_so,
    a_file_beyond_the_limit_is_refused_to_the_byte,
    whoever_never_uses_files_can_not_fill_the_store,
);

const PAGE: &[u8] = b"<!DOCTYPE html><script>alert(1)</script>";

async fn only_editors_upload_files(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    upload(&anna, "Plan.pdf", PDF)
        .await
        .refused(403, "forbidden");
    let nobody = world.stranger();
    upload(&nobody, "Plan.pdf", PDF)
        .await
        .refused(401, "unauthenticated");
    nothing_is_left(stage).await;
}

async fn what_is_not_what_its_name_says_is_refused(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let page_and_plan = [PAGE, PDF].concat();
    let late = [&b"Guten Tag. ".repeat(300_000)[..], b"\0\x01"].concat();
    for (name, content) in [
        ("Plan.pdf", PAGE),
        ("Plan.pdf", &page_and_plan),
        ("Plan.pdf", b"MZ\x90\0"),
        ("Plan.pdf", b""),
        ("Plan.txt", PDF),
        ("Plan.txt", PAGE),
        ("Plan.txt", &late),
        (
            "Plan.csv",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        ),
        ("Plan.docx", b"PK\x03\x04"),
        ("Plan.ics", b"Guten Tag."),
    ] {
        let answer = upload(&eva, name, content).await;
        answer.refused(422, "file-misnamed");
    }
    nothing_is_left(stage).await;
}

async fn what_has_no_ending_of_a_document_is_refused(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    for (name, content) in [
        ("Seite.html", PAGE),
        ("Plan.pdf.exe", b"MZ\x90\0"),
        ("Plan.exe", PDF),
        ("Bild.svg", b"<svg/>"),
        ("Bild.jpg", b"\xFF\xD8\xFF"),
        ("Brief.docm", b"PK\x03\x04"),
        ("Plan", PDF),
        (".pdf", PDF),
    ] {
        let problem = upload(&eva, name, content)
            .await
            .refused(415, "file-unsupported-type");
        let detail = problem["detail"].as_str().expect("a detail");
        assert!(
            detail.contains("PDF, DOCX") && detail.contains("als Foto"),
            "{detail}"
        );
    }
    nothing_is_left(stage).await;
}

async fn a_name_that_hides_something_is_refused(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let long = format!("{}.pdf", "ä".repeat(117));
    for name in ["", "/", "a\u{202E}txt.pdf", "a\u{85}.pdf", &long] {
        let problem = upload(&eva, name, PDF).await.refused(422, "invalid-body");
        assert_eq!(problem["errors"][0]["pointer"], "/file", "{name:?}");
    }
    // What breaks the form itself is no form.
    for name in ["a\r\nb.pdf", "a\0b.pdf", "a\u{1b}[31m.pdf"] {
        let answer = upload(&eva, name, PDF).await;
        assert!(
            matches!(answer.status, 400 | 415 | 422),
            "{name:?}: {answer}"
        );
    }
    nothing_is_left(stage).await;
}

async fn a_form_that_is_none_gets_a_problem_that_says_so(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let send = async |content_type: &str, body: Vec<u8>| {
        let call = eva.call(Method::POST, FILES);
        call.body(content_type, body).send().await
    };
    send("application/pdf", PDF.to_vec())
        .await
        .refused(415, "unsupported-media-type");
    let (content_type, whole) = form(&[("file", Some("Plan.pdf"), PDF)]);
    send(&content_type, whole[..whole.len() / 2].to_vec())
        .await
        .refused(400, "bad-request");
    let plan = ("file", Some("Plan.pdf"), PDF);
    for (fields, pointer) in [
        (&[][..], "/file"),
        (&[plan, plan], "/file"),
        (&[plan, ("title", None, b"Plan")], "/title"),
        (&[("photo", Some("Plan.pdf"), PDF)], "/photo"),
        (&[("file", None, PDF)], "/file"),
    ] {
        let (content_type, body) = form(fields);
        let problem = send(&content_type, body).await.refused(422, "invalid-body");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    nothing_is_left(stage).await;
}

async fn a_file_beyond_the_limit_is_refused_to_the_byte(stage: &Stage) {
    let limit = ("STADTFUNK_FILES_MAX_BYTES".to_owned(), "100000".to_owned());
    let settings = Settings {
        environment: vec![limit],
        ..Settings::default()
    };
    let world = stage.world_with(settings).await;
    let eva = world.editor("Eva Editor").await;
    let text = |length: usize| vec![b'x'; length];
    // One byte too many within the form's own allowance, and far beyond it.
    for length in [100_001, 10_000_000] {
        let problem = upload(&eva, "Liste.txt", &text(length))
            .await
            .refused(413, "file-too-large");
        assert_eq!(problem["title"], "Die Datei ist zu groß.");
    }
    nothing_is_left(stage).await;
    upload(&eva, "Liste.txt", &text(100_000)).await.created();
}

async fn whoever_never_uses_files_can_not_fill_the_store(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    for _ in 0..50 {
        upload(&eva, "Plan.pdf", PDF).await.created();
    }
    upload(&eva, "Plan.pdf", PDF)
        .await
        .refused(409, "too-many-unused-files");
    let other = world.editor("Edgar Editor").await;
    upload(&other, "Plan.pdf", PDF).await.created();
}
