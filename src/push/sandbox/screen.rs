// SPDX-License-Identifier: EUPL-1.2

//! What the app on a phone makes of a push: it finds the ciphertext in the request, decrypts it and puts a
//! notification on the lock screen.

use base64::{Engine, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::Value;

use super::{journal::Entry, phones::Phones};
use crate::push::Gateway;

/// One push with the phone's eyes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Seen {
    /// What the phone decrypted; `None` if nothing was encrypted.
    pub decrypted: Option<Value>,
    /// Why it could not.
    pub problem: Option<String>,
    /// What stands on the lock screen; `None` if nothing does.
    pub notification: Option<Notification>,
    /// The tag of the notification that the phone takes down.
    pub removed: Option<String>,
}

/// What a person reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Notification {
    pub title: String,
    pub body: String,
    /// A later one with the same tag takes this one's place.
    pub tag: Option<String>,
    pub class: Option<String>,
    pub link: Option<String>,
}

pub(super) fn seen(phones: &Phones, entry: &Entry) -> Seen {
    let json = serde_json::from_slice(&entry.body).unwrap_or(Value::Null);
    let Some(body) = ciphertext(entry, &json) else {
        return Seen {
            notification: without_content(entry, &json),
            removed: removed(json.pointer("/message/data").unwrap_or(&json)),
            ..Seen::default()
        };
    };
    match decrypt(phones, entry, body) {
        Ok(decrypted) => Seen {
            notification: Notification::read(&decrypted),
            removed: removed(&decrypted),
            decrypted: Some(decrypted),
            problem: None,
        },
        // As on a real phone: what the app can't read, the system shows without content.
        Err(problem) => Seen {
            notification: without_content(entry, &json),
            problem: Some(problem),
            ..Seen::default()
        },
    }
}

/// What stands on a lock screen after these pushes, the oldest first: what bears the tag of another has taken its
/// place, and what was removed is gone.
pub(super) fn standing(pushes: impl IntoIterator<Item = Seen>) -> Vec<Notification> {
    let mut standing: Vec<Notification> = Vec::new();
    for seen in pushes {
        let tag = seen.notification.as_ref().and_then(|note| note.tag.clone());
        if let Some(gone) = seen.removed.or(tag) {
            standing.retain(|note| note.tag.as_ref() != Some(&gone));
        }
        standing.extend(seen.notification);
    }
    standing
}

fn removed(json: &Value) -> Option<String> {
    json.get("remove")?.as_str().map(str::to_owned)
}

fn ciphertext(entry: &Entry, json: &Value) -> Option<Result<Vec<u8>, String>> {
    let text = match entry.gateway {
        Gateway::WebPush => return (!entry.body.is_empty()).then(|| Ok(entry.body.to_vec())),
        Gateway::Apns => json.pointer("/e")?,
        Gateway::Fcm => json.pointer("/message/data/e")?,
    };
    let text = text.as_str().unwrap_or_default();
    let body = STANDARD
        .decode(text)
        .or_else(|_| URL_SAFE_NO_PAD.decode(text));
    Some(body.map_err(|why| format!("the ciphertext is no base64: {why}")))
}

fn decrypt(phones: &Phones, entry: &Entry, body: Result<Vec<u8>, String>) -> Result<Value, String> {
    let phone = entry
        .address
        .as_deref()
        .and_then(|address| phones.find(entry.gateway, address))
        .ok_or("no phone of this sandbox has this address")?;
    let text = phone.decrypt(&body?).map_err(|why| why.to_string())?;
    serde_json::from_slice(&text).map_err(|why| format!("decrypted, but no JSON: {why}"))
}

/// What the system shows without the app.
fn without_content(entry: &Entry, json: &Value) -> Option<Notification> {
    let (shown, class) = match entry.gateway {
        Gateway::Apns => (json.pointer("/aps/alert")?, json.pointer("/class")),
        Gateway::Fcm => {
            let shown = json
                .pointer("/message/android/notification")
                .or_else(|| json.pointer("/message/notification"))?;
            (shown, json.pointer("/message/data/class"))
        }
        Gateway::WebPush => return None,
    };
    let mut notification = match shown.as_str() {
        Some(title) => Notification {
            title: title.into(),
            ..Notification::default()
        },
        None => Notification::read(shown)?,
    };
    notification.class = class.and_then(Value::as_str).map(str::to_owned);
    if entry.gateway == Gateway::Apns {
        // The others replace on the phone by the notification's own tag; their collapse key and Topic
        // replace only what still waits for the phone.
        let collapse = entry
            .headers
            .get("apns-collapse-id")
            .and_then(|id| id.to_str().ok());
        notification.tag = collapse.map(str::to_owned);
    }
    Some(notification)
}

