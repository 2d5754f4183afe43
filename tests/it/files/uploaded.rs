// SPDX-License-Identifier: EUPL-1.2

//! What becomes of an upload.

use http::Method;
use serde_json::json;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use super::{FILES, PDF, a_file_of, nothing_is_left, stored, upload};
use crate::world::{Stage, both, eventually, form};

both!(
    a_file_is_kept_as_it_was_sent_under_its_name,
    an_upload_that_is_sent_twice_is_stored_once,
    an_upload_that_breaks_off_leaves_nothing,
    a_file_is_its_owners_alone_until_something_carries_it,
);

async fn a_file_is_kept_as_it_was_sent_under_its_name(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    // Apart as macOS writes it, and with the folders that a careless browser sends.
    let sent = "C:\\Presse\\Lageplan Bru\u{308}cke.PDF";
    let file = upload(&eva, sent, PDF).await.created();
    let id = file["id"].as_str().expect("an id");
    assert_eq!(
        file,
        json!({
            "id": id,
            "name": "Lageplan Brücke.PDF",
            "media_type": "application/pdf",
            "bytes": PDF.len(),
            "created_at": "2026-11-21T14:00:00.000Z",
            "url": format!("{FILES}/{id}"),
        })
    );
    let answer = eva.get(&format!("{FILES}/{id}")).await;
    assert_eq!((answer.status, &*answer.body), (200, PDF));

    let table = "Straße;Größe\r\nAm Markt;3\r\n".as_bytes();
    let file = upload(&eva, "Straßen.csv", table).await.created();
    assert_eq!(file["media_type"], "text/csv");
}

async fn an_upload_that_is_sent_twice_is_stored_once(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let (content_type, body) = form(&[("file", Some("Plan.pdf"), PDF)]);
    let send = || {
        eva.call(Method::POST, FILES)
            .header("idempotency-key", "file-1")
            .body(&content_type, body.clone())
            .send()
    };
    let first = send().await.created();
    assert_eq!(send().await.created(), first);
    assert_eq!(stored(stage).len(), 1);
}

async fn an_upload_that_breaks_off_leaves_nothing(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    for key in ["", "idempotency-key: broken-1\r\n"] {
        let mut line = TcpStream::connect(world.address).await.expect("it listens");
        let (content_type, body) = form(&[("file", Some("Plan.pdf"), &PDF.repeat(50_000))]);
        let token = eva.token.as_deref().expect("a session");
        let head = format!(
            "POST {FILES} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n{key}\
             content-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        line.write_all(head.as_bytes()).await.expect("sent");
        line.write_all(&body[..body.len() / 2]).await.expect("sent");
        eventually("the upload is under way", async || {
            (stored(stage).len() == 1).then_some(())
        })
        .await;
        drop(line);
        nothing_is_left(stage).await;
    }
}

async fn a_file_is_its_owners_alone_until_something_carries_it(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let address = format!("{FILES}/{}", a_file_of(&eva).await);
    for other in [
        world.editor("Edgar Editor").await,
        world.admin("Ada Admin").await,
        world.employee("Anna Kühn").await,
    ] {
        other.get(&address).await.refused(404, "not-found");
        other.delete(&address).await.refused(404, "not-found");
    }
    world
        .stranger()
        .get(&address)
        .await
        .refused(401, "unauthenticated");
    assert_eq!(eva.get(&address).await.status, 200);
}
