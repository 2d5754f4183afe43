// SPDX-License-Identifier: EUPL-1.2

//! A gateway's answer, and what all three answers have in common.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use jiff::fmt::rfc2822;

use crate::{clock::At, push::Verdict};

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// When the request was written to the connection.
    pub(super) sent_at: At,
    /// When it was to hand.
    pub(super) at: At,
}

impl Answer {
    /// `Retry-After` in either form (RFC 9110, section 10.2.3).
    pub(super) fn retry_after(&self) -> Option<Duration> {
        let value = self.headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = value.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let date = rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
        Some(At::new(date).since(self.at))
    }

    pub(super) fn retry(&self, reason: impl Into<String>) -> Verdict {
        Verdict::Retry {
            after: self.retry_after(),
            reason: reason.into(),
        }
    }

    /// The status and, if there is one, the gateway's own word, as it stands in reports.
    pub(super) fn reason(&self, word: Option<&str>) -> String {
        match word.filter(|word| is_word(word)) {
            Some(word) => format!("{} {word}", self.status.as_str()),
            None => self.status.as_str().to_owned(),
        }
    }
}

/// What a gateway says of itself goes into the database and into reports: only if it is a plain word.
fn is_word(word: &str) -> bool {
    (1..=64).contains(&word.len())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An answer that came at two o'clock.
    pub(in crate::push::gateways) fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
            sent_at: "2026-11-21T14:00:00Z".parse().unwrap(),
            at: "2026-11-21T14:00:00Z".parse().unwrap(),
        }
    }

    pub(in crate::push::gateways) fn retry_after(mut answer: Answer, value: &str) -> Answer {
        answer
            .headers
            .insert(header::RETRY_AFTER, value.parse().unwrap());
        answer
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let after = |value| retry_after(answer(429, ""), value).retry_after();
        assert_eq!(after("120"), Some(Duration::from_mins(2)));
        assert_eq!(
            after("Sat, 21 Nov 2026 14:01:30 GMT"),
            Some(Duration::from_secs(90))
        );
        assert_eq!(after("Sat, 21 Nov 2026 13:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(after("soon"), None);
        assert_eq!(answer(429, "").retry_after(), None);
    }

    #[test]
    fn only_plain_words_are_taken_over_from_a_gateway() {
        assert_eq!(answer(400, "").reason(Some("BadTopic")), "400 BadTopic");
        assert_eq!(answer(400, "").reason(Some("<script>")), "400");
        assert_eq!(answer(400, "").reason(Some(&"x".repeat(65))), "400");
        assert_eq!(answer(400, "").reason(None), "400");
    }
}
