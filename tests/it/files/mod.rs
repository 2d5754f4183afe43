// SPDX-License-Identifier: EUPL-1.2

//! Files: what is taken, what is refused, how it is handed out, what is left of it. Who may have one is told among the
//! announcements.

mod handed_out;
mod refused;
mod unattached;
mod uploaded;

use http::Method;

use crate::world::{Answer, Client, Stage, eventually, form};

pub(crate) const FILES: &str = "/api/v1/files";
pub(crate) const PDF: &[u8] = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\nEin Plan.\n%%EOF\n";

/// Uploads a file as a browser would.
pub(crate) async fn upload(who: &Client, name: &str, content: &[u8]) -> Answer {
    let (content_type, body) = form(&[("file", Some(name), content)]);
    who.call(Method::POST, FILES)
        .body(&content_type, body)
        .send()
        .await
}

/// Uploads a document that nothing is wrong with; its id.
pub(crate) async fn a_file_of(who: &Client) -> String {
    let file = upload(who, "Lageplan Brücke.pdf", PDF).await.created();
    file["id"].as_str().expect("an id").to_owned()
}

/// Waits until nothing lies in the store: what was refused may still be there when the answer is, for a moment.
async fn nothing_is_left(stage: &Stage) {
    eventually("nothing is left", async || {
        stored(stage).is_empty().then_some(())
    })
    .await;
}

/// What lies in the store, half or whole.
fn stored(stage: &Stage) -> Vec<String> {
    let Ok(folder) = std::fs::read_dir(stage.folder().join("files/files")) else {
        return Vec::new();
    };
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        let name = entry.expect("an entry").file_name();
        name.into_string().expect("a name")
    };
    folder.map(name).collect()
}
