// SPDX-License-Identifier: EUPL-1.2

//! The press's rules, free of any database.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{RuleName, store::rules::Reach};

/// When the press is served of an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "rule", rename_all = "snake_case", try_from = "Said")]
#[schema(as = PressRule)]
pub enum Rule {
    /// With the release itself: the press's channels and the phones' gateways are opened by one commit.
    SameInstant,
    /// When gateways have accepted this share of the reachable phones, or so many seconds after the release,
    /// whichever is first.
    StaffFirst {
        #[schema(minimum = 1, maximum = 100)]
        share_percent: i16,
        #[schema(minimum = 1, maximum = 3600)]
        at_latest_seconds: i32,
    },
}

impl Rule {
    pub(super) fn name(self) -> RuleName {
        match self {
            Self::SameInstant => RuleName::SameInstant,
            Self::StaffFirst { .. } => RuleName::StaffFirst,
        }
    }
}

/// As a request says it: serde refuses unknown fields beside a tag only where there are braces.
#[derive(Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
enum Said {
    SameInstant {},
    StaffFirst {
        share_percent: i16,
        at_latest_seconds: i32,
    },
}

impl TryFrom<Said> for Rule {
    type Error = &'static str;
    fn try_from(said: Said) -> Result<Self, Self::Error> {
        match said {
            Said::SameInstant {} => Ok(Self::SameInstant),
            Said::StaffFirst { share_percent, .. } if !(1..=100).contains(&share_percent) => {
                Err("share_percent must be 1 to 100")
            }
            Said::StaffFirst {
                at_latest_seconds, ..
            } if !(1..=3_600).contains(&at_latest_seconds) => {
                Err("at_latest_seconds must be 1 to 3600")
            }
            Said::StaffFirst {
                share_percent,
                at_latest_seconds,
            } => Ok(Self::StaffFirst {
                share_percent,
                at_latest_seconds,
            }),
        }
    }
}

/// Whether gateways have accepted this share of the reachable phones. Where no phone can be reached, there is
/// nobody to wait for.
pub(super) fn is_reached(share_percent: i16, reach: Reach) -> bool {
    reach.accepted * 100 >= reach.reachable * i64::from(share_percent)
}

/// What could not be delivered in this time is given up.
pub(super) const GIVE_UP_AFTER: Duration = Duration::from_hours(24);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_read_as_it_is_written_and_out_of_bounds_it_is_none() {
        let rule = Rule::StaffFirst {
            share_percent: 95,
            at_latest_seconds: 120,
        };
        let json = r#"{"rule":"staff_first","share_percent":95,"at_latest_seconds":120}"#;
        assert_eq!(serde_json::to_string(&rule).unwrap(), json);
        assert_eq!(serde_json::from_str::<Rule>(json).unwrap(), rule);
        for bad in [
            r#"{"rule":"staff_first","share_percent":0,"at_latest_seconds":120}"#,
            r#"{"rule":"staff_first","share_percent":101,"at_latest_seconds":120}"#,
            r#"{"rule":"staff_first","share_percent":95,"at_latest_seconds":3601}"#,
            r#"{"rule":"staff_first","share_percent":95}"#,
            r#"{"rule":"same_instant","share_percent":95}"#,
        ] {
            assert!(serde_json::from_str::<Rule>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_share_is_reached_by_the_last_whole_phone() {
        let reach = |accepted, reachable| Reach {
            accepted,
            reachable,
        };
        assert!(!is_reached(95, reach(94, 100)));
        assert!(is_reached(95, reach(95, 100)));
        assert!(!is_reached(95, reach(2, 3)));
        assert!(is_reached(95, reach(3, 3)));
        assert!(is_reached(95, reach(0, 0)));
    }
}
