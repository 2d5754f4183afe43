// SPDX-License-Identifier: EUPL-1.2

//! Our own pages: the app, the console and the API's document. Plain files inside the binary, with a content
//! security policy that lets them load their own files and speak to their own server, and nothing else.
//!
//! They are clients of the public API like any other: nothing here knows who is calling.

use std::path::Path;

use axum::{
    Router,
    response::{IntoResponse as _, Response},
    routing::{MethodRouter, get},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use include_dir::{Dir, include_dir};

use super::conditional;
use crate::push::Language;

/// What our pages may do. No inline script or style: what a colleague writes can't become either.
const PAGE_POLICY: (HeaderName, HeaderValue) = (
    header::CONTENT_SECURITY_POLICY,
    HeaderValue::from_static(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
         connect-src 'self'; manifest-src 'self'; worker-src 'self'; font-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
    ),
);

/// Colours, elements and the API's client, which the app and the console have in common.
static SHARED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/web/shared");

/// `/shared/…`
pub fn shared() -> Router {
    folder("/shared", &SHARED)
}

/// Every file of a folder and of the folders in it, below `prefix`.
pub fn folder(prefix: &str, dir: &'static Dir<'static>) -> Router {
    let files = dir.files().fold(Router::new(), |router, file| {
        let path = format!("{prefix}/{}", file.path().display());
        router.route(&path, answer(media_type(file.path()), file.contents()))
    });
    dir.dirs()
        .fold(files, |router, dir| router.merge(folder(prefix, dir)))
}

/// A page at an address of its own.
pub fn page(html: &'static str) -> MethodRouter {
    answer(media_type(Path::new("page.html")), html.as_bytes())
}

/// A script at an address of its own: a service worker rules over what lies below its address.
pub fn script(text: &'static str) -> MethodRouter {
    answer(media_type(Path::new("script.js")), text.as_bytes())
}

/// A style sheet at an address of its own.
pub fn style(text: &'static str) -> MethodRouter {
    answer(media_type(Path::new("style.css")), text.as_bytes())
}

/// What was written for this request, in the language that was asked for; or 304 if the caller has just that.
pub fn written(
    asked: &HeaderMap,
    media_type: &'static str,
    language: Language,
    text: String,
) -> Response {
    let tag = conditional::tag_of(text.as_bytes());
    let headers = [
        PAGE_POLICY,
        (
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(language.as_str()),
        ),
        (header::VARY, HeaderValue::from_static("accept-language")),
    ];
    let known = asked.get(header::IF_NONE_MATCH);
    let unchanged = known.is_some_and(|known| conditional::names(known, &tag));
    let tag = [(header::ETAG, tag)];
    if unchanged {
        return (StatusCode::NOT_MODIFIED, headers, tag).into_response();
    }
    let media_type = [(header::CONTENT_TYPE, media_type)];
    (headers, media_type, tag, text).into_response()
}

/// Answers with the file, or with 304 if the browser has it. `no-cache` of the [edge](super::edge) makes the
/// browser ask each time, so that a new version of the server is never met by an old page.
fn answer(media_type: &'static str, bytes: &'static [u8]) -> MethodRouter {
    let tag = conditional::tag_of(bytes);
    get(move |headers: HeaderMap| async move {
        let known = headers.get(header::IF_NONE_MATCH);
        if known.is_some_and(|known| conditional::names(known, &tag)) {
            // The browser puts a 304's headers in the place of those it has kept, the edge's policy too.
            let tag = [(header::ETAG, tag)];
            return (StatusCode::NOT_MODIFIED, [PAGE_POLICY], tag).into_response();
        }
        file(media_type, tag, bytes)
    })
}

fn file(media_type: &'static str, tag: String, bytes: &'static [u8]) -> Response {
    let media_type = (header::CONTENT_TYPE, media_type);
    ([PAGE_POLICY], [media_type], [(header::ETAG, tag)], bytes).into_response()
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_shared_file_is_sent_as_mere_octets() {
        for file in SHARED.files() {
            assert_ne!(
                media_type(file.path()),
                "application/octet-stream",
                "{}",
                file.path().display()
            );
        }
    }

    #[tokio::test]
    async fn a_page_bears_its_policy_and_a_tag_and_is_sent_once() {
        use axum::body::Body;
        use http::Request;
        use tower::ServiceExt as _;

        let ask = |known: Option<HeaderValue>| async move {
            let mut request = Request::get("/").body(Body::empty()).unwrap();
            if let Some(known) = known {
                request.headers_mut().insert(header::IF_NONE_MATCH, known);
            }
            let site: Router = Router::new().route("/", page("<!doctype html>"));
            site.oneshot(request).await.unwrap()
        };
        let first = ask(None).await;
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(
            first.headers()[header::CONTENT_TYPE],
            "text/html; charset=utf-8"
        );
        assert_eq!(
            first.headers()[header::CONTENT_SECURITY_POLICY],
            PAGE_POLICY.1
        );
        let again = ask(Some(first.headers()[header::ETAG].clone())).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }
}
