// SPDX-License-Identifier: EUPL-1.2

//! How a file is handed out: as a download that nothing in it can turn into a page, and in pieces if the line breaks.

use http::Method;

use super::{FILES, PDF, a_file_of, upload};
use crate::world::{Stage, both};

both!(
    a_file_is_a_download_whatever_is_in_it,
    a_download_goes_on_where_the_line_broke,
    what_the_phone_still_has_is_not_sent_again,
    what_comes_in_pieces_is_never_compressed,
);

async fn a_file_is_a_download_whatever_is_in_it(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let answer = eva.get(&format!("{FILES}/{}", a_file_of(&eva).await)).await;
    assert_eq!(answer.status, 200, "{answer}");
    let length = PDF.len().to_string();
    for (name, value) in [
        ("content-type", "application/pdf"),
        ("content-length", &*length),
        (
            "content-disposition",
            "attachment; filename=\"Lageplan Br_cke.pdf\"; \
             filename*=UTF-8''Lageplan%20Br%C3%BCcke.pdf",
        ),
        ("x-content-type-options", "nosniff"),
        (
            "content-security-policy",
            "default-src 'none'; sandbox; frame-ancestors 'none'",
        ),
        ("cache-control", "private, no-cache"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
}

async fn a_download_goes_on_where_the_line_broke(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let text: Vec<u8> = (0..400_000_u32)
        .flat_map(|number| format!("{number}\n").into_bytes())
        .collect();
    let file = upload(&eva, "Zahlen.txt", &text).await.created();
    let address = file["url"].as_str().expect("an address");
    let part = async |range: &str, of: &str| {
        let call = eva.call(Method::GET, address).header("range", range);
        call.header("if-range", of).send().await
    };
    let whole = eva.get(address).await;
    assert_eq!(whole.body, text);
    let tag = whole.header("etag").expect("a tag");

    let rest = part("bytes=1500000-", tag).await;
    assert_eq!(rest.status, 206, "{rest}");
    assert_eq!(rest.body, text[1_500_000..]);
    let said = format!("bytes 1500000-{}/{}", text.len() - 1, text.len());
    assert_eq!(rest.header("content-range"), Some(&*said));
    assert_eq!(rest.header("etag"), Some(tag));
    assert_eq!(part("bytes=0-9", tag).await.body, text[..10]);
    assert_eq!(part("bytes=-3", tag).await.body, text[text.len() - 3..]);
    let other = part("bytes=10-", "\"of another\"").await;
    assert_eq!((other.status, other.body.len()), (200, text.len()));

    let beyond = eva
        .call(Method::GET, address)
        .header("range", "bytes=9999999-");
    let beyond = beyond.send().await;
    beyond.refused(416, "range-not-satisfiable");
    let said = format!("bytes */{}", text.len());
    assert_eq!(beyond.header("content-range"), Some(&*said));
    for nonsense in ["bytes=9-1", "pages=1-2", "bytes=0-1,5-6"] {
        let call = eva.call(Method::GET, address).header("range", nonsense);
        assert_eq!(call.send().await.status, 200, "{nonsense}");
    }
}

async fn what_the_phone_still_has_is_not_sent_again(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let anna = world.employee("Anna Kühn").await;
    let address = format!("{FILES}/{}", a_file_of(&eva).await);
    let tag = eva.get(&address).await;
    let tag = tag.header("etag").expect("a tag");
    let again = eva
        .call(Method::GET, &address)
        .header("if-none-match", tag)
        .send()
        .await;
    assert_eq!((again.status, again.body.len()), (304, 0), "{again}");
    // Knowing the tag is no right to have the file.
    for known in [tag, "*"] {
        let call = anna.call(Method::GET, &address);
        let answer = call.header("if-none-match", known).send().await;
        answer.refused(404, "not-found");
    }
}

async fn what_comes_in_pieces_is_never_compressed(stage: &Stage) {
    let world = stage.world().await;
    let eva = world.editor("Eva Editor").await;
    let file = upload(&eva, "Lang.txt", &b"immer dasselbe ".repeat(1_000)).await;
    let address = file.created()["url"].as_str().expect("a url").to_owned();
    let call = eva.call(Method::GET, &address);
    let answer = call
        .header("accept-encoding", "gzip, br, zstd")
        .send()
        .await;
    assert_eq!(answer.header("content-encoding"), None);
    assert_eq!(answer.body.len(), 15_000);
}
