// SPDX-License-Identifier: EUPL-1.2

//! What Google's answers mean (firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode, and "Scale and
//! retries" for what to do about them). What is not named here is judged by its status.

use std::time::Duration;

use serde::Deserialize;

use super::super::answer::Answer;
use crate::push::Verdict;

/// What Google asks for on a 429 that does not say how long.
const QUOTA_PAUSE: Duration = Duration::from_mins(1);

#[expect(
    clippy::match_same_arms,
    reason = "a table: each row has its own reason"
)]
pub(super) fn verdict(answer: &Answer) -> Verdict {
    let status = answer.status.as_u16();
    if status == 200 {
        return Verdict::Accepted;
    }
    let told = Told::read(answer);
    let reason = answer.reason(told.word());
    match (status, told.code()) {
        (404, Some("UNREGISTERED")) => Verdict::Unregistered {
            since: None,
            reason,
        },
        // The token belongs to another project. So it does if ours is the wrong one.
        (403, Some("SENDER_ID_MISMATCH")) => Verdict::Quarantined { reason },
        (400, _) if told.blames_the_address() => Verdict::Quarantined { reason },
        (429, _) => Verdict::Retry {
            after: answer.retry_after().or(Some(QUOTA_PAUSE)),
            reason,
        },
        // Our account, our project, or the project's own credentials (THIRD_PARTY_AUTH_ERROR).
        (401 | 403 | 404, _) => Verdict::Closed { reason },
        (500.., _) => answer.retry(reason),
        (400..500, _) => Verdict::Refused { reason },
        // Neither yes nor no: something else than Google answers.
        _ => answer.retry(reason),
    }
}

/// A new access token may help. THIRD_PARTY_AUTH_ERROR has the same status and is about other credentials.
pub(super) fn blames_the_token(answer: &Answer) -> bool {
    answer.status.as_u16() == 401 && Told::read(answer).code() != Some("THIRD_PARTY_AUTH_ERROR")
}

/// google.rpc.Status.
#[derive(Default, Deserialize)]
struct Told {
    #[serde(default)]
    error: Error,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Error {
    status: Option<String>,
    message: String,
    details: Vec<Detail>,
}

/// google.firebase.fcm.v1.FcmError or google.rpc.BadRequest.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Detail {
    error_code: Option<String>,
    field_violations: Vec<Violation>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Violation {
    field: String,
}

impl Told {
    fn read(answer: &Answer) -> Self {
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    /// FCM's own code.
    fn code(&self) -> Option<&str> {
        self.error
            .details
            .iter()
            .find_map(|detail| detail.error_code.as_deref())
    }

    /// FCM's own code or the general one.
    fn word(&self) -> Option<&str> {
        self.code().or(self.error.status.as_deref())
    }

    fn blames_the_address(&self) -> bool {
        let mut violations = self
            .error
            .details
            .iter()
            .flat_map(|detail| &detail.field_violations);
        violations.any(|violation| violation.field == "message.token")
            || self
                .error
                .message
                .contains("not a valid FCM registration token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::gateways::answer::tests::{answer, retry_after};

    #[derive(Debug, PartialEq)]
    enum Kind {
        Quarantined,
        Closed,
        Refused,
        Retry,
        Unregistered,
    }
    use Kind::{Closed, Quarantined, Refused, Retry, Unregistered};

    fn kind(verdict: &Verdict) -> Kind {
        match verdict {
            Verdict::Quarantined { .. } => Quarantined,
            Verdict::Closed { .. } => Closed,
            Verdict::Refused { .. } => Refused,
            Verdict::Retry { .. } => Retry,
            Verdict::Unregistered { .. } => Unregistered,
            Verdict::Accepted | Verdict::Unsent => panic!("{verdict:?}"),
        }
    }

    fn error(status: u16, word: &str, code: &str) -> Answer {
        let details = match code {
            "" => String::new(),
            code => format!(
                r#"{{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"{code}"}}"#
            ),
        };
        answer(
            status,
            &format!(
                r#"{{"error":{{"code":{status},"message":"x","status":"{word}","details":[{details}]}}}}"#
            ),
        )
    }

    #[test]
    fn every_code_has_its_meaning() {
        let table = [
            (400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", Refused),
            (401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR", Closed),
            (401, "UNAUTHENTICATED", "", Closed),
            (403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH", Quarantined),
            (403, "PERMISSION_DENIED", "", Closed),
            (404, "NOT_FOUND", "UNREGISTERED", Unregistered),
            (404, "NOT_FOUND", "", Closed),
            (429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", Retry),
            (500, "INTERNAL", "INTERNAL", Retry),
            (503, "UNAVAILABLE", "UNAVAILABLE", Retry),
            (400, "FAILED_PRECONDITION", "SOMETHING_NEW", Refused),
            (403, "PERMISSION_DENIED", "SOMETHING_NEW", Closed),
            (404, "NOT_FOUND", "SOMETHING_NEW", Closed),
            (413, "", "", Refused),
            (502, "SOMETHING_NEW", "SOMETHING_NEW", Retry),
            (302, "", "", Retry),
        ];
        for (status, word, code, expected) in table {
            assert_eq!(
                kind(&verdict(&error(status, word, code))),
                expected,
                "{status} {word} {code}"
            );
        }
        assert_eq!(
            verdict(&answer(200, r#"{"name":"projects/x/messages/1"}"#)),
            Verdict::Accepted
        );
    }

    #[test]
    fn an_unreadable_body_is_judged_by_its_status() {
        for (status, expected) in [(400, Refused), (401, Closed), (404, Closed), (503, Retry)] {
            for body in ["", "<html>", "[]", r#"{"error":7}"#] {
                assert_eq!(
                    kind(&verdict(&answer(status, body))),
                    expected,
                    "{status} {body}"
                );
            }
        }
    }

    #[test]
    fn an_invalid_argument_is_about_the_address_only_if_it_says_so() {
        let invalid = |message: &str, field: &str| {
            kind(&verdict(&answer(
                400,
                &format!(
                    r#"{{"error":{{"status":"INVALID_ARGUMENT","message":"{message}","details":[
                        {{"errorCode":"INVALID_ARGUMENT"}},
                        {{"fieldViolations":[{{"field":"{field}","description":"x"}}]}}]}}}}"#
                ),
            )))
        };
        assert_eq!(invalid("Invalid value", "message.token"), Quarantined);
        assert_eq!(
            invalid(
                "The registration token is not a valid FCM registration token",
                ""
            ),
            Quarantined
        );
        assert_eq!(invalid("Invalid value", "message.android.ttl"), Refused);
    }

    #[test]
    fn a_bare_429_waits_a_minute_and_retry_after_goes_before() {
        let after = |answer: &Answer| match verdict(answer) {
            Verdict::Retry { after, .. } => after,
            other => panic!("{other:?}"),
        };
        let quota = || error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED");
        assert_eq!(after(&quota()), Some(QUOTA_PAUSE));
        assert_eq!(
            after(&retry_after(quota(), "7")),
            Some(Duration::from_secs(7))
        );
        assert_eq!(after(&error(503, "UNAVAILABLE", "UNAVAILABLE")), None);
    }

    #[test]
    fn only_our_own_bearer_token_is_renewed() {
        assert!(blames_the_token(&error(401, "UNAUTHENTICATED", "")));
        assert!(!blames_the_token(&error(
            401,
            "UNAUTHENTICATED",
            "THIRD_PARTY_AUTH_ERROR"
        )));
        assert!(!blames_the_token(&error(403, "PERMISSION_DENIED", "")));
    }
}
