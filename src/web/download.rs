// SPDX-License-Identifier: EUPL-1.2

//! Bytes that somebody else wrote, handed out: as a download, never as a page of ours, and in pieces if the line breaks
//! (RFC 9110, section 14).

use std::ops::Range;

use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_range_header::parse_range_header;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Problem, ProblemType, conditional};

static RANGE_NOT_SATISFIABLE: ProblemType = ProblemType::new(
    "range-not-satisfiable",
    416,
    "Diesen Teil hat die Datei nicht.",
    "The file has no such part.",
);

/// Should a browser show it all the same, it shows it without scripts, forms and an origin.
const SANDBOX: HeaderValue =
    HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'");

/// What a parameter's value may bear as it is (RFC 8187, `attr-char`).
const NOT_AS_IT_IS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// What is handed out.
pub struct Download<'a> {
    pub name: &'a str,
    pub media_type: &'static str,
    pub bytes: u64,
    /// A strong one, in quotes: other bytes would have another.
    pub tag: String,
}

/// What the caller gets of it.
pub enum Wanted {
    /// These bytes, with this head.
    Part(Range<u64>, Response<()>),
    /// Nothing but this: the caller has it, or it has no such part.
    Nothing(Response),
}

impl Download<'_> {
    /// Reads what the caller has already and what is still wanted.
    pub fn wanted(&self, asked: &HeaderMap) -> Wanted {
        let known = asked.get(header::IF_NONE_MATCH);
        if known.is_some_and(|known| conditional::names(known, &self.tag)) {
            let mut unchanged = StatusCode::NOT_MODIFIED.into_response();
            self.describe(unchanged.headers_mut());
            return Wanted::Nothing(unchanged);
        }
        match self.range(asked) {
            Ok(None) => Wanted::Part(0..self.bytes, self.head(StatusCode::OK, self.bytes)),
            Ok(Some(part)) => {
                let length = part.end - part.start;
                let mut head = self.head(StatusCode::PARTIAL_CONTENT, length);
                let said = format!("bytes {}-{}/{}", part.start, part.end - 1, self.bytes);
                insert(head.headers_mut(), header::CONTENT_RANGE, &said);
                Wanted::Part(part, head)
            }
            Err(beyond) => {
                let mut refused = beyond.into_response();
                let said = format!("bytes */{}", self.bytes);
                insert(refused.headers_mut(), header::CONTENT_RANGE, &said);
                Wanted::Nothing(refused)
            }
        }
    }

    /// The one part that is asked for. What is no range of bytes, or several at once, asks for the whole (section
    /// 14.2); so does the rest of something else.
    fn range(&self, asked: &HeaderMap) -> Result<Option<Range<u64>>, Problem> {
        let same = asked
            .get(header::IF_RANGE)
            .is_none_or(|tag| tag.as_bytes() == self.tag.as_bytes());
        let range = asked.get(header::RANGE).filter(|_| same);
        let ranges = range.and_then(|range| parse_range_header(range.to_str().ok()?).ok());
        let Some(ranges) = ranges.filter(|ranges| ranges.len() == 1) else {
            return Ok(None);
        };
        let parts = ranges.validate(self.bytes);
        let parts = parts.map_err(|_| Problem::new(&RANGE_NOT_SATISFIABLE))?;
        Ok(parts.first().map(|part| *part.start()..part.end() + 1))
    }

    fn head(&self, status: StatusCode, length: u64) -> Response<()> {
        let mut head = Response::new(());
        *head.status_mut() = status;
        let headers = head.headers_mut();
        self.describe(headers);
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(self.media_type),
        );
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        insert(headers, header::CONTENT_DISPOSITION, &attachment(self.name));
        head
    }

    fn describe(&self, headers: &mut HeaderMap) {
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        headers.insert(header::CONTENT_SECURITY_POLICY, SANDBOX);
        insert(headers, header::ETAG, &self.tag);
    }
}

/// Whether an answer can be asked for in pieces. Such an answer is not compressed: what was compressed for one caller
/// does not go on with the bytes of another.
pub fn comes_in_pieces(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ACCEPT_RANGES)
}

/// `attachment` with this name (RFC 6266): in full for everybody of today, and in ASCII for the others.
fn attachment(name: &str) -> String {
    let plain = |c: char| match c {
        '"' | '\\' | '%' => '_',
        ' '..='~' => c,
        _ => '_',
    };
    let plain: String = name.chars().map(plain).collect();
    let full = utf8_percent_encode(name, NOT_AS_IT_IS);
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

/// What is made here is always a header's value; if it were not, the answer goes without.
fn insert(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_said_in_full_and_in_ascii() {
        assert_eq!(
            attachment("Größe \"neu\" 100%.pdf"),
            "attachment; filename=\"Gr__e _neu_ 100_.pdf\"; \
             filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%22neu%22%20100%25.pdf"
        );
    }

    #[test]
    fn a_part_is_what_the_standard_says() {
        let download = Download {
            name: "a.pdf",
            media_type: "application/pdf",
            bytes: 100,
            tag: "\"1\"".to_owned(),
        };
        let part = |range: &'static str, of: Option<&'static str>| {
            let mut asked = HeaderMap::new();
            asked.insert(header::RANGE, HeaderValue::from_static(range));
            if let Some(of) = of {
                asked.insert(header::IF_RANGE, HeaderValue::from_static(of));
            }
            match download.wanted(&asked) {
                Wanted::Part(part, head) => (head.status().as_u16(), part),
                Wanted::Nothing(answer) => (answer.status().as_u16(), 0..0),
            }
        };
        assert_eq!(part("bytes=0-9", None), (206, 0..10));
        assert_eq!(part("bytes=90-", Some("\"1\"")), (206, 90..100));
        assert_eq!(part("bytes=-5", None), (206, 95..100));
        assert_eq!(part("bytes=90-900", None), (206, 90..100));
        assert_eq!(part("bytes=100-", None), (416, 0..0));
        assert_eq!(part("bytes=-0", None), (416, 0..0));
        for whole in ["bytes=9-0", "pages=1-2", "bytes=x", "bytes=0-1,5-6"] {
            assert_eq!(part(whole, None), (200, 0..100), "{whole}");
        }
        for other in ["\"2\"", "W/\"1\"", "Sat, 21 Nov 2026 14:00:00 GMT"] {
            assert_eq!(part("bytes=90-", Some(other)), (200, 0..100), "{other}");
        }
    }
}
