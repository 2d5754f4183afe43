// SPDX-License-Identifier: EUPL-1.2

//! The body of `messages:send`, field by field. Google refuses a name that it does not know, so a typing
//! error in a field must not pass here either.

use std::{borrow::Cow, collections::HashMap};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::push::sandbox::dialect::Refusal;

/// Bytes of keys and values of a message's data and notification.
const MAX_PAYLOAD: usize = 4_096;
/// Four weeks in seconds.
const MAX_TTL: f64 = 2_419_200.0;

/// The fields of `AndroidNotification`.
const ANDROID_NOTIFICATION: [&str; 26] = [
    "title",
    "body",
    "icon",
    "color",
    "sound",
    "tag",
    "click_action",
    "body_loc_key",
    "body_loc_args",
    "title_loc_key",
    "title_loc_args",
    "channel_id",
    "ticker",
    "sticky",
    "event_time",
    "local_only",
    "notification_priority",
    "default_sound",
    "default_vibrate_timings",
    "default_light_settings",
    "vibrate_timings",
    "visibility",
    "notification_count",
    "light_settings",
    "image",
    "proxy",
];

/// What matters of a request that was read.
pub(super) struct Request<'a> {
    pub(super) validate_only: bool,
    pub(super) recipient: Recipient<'a>,
}

pub(super) enum Recipient<'a> {
    Token(Cow<'a, str>),
    /// A topic or a condition: taken, but no phone of the sandbox subscribes to any.
    Many,
}

/// Reads and checks a body.
pub(super) fn read(body: &[u8]) -> Result<Request<'_>, Refusal> {
    let read: Body<'_> = serde_json::from_slice(body).map_err(|_| why_unreadable(body))?;
    let message = read.message;
    check_size(&message)?;
    check_data(&message)?;
    check_android(&message)?;
    let recipient = match (message.token, message.topic, message.condition) {
        (Some(token), None, None) => Recipient::Token(token),
        (None, Some(_), None) | (None, None, Some(_)) => Recipient::Many,
        (None, None, None) => {
            return Err(invalid("message", "Recipient of the message is not set."));
        }
        _ => {
            return Err(invalid(
                "message",
                "Invalid value (oneof), oneof field 'target' is already set.",
            ));
        }
    };
    Ok(Request {
        validate_only: read.validate_only,
        recipient,
    })
}

/// 400 `INVALID_ARGUMENT` about one field.
pub(super) fn invalid(field: &str, why: impl Into<String>) -> Refusal {
    let mut refusal = Refusal::new(400, "INVALID_ARGUMENT").saying(why);
    refusal.field = (!field.is_empty()).then(|| field.to_owned());
    refusal
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body<'a> {
    #[serde(default, alias = "validateOnly")]
    validate_only: bool,
    #[serde(borrow)]
    message: Message<'a>,
}

