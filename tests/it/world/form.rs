// SPDX-License-Identifier: EUPL-1.2

//! Forms as a browser builds them.

/// `multipart/form-data` with these fields: a name, for a file what it is called, and the bytes. The content type and
/// the body.
pub(crate) fn form(fields: &[(&str, Option<&str>, &[u8])]) -> (String, Vec<u8>) {
    const BOUNDARY: &str = "----between-the-parts";
    let mut body = Vec::new();
    for (name, file_name, content) in fields {
        let file_name = file_name.map(|file_name| format!("; filename=\"{file_name}\""));
        let file_name = file_name.unwrap_or_default();
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file_name}\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}
