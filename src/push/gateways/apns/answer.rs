// SPDX-License-Identifier: EUPL-1.2

//! What Apple's answers mean ("Handling notification responses from APNs"). The reasons are an open set:
//! what is not named here is judged by its status.

use serde::Deserialize;

use super::super::answer::Answer;
use crate::{clock::At, push::Verdict};

#[expect(
    clippy::match_same_arms,
    reason = "a table: each row has its own reason"
)]
pub(super) fn verdict(answer: &Answer) -> Verdict {
    if answer.status.as_u16() == 200 {
        return Verdict::Accepted;
    }
    let told = Told::read(answer);
    let reason = answer.reason(told.reason.as_deref());
    match (
        answer.status.as_u16(),
        told.reason.as_deref().unwrap_or_default(),
    ) {
        // Also what our own wrong environment or topic looks like.
        (400, "BadDeviceToken" | "DeviceTokenNotForTopic") => Verdict::Quarantined { reason },
        // Every push would be answered so.
        (400, "BadTopic" | "MissingTopic" | "TopicDisallowed") => Verdict::Closed { reason },
        (400, "IdleTimeout") => answer.retry(reason),
        (403, _) => Verdict::Closed { reason },
        (410, _) => Verdict::Unregistered {
            since: told.since(),
            reason,
        },
        (429 | 500.., _) => answer.retry(reason),
        (400..500, _) => Verdict::Refused { reason },
        // Neither yes nor no: something else than Apple answers.
        _ => answer.retry(reason),
    }
}

/// What an answer to a [probe](super::Apns::probe) says of our credentials. Apple looks at them first, so
/// that whoever is told that the address is none has been let in.
pub(super) fn credentials(answer: &Answer) -> Result<(), Verdict> {
    let reason = Told::read(answer).reason;
    match (answer.status.as_u16(), reason.as_deref()) {
        (200 | 410, _) | (400, Some("BadDeviceToken")) => Ok(()),
        _ => Err(verdict(answer)),
    }
}

/// A new token may help.
pub(super) fn blames_the_token(answer: &Answer) -> bool {
    let reason = Told::read(answer).reason;
    answer.status.as_u16() == 403
        && matches!(
            reason.as_deref(),
            Some("ExpiredProviderToken" | "InvalidProviderToken")
        )
}

#[derive(Default, Deserialize)]
struct Told {
    reason: Option<String>,
    /// Milliseconds since 1970: when the token was last known to be good.
    timestamp: Option<i64>,
}

impl Told {
    fn read(answer: &Answer) -> Self {
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    fn since(&self) -> Option<At> {
        At::from_micros(self.timestamp?.checked_mul(1_000)?)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::push::gateways::answer::tests::{answer, retry_after};

    #[test]
    fn whoever_is_told_that_the_address_is_none_has_been_let_in() {
        let bad_address = answer(400, r#"{"reason":"BadDeviceToken"}"#);
        assert_eq!(credentials(&bad_address), Ok(()));
        for (status, reason, expected) in [
            (403, "InvalidProviderToken", Closed),
            (400, "TopicDisallowed", Closed),
            (400, "BadPath", Refused),
            (503, "ServiceUnavailable", Retry),
        ] {
            let refusal = answer(status, &format!(r#"{{"reason":"{reason}"}}"#));
            assert_eq!(kind(&credentials(&refusal).unwrap_err()), expected);
        }
    }

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

    /// Apple's table, and below it what Apple may say one day.
    const TABLE: &[(u16, &str, Kind)] = &[
        (400, "BadCollapseId", Refused),
        (400, "BadDeviceToken", Quarantined),
        (400, "BadExpirationDate", Refused),
        (400, "BadMessageId", Refused),
        (400, "BadPriority", Refused),
        (400, "BadTopic", Closed),
        (400, "DeviceTokenNotForTopic", Quarantined),
        (400, "DuplicateHeaders", Refused),
        (400, "IdleTimeout", Retry),
        (400, "InvalidPushType", Refused),
        (400, "MissingDeviceToken", Refused),
        (400, "MissingTopic", Closed),
        (400, "PayloadEmpty", Refused),
        (400, "TopicDisallowed", Closed),
        (403, "BadCertificate", Closed),
        (403, "BadCertificateEnvironment", Closed),
        (403, "BadEnvironmentKeyIdInToken", Closed),
        (403, "ExpiredProviderToken", Closed),
        (403, "Forbidden", Closed),
        (403, "InvalidProviderToken", Closed),
        (403, "MissingProviderToken", Closed),
        (403, "UnrelatedKeyIdInToken", Closed),
        (404, "BadPath", Refused),
        (405, "MethodNotAllowed", Refused),
        (410, "ExpiredToken", Unregistered),
        (410, "Unregistered", Unregistered),
        (413, "PayloadTooLarge", Refused),
        (429, "TooManyProviderTokenUpdates", Retry),
        (429, "TooManyRequests", Retry),
        (500, "InternalServerError", Retry),
        (503, "ServiceUnavailable", Retry),
        (503, "Shutdown", Retry),
        (400, "SomethingNew", Refused),
        (403, "SomethingNew", Closed),
        (410, "SomethingNew", Unregistered),
        (429, "SomethingNew", Retry),
        (418, "SomethingNew", Refused),
        (502, "SomethingNew", Retry),
        (301, "SomethingNew", Retry),
        (204, "SomethingNew", Retry),
    ];

    #[test]
    fn every_reason_has_its_meaning() {
        for (status, reason, expected) in TABLE {
            let found = verdict(&answer(*status, &format!("{{\"reason\":\"{reason}\"}}")));
            assert_eq!(kind(&found), *expected, "{status} {reason}");
        }
        assert_eq!(verdict(&answer(200, "")), Verdict::Accepted);
    }

    #[test]
    fn an_answer_without_a_readable_body_is_judged_by_its_status() {
        for (status, expected) in [
            (400, Refused),
            (403, Closed),
            (410, Unregistered),
            (503, Retry),
        ] {
            for body in ["", "<html>", "{\"reason\":7}", "[]"] {
                assert_eq!(
                    kind(&verdict(&answer(status, body))),
                    expected,
                    "{status} {body}"
                );
            }
        }
    }

    #[test]
    fn unregistered_says_since_when() {
        let body = "{\"reason\":\"Unregistered\",\"timestamp\":1795269600000}";
        assert_eq!(
            verdict(&answer(410, body)),
            Verdict::Unregistered {
                since: Some("2026-11-21T14:00:00Z".parse().unwrap()),
                reason: "410 Unregistered".to_owned(),
            }
        );
    }

    #[test]
    fn retry_after_is_kept() {
        let busy = retry_after(answer(429, "{\"reason\":\"TooManyRequests\"}"), "30");
        let after = Some(Duration::from_secs(30));
        let reason = "429 TooManyRequests".to_owned();
        assert_eq!(verdict(&busy), Verdict::Retry { after, reason });
    }

    #[test]
    fn only_two_reasons_ask_for_another_token() {
        let asks = |(status, reason, _): &&(u16, &str, Kind)| {
            blames_the_token(&answer(*status, &format!("{{\"reason\":\"{reason}\"}}")))
        };
        let reasons: Vec<&str> = TABLE
            .iter()
            .filter(asks)
            .map(|(_, reason, _)| *reason)
            .collect();
        assert_eq!(reasons, ["ExpiredProviderToken", "InvalidProviderToken"]);
    }
}