type Strings<'a> = HashMap<Cow<'a, str>, Cow<'a, str>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message<'a> {
    #[serde(borrow)]
    token: Option<Cow<'a, str>>,
    #[serde(borrow)]
    topic: Option<Cow<'a, str>>,
    #[serde(borrow)]
    condition: Option<Cow<'a, str>>,
    #[serde(borrow)]
    data: Option<Strings<'a>>,
    notification: Option<Notification>,
    #[serde(borrow)]
    android: Option<Android<'a>>,
    /// How FCM would pass it on to APNs and to browsers. Ours goes there by itself.
    #[serde(borrow, rename = "apns")]
    _apns: Option<&'a RawValue>,
    #[serde(borrow, rename = "webpush")]
    _webpush: Option<&'a RawValue>,
    #[serde(rename = "fcm_options", alias = "fcmOptions")]
    _options: Option<Options>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Notification {
    title: Option<String>,
    body: Option<String>,
    image: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    #[serde(rename = "analytics_label", alias = "analyticsLabel")]
    _analytics_label: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Android<'a> {
    #[serde(rename = "collapse_key", alias = "collapseKey")]
    _collapse_key: Option<String>,
    #[serde(rename = "priority")]
    _priority: Option<Priority>,
    ttl: Option<String>,
    #[serde(rename = "restricted_package_name", alias = "restrictedPackageName")]
    _restricted_package_name: Option<String>,
    #[serde(borrow)]
    data: Option<Strings<'a>>,
    #[serde(borrow)]
    notification: Option<HashMap<Cow<'a, str>, &'a RawValue>>,
    #[serde(rename = "fcm_options", alias = "fcmOptions")]
    _options: Option<Options>,
    #[serde(rename = "direct_boot_ok", alias = "directBootOk")]
    _direct_boot_ok: Option<bool>,
    #[serde(rename = "bandwidth_constrained_ok", alias = "bandwidthConstrainedOk")]
    _bandwidth_constrained_ok: Option<bool>,
    #[serde(rename = "restricted_satellite_ok", alias = "restrictedSatelliteOk")]
    _restricted_satellite_ok: Option<bool>,
}

#[derive(Deserialize)]
enum Priority {
    #[serde(alias = "normal", rename = "NORMAL")]
    Normal,
    #[serde(alias = "high", rename = "HIGH")]
    High,
}

fn check_size(message: &Message<'_>) -> Result<(), Refusal> {
    let data = message
        .data
        .iter()
        .chain(message.android.iter().filter_map(|a| a.data.as_ref()));
    let data: usize = data
        .flatten()
        .map(|(key, value)| key.len() + value.len())
        .sum();
    let shown = message
        .notification
        .iter()
        .flat_map(|n| [&n.title, &n.body, &n.image]);
    let shown: usize = shown.flatten().map(String::len).sum();
    if data + shown > MAX_PAYLOAD {
        let why = "Android message is too big";
        return Err(invalid("message", why));
    }
    Ok(())
}

fn check_data(message: &Message<'_>) -> Result<(), Refusal> {
    let reserved = |key: &&Cow<'_, str>| {
        matches!(&***key, "" | "from" | "message_type" | "collapse_key")
            || key.starts_with("google")
            || key.starts_with("gcm")
    };
    match message.data.iter().flat_map(HashMap::keys).find(reserved) {
        Some(key) => Err(invalid(
            "message.data",
            format!("Invalid data payload key: {key}"),
        )),
        None => Ok(()),
    }
}

fn check_android(message: &Message<'_>) -> Result<(), Refusal> {
    let Some(android) = &message.android else {
        return Ok(());
    };
    let mut shown = android.notification.iter().flat_map(HashMap::keys);
    if let Some(name) = shown.find(|name| !ANDROID_NOTIFICATION.contains(&&***name)) {
        return Err(unknown(name, "message.android.notification"));
    }
    android.ttl.as_deref().map_or(Ok(()), check_ttl)
}

fn check_ttl(ttl: &str) -> Result<(), Refusal> {
    let seconds = ttl.strip_suffix('s').filter(|number| {
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        digits(whole) && digits(fraction) && fraction.len() <= 9
    });
    match seconds.and_then(|number| number.parse::<f64>().ok()) {
        Some(seconds) if seconds <= MAX_TTL => Ok(()),
        Some(_) => Err(invalid(
            "message.android.ttl",
            "TTL must be between 0 and 2419200 seconds.",
        )),
        None => Err(invalid(
            "message.android.ttl",
            format!(
                "Invalid value at 'message.android.ttl' (type.googleapis.com/google.protobuf.Duration), \
                 Field 'ttl', Illegal duration format; duration must end with 's': \"{ttl}\""
            ),
        )),
    }
}