impl Notification {
    /// From our own object, or from a `notification` inside of it (Declarative Web Push).
    fn read(json: &Value) -> Option<Self> {
        let inner = json.get("notification");
        let field = |name: &str| {
            let value = json.get(name).or_else(|| inner?.get(name))?;
            value.as_str().map(str::to_owned)
        };
        Some(Self {
            title: field("title")?,
            body: field("body").unwrap_or_default(),
            tag: field("tag"),
            class: field("class"),
            link: field("link").or_else(|| field("navigate")),
        })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;
    use serde_json::json;

    use super::*;
    use crate::{clock::Clock, id::Ids};

    fn entry(gateway: Gateway, body: &Value) -> Entry {
        let mut headers = HeaderMap::new();
        headers.insert("apns-collapse-id", "fire-1".parse().unwrap());
        Entry {
            number: 1,
            at: "2026-11-21T14:00:00Z".parse().unwrap(),
            gateway,
            address: Some("nobody".into()),
            status: Some(200),
            accepted: true,
            reason: "".into(),
            path: String::new(),
            headers,
            body: Bytes::from(body.to_string()),
        }
    }

    fn look(gateway: Gateway, body: &Value) -> Seen {
        let phones = Phones::new(Ids::new(Clock::wall()), "https://127.0.0.1:1");
        seen(&phones, &entry(gateway, body))
    }

    #[test]
    fn a_text_without_content_shows_as_it_is() {
        let alert = json!({ "aps": { "alert": { "title": "Neue Mitteilung", "body": "" } } });
        let shown = look(Gateway::Apns, &alert).notification.unwrap();
        assert_eq!(shown.title, "Neue Mitteilung");
        assert_eq!(shown.tag.as_deref(), Some("fire-1"));
        let alert = json!({ "aps": { "alert": "Neue Mitteilung" } });
        assert_eq!(
            look(Gateway::Apns, &alert).notification.unwrap().title,
            "Neue Mitteilung"
        );
    }

    #[test]
    fn what_can_not_be_decrypted_says_why_and_shows_the_text_without_content() {
        let seen = look(
            Gateway::Apns,
            &json!({ "aps": { "alert": "Neu" }, "e": "AAAA" }),
        );
        assert_eq!(seen.notification.unwrap().title, "Neu");
        assert_eq!(
            seen.problem.unwrap(),
            "no phone of this sandbox has this address"
        );
    }

    #[test]
    fn a_silent_push_shows_nothing() {
        let silent = json!({ "aps": { "content-available": 1 } });
        assert!(look(Gateway::Apns, &silent).notification.is_none());
    }

    #[test]
    fn a_later_one_takes_the_place_of_what_bears_its_tag_and_a_removal_takes_it_down() {
        let shown = |title: &str, tag: &str| Seen {
            notification: Some(Notification {
                title: title.to_owned(),
                tag: Some(tag.to_owned()),
                ..Notification::default()
            }),
            ..Seen::default()
        };
        let removed = look(
            Gateway::Fcm,
            &json!({ "message": { "data": { "remove": "a" } } }),
        );
        let titles = |pushes: Vec<Seen>| -> Vec<String> {
            let standing = standing(pushes).into_iter();
            standing.map(|note| note.title).collect()
        };
        let mut pushes = vec![shown("old", "a"), shown("other", "b"), shown("new", "a")];
        assert_eq!(titles(pushes.clone()), ["other", "new"]);
        pushes.push(removed);
        assert_eq!(titles(pushes), ["other"]);
    }

    #[test]
    fn declarative_web_push_is_read_from_its_notification() {
        let json = json!({ "web_push": 8030, "notification": { "title": "T", "navigate": "/a" } });
        let shown = Notification::read(&json).unwrap();
        assert_eq!(
            (shown.title.as_str(), shown.link.as_deref()),
            ("T", Some("/a"))
        );
    }
}
