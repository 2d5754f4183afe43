// SPDX-License-Identifier: EUPL-1.2

//! What a push service's answer means (RFC 8030, section 5; RFC 8292, section 4.2). Only the status counts:
//! services have no common words, and a stranger's words have no place in our reports.

use super::super::answer::Answer;
use crate::push::Verdict;

#[expect(
    clippy::match_same_arms,
    reason = "a table: each row has its own reason"
)]
pub(super) fn verdict(answer: &Answer) -> Verdict {
    let reason = answer.reason(None);
    match answer.status.as_u16() {
        // 201 by the standard; some say 200, 202 or 204.
        200..300 => Verdict::Accepted,
        // Redirects are not followed: they could lead inside the city's network.
        300..400 => Verdict::Quarantined { reason },
        404 | 410 => Verdict::Unregistered {
            since: None,
            reason,
        },
        // The subscription was made with another VAPID key, or ours is not accepted here. It is a matter of
        // this address alone: a stranger's push service must not be able to close the gateway for everybody.
        401 | 403 => Verdict::Quarantined { reason },
        408 | 429 => answer.retry(reason),
        400..500 => Verdict::Refused { reason },
        _ => answer.retry(reason),
    }
}

/// A new VAPID token may help.
pub(super) fn blames_the_token(answer: &Answer) -> bool {
    matches!(answer.status.as_u16(), 401 | 403)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::push::gateways::answer::tests::{answer, retry_after};

    #[test]
    fn every_status_has_its_meaning() {
        for status in [200, 201, 202, 204] {
            assert_eq!(verdict(&answer(status, "")), Verdict::Accepted, "{status}");
        }
        for status in [404, 410] {
            let gone = Verdict::Unregistered {
                since: None,
                reason: status.to_string(),
            };
            assert_eq!(verdict(&answer(status, "<script>")), gone, "{status}");
        }
        for status in [301, 307, 401, 403] {
            let reason = status.to_string();
            assert_eq!(
                verdict(&answer(status, "")),
                Verdict::Quarantined { reason },
                "{status}"
            );
        }
        for status in [400, 405, 413, 418] {
            let reason = status.to_string();
            assert_eq!(
                verdict(&answer(status, "")),
                Verdict::Refused { reason },
                "{status}"
            );
        }
        for status in [408, 429, 500, 502, 503, 599] {
            let again = Verdict::Retry {
                after: None,
                reason: status.to_string(),
            };
            assert_eq!(verdict(&answer(status, "")), again, "{status}");
        }
    }

    #[test]
    fn retry_after_is_kept() {
        let after = Some(Duration::from_secs(90));
        let busy = retry_after(answer(429, ""), "90");
        assert_eq!(
            verdict(&busy),
            Verdict::Retry {
                after,
                reason: "429".to_owned()
            }
        );
    }

    #[test]
    fn only_a_refusal_of_our_identity_asks_for_another_token() {
        let asks: Vec<u16> = (100..600)
            .filter(|status| blames_the_token(&answer(*status, "")))
            .collect();
        assert_eq!(asks, [401, 403]);
    }
}