/// Reads the body once more, this time keeping account of where it is: too slow for every push.
fn why_unreadable(body: &[u8]) -> Refusal {
    let mut json = serde_json::Deserializer::from_slice(body);
    match serde_path_to_error::deserialize::<_, Body<'_>>(&mut json) {
        Ok(_) => invalid(
            "",
            "Invalid JSON payload received. Parsing terminated before end of input.",
        ),
        Err(error) => {
            let field = error.path().to_string();
            let why = error.inner().to_string();
            let parent = field.rsplit_once('.').map_or("", |(parent, _)| parent);
            match why
                .strip_prefix("unknown field `")
                .and_then(|why| why.split('`').next())
            {
                Some(name) => unknown(name, parent),
                None => invalid(&field, format!("Invalid value at '{field}': {why}")),
            }
        }
    }
}

fn unknown(name: &str, parent: &str) -> Refusal {
    let why = format!("Unknown name \"{name}\" at '{parent}': Cannot find field.");
    invalid(parent, format!("Invalid JSON payload received. {why}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(message: &Value) -> Result<(), String> {
        let body = json!({ "message": message }).to_string();
        read(body.as_bytes()).map(drop).map_err(|refusal| {
            assert_eq!(
                (refusal.status, &*refusal.reason),
                (400, "INVALID_ARGUMENT")
            );
            refusal.field.unwrap_or_default()
        })
    }

    fn with_ttl(ttl: &str) -> Result<(), String> {
        check(&json!({ "token": "t", "android": { "ttl": ttl } }))
    }

    #[test]
    fn what_google_documents_is_read() {
        assert_eq!(
            check(&json!({
                "token": "t",
                "data": { "e": "AAAA" },
                "android": { "priority": "HIGH", "ttl": "3600s", "direct_boot_ok": true },
            })),
            Ok(())
        );
        assert_eq!(
            check(&json!({ "topic": "weather", "android": { "collapseKey": "k" } })),
            Ok(())
        );
    }

    #[test]
    fn a_field_that_google_does_not_know_is_named() {
        assert_eq!(
            check(&json!({ "token": "t", "prio": 1 })),
            Err("message".into())
        );
        let android = json!({ "token": "t", "android": { "collapse_id": "x" } });
        assert_eq!(check(&android), Err("message.android".into()));
        let shown = json!({ "token": "t", "android": { "notification": { "channel": "x" } } });
        assert_eq!(check(&shown), Err("message.android.notification".into()));
        let refusal = read(br#"{"message":{"token":"t","prio":1}}"#)
            .err()
            .unwrap();
        assert!(
            refusal
                .message
                .unwrap()
                .contains("Unknown name \"prio\" at 'message'")
        );
    }

    #[test]
    fn values_of_data_are_strings() {
        let number = json!({ "token": "t", "data": { "badge": 1 } });
        assert_eq!(check(&number), Err("message.data.badge".into()));
    }

    #[test]
    fn reserved_names_are_refused_in_data() {
        for key in ["from", "message_type", "google.x", "gcm.notification"] {
            let message = json!({ "token": "t", "data": { key: "x" } });
            assert_eq!(check(&message), Err("message.data".into()), "{key}");
        }
    }

    #[test]
    fn a_ttl_is_seconds_and_at_most_four_weeks() {
        for good in ["0s", "3600s", "2419200s", "3.5s", "0.000000001s"] {
            assert_eq!(with_ttl(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "s",
            "3600",
            "1m",
            "-1s",
            "1e3s",
            "2419201s",
            "infs",
            "1.s",
            "0.0000000001s",
        ] {
            assert_eq!(with_ttl(bad), Err("message.android.ttl".into()), "{bad}");
        }
    }

    #[test]
    fn four_kibibytes_pass_and_a_byte_more_does_not() {
        let data = |length: usize| json!({ "token": "t", "data": { "e": "x".repeat(length) } });
        assert_eq!(check(&data(4_095)), Ok(()));
        assert_eq!(check(&data(4_096)), Err("message".into()));
    }

    #[test]
    fn a_message_has_one_recipient() {
        assert_eq!(check(&json!({})), Err("message".into()));
        assert_eq!(
            check(&json!({ "token": "t", "topic": "x" })),
            Err("message".into())
        );
    }
}
